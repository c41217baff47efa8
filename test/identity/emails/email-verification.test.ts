import { describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { password } from '../../kit/builders/accounts.ts';
import { settings, type VariablesOf } from '../../kit/client.ts';
import { day, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, success } from '../../kit/expect.ts';
import { type SentMail, tokenIn } from '../../kit/mail.ts';
import { unique } from '../../kit/unique.ts';
import type { Person } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { accountUnchanged, letters, refusedSignIn, signIn } from '../signing.ts';

const EmailVerificationSend = graphql(`
  mutation EmailVerificationSend($input: EmailVerificationSendInput!) {
    emailVerificationSend(input: $input) {
      __typename
      ...Failure
      ... on EmailVerificationSendSuccess {
        email
      }
    }
  }
`);

const EmailVerify = graphql(`
  mutation EmailVerify($input: EmailVerifyInput!) {
    emailVerify(input: $input) {
      __typename
      ...Failure
      ... on EmailVerifySuccess {
        account {
          email
          verifiedAt
          version
        }
      }
    }
  }
`);

const newAddress = () => `moved-${process.pid}-${unique()}@example.com`;

async function cast(fields: { verifiedAt?: Date | null } = {}) {
  const world = await makeWorld();
  const me = await world.withAccount(world.admin, { displayName: 'Inés Vázquez', ...fields });
  const account = await world.rows.account.findUniqueOrThrow({ where: { id: me.accountId as string } });
  return { world, me, account, email: account.email };
}

const ask = async (world: World, me: Person, input: VariablesOf<typeof EmailVerificationSend>['input'] = {}) =>
  (await world.as(me).run(EmailVerificationSend, { input })).emailVerificationSend;
const verify = async (world: World, me: Person, token: string) =>
  (await world.as(me).run(EmailVerify, { input: { token } })).emailVerify;
const linkTo = async (world: World, address: string) => tokenIn((await letters(world, address)).at(-1) as SentMail);

describe('emailVerificationSend and emailVerify', () => {
  test('prove the address that the account has', async () => {
    const { world, me, account, email } = await cast({ verifiedAt: null });
    expect(success(await ask(world, me))).toEqual({ __typename: 'EmailVerificationSendSuccess', email });
    const [mail] = await letters(world, email);
    expect(mail).toMatchObject({ from: world.organization.name, to: `Inés Vázquez <${email}>` });
    expect(mail?.text).toContain(`${settings.publicUrl}/verify-email?token=`);
    const { account: proven } = success(await verify(world, me, tokenIn(mail as SentMail)));
    expect(proven).toEqual({ email, verifiedAt: expect.any(String), version: account.version });
    // Nothing has changed that somebody else would have to be told of.
    expect(await letters(world, email)).toHaveLength(1);
    expect(failure(await ask(world, me), 'InvalidStateError').code).toBe('ALREADY_VERIFIED');
  });

  test('put another address in the place of the old one, which is told', async () => {
    const { world, me, email } = await cast();
    const moved = newAddress();
    expect(success(await ask(world, me, { email: moved.toUpperCase(), password })).email).toBe(moved);
    // Until it is proven, the old one signs in.
    await signIn({ email, password });
    expect(success(await verify(world, me, await linkTo(world, moved))).account.email).toBe(moved);
    await signIn({ email: moved, password });
    expect(await refusedSignIn({ email, password })).toBe('InvalidStateError WRONG_CREDENTIALS');
    expect((await letters(world, email)).map(({ subject }) => subject)).toEqual([
      'Your account has another e-mail address',
    ]);
  });

  test('end the links that the old address was sent', async () => {
    const { world, me, account, email } = await cast();
    const { token } = await world.accountCode({ accountId: account.id, email });
    const [first, second] = [newAddress(), newAddress()];
    for (const address of [first, second]) success(await ask(world, me, { email: address, password }));
    const links = [await linkTo(world, first), await linkTo(world, second)];
    success(await verify(world, me, links[1] as string));
    expect(failure(await verify(world, me, links[0] as string), 'InvalidStateError').code).toBe('LINK_SPENT');
    const open = await world.rows.accountCode.count({ where: { accountId: account.id, usedAt: null } });
    expect([open, token.length]).toEqual([0, 43]);
  });

  test('take the password for another address', async () => {
    const { world, me, account } = await cast();
    const email = newAddress();
    const without = await accountUnchanged(world, account.id, () => ask(world, me, { email }));
    expect(issuesOf(without)).toEqual(['password REQUIRED']);
    const wrong = await accountUnchanged(world, account.id, () => ask(world, me, { email, password: 'no idea' }));
    expect(failure(wrong, 'InvalidStateError').code).toBe('WRONG_PASSWORD');
    expect(await letters(world, email)).toEqual([]);
  });

  test('tell nothing of an address that another account has: neither here, nor there', async () => {
    const { world, me } = await cast();
    const other = await world.account();
    expect(success(await ask(world, me, { email: other.email, password })).email).toBe(other.email);
    expect(await letters(world, other.email)).toEqual([]);
  });

  test('refuse an address that another account has got meanwhile', async () => {
    const { world, me, account } = await cast();
    const moved = newAddress();
    success(await ask(world, me, { email: moved, password }));
    const token = await linkTo(world, moved);
    await world.account({ email: moved });
    const result = await accountUnchanged(world, account.id, () => verify(world, me, token));
    expect(issuesOf(result)).toEqual(['token TAKEN']);
  });

  test('are good for the account that asked, once, and for a day', async () => {
    const { world, me, account } = await cast();
    const clock = stopClock();
    const codes = [1, 2].map((number) => ({
      accountId: account.id,
      kind: 'VERIFY_EMAIL',
      email: `${number}-${newAddress()}`,
      expiresAt: new Date(clock.now().getTime() + day),
    }));
    const [one, two] = [
      await world.accountCode(codes[0] as (typeof codes)[number]),
      await world.accountCode(codes[1] as (typeof codes)[number]),
    ];
    const stranger = await cast();
    const stolen = await verify(stranger.world, stranger.me, one.token);
    expect(failure(stolen, 'InvalidStateError').code).toBe('LINK_SPENT');
    const reset = await world.accountCode({ accountId: account.id });
    for (const token of [reset.token, 'x'.repeat(43), '']) {
      expect(failure(await verify(world, me, token), 'InvalidStateError').code).toBe('LINK_SPENT');
    }
    clock.advance(day - 1);
    const answers = await Promise.all(Array.from({ length: 5 }, () => verify(world, me, one.token)));
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      'EmailVerifySuccess',
      ...Array.from({ length: 4 }, () => 'InvalidStateError'),
    ]);
    clock.advance(1);
    expect(failure(await verify(world, me, two.token), 'InvalidStateError').code).toBe('LINK_SPENT');
  });

  test('are for nobody without an account', async () => {
    const { world } = await cast();
    const client = await world.client();
    expect(failure(await ask(world, client), 'InvalidStateError').code).toBe('NO_ACCOUNT');
    expect(failure(await verify(world, client, 'x'.repeat(43)), 'InvalidStateError').code).toBe('NO_ACCOUNT');
  });
});
