import { hash, verify } from '@node-rs/argon2';
import { UnavailableError } from './errors.ts';

/** Makes of passwords what can be kept of them. Slow on purpose, and never within a transaction. */
export type Passwords = {
  hash(password: string): Promise<string>;
  /** Whether it is the password. Where there is none to compare with, null, it says no after the same work. */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** Whether a password that was hashed like this should be hashed anew. */
  isOutdated(hash: string): boolean;
};

// Argon2id with OWASP's first choice of parameters.
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const start = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`;

// Of no password that anybody could find: salt and hash are all zero.
const nobodys = `${start}${'A'.repeat(22)}$${'A'.repeat(43)}`;

export type PasswordOptions = {
  /** How many are worked on at a time: each takes 19 MB. */
  atOnce?: number;
  /** How many wait for that. Whoever comes then is refused, and may come again. */
  mostWaiting?: number;
};

export function createPasswords({ atOnce = 2, mostWaiting = 100 }: PasswordOptions = {}): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting)
        throw new UnavailableError('UNAVAILABLE', 'Too many people sign in now. Try again in a moment.');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    hash: (password) => inTurn(() => hash(normalized(password), parameters)),
    verify: (kept, password) => inTurn(() => verify(kept ?? nobodys, normalized(password))),
    isOutdated: (kept) => !kept.startsWith(start),
  };
}

// The same letters typed on two keyboards can be different characters.
function normalized(password: string): string {
  return password.normalize('NFKC');
}
