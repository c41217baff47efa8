import { createHash } from 'node:crypto';
import { act, command, openToAll, saga, type Tools } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import { InvalidStateError, issueList } from '../../kernel/errors.ts';
import { now } from '../../kernel/time.ts';
import { accountViewer, type Viewer } from '../../kernel/viewer.ts';
import { queueMail } from '../../mail/commands.ts';
import { accountOf, lockAccount, secure } from '../accounts/commands.ts';
import { checkEmail, normalizedEmail } from '../accounts/rules.ts';
import { forgive, mayAskForLink, tryOnce } from '../attempts/commands.ts';
import { findCode, useCode } from '../codes/commands.ts';
import { requireSecret, spent } from '../codes/rules.ts';
import type { Device } from '../sessions/rules.ts';
import { checkPassword, couldBePassword } from './rules/laws.ts';

/** Where a request came from, and what the server was told: what comes with an input. */
export type Surroundings = { device: Device; settings: Settings };

/**
 * Has a link sent to whoever has an account with the address, to set a password. Whether there is one is not looked at here,
 * so the answer says nothing about it, and takes as long.
 */
export const requestReset = saga(
  openToAll,
  async (tools, viewer, { email: given, device, settings }: { email: string } & Surroundings) => {
    const email = normalizedEmail(given);
    const issues = issueList();
    checkEmail(issues, 'email', email);
    issues.throwIfAny();
    requireSecret(settings.secret);
    if (await mayAskForLink(tools.database, email, device.ipAddress)) await act(tools, viewer, askForReset, { email });
    return { id: email };
  },
);

const askForReset = command(openToAll, async (tx, _viewer, { email }: { email: string }) => {
  const digest = createHash('sha256').update(email).digest('hex');
  await queueMail(tx, 'account.reset', { digest });
  return { id: digest };
});

/** Sets a new password by a link. Law 4. */
export const reset = saga(
  openToAll,
  async (tools, viewer, { token, password, device }: { token: string; password: string } & Surroundings) => {
    const code = await tryOnce(tools.database, { name: null, ipAddress: device.ipAddress }, async () => {
      const found = await findCode(tools.database, token);
      if (found?.kind !== 'RESET_PASSWORD') throw spent();
      return found;
    });
    const issues = issueList();
    checkPassword(issues, 'password', password, code.email);
    issues.throwIfAny();
    const passwordHash = await tools.passwords.hash(password);
    const holder = accountViewer(code.accountId, viewer.requestId);
    await act(tools, holder, setByLink, { codeId: code.codeId, email: code.email, passwordHash });
    await forgive(tools.database, code.email);
    return { id: code.accountId };
  },
);

const setByLink = command(
  'accounts.act',
  async (tx, viewer, { codeId, email, passwordHash }: { codeId: string; email: string; passwordHash: string }) => {
    const account = await lockAccount(tx, viewer);
    await useCode(tx, codeId, 'RESET_PASSWORD');
    const at = now();
    // Others that were sent before were asked for by whoever did not have the password.
    await tx.accountCode.updateMany({ where: { kind: 'RESET_PASSWORD', usedAt: null }, data: { usedAt: at } });
    // Whoever has the link reads what is sent to the address.
    const verifiedAt = account.verifiedAt ?? (account.email === email ? at : undefined);
    await tx.account.update({ where: { id: account.id }, data: { passwordHash, verifiedAt }, select: { id: true } });
    await secure(tx, viewer, 'PASSWORD_CHANGED');
    return { id: account.id };
  },
);

type Change = { currentPassword: string; newPassword: string };

/** Changes the password of the viewer's account. Law 4. */
export const change = saga('account.update', async (tools, viewer, input: Change & Surroundings) => {
  const { currentPassword, newPassword, device } = input;
  const { email, passwordHash: old } = await requirePassword(tools, viewer, currentPassword, device);
  const issues = issueList();
  checkPassword(issues, 'newPassword', newPassword, email);
  issues.throwIfAny();
  const passwordHash = await tools.passwords.hash(newPassword);
  return await act(tools, viewer, setAnew, { old, passwordHash });
});

const setAnew = command(
  'account.update',
  async (tx, viewer, { old, passwordHash }: { old: string; passwordHash: string }) => {
    const account = await lockAccount(tx, viewer);
    // Somebody was faster: the password that was entered is none any more.
    if (account.passwordHash !== old) throw wrongPassword();
    await tx.account.update({ where: { id: account.id }, data: { passwordHash }, select: { id: true } });
    return { id: account.id, session: await secure(tx, viewer, 'PASSWORD_CHANGED') };
  },
);

/**
 * The account that the viewer is signed in to, when the password is its: being signed in is not enough for what changes how
 * one signs in. Counts as a try.
 */
export async function requirePassword(
  tools: Tools,
  viewer: Viewer,
  password: string,
  { ipAddress }: Device,
): Promise<{ id: string; email: string; passwordHash: string }> {
  const { id, email, passwordHash } = await accountOf(tools.database, viewer);
  if (passwordHash === null) {
    throw new InvalidStateError('The account has no password: ask for a link to set one.', 'NO_PASSWORD');
  }
  await tryOnce(tools.database, { name: email, ipAddress }, async () => {
    if (!couldBePassword(password) || !(await tools.passwords.verify(passwordHash, password))) throw wrongPassword();
  });
  return { id, email, passwordHash };
}

const wrongPassword = () => new InvalidStateError('The password is wrong.', 'WRONG_PASSWORD');
