import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { failure, issuesOf, recorded, success } from '../../kit/expect.ts';
import { asToken, type Person } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { accountUnchanged } from '../signing.ts';

const AccountUpdate = graphql(`
  mutation AccountUpdate($input: AccountUpdateInput!) {
    accountUpdate(input: $input) {
      __typename
      ...Failure
      ... on AccountUpdateSuccess {
        account {
          displayName
          avatarUrl
          timeZone
          locale
          dateFormat
          timeFormat
          version
        }
      }
    }
  }
`);

const OwnAccount = graphql(`
  query OwnAccount {
    viewer {
      account {
        id
        email
        verifiedAt
        displayName
        hasPassword
        hasTwoFactor
      }
    }
  }
`);

const update = async (world: World, me: Person, input: VariablesOf<typeof AccountUpdate>['input']) =>
  (await world.as(me).run(AccountUpdate, { input })).accountUpdate;

async function cast() {
  const world = await makeWorld();
  const me = await world.withAccount(world.admin, { displayName: 'Inés' });
  return { world, me, accountId: me.accountId as string };
}

describe('accountUpdate', () => {
  test('changes the profile; what is absent stays, null clears', async () => {
    const { world, me, accountId } = await cast();
    const whole = {
      displayName: 'Inés Vázquez',
      avatarUrl: 'https://example.com/ines.png',
      timeZone: 'Europe/Madrid',
      locale: 'pt-BR',
      dateFormat: 'DAY_MONTH_YEAR' as const,
      timeFormat: 'HOURS_24' as const,
    };
    const { result, events, logs } = await recorded(world, () =>
      update(world, me, { ...whole, displayName: ' Inés Vázquez ', locale: 'PT-br' }),
    );
    expect(success(result).account).toEqual({ ...whole, version: 2 });
    // It is no organization's: none is told, and none has it in its log.
    expect([events, logs]).toEqual([[], []]);
    expect(success(await update(world, me, { displayName: 'I. V.' })).account).toEqual({
      ...whole,
      displayName: 'I. V.',
      version: 3,
    });
    const cleared = { avatarUrl: null, timeZone: null, locale: null, dateFormat: null, timeFormat: null };
    expect(success(await update(world, me, cleared)).account).toEqual({ ...cleared, displayName: 'I. V.', version: 4 });
    await accountUnchanged(world, accountId, () => update(world, me, { ...cleared, displayName: 'I. V.' }));
  });

  test.each([
    ['displayName', null, 'REQUIRED'],
    ['displayName', '  ', 'REQUIRED'],
    ['displayName', 'x'.repeat(256), 'TOO_LONG'],
    ['displayName', 'a\0b', 'INVALID'],
    ['avatarUrl', 'javascript:alert(1)', 'INVALID'],
    ['avatarUrl', `https://example.com/${'x'.repeat(2_000)}`, 'TOO_LONG'],
    ['timeZone', 'Middle/Earth', 'UNKNOWN'],
    ['timeZone', '+02:00', 'UNKNOWN'],
    ['locale', 'no such language', 'UNKNOWN'],
    ['locale', 'x'.repeat(36), 'UNKNOWN'],
    ['locale', '', 'UNKNOWN'],
  ])('refuses as %s %j', async (field, value, code) => {
    const { world, me, accountId } = await cast();
    const result = await accountUnchanged(world, accountId, () => update(world, me, { [field]: value }));
    expect(issuesOf(result)).toContain(`${field} ${code}`);
  });

  test('refuses a stale version', async () => {
    const { world, me, accountId } = await cast();
    success(await update(world, me, { displayName: 'One', expectedVersion: 1 }));
    const result = await accountUnchanged(world, accountId, () =>
      update(world, me, { displayName: 'Two', expectedVersion: 1 }),
    );
    expect(failure(result, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('is for who is signed in to an account: no client by link, no token, nobody whose account is inactive', async () => {
    const { world, me, accountId } = await cast();
    const refusal = async (actor: Parameters<World['as']>[0]) => {
      const { accountUpdate } = await world.as(actor).run(AccountUpdate, { input: { displayName: 'X' } });
      return failure(accountUpdate, 'InvalidStateError').code;
    };
    expect(await refusal(await world.client())).toBe('NO_ACCOUNT');
    expect(await refusal(asToken(me))).toBe('NO_ACCOUNT');
    await world.rows.account.update({ where: { id: accountId }, data: { status: 'INACTIVE' } });
    expect(await refusal(me)).toBe('NO_ACCOUNT');
  });
});

describe('viewer.account', () => {
  test('is the login behind the session', async () => {
    const { world, me, accountId } = await cast();
    const account = await world.rows.account.findUniqueOrThrow({ where: { id: accountId } });
    expect((await world.as(me).run(OwnAccount)).viewer.account).toEqual({
      id: encodeId('Account', accountId),
      email: account.email,
      verifiedAt: account.verifiedAt?.toISOString(),
      displayName: 'Inés',
      hasPassword: true,
      hasTwoFactor: false,
    });
    await world.secondFactor(accountId);
    await world.rows.account.update({ where: { id: accountId }, data: { passwordHash: null, verifiedAt: null } });
    expect((await world.as(me).run(OwnAccount)).viewer.account).toMatchObject({
      verifiedAt: null,
      hasPassword: false,
      hasTwoFactor: true,
    });
  });

  test('is null of a token, and of somebody without one', async () => {
    const { world, me } = await cast();
    for (const actor of [asToken(me), await world.client()]) {
      expect((await world.as(actor).run(OwnAccount)).viewer.account).toBeNull();
    }
  });

  test('is shown by its id to nobody else, the organization’s administrators included', async () => {
    const { world, me, accountId } = await cast();
    const other = await world.withAccount(await world.member());
    const id = encodeId('Account', accountId);
    const node = (actor: Person) => world.as(actor).run('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(await node(me)).toEqual({ node: { id } });
    for (const actor of [other, await world.member(), await world.stranger()]) {
      expect(await node(actor)).toEqual({ node: null });
    }
  });
});
