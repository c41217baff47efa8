import { describe, expect, test } from 'vitest';
import { find } from '../../../src/clients/magic-links/commands.ts';
import { begin } from '../../../src/identity/two-factor/commands.ts';
import { act } from '../../../src/kernel/command.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { createSecrets } from '../../../src/kernel/secrets.ts';
import { password } from '../../kit/builders/accounts.ts';
import { settings } from '../../kit/client.ts';
import { minute, stopClock } from '../../kit/clock.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { codeAt } from '../../kit/totp.ts';
import { viewerOf } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { accountUnchanged, bearer, letters, refusedSignIn, send, signIn, trySignIn, whoIs } from '../signing.ts';

const failure = '... on Error { code message }';
const mutations = {
  begin: `mutation ($input: TotpBeginInput!) { totpBegin(input: $input) { __typename ${failure} ... on TotpBeginSuccess { secret uri } } }`,
  confirm: `mutation ($input: TotpConfirmInput!) { totpConfirm(input: $input) { __typename ${failure}
    ... on TotpConfirmSuccess { token recoveryCodes account { hasTwoFactor version } } } }`,
  disable: `mutation ($input: TotpDisableInput!) { totpDisable(input: $input) { __typename ${failure}
    ... on TotpDisableSuccess { token account { hasTwoFactor } } } }`,
  renew: `mutation ($input: RecoveryCodesRenewInput!) { recoveryCodesRenew(input: $input) { __typename ${failure}
    ... on RecoveryCodesRenewSuccess { recoveryCodes } } }`,
};

const run = async (name: keyof typeof mutations, token: string, input: object) => {
  const { answer, errors } = await send(mutations[name], bearer(token), { input });
  return answer ?? { code: errors[0].extensions.code };
};

async function cast() {
  const world = await makeWorld();
  const account = await world.account({ people: [world.admin] });
  const { email } = account;
  return { world, account, email, token: await signIn({ email, password }) };
}

/** The same, when the second factor is set up: with the authenticator's secret, the recovery codes and the token of now. */
async function secured() {
  const clock = stopClock();
  const made = await cast();
  const { secret } = await run('begin', made.token, { password });
  const { token, recoveryCodes } = await run('confirm', made.token, { code: codeAt(secret) });
  // The next code: the one that has confirmed it is used up.
  clock.advance(minute);
  return { ...made, clock, secret, token, recoveryCodes: recoveryCodes as string[] };
}

const hasTwoFactor = async (world: World, id: string) =>
  (await world.rows.user.findUniqueOrThrow({ where: { id } })).hasTwoFactor;

describe('totpBegin', () => {
  test('tells the secret and an address for authenticators, and asks for nothing yet', async () => {
    const { world, account, email, token } = await cast();
    const { secret, uri } = await run('begin', token, { password });
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(uri).toMatch(/^otpauth:\/\/totp\//);
    expect(decodeURIComponent(uri)).toContain(`engine.test:${email}`);
    expect(uri).toContain(`secret=${secret}`);
    expect(uri).toContain('issuer=engine.test');
    expect(await hasTwoFactor(world, world.admin.id)).toBe(false);
    await signIn({ email, password });
    // Law 3: it is kept encrypted.
    const row = await world.rows.account.findUniqueOrThrow({ where: { id: account.id } });
    expect(row).toMatchObject({ totpKeyId: 'test', totpConfirmedAt: null, version: account.version });
    expect(Buffer.from(row.totpSecret ?? []).toString('latin1')).not.toContain(secret);
  });

  test('begun again has another secret: the old one confirms nothing', async () => {
    const { token } = await cast();
    const { secret: old } = await run('begin', token, { password });
    await run('begin', token, { password });
    expect((await run('confirm', token, { code: codeAt(old) })).code).toBe('WRONG_CODE');
  });

  test('takes the password; being signed in is not enough', async () => {
    const { world, account, token } = await cast();
    const result = await accountUnchanged(world, account.id, () => run('begin', token, { password: 'no idea at all' }));
    expect(result.code).toBe('WRONG_PASSWORD');
  });

  test('is refused where there is a second factor', async () => {
    const { world, account, token } = await secured();
    const result = await accountUnchanged(world, account.id, () => run('begin', token, { password }));
    expect(result.code).toBe('TWO_FACTOR_ON');
  });

  test('is refused by a server that can keep no secrets', async () => {
    const { world, account } = await cast();
    const viewer = { ...viewerOf(world.admin), accountId: account.id };
    const device = { ipAddress: null, userAgent: null };
    const tools = { ...world.tools, secrets: createSecrets([]) };
    await expect(act(tools, viewer, begin, { password, device, settings })).rejects.toMatchObject({
      code: 'ENCRYPTION_NOT_CONFIGURED',
    });
  });
});

describe('totpConfirm', () => {
  test('law 2: asks for a code from now on; ends every other session, and tells the holder', async () => {
    const { world, account, email, token } = await cast();
    const other = await makeWorld();
    const client = await other.client({ accountId: account.id });
    const elsewhere = await signIn({ email, password, organization: world.organization.slug });
    const { secret } = await run('begin', token, { password });
    const { result, logs } = await recorded(world, () => run('confirm', token, { code: codeAt(secret) }));
    expect(result).toMatchObject({ account: { hasTwoFactor: true, version: account.version } });
    expect(await whoIs(result.token)).toBe(encodeId('TeamMember', world.admin.id));
    for (const ended of [token, elsewhere]) expect(await whoIs(ended)).toBe('UNAUTHENTICATED');
    // Every person of the account shows it, wherever.
    expect([await hasTwoFactor(world, world.admin.id), await hasTwoFactor(other, client.id)]).toEqual([true, true]);
    expect(JSON.stringify(logs)).toContain('has_two_factor');
    expect(JSON.stringify(logs)).not.toMatch(/totp_secret|code_hash/);
    expect(await refusedSignIn({ email, password })).toBe('InvalidStateError TWO_FACTOR_NEEDED');
    expect((await letters(world, email)).map(({ subject }) => subject)).toEqual(['Signing in takes two factors now']);
  });

  test('is told in each organization as its own person’s doing: none reads of another one’s people', async () => {
    const clock = stopClock();
    const { world, account, email, token } = await cast();
    const other = await makeWorld();
    const client = await other.client({ accountId: account.id });
    await signIn({ email, password, organization: other.organization.slug });
    const { secret } = await run('begin', token, { password });
    const on = await run('confirm', token, { code: codeAt(secret) });
    clock.advance(minute);
    expect(await run('disable', on.token, { password, code: codeAt(secret) })).toMatchObject({
      account: { hasTwoFactor: false },
    });
    const [here, there] = [world.admin.id, client.id];
    for (const [place, own, foreign] of [
      [world, here, there],
      [other, there, here],
    ] as const) {
      const logs = await place.logs();
      const told = logs.filter(({ changes }) => 'has_two_factor' in changes && changes.has_two_factor?.before !== null);
      expect(told.map(({ entityId, actorId }) => [entityId, actorId])).toEqual([
        [own, own],
        [own, own],
      ]);
      expect(JSON.stringify([logs, await place.events()])).not.toContain(foreign);
    }
  });

  test('law 6: ends magic links for its people, and gives them none', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const account = await world.account({ people: [client] });
    const link = `mutation { magicLinkCreate(input: { clientId: "${client.id}" }) { __typename ${failure} ... on MagicLinkCreateSuccess { link } } }`;
    const admin = await world.session({ user: world.admin });
    const made = await send(link, bearer(admin.secret));
    const token = new URL(made.answer.link).searchParams.get('token') as string;
    const own = await signIn({ email: account.email, password });
    const { secret } = await run('begin', own, { password });
    await run('confirm', own, { code: codeAt(secret) });
    expect(await find(world.database, token)).toBeNull();
    expect((await unchanged(world, () => send(link, bearer(admin.secret)))).answer.code).toBe('TWO_FACTOR');
  });

  test('refuses a wrong code, five times; then it waits', async () => {
    const { world, account, token } = await cast();
    stopClock();
    const { secret } = await run('begin', token, { password });
    for (let time = 0; time < 5; time += 1) {
      const result = await accountUnchanged(world, account.id, () => run('confirm', token, { code: '000000' }));
      expect(result.code).toBe('WRONG_CODE');
    }
    expect((await run('confirm', token, { code: codeAt(secret) })).code).toBe('LIMIT_REACHED');
  });

  test('is refused before it was begun, and where it was confirmed', async () => {
    const { token } = await cast();
    expect((await run('confirm', token, { code: '000000' })).code).toBe('NOT_BEGUN');
    const { secret, token: renewed } = await secured();
    expect((await run('confirm', renewed, { code: codeAt(secret) })).code).toBe('TWO_FACTOR_ON');
  });
});

describe('law 1: a code', () => {
  test('gets in together with the password, once', async () => {
    const { email, secret } = await secured();
    const code = codeAt(secret);
    await signIn({ email, password, code });
    expect(await refusedSignIn({ email, password, code })).toBe('InvalidStateError WRONG_CODE');
  });

  test('of ten at once gets in once', async () => {
    const { email, secret } = await secured();
    const code = codeAt(secret);
    const answers = await Promise.all(Array.from({ length: 4 }, () => trySignIn({ email, password, code })));
    const names = answers.map((answer) => ('code' in answer ? answer.code : answer.__typename)).sort();
    expect(names).toEqual(['SignInSuccess', 'WRONG_CODE', 'WRONG_CODE', 'WRONG_CODE']);
  });

  test('counts half a minute before and after its time, and not longer', async () => {
    const { email, secret, clock } = await secured();
    const at = new Date(Math.ceil(clock.now().getTime() / minute) * minute + 10 * minute);
    const codes = [-60, -30, 0, 30, 60].map((seconds) => codeAt(secret, new Date(at.getTime() + seconds * 1_000)));
    clock.travel(at);
    const outcomes = [];
    for (const code of codes) outcomes.push(await tryCode(email, code));
    expect(outcomes).toEqual(['WRONG_CODE', 'in', 'in', 'in', 'WRONG_CODE']);
  });

  test('ends those before it', async () => {
    const { email, secret, clock } = await secured();
    const [now, before] = [codeAt(secret), codeAt(secret, new Date(clock.now().getTime() - 30_000))];
    expect(await tryCode(email, now)).toBe('in');
    expect(await tryCode(email, before)).toBe('WRONG_CODE');
  });

  test('is not worth the password', async () => {
    const { email, secret } = await secured();
    expect(await refusedSignIn({ email, password: 'seven brave otter', code: codeAt(secret) })).toBe(
      'InvalidStateError WRONG_CREDENTIALS',
    );
    // And is not used up by it.
    await signIn({ email, password, code: codeAt(secret) });
  });

  test.each(['', '   ', '12345', '1234567', 'abcdef', '１２３４５６'])('is none: %j', async (code) => {
    const { email } = await secured();
    const expected = code.trim() === '' ? 'TWO_FACTOR_NEEDED' : 'WRONG_CODE';
    expect(await refusedSignIn({ email, password, code })).toBe(`InvalidStateError ${expected}`);
  });
});

async function tryCode(email: string, code: string): Promise<string> {
  const answer = await trySignIn({ email, password, code });
  return 'code' in answer ? answer.code : 'in';
}

describe('law 4: recovery codes', () => {
  test('are ten, told once, and kept as hashes', async () => {
    const { world, account, recoveryCodes } = await secured();
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
    const { rows } = await world.owner.query('select to_jsonb(r) as row from recovery_codes r where account_id = $1', [
      account.id,
    ]);
    expect(rows).toHaveLength(10);
    const kept = JSON.stringify(rows).toUpperCase();
    for (const code of recoveryCodes) expect(kept).not.toContain(code.replaceAll('-', ''));
  });

  test('get in once each, however they are typed; the holder is told', async () => {
    const { world, email, recoveryCodes } = await secured();
    const [first = '', second = '', third = ''] = recoveryCodes;
    await signIn({ email, password, code: first });
    expect(await tryCode(email, first)).toBe('WRONG_CODE');
    expect(await tryCode(email, ` ${second.toLowerCase().replaceAll('-', ' ')} `)).toBe('in');
    expect(await tryCode(email, third.replaceAll('-', ''))).toBe('in');
    expect((await letters(world, email)).map(({ subject }) => subject).slice(1)).toEqual(
      Array.from({ length: 3 }, () => 'A recovery code was used'),
    );
  });

  test('of four at once with one code one gets in', async () => {
    const { email, recoveryCodes } = await secured();
    const code = recoveryCodes[0] as string;
    const answers = await Promise.all(Array.from({ length: 4 }, () => tryCode(email, code)));
    expect(answers.sort()).toEqual(['WRONG_CODE', 'WRONG_CODE', 'WRONG_CODE', 'in']);
  });

  test('are another account’s to nobody', async () => {
    const { recoveryCodes } = await secured();
    const other = await secured();
    expect(await tryCode(other.email, recoveryCodes[0] as string)).toBe('WRONG_CODE');
  });

  test('are all replaced by new ones, for the password', async () => {
    const { world, account, email, token, recoveryCodes } = await secured();
    const refused = await accountUnchanged(world, account.id, () =>
      run('renew', token, { password: 'no idea at all' }),
    );
    expect(refused.code).toBe('WRONG_PASSWORD');
    const renewed = await run('renew', token, { password });
    expect(renewed.recoveryCodes).toHaveLength(10);
    expect(await tryCode(email, recoveryCodes[0] as string)).toBe('WRONG_CODE');
    expect(await tryCode(email, renewed.recoveryCodes[9])).toBe('in');
    expect((await letters(world, email)).map(({ subject }) => subject)).toContain('You have new recovery codes');
  });

  test('are none without a second factor', async () => {
    const { token } = await cast();
    expect((await run('renew', token, { password })).code).toBe('TWO_FACTOR_OFF');
  });
});

describe('totpDisable', () => {
  test('law 5: takes password and code, and asks for no code any more', async () => {
    const { world, account, email, token, secret } = await secured();
    const bad = { password: 'no idea at all', code: codeAt(secret) };
    expect((await accountUnchanged(world, account.id, () => run('disable', token, bad))).code).toBe('WRONG_PASSWORD');
    const wrong = { password, code: '000000' };
    expect((await accountUnchanged(world, account.id, () => run('disable', token, wrong))).code).toBe('WRONG_CODE');
    const done = await run('disable', token, { password, code: codeAt(secret) });
    expect(done.account).toEqual({ hasTwoFactor: false });
    expect(await whoIs(token)).toBe('UNAUTHENTICATED');
    expect(await whoIs(done.token)).toBe(encodeId('TeamMember', world.admin.id));
    await signIn({ email, password });
    expect(await hasTwoFactor(world, world.admin.id)).toBe(false);
    const row = await world.rows.account.findUniqueOrThrow({ where: { id: account.id } });
    expect(row).toMatchObject({ totpSecret: null, totpKeyId: null, totpConfirmedAt: null, totpLastStep: null });
    expect(await world.rows.recoveryCode.count({ where: { accountId: account.id } })).toBe(0);
  });

  test('takes a recovery code for whoever has lost the authenticator', async () => {
    const { token, recoveryCodes } = await secured();
    const done = await run('disable', token, { password, code: recoveryCodes[3] });
    expect(done.account).toEqual({ hasTwoFactor: false });
  });

  test('is refused where there is none', async () => {
    const { token } = await cast();
    expect((await run('disable', token, { password, code: '000000' })).code).toBe('TWO_FACTOR_OFF');
  });
});

test('a person who is tied to an account that has a second factor shows it from then on', async () => {
  const world = await makeWorld();
  const account = await world.account();
  await world.secondFactor(account.id);
  const client = await world.client();
  expect(await hasTwoFactor(world, client.id)).toBe(false);
  await world.rows.user.update({ where: { id: client.id }, data: { accountId: account.id } });
  expect(await hasTwoFactor(world, client.id)).toBe(true);
});
