/**
 * The laws of magic links.
 *
 *  1. A link lets an active client in who has no two-factor sign-in; never a team member.
 *  2. It is good for two hours, and once.
 *  3. While a client's link is good, whoever asks for one gets that again, with the time that it had.
 *  4. Its token follows from the server's secret and the row: it can be told again, and the row can't tell it.
 *  5. Looking at it uses nothing up: programs look at links, people press the button.
 */
import { createHmac } from 'node:crypto';
import type { MagicLink, User } from '../../generated/prisma/client.ts';
import { InvalidStateError } from '../../kernel/errors.ts';

/** Law 2. */
export const linkHours = 2;

/** Law 1. */
export function checkReceiver({ kind, status, hasTwoFactor }: Pick<User, 'kind' | 'status' | 'hasTwoFactor'>): void {
  if (kind !== 'CLIENT') throw new InvalidStateError('Only clients can have a magic link.', 'NOT_A_CLIENT');
  if (status !== 'ACTIVE') throw new InvalidStateError('The client is inactive: it may not sign in.', 'INACTIVE');
  if (hasTwoFactor) {
    throw new InvalidStateError('The client signs in with two factors: a link alone is not enough.', 'TWO_FACTOR');
  }
}

/** Law 4: 32 characters, 192 bits. */
export function tokenOf({ id, expiresAt }: Pick<MagicLink, 'id' | 'expiresAt'>, secret: string): string {
  const digest = createHmac('sha256', secret).update(`magic-link ${id} ${expiresAt.toISOString()}`).digest();
  return digest.subarray(0, 24).toString('base64url');
}

const tokenPattern = /^[\w-]{32}$/;

/** Whether the text could be a token at all. */
export function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** Where the client opens it. */
export function linkTo(token: string, publicUrl: string): string {
  return `${publicUrl}/login?token=${token}`;
}
