import { command } from '../../kernel/command.ts';
import type { Database, Transaction } from '../../kernel/db.ts';
import { addMinutes, now } from '../../kernel/time.ts';
import { hashToken } from '../../kernel/tokens.ts';
import { type CodeKind, codeMinutes, isToken, spent, tokenOf } from './rules.ts';

/** Of a link's kind, those that belong to an account. */
export type AccountCodeKind = Exclude<CodeKind, 'SIGN_UP' | 'INVITATION'>;

export type Code = { id: string; token: string };

/** A link for the account of the transaction, under an id that is given so that it is the same when it is told again. Law 1. */
export async function createCode(
  tx: Transaction,
  given: { id: string; accountId: string; kind: AccountCodeKind; email: string; secret: string },
): Promise<Code | null> {
  const { id, accountId, kind, email, secret } = given;
  const at = now();
  const expiresAt = addMinutes(at, codeMinutes[kind]);
  const tokenHash = hashToken(tokenOf(kind, { id, expiresAt }, secret));
  await tx.accountCode.createMany({
    data: [{ id, accountId, kind, email, expiresAt, tokenHash }],
    skipDuplicates: true,
  });
  const kept = await tx.accountCode.findUniqueOrThrow({ where: { id } });
  if (kept.usedAt !== null || kept.expiresAt <= at) return null;
  const token = tokenOf(kind, kept, secret);
  // One that was made with another secret can't be told again.
  return hashToken(token).equals(kept.tokenHash) ? { id, token } : null;
}

/** A link to set a password, for the mail that has it: null when it is used up or late. */
export const createResetCode = command(
  'accounts.act',
  async (tx, viewer, { id, email, secret }: { id: string; email: string; secret: string }) =>
    await createCode(tx, { id, accountId: viewer.accountId ?? '', kind: 'RESET_PASSWORD', email, secret }),
);

export type FoundCode = { accountId: string; codeId: string; kind: AccountCodeKind; email: string };

/** What the token opens, while it is good. Law 3. */
export async function findCode(database: Database, token: string): Promise<FoundCode | null> {
  if (!isToken(token)) return null;
  const { rows } = await database.pool.query<FoundCode>(
    `select account_id as "accountId", code_id as "codeId", kind, email from find_account_code($1, $2)`,
    [hashToken(token), now()],
  );
  return rows[0] ?? null;
}

/** Uses a code up: of several at once one does. Law 1. */
export async function useCode(tx: Transaction, id: string, kind: AccountCodeKind): Promise<void> {
  const at = now();
  const { count } = await tx.accountCode.updateMany({
    where: { id, kind, usedAt: null, expiresAt: { gt: at } },
    data: { usedAt: at },
  });
  if (count === 0) throw spent();
}
