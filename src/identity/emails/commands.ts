import { act, command, saga } from '../../kernel/command.ts';
import { type InputIssue, InvalidStateError, issueList } from '../../kernel/errors.ts';
import { now } from '../../kernel/time.ts';
import { queueMail } from '../../mail/commands.ts';
import { accountOf, lockAccount } from '../accounts/commands.ts';
import { checkEmail, normalizedEmail } from '../accounts/rules.ts';
import { mayAskForLink, tryOnce } from '../attempts/commands.ts';
import { createCode, findCode, useCode } from '../codes/commands.ts';
import { requireSecret, spent } from '../codes/rules.ts';
import { requirePassword, type Surroundings } from '../passwords/commands.ts';

type Send = { email?: string | null; password?: string | null };

/**
 * Sends a link that proves an address of the viewer's account: the one that it has, or one that is to take its place, which
 * takes the password. Law 4 of accounts: whether somebody else has that is not told.
 */
export const send = saga('account.update', async (tools, viewer, input: Send & Surroundings) => {
  const { device, settings } = input;
  const account = await accountOf(tools.database, viewer);
  const email = input.email == null ? account.email : normalizedEmail(input.email);
  const issues = issueList();
  checkEmail(issues, 'email', email);
  if (email !== account.email && input.password == null) {
    issues.add('password', 'REQUIRED', 'password is needed to change the address.');
  }
  issues.throwIfAny();
  const secret = requireSecret(settings.secret);
  if (email !== account.email) await requirePassword(tools, viewer, input.password ?? '', device);
  else if (account.verifiedAt !== null) {
    throw new InvalidStateError('The address is proven already.', 'ALREADY_VERIFIED');
  }
  if (await mayAskForLink(tools.database, email, device.ipAddress)) {
    await act(tools, viewer, ask, { email, secret });
  }
  return { id: account.id, email };
});

const ask = command('account.update', async (tx, viewer, { email, secret }: { email: string; secret: string }) => {
  const { id: accountId } = await lockAccount(tx, viewer);
  const [{ id }] = await tx.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
  await createCode(tx, { id, accountId, kind: 'VERIFY_EMAIL', email, secret });
  await queueMail(tx, 'account.verify', { accountId, codeId: id });
  return { id };
});

/** Makes the address that a link proves the account's own. The link is good for the account that asked for it, signed in. */
export const verify = saga(
  'account.update',
  async (tools, viewer, { token, device }: { token: string } & Surroundings) => {
    const { id: accountId } = await accountOf(tools.database, viewer);
    const code = await tryOnce(tools.database, { name: null, ipAddress: device.ipAddress }, async () => {
      const found = await findCode(tools.database, token);
      if (found?.kind !== 'VERIFY_EMAIL' || found.accountId !== accountId) throw spent();
      return found;
    });
    return await act(tools, viewer, prove, { codeId: code.codeId, email: code.email });
  },
);

const uniques: Record<string, InputIssue> = {
  accounts_email_key: {
    path: ['token'],
    code: 'TAKEN',
    message: 'The address belongs to another account by now.',
  },
};

const prove = command(
  'account.update',
  async (tx, viewer, { codeId, email }: { codeId: string; email: string }) => {
    const account = await lockAccount(tx, viewer);
    await useCode(tx, codeId, 'VERIFY_EMAIL');
    const at = now();
    await tx.account.update({ where: { id: account.id }, data: { email, verifiedAt: at }, select: { id: true } });
    if (email !== account.email) {
      // Links that went to the old address, and to others that were to take its place, open nothing any more.
      await tx.accountCode.updateMany({ where: { usedAt: null }, data: { usedAt: at } });
      await tx.accountCode.update({ where: { id: codeId }, data: { replacedEmail: account.email } });
      await queueMail(tx, 'account.email_changed', { accountId: account.id, codeId });
    }
    return { id: account.id };
  },
  uniques,
);
