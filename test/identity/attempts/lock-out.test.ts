import { describe, expect, test } from 'vitest';
import { newExchange } from '../../../src/graphql/http.ts';
import { networkOf, waitingTime } from '../../../src/identity/attempts/rules.ts';
import { removeStaleAccess } from '../../../src/identity/jobs.ts';
import { password } from '../../kit/builders/accounts.ts';
import { testServer } from '../../kit/client.ts';
import { day, minute, stopClock } from '../../kit/clock.ts';
import { failure } from '../../kit/expect.ts';
import { passwordWork } from '../../kit/tools.ts';
import { codeAt } from '../../kit/totp.ts';
import { unique } from '../../kit/unique.ts';
import { anonymous } from '../../kit/viewers.ts';
import { makeWorld } from '../../kit/world.ts';
import { refusedSignIn, signIn, trySignIn } from '../signing.ts';

const wrong = 'InvalidStateError WRONG_CREDENTIALS';
const locked = 'LimitReachedError LIMIT_REACHED';
const wrongPassword = 'seven brave otter';

async function cast() {
  const world = await makeWorld();
  const account = await world.account({ people: [world.admin] });
  return { world, account, email: account.email };
}

const nobody = () => `nobody-${process.pid}-${unique()}@example.com`;

/** So many failures, each a minute's fraction apart. */
async function fail(email: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1)
    expect(await refusedSignIn({ email, password: wrongPassword })).toBe(wrong);
}

describe('law 1: the fifth failure', () => {
  test.each([
    ['of an account', async () => (await cast()).email],
    ['of an address that nobody has', async () => nobody()],
  ])('%s locks it for a quarter of an hour, to the millisecond, also with the right password', async (_, emailOf) => {
    const email = await emailOf();
    const clock = stopClock();
    await fail(email, 4);
    clock.advance(5 * minute - 1);
    await fail(email, 1);
    passwordWork.verified = 0;
    expect(failure(await trySignIn({ email, password }), 'LimitReachedError')).toMatchObject({
      code: 'LIMIT_REACHED',
      message: 'Too many tries have failed. Try again in 15 minutes.',
      limit: 5,
    });
    // Nothing is compared any more, so nothing can be found out.
    expect(passwordWork.verified).toBe(0);
    clock.advance(15 * minute - 1);
    expect(await refusedSignIn({ email, password })).toBe(locked);
    clock.advance(1);
    expect(await refusedSignIn({ email, password: wrongPassword })).toBe(wrong);
  });

  test('is forgotten when the lock has ended: the right password gets in, and five new failures are needed', async () => {
    const { email } = await cast();
    const clock = stopClock();
    await fail(email, 5);
    expect(await refusedSignIn({ email, password })).toBe(locked);
    clock.advance(15 * minute);
    await signIn({ email, password });
    await fail(email, 5);
    expect(await refusedSignIn({ email, password })).toBe(locked);
  });

  test('counts when the first was five minutes ago no more', async () => {
    const { email } = await cast();
    const clock = stopClock();
    await fail(email, 4);
    clock.advance(5 * minute);
    await fail(email, 4);
    await signIn({ email, password });
  });

  test('law 3: is forgiven by getting in', async () => {
    const { email } = await cast();
    stopClock();
    await fail(email, 4);
    await signIn({ email, password });
    await fail(email, 4);
    await signIn({ email, password });
  });

  test('is of one name: others get in, and letters don’t make another one', async () => {
    const { email } = await cast();
    const other = await cast();
    stopClock();
    await fail(email, 4);
    expect(await refusedSignIn({ email: email.toUpperCase(), password: wrongPassword })).toBe(wrong);
    expect(await refusedSignIn({ email, password })).toBe(locked);
    await signIn({ email: other.email, password });
  });

  test('law 3: of 20 wrong ones at once five are looked at', async () => {
    const { email } = await cast();
    stopClock();
    passwordWork.verified = 0;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refusedSignIn({ email, password: wrongPassword })),
    );
    expect(answers.sort()).toEqual([
      ...Array.from({ length: 5 }, () => wrong),
      ...Array.from({ length: 15 }, () => locked),
    ]);
    expect(passwordWork.verified).toBe(5);
  });

  test('law 3: right ones at once get in, and lock nothing afterwards', async () => {
    const { email } = await cast();
    stopClock();
    await Promise.all(Array.from({ length: 4 }, () => signIn({ email, password })));
    await Promise.all(Array.from({ length: 4 }, () => signIn({ email, password })));
    await fail(email, 4);
    await signIn({ email, password });
  });

  test('of a code counts as one of a password; being asked for the code does not', async () => {
    const { world, account, email } = await cast();
    const clock = stopClock();
    const secret = await world.secondFactor(account.id);
    for (let time = 0; time < 10; time += 1) {
      expect(await refusedSignIn({ email, password })).toBe('InvalidStateError TWO_FACTOR_NEEDED');
    }
    for (let time = 0; time < 3; time += 1) {
      expect(await refusedSignIn({ email, password, code: '000000' })).toBe('InvalidStateError WRONG_CODE');
      // Whoever has the password does not get the failures of codes forgiven by it.
      expect(await refusedSignIn({ email, password })).toBe('InvalidStateError TWO_FACTOR_NEEDED');
    }
    await fail(email, 2);
    expect(await refusedSignIn({ email, password, code: codeAt(secret) })).toBe(locked);
    clock.advance(15 * minute);
    await signIn({ email, password, code: codeAt(secret) });
  });

  test('is counted where nobody can read for whom', async () => {
    const { world, email } = await cast();
    await fail(email, 1);
    const { rows } = await world.owner.query('select * from attempt_counters');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(email);
  });
});

describe('law 2: an address of the network', () => {
  const query =
    'mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on Error { code message } } }';

  async function tryFrom(ipAddress: string, input: object): Promise<{ code?: string; message?: string }> {
    const response = await (await testServer()).fetch(
      'https://engine.test/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { input } }),
      },
      { viewer: anonymous, exchange: newExchange(ipAddress) },
    );
    return ((await response.json()) as { data: { signIn: object } }).data.signIn;
  }
  const newNetwork = () => `2001:db8:${unique().toString(16)}:${(process.pid % 65_536).toString(16)}`;

  test('is locked for five minutes after 30 failures, whatever the names; right ones are none', async () => {
    const { email } = await cast();
    const network = newNetwork();
    const clock = stopClock();
    for (let time = 0; time < 30; time += 1) {
      // Every host of a network is the same.
      const from = `${network}::${time.toString(16)}`;
      expect(await tryFrom(from, { email, password })).toEqual({ __typename: 'SignInSuccess' });
      expect(await tryFrom(from, { email: nobody(), password })).toMatchObject({ code: 'WRONG_CREDENTIALS' });
    }
    expect(await tryFrom(`${network}::1`, { email, password })).toMatchObject({
      code: 'LIMIT_REACHED',
      message: 'Too many tries have failed. Try again in 5 minutes.',
    });
    expect(await tryFrom(`${newNetwork()}::1`, { email, password })).toEqual({ __typename: 'SignInSuccess' });
    clock.advance(5 * minute - 1);
    expect(await tryFrom(`${network}::1`, { email, password })).toMatchObject({ code: 'LIMIT_REACHED' });
    clock.advance(1);
    expect(await tryFrom(`${network}::1`, { email, password })).toEqual({ __typename: 'SignInSuccess' });
  });

  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '32.1.13.184.0.1.0.2/64'],
    ['2001:db8:1:2::', '32.1.13.184.0.1.0.2/64'],
    ['2001:db8:1:3::', '32.1.13.184.0.1.0.3/64'],
    ['no address', 'no address'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

test.each([
  [15 * minute, '15 minutes'],
  [14 * minute + 1, '15 minutes'],
  [minute, 'a minute'],
  [1, 'a minute'],
])('a wait of %d ms is %s', (milliseconds, words) => {
  const at = new Date();
  expect(waitingTime(new Date(at.getTime() + milliseconds), at)).toBe(words);
});

test('counters that nothing was added to for a day are taken away', async () => {
  const { world, email } = await cast();
  const clock = stopClock();
  await fail(email, 1);
  const count = async () => (await world.owner.query('select from attempt_counters')).rowCount ?? 0;
  expect(await count()).toBeGreaterThan(0);
  clock.advance(10 * day);
  await removeStaleAccess(world.tools).run({});
  expect(await count()).toBe(0);
});
