import { act, type Tools } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import type { MailKind } from '../../kernel/mail.ts';
import { hashToken } from '../../kernel/tokens.ts';
import { accountViewer, systemViewer } from '../../kernel/viewer.ts';
import { senderOf } from '../../organizations/rules.ts';
import { peopleOf } from '../accounts/people/commands.ts';
import { createResetCode } from '../codes/commands.ts';
import { linkTo, requireSecret, tokenOf } from '../codes/rules.ts';
import {
  accountExistsLetter,
  emailChangedLetter,
  type Notice,
  noticeLetter,
  resetLetter,
  signUpLetter,
  verifyLetter,
} from './rules.ts';

/** The mails that accounts get. Each is written when it is sent, from what is so then. */
export function accountMails(tools: Tools, settings: Settings): MailKind[] {
  const { pool } = tools.database;

  return [
    {
      name: 'account.sign_up',
      compose: async ({ signUpId = '' }) => {
        const wish = await signUpToTell(tools, signUpId);
        if (!wish) return null;
        const { publicUrl, secret } = settings;
        if (wish.hasAccount) return accountExistsLetter({ email: wish.email, url: publicUrl });
        const token = tokenOf('SIGN_UP', { id: signUpId, expiresAt: wish.expiresAt }, requireSecret(secret));
        // Made with another secret than the server has now, it would open nothing.
        if (!hashToken(token).equals(wish.tokenHash)) return null;
        return signUpLetter({ ...wish, url: linkTo('SIGN_UP', token, publicUrl) });
      },
    },
    {
      name: 'account.reset',
      compose: async ({ digest = '' }, id) => {
        const { rows } = await pool.query<{ accountId: string; email: string }>(
          `select account_id as "accountId", email from find_account_by_digest(decode($1, 'hex'))`,
          [digest],
        );
        const [account] = rows;
        if (!account) return null;
        const { accountId, email } = account;
        const secret = requireSecret(settings.secret);
        const code = await act(tools, accountViewer(accountId), createResetCode, { id, email, secret });
        const holder = await holderOf(tools, accountId);
        return (
          code && holder && resetLetter({ ...holder, url: linkTo('RESET_PASSWORD', code.token, settings.publicUrl) })
        );
      },
    },
    {
      name: 'account.verify',
      compose: async ({ accountId = '', codeId = '' }) => {
        const code = await tools.database.read(accountViewer(accountId), (db) =>
          db.accountCode.findUnique({ where: { id: codeId } }),
        );
        const holder = await holderOf(tools, accountId);
        if (!code || code.usedAt !== null || !holder) return null;
        // Of an address that is somebody else's account nothing is told, neither here nor there.
        if (code.email !== holder.to.address && (await isTaken(tools, code.email))) return null;
        const token = tokenOf('VERIFY_EMAIL', code, requireSecret(settings.secret));
        if (!hashToken(token).equals(code.tokenHash)) return null;
        const to = { ...holder.to, address: code.email };
        return verifyLetter({ to, from: holder.from, url: linkTo('VERIFY_EMAIL', token, settings.publicUrl) });
      },
    },
    {
      name: 'account.notice',
      compose: async ({ accountId = '', notice = '' }) => {
        const holder = await holderOf(tools, accountId);
        return holder && noticeLetter({ ...holder, notice: notice as Notice });
      },
    },
    {
      name: 'account.email_changed',
      compose: async ({ accountId = '', codeId = '' }) => {
        const code = await tools.database.read(accountViewer(accountId), (db) =>
          db.accountCode.findUnique({ where: { id: codeId } }),
        );
        const holder = await holderOf(tools, accountId);
        if (!code?.replacedEmail || !holder) return null;
        return emailChangedLetter({ ...holder, to: { ...holder.to, address: code.replacedEmail } });
      },
    },
  ];
}

type Wish = {
  email: string;
  firstName: string;
  organization: string;
  tokenHash: Buffer;
  expiresAt: Date;
  hasAccount: boolean;
};

async function signUpToTell({ database }: Tools, id: string): Promise<Wish | null> {
  const { rows } = await database.pool.query<Wish>(
    `select email, first_name as "firstName", organization_name as organization, token_hash as "tokenHash",
       expires_at as "expiresAt", has_account as "hasAccount"
     from sign_up_to_tell($1)`,
    [id],
  );
  return rows[0] ?? null;
}

/** To whom, and in whose name; null when there is no such account any more. */
async function holderOf({ database }: Tools, accountId: string) {
  const holder = await database.read(accountViewer(accountId), async (db) => {
    const account = await db.account.findUnique({
      where: { id: accountId },
      select: { email: true, displayName: true },
    });
    if (!account) return null;
    const [person] = await peopleOf(db);
    return { account, place: person?.organizationId ?? null };
  });
  if (!holder) return null;
  const { account, place } = holder;
  const organization =
    place === null
      ? null
      : await database.read(systemViewer(place), (db) => db.organization.findUnique({ where: { id: place } }));
  return {
    to: { name: account.displayName, address: account.email },
    from: organization && senderOf(organization),
  };
}

async function isTaken({ database }: Tools, email: string): Promise<boolean> {
  const { rowCount } = await database.pool.query('select from find_account($1)', [email]);
  return rowCount !== 0;
}
