import type { Account } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Database, Transaction } from '../../kernel/db.ts';
import { issueList } from '../../kernel/errors.ts';
import { notCleared, optionalText, requiredText, requireVersion, webUrlOf } from '../../kernel/input.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { queueMail } from '../../mail/commands.ts';
import { isTimeZone } from '../../organizations/rules.ts';
import type { Notice } from '../letters/rules.ts';
import { endOtherSessions, type NewSession, rotateSession } from '../sessions/commands.ts';
import { checkedLocale, type DateFormat, noAccount, type TimeFormat } from './rules.ts';

export type UpdateAccount = {
  displayName?: string | null;
  avatarUrl?: string | null;
  timeZone?: string | null;
  locale?: string | null;
  dateFormat?: DateFormat | null;
  timeFormat?: TimeFormat | null;
  expectedVersion?: number | null;
};

/** Changes how the account shows itself, and how it likes things shown. Law 2. */
export const update = command('account.update', async (tx, viewer, input: UpdateAccount) => {
  const account = await lockAccount(tx, viewer);
  requireVersion(account, input.expectedVersion);
  const issues = issueList();
  notCleared(issues, 'displayName', input.displayName);
  const displayName = input.displayName == null ? undefined : requiredText(issues, 'displayName', input.displayName);
  const avatarUrl = optionalText(issues, 'avatarUrl', input.avatarUrl, 2_000);
  if (avatarUrl != null && !webUrlOf(avatarUrl))
    issues.add('avatarUrl', 'INVALID', 'avatarUrl must be an http or https address.');
  const timeZone = optionalText(issues, 'timeZone', input.timeZone, 64);
  if (timeZone != null && !isTimeZone(timeZone)) issues.add('timeZone', 'UNKNOWN', `${timeZone} is not a time zone.`);
  const locale = checkedLocale(issues, 'locale', input.locale);
  issues.throwIfAny();
  const { dateFormat, timeFormat } = input;
  await tx.account.update({
    where: { id: account.id },
    data: { displayName, avatarUrl, timeZone, locale, dateFormat, timeFormat },
    select: { id: true },
  });
  return { id: account.id };
});

/** The account that the viewer is signed in to, locked until the end of the transaction. Law 2. */
export async function lockAccount(tx: Transaction, { accountId }: Viewer): Promise<Account> {
  if (accountId === null) throw noAccount();
  await tx.$queryRaw`select id from accounts where id = ${accountId}::uuid for update`;
  const account = await tx.account.findUnique({ where: { id: accountId } });
  if (account?.status !== 'ACTIVE') throw noAccount();
  return account;
}

/** The same as it was a moment ago: for what must be found out before there is a transaction. */
export async function accountOf(database: Database, viewer: Viewer): Promise<Account> {
  const { accountId } = viewer;
  if (accountId === null) throw noAccount();
  const account = await database.read(viewer, (db) => db.account.findUnique({ where: { id: accountId } }));
  if (account?.status !== 'ACTIVE') throw noAccount();
  return account;
}

/**
 * Law 3, when it has changed how the account signs in: ends every other session, gives the one at hand a new token, and has
 * the account's holder told. Answers that session; null where the request came with none.
 */
export async function secure(tx: Transaction, viewer: Viewer, notice: Notice): Promise<NewSession | null> {
  await endOtherSessions(tx, viewer);
  await tellHolder(tx, viewer, notice);
  return viewer.session && (await rotateSession(tx, viewer.session, viewer.userId ?? ''));
}

/** Has the holder of the account told by mail. */
export async function tellHolder(tx: Transaction, { accountId }: Viewer, notice: Notice): Promise<void> {
  await queueMail(tx, 'account.notice', { accountId: accountId ?? '', notice });
}
