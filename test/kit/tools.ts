import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Tools } from '../../src/kernel/command.ts';
import type { Database } from '../../src/kernel/db.ts';
import { createOutbound } from '../../src/kernel/outbound.ts';
import { createPasswords, type Passwords } from '../../src/kernel/passwords.ts';
import { createSecrets, newEncryptionKey, parseEncryptionKeys } from '../../src/kernel/secrets.ts';
import { fileMailer } from '../../src/mail/files/jobs.ts';

/** What secrets are encrypted with in this run, and how a test opens one. */
export const testKey = newEncryptionKey('test');
export const testSecrets = createSecrets(parseEncryptionKeys(testKey));

// Nobody listens there: what a test wants from Stripe it gets from a double of its own, see stripe.ts.
const nobody = 'http://127.0.0.1:9';

let stripeUrl = nobody;

/** Lets Stripe be at the URL from now on; without one, nowhere. */
export function useStripeAt(url: string | null): void {
  stripeUrl = url ?? nobody;
}

/** How long the engine of the tests waits for Stripe. */
export const stripeTimeoutMs = 1_000;

/** How much work with passwords there was: what takes long is counted, not timed. */
export const passwordWork = { hashed: 0, verified: 0 };

const realPasswords = createPasswords();

/** Passwords as the engine hashes them, counted. */
export const testPasswords: Passwords = {
  ...realPasswords,
  hash: (password) => {
    passwordWork.hashed += 1;
    return realPasswords.hash(password);
  },
  verify: (hash, password) => {
    passwordWork.verified += 1;
    return realPasswords.verify(hash, password);
  },
};

/** Where the mail of this process goes: into files, as on a developer's machine. */
export const mailDirectory = path.join(os.tmpdir(), `service-engine-mail-${process.pid}`);
process.once('exit', () => fs.rmSync(mailDirectory, { recursive: true, force: true }));

const testMailer = fileMailer(mailDirectory);

/** What the server's start would make, over this database. */
export function toolsOf(database: Database): Tools {
  return {
    database,
    secrets: testSecrets,
    passwords: testPasswords,
    mailer: testMailer,
    remotes: {
      stripe: {
        get url() {
          return stripeUrl;
        },
        timeoutMs: stripeTimeoutMs,
      },
    },
    // The doubles of the tests are on this machine, and nothing else is called.
    fetchOutbound: createOutbound({ privateHosts: ['127.0.0.1'], resolve: async () => [] }),
  };
}
