import { describe, expect, test } from 'vitest';
import { accountMails } from '../../../src/identity/letters/jobs.ts';
import { countStatements } from '../../../src/kernel/db.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { hashToken } from '../../../src/kernel/tokens.ts';
import { graphql } from '../../generated/gql.ts';
import { password } from '../../kit/builders/accounts.ts';
import { clientOf, settings, type VariablesOf } from '../../kit/client.ts';
import { minute, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { type SentMail, tokenIn } from '../../kit/mail.ts';
import { codeAt } from '../../kit/totp.ts';
import { unique } from '../../kit/unique.ts';
import { anonymous } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { accountUnchanged, letters, refusedSignIn, signIn, whoIs } from '../signing.ts';

const PasswordResetRequest = graphql(`
  mutation PasswordResetRequest($input: PasswordResetRequestInput!) {
    passwordResetRequest(input: $input) {
      __typename
      ...Failure
      ... on PasswordResetRequestSuccess {
        email
      }
    }
  }
`);

const PasswordReset = graphql(`
  mutation PasswordReset($input: PasswordResetInput!) {
    passwordReset(input: $input) {
      __typename
      ...Failure
      ... on PasswordResetSuccess {
        isSet
      }
    }
  }
`);

const newPassword = 'eight calm herons';

const ask = async (email: string) =>
  (await clientOf(anonymous).run(PasswordResetRequest, { input: { email } })).passwordResetRequest;
const reset = async (input: VariablesOf<typeof PasswordReset>['input']) =>
  (await clientOf(anonymous).run(PasswordReset, { input })).passwordReset;

async function cast(fields: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld(fields);
  const account = await world.account({ people: [world.admin], displayName: 'Inés Vázquez' });
  return { world, account, email: account.email };
}

/** Links that other tests asked for may still wait: which job is the newest. */
async function lastQueued(world: World): Promise<string> {
  const { rows } = await world.owner.query<{ id: string }>(
    'select coalesce(max(id), 0)::text as id from graphile_worker._private_jobs',
  );
  return rows[0]?.id ?? '0';
}

type QueuedMail = { id: string; kind: string; data: Record<string, string> };

async function queuedAfter(world: World, last: string): Promise<QueuedMail[]> {
  const { rows } = await world.owner.query<{ payload: QueuedMail }>(
    `select payload from graphile_worker._private_jobs
     where id > $1 and payload ->> 'kind' = 'account.reset' order by id`,
    [last],
  );
  return rows.map(({ payload }) => payload);
}

/** The token of a link that was asked for. */
async function linkFor(world: World, email: string): Promise<string> {
  success(await ask(email));
  return tokenIn((await letters(world, email)).at(-1) as SentMail);
}

describe('passwordResetRequest', () => {
  test('sends a link in the name of the organization', async () => {
    const { world, account, email } = await cast();
    expect(success(await ask(email.toUpperCase()))).toEqual({ __typename: 'PasswordResetRequestSuccess', email });
    const sent = await letters(world, email);
    expect(sent).toMatchObject([
      { from: world.organization.name, to: `Inés Vázquez <${email}>`, subject: 'Set a new password' },
    ]);
    const token = tokenIn(sent[0] as SentMail);
    expect(sent[0]?.text).toContain(`${settings.publicUrl}/reset-password?token=${token}`);
    const [code] = await world.rows.accountCode.findMany({ where: { accountId: account.id } });
    expect(code).toMatchObject({ kind: 'RESET_PASSWORD', email, usedAt: null });
    expect(Buffer.from(code?.tokenHash ?? [])).toEqual(hashToken(token));
  });

  test('sends it as the organization wants its mails to be', async () => {
    const wanted = { mailSignature: 'Studio LLC\n12 Water Street', mailColor: '#ffd54a' };
    const { world, email } = await cast(wanted);
    success(await ask(email));
    const [mail] = await letters(world, email);
    expect(mail?.text).toContain(`-- \n${world.organization.name}\nStudio LLC\n12 Water Street\n`);
    expect(mail?.html).toContain('background:#ffd54a;color:#000');
  });

  test('answers the same for an address that nobody has, having looked nothing up: what is queued is the same', async () => {
    const { world, email } = await cast();
    const nobody = `nobody-${process.pid}-${unique()}@example.com`;
    const last = await lastQueued(world);
    const answers = [];
    for (const address of [email, nobody]) {
      const { result, statements } = await countStatements(() => unchanged(world, () => ask(address)));
      answers.push({ result: JSON.stringify(result).replace(address, ''), statements });
    }
    expect(answers[0]).toEqual(answers[1]);
    const jobs = (await queuedAfter(world, last)).map(({ kind, data }) => ({ kind, data }));
    expect(jobs).toEqual([email, nobody].map(() => ({ kind: 'account.reset', data: { digest: expect.any(String) } })));
    // Law 2 of mail: neither addresses nor secrets.
    expect(JSON.stringify(jobs)).not.toMatch(/@|token/);
    expect(await letters(world, nobody)).toEqual([]);
    expect(await letters(world, email)).toHaveLength(1);
  });

  test('sends nothing for an account that is inactive, and three links within a quarter of an hour', async () => {
    const { world, account, email } = await cast();
    await world.rows.account.update({ where: { id: account.id }, data: { status: 'INACTIVE' } });
    success(await ask(email));
    expect(await letters(world, email)).toEqual([]);
    await world.rows.account.update({ where: { id: account.id }, data: { status: 'ACTIVE' } });
    for (let time = 0; time < 5; time += 1) success(await ask(email));
    expect(await letters(world, email)).toHaveLength(2);
  });

  test('refuses an address that is too long to be anybody’s', async () => {
    const long = `${'x'.repeat(60)}@${'y'.repeat(60)}.${'z'.repeat(60)}.${'v'.repeat(60)}.${'w'.repeat(60)}.example`;
    expect(issuesOf(await ask(long))).toEqual(['email TOO_LONG']);
  });

  test('a mail that could not be sent at first has the same link when it is sent again', async () => {
    const { world, account, email } = await cast();
    const last = await lastQueued(world);
    success(await ask(email));
    const [queued] = await queuedAfter(world, last);
    const kind = accountMails(world.tools, settings).find(({ name }) => name === 'account.reset');
    const { id, data } = queued ?? { id: '', data: {} };
    const first = await kind?.compose(data, id);
    expect(await kind?.compose(data, id)).toEqual(first);
    expect(await world.rows.accountCode.count({ where: { accountId: account.id } })).toBe(1);
    await letters(world, email);
  });
});

describe('passwordReset', () => {
  test('sets the password, proves the address, and tells the holder', async () => {
    const { world, account, email } = await cast();
    await world.rows.account.update({ where: { id: account.id }, data: { verifiedAt: null } });
    const token = await linkFor(world, email);
    expect(success(await reset({ token, password: newPassword }))).toEqual({
      __typename: 'PasswordResetSuccess',
      isSet: true,
    });
    expect(await refusedSignIn({ email, password })).toBe('InvalidStateError WRONG_CREDENTIALS');
    expect(await whoIs(await signIn({ email, password: newPassword }))).toBe(encodeId('TeamMember', world.admin.id));
    const row = await world.rows.account.findUniqueOrThrow({ where: { id: account.id } });
    expect(row).toMatchObject({ verifiedAt: expect.any(Date), version: account.version });
    expect((await letters(world, email)).map(({ subject }) => subject)).toEqual([
      'Set a new password',
      'Your password was changed',
    ]);
  });

  test('ends every session of the account, in every organization, and of people that are inactive, too', async () => {
    const { world, account, email } = await cast();
    const other = await makeWorld();
    const client = await other.client({ accountId: account.id });
    const resting = await (await makeWorld()).client({ accountId: account.id, status: 'INACTIVE' });
    const sessions = [
      await world.session({ user: world.admin, accountId: account.id }),
      await world.session({ user: world.admin }),
      await other.session({ user: client, accountId: account.id }),
    ];
    const asleep = await world.rows.session.create({
      data: {
        organizationId: resting.organizationId,
        userId: resting.id,
        tokenHash: hashToken('asleep'),
        expiresAt: new Date(Date.now() + 60 * minute),
      },
    });
    const bystander = await other.session({ user: other.admin });
    const token = await linkFor(world, email);
    const { events, logs } = await recorded(world, async () => {
      success(await reset({ token, password: newPassword }));
    });
    for (const { secret } of sessions) expect(await whoIs(secret)).toBe('UNAUTHENTICATED');
    expect(await whoIs(bystander.secret)).toBe(encodeId('TeamMember', other.admin.id));
    expect((await world.rows.session.findUniqueOrThrow({ where: { id: asleep.id } })).revokedAt).not.toBeNull();
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['session.revoked', { userId: world.admin.id }],
      ['session.revoked', { userId: world.admin.id }],
    ]);
    expect(logs.map(({ entity, event, actorId }) => [entity, event, actorId])).toEqual([
      ['SESSION', 'UPDATED', world.admin.id],
      ['SESSION', 'UPDATED', world.admin.id],
    ]);
    expect((await other.events()).map(({ type }) => type)).toContain('session.revoked');
  });

  test('works once, and ends the links that were sent before', async () => {
    const { world, account, email } = await cast();
    const [first, second] = [await linkFor(world, email), await linkFor(world, email)];
    success(await reset({ token: second, password: newPassword }));
    for (const token of [second, first]) {
      const again = await accountUnchanged(world, account.id, () => reset({ token, password: 'nine wise ravens' }));
      expect(failure(again, 'InvalidStateError').code).toBe('LINK_SPENT');
    }
  });

  test('of ten at once one works', async () => {
    const { world, account } = await cast();
    const { token } = await world.accountCode({ accountId: account.id, email: account.email });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => reset({ token, password: `${newPassword} ${index}` })),
    );
    const names = answers.map((answer) => ('code' in answer ? answer.code : answer.__typename)).sort();
    expect(names).toEqual([...Array.from({ length: 9 }, () => 'LINK_SPENT'), 'PasswordResetSuccess']);
  });

  test('is good for a quarter of an hour, to the millisecond', async () => {
    const { world, email } = await cast();
    const other = await cast();
    const clock = stopClock();
    const [early, late] = [await linkFor(world, email), await linkFor(other.world, other.email)];
    clock.advance(15 * minute - 1);
    success(await reset({ token: early, password: newPassword }));
    clock.advance(1);
    expect(failure(await reset({ token: late, password: newPassword }), 'InvalidStateError').code).toBe('LINK_SPENT');
  });

  test('refuses a password that is none, and the link is still good', async () => {
    const { world, account, email } = await cast();
    const token = await linkFor(world, email);
    for (const [bad, issue] of [
      ['short', 'password TOO_SHORT'],
      ['x'.repeat(257), 'password TOO_LONG'],
      ['password2024', 'password TOO_COMMON'],
      [email, 'password TOO_COMMON'],
    ] as const) {
      const result = await accountUnchanged(world, account.id, () => reset({ token, password: bad }));
      expect([bad, issuesOf(result)]).toEqual([bad, [issue]]);
    }
    success(await reset({ token, password: newPassword }));
  });

  test('refuses what is no such link, with one answer', async () => {
    const { world, account } = await cast();
    const fields = { accountId: account.id, email: account.email };
    const bad = [
      (await world.accountCode({ ...fields, kind: 'VERIFY_EMAIL' })).token,
      (await world.accountCode({ ...fields, usedAt: new Date() })).token,
      (await world.accountCode({ ...fields, expiresAt: new Date(Date.now() - 1) })).token,
      (await world.signUp()).token,
      'x'.repeat(43),
      'x',
      '',
    ];
    for (const token of bad) {
      const result = await accountUnchanged(world, account.id, () => reset({ token, password: newPassword }));
      expect([token, failure(result, 'InvalidStateError').code]).toEqual([token, 'LINK_SPENT']);
    }
  });

  test('leaves the second factor as it is', async () => {
    const { world, account, email } = await cast();
    const secret = await world.secondFactor(account.id);
    success(await reset({ token: await linkFor(world, email), password: newPassword }));
    expect(await refusedSignIn({ email, password: newPassword })).toBe('InvalidStateError TWO_FACTOR_NEEDED');
    await signIn({ email, password: newPassword, code: codeAt(secret) });
  });

  test('forgives the failures of whoever has forgotten the password', async () => {
    const { world, email } = await cast();
    stopClock();
    for (let time = 0; time < 5; time += 1) await refusedSignIn({ email, password: 'no idea what it is' });
    expect(await refusedSignIn({ email, password })).toBe('LimitReachedError LIMIT_REACHED');
    success(await reset({ token: await linkFor(world, email), password: newPassword }));
    await signIn({ email, password: newPassword });
  });
});
