/**
 * The laws of codes: of the links in mails to accounts, of sign-ups and of invitations.
 *
 *  1. A link works once, and until its time: a quarter of an hour where it sets a password, a day where it proves an address,
 *     seven days where it asks somebody to join.
 *  2. Its token follows from the server's secret and the row, so that the mail can be written again; the row can't tell it.
 *  3. Looking at its page uses nothing up.
 */
import { createHmac } from 'node:crypto';
import { InvalidStateError } from '../../kernel/errors.ts';

export type CodeKind = 'VERIFY_EMAIL' | 'RESET_PASSWORD' | 'SIGN_UP' | 'INVITATION';

/** Law 1. */
export const codeMinutes: Readonly<Record<CodeKind, number>> = {
  RESET_PASSWORD: 15,
  VERIFY_EMAIL: 24 * 60,
  SIGN_UP: 24 * 60,
  INVITATION: 7 * 24 * 60,
};

/** Law 2: 43 characters, 256 bits. */
export function tokenOf(kind: CodeKind, { id, expiresAt }: { id: string; expiresAt: Date }, secret: string): string {
  return createHmac('sha256', secret).update(`${kind} ${id} ${expiresAt.toISOString()}`).digest('base64url');
}

const tokenPattern = /^[\w-]{43}$/;

/** Whether the text could be a token at all. */
export function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** Where each kind leads. */
export const codePaths: Readonly<Record<CodeKind, string>> = {
  RESET_PASSWORD: '/reset-password',
  VERIFY_EMAIL: '/verify-email',
  SIGN_UP: '/verify-email',
  INVITATION: '/invitation',
};

export function linkTo(kind: CodeKind, token: string, publicUrl: string): string {
  return `${publicUrl}${codePaths[kind]}?token=${token}`;
}

/** The server's secret; refused where there is none. */
export function requireSecret(secret: string | null): string {
  if (secret !== null) return secret;
  throw new InvalidStateError('The server has no SECRET to make links with.', 'LINKS_NOT_CONFIGURED');
}

export const spent = () => new InvalidStateError('The link is not good any more. Ask for a new one.', 'LINK_SPENT');
