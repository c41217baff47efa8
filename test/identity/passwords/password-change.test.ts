import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { password } from '../../kit/builders/accounts.ts';
import { stopClock } from '../../kit/clock.ts';
import { unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { accountUnchanged, bearer, letters, ownPage, refusedSignIn, send, signIn, whoIs } from '../signing.ts';

const newPassword = 'eight calm herons';
const query = `mutation ($input: PasswordChangeInput!) { passwordChange(input: $input) {
  __typename
  ... on Error { code message }
  ... on InvalidInputError { issues { path code } }
  ... on PasswordChangeSuccess { token expiresAt } } }`;

const change = (headers: Record<string, string>, input: object = {}) =>
  send(query, headers, { input: { currentPassword: password, newPassword, ...input } });

async function cast() {
  const world = await makeWorld();
  const account = await world.account({ people: [world.admin] });
  const { email } = account;
  return { world, account, email, token: await signIn({ email, password }) };
}

describe('passwordChange', () => {
  test('law 4: signs out everywhere else, and gives the session at hand a new token', async () => {
    const { world, account, email, token } = await cast();
    const other = await makeWorld();
    const client = await other.client({ accountId: account.id });
    const elsewhere = [await signIn({ email, password }), (await other.session({ user: client })).secret];
    const { answer, cookie } = await change(bearer(token));
    expect([answer.__typename, cookie]).toEqual(['PasswordChangeSuccess', null]);
    const me = encodeId('TeamMember', world.admin.id);
    expect(await whoIs(answer.token)).toBe(me);
    for (const ended of [token, ...elsewhere]) expect(await whoIs(ended)).toBe('UNAUTHENTICATED');
    expect(await refusedSignIn({ email, password })).toBe('InvalidStateError WRONG_CREDENTIALS');
    expect(await whoIs(await signIn({ email, password: newPassword, organization: world.organization.slug }))).toBe(me);
    expect(await letters(world, email)).toMatchObject([
      { from: world.organization.name, subject: 'Your password was changed' },
    ]);
  });

  test('puts the new token into the cookie where the old one was', async () => {
    const { token } = await cast();
    const { answer, cookie } = await change({ cookie: `__Host-session=${token}`, ...ownPage });
    expect(answer).toMatchObject({ __typename: 'PasswordChangeSuccess', token: null });
    const renewed = /^__Host-session=(sx_session_[\w-]{43});/.exec(cookie)?.[1] as string;
    expect(renewed).not.toBe(token);
    expect(await whoIs(renewed)).toMatch(/^member_/);
  });

  test('refuses a wrong password, five times; then it waits', async () => {
    const { world, account, token } = await cast();
    stopClock();
    for (let time = 0; time < 5; time += 1) {
      const { answer } = await accountUnchanged(world, account.id, () =>
        change(bearer(token), { currentPassword: 'seven brave otter' }),
      );
      expect(answer.code).toBe('WRONG_PASSWORD');
    }
    expect((await change(bearer(token))).answer.code).toBe('LIMIT_REACHED');
  });

  test('refuses a new password that is none', async () => {
    const { world, account, email, token } = await cast();
    for (const [bad, code] of [
      ['short', 'TOO_SHORT'],
      ['password2024', 'TOO_COMMON'],
      [email, 'TOO_COMMON'],
    ]) {
      const { answer } = await accountUnchanged(world, account.id, () => change(bearer(token), { newPassword: bad }));
      expect(answer.issues).toEqual([{ path: ['newPassword'], code }]);
    }
  });

  test('refuses an account without a password, a token of a program, and somebody without an account', async () => {
    const { world, account, token } = await cast();
    await world.rows.account.update({ where: { id: account.id }, data: { passwordHash: null } });
    expect((await change(bearer(token))).answer.code).toBe('NO_PASSWORD');
    const program = await world.token(world.admin, { lastUsedAt: new Date() });
    const byLink = await world.session({ user: await world.client() });
    for (const { secret } of [program, byLink]) {
      const { answer } = await unchanged(world, () => change(bearer(secret)));
      expect(answer).toMatchObject({
        code: 'NO_ACCOUNT',
        message: 'This takes somebody who is signed in to an account.',
      });
    }
  });

  test('of several at once one changes it', async () => {
    const { world, account, token } = await cast();
    const answers = await Promise.all(
      ['nine wise ravens', 'ten quick foxes'].map((chosen) => change(bearer(token), { newPassword: chosen })),
    );
    const ends = answers.map(({ answer, errors }) => answer?.code ?? answer?.__typename ?? errors[0].extensions.code);
    expect(ends.filter((end) => end === 'PasswordChangeSuccess')).toHaveLength(1);
    expect(ends.filter((end) => ['WRONG_PASSWORD', 'UNAUTHENTICATED'].includes(end))).toHaveLength(1);
    expect(await world.rows.session.count({ where: { accountId: account.id, revokedAt: null } })).toBe(1);
  });
});
