import type { Account } from '../../generated/prisma/client.ts';
import { act, command, saga, type Tools } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { placeOf, type Sealed, type Secrets } from '../../kernel/secrets.ts';
import { now } from '../../kernel/time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { accountOf, lockAccount, secure, tellHolder } from '../accounts/commands.ts';
import { tryOnce } from '../attempts/commands.ts';
import { requirePassword, type Surroundings } from '../passwords/commands.ts';
import { hashRecoveryCode, isTotp, newRecoveryCodes, newTotpSecret, stepOf, totpUri } from './rules.ts';

/** Begins to set the second factor up: the secret for the authenticator, which asks for nothing yet. Laws 2, 3 and 5. */
export const begin = saga('account.update', async (tools, viewer, input: { password: string } & Surroundings) => {
  const { id, email } = await requirePassword(tools, viewer, input.password, input.device);
  const secret = newTotpSecret();
  const sealed = tools.secrets.seal(secret, placeOfTotp(id));
  await act(tools, viewer, keepSecret, { sealed });
  const issuer = new URL(input.settings.publicUrl).hostname;
  return { id, secret, uri: totpUri(secret, { issuer, label: email }) };
});

const keepSecret = command('account.update', async (tx, viewer, { sealed }: { sealed: Sealed }) => {
  const account = await lockAccount(tx, viewer);
  if (account.totpConfirmedAt !== null) throw isOn();
  await tx.account.update({
    where: { id: account.id },
    data: { totpSecret: sealed.bytes, totpKeyId: sealed.keyId, totpLastStep: null },
    select: { id: true },
  });
  return { id: account.id };
});

/** Asks for the second factor from now on: the first code shows that it is set up. Laws 1, 2 and 4. */
export const confirm = saga('account.update', async (tools, viewer, input: { code: string } & Surroundings) =>
  tried(
    tools,
    viewer,
    input,
    async () => await act(tools, viewer, turnOn, { code: input.code, secrets: tools.secrets }),
  ),
);

const turnOn = command('account.update', async (tx, viewer, { code, secrets }: { code: string; secrets: Secrets }) => {
  const account = await lockAccount(tx, viewer);
  if (account.totpConfirmedAt !== null) throw isOn();
  if (account.totpSecret === null) {
    throw new InvalidStateError('Begin to set it up first: there is no authenticator yet.', 'NOT_BEGUN');
  }
  const totpLastStep = stepOf(openSecret(account, secrets), code.trim(), now(), account.totpLastStep);
  if (totpLastStep === null) throw wrongCode();
  await tx.account.update({
    where: { id: account.id },
    data: { totpConfirmedAt: now(), totpLastStep },
    select: { id: true },
  });
  const recoveryCodes = await replaceRecoveryCodes(tx, account.id);
  return { id: account.id, recoveryCodes, session: await secure(tx, viewer, 'TWO_FACTOR_ON') };
});

/** Takes the second factor away. Law 5. */
export const disable = saga(
  'account.update',
  async (tools, viewer, input: { password: string; code: string } & Surroundings) => {
    await requirePassword(tools, viewer, input.password, input.device);
    return await tried(tools, viewer, input, async () =>
      act(tools, viewer, turnOff, { code: input.code, secrets: tools.secrets }),
    );
  },
);

const turnOff = command('account.update', async (tx, viewer, { code, secrets }: { code: string; secrets: Secrets }) => {
  const account = await lockAccount(tx, viewer);
  if (account.totpConfirmedAt === null) throw isOff();
  await provePossession(tx, account, code, secrets);
  await tx.account.update({
    where: { id: account.id },
    data: { totpConfirmedAt: null, totpSecret: null, totpKeyId: null, totpLastStep: null },
    select: { id: true },
  });
  await tx.recoveryCode.deleteMany({ where: { accountId: account.id } });
  return { id: account.id, session: await secure(tx, viewer, 'TWO_FACTOR_OFF') };
});

/** Ten new recovery codes in the place of all old ones. Laws 4 and 5. */
export const renewRecoveryCodes = saga(
  'account.update',
  async (tools, viewer, input: { password: string } & Surroundings) => {
    await requirePassword(tools, viewer, input.password, input.device);
    return await act(tools, viewer, renew, {});
  },
);

const renew = command('account.update', async (tx, viewer) => {
  const account = await lockAccount(tx, viewer);
  if (account.totpConfirmedAt === null) throw isOff();
  const recoveryCodes = await replaceRecoveryCodes(tx, account.id);
  await tellHolder(tx, viewer, 'RECOVERY_CODES_RENEWED');
  return { id: account.id, recoveryCodes };
});

/** Law 1 or 4: uses the code up. The account is locked. */
export async function provePossession(
  tx: Transaction,
  account: Account,
  code: string,
  secrets: Secrets,
): Promise<void> {
  const typed = code.trim();
  if (isTotp(typed)) {
    const totpLastStep = stepOf(openSecret(account, secrets), typed, now(), account.totpLastStep);
    if (totpLastStep === null) throw wrongCode();
    await tx.account.update({ where: { id: account.id }, data: { totpLastStep }, select: { id: true } });
    return;
  }
  const { count } = await tx.recoveryCode.updateMany({
    where: { accountId: account.id, codeHash: hashRecoveryCode(typed), usedAt: null },
    data: { usedAt: now() },
  });
  if (count === 0) throw wrongCode();
}

/** Whether that was a recovery code. */
export function isRecoveryCode(code: string): boolean {
  return !isTotp(code.trim());
}

async function replaceRecoveryCodes(tx: Transaction, accountId: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  await tx.recoveryCode.deleteMany({ where: { accountId } });
  await tx.recoveryCode.createMany({ data: codes.map((code) => ({ accountId, codeHash: hashRecoveryCode(code) })) });
  return codes;
}

function openSecret({ id, totpSecret, totpKeyId }: Account, secrets: Secrets): string {
  return secrets.open({ keyId: totpKeyId ?? '', bytes: totpSecret ?? new Uint8Array() }, placeOfTotp(id));
}

const placeOfTotp = (accountId: string) => placeOf('accounts.totp_secret', accountId);

/** A code is tried as a password is: too many wrong ones lock the account's name. */
async function tried<Result>(
  { database }: Tools,
  viewer: Viewer,
  { device }: Surroundings,
  work: () => Promise<Result>,
): Promise<Result> {
  const { email } = await accountOf(database, viewer);
  return await tryOnce(database, { name: email, ipAddress: device.ipAddress }, work);
}

const wrongCode = () => new InvalidStateError('The code is wrong, or was used already.', 'WRONG_CODE');
const isOn = () => new InvalidStateError('The account asks for a second factor already.', 'TWO_FACTOR_ON');
const isOff = () => new InvalidStateError('The account asks for no second factor.', 'TWO_FACTOR_OFF');
