import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { hashToken } from '../../../src/kernel/tokens.ts';
import { graphql } from '../../generated/gql.ts';
import { clientOf, settings, type VariablesOf } from '../../kit/client.ts';
import { day, minute, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, success, unchanged } from '../../kit/expect.ts';
import { type SentMail, tokenIn } from '../../kit/mail.ts';
import { passwordWork } from '../../kit/tools.ts';
import { unique } from '../../kit/unique.ts';
import { anonymous } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { letters, refusedSignIn, send, signIn, whoIs } from '../signing.ts';

const SignUp = graphql(`
  mutation SignUp($input: SignUpInput!) {
    signUp(input: $input) {
      __typename
      ...Failure
      ... on SignUpSuccess {
        email
      }
    }
  }
`);

const SignUpConfirm = graphql(`
  mutation SignUpConfirm($input: SignUpConfirmInput!) {
    signUpConfirm(input: $input) {
      __typename
      ...Failure
      ... on SignUpConfirmSuccess {
        token
        expiresAt
        organizationId
        organizations {
          organizationId
          name
          slug
        }
      }
    }
  }
`);

const password = 'eight calm herons';
const newcomer = () => ({
  email: `newcomer-${process.pid}-${unique()}@example.com`,
  password,
  firstName: ' Nora ',
  lastName: 'Newcomer',
  organizationName: 'Newcomer & Sons',
});

const trySignUp = async (input: VariablesOf<typeof SignUp>['input']) =>
  (await clientOf(anonymous).run(SignUp, { input })).signUp;
const tryConfirm = async (input: VariablesOf<typeof SignUpConfirm>['input']) =>
  (await clientOf(anonymous).run(SignUpConfirm, { input })).signUpConfirm;

const counts = async ({ rows }: World) => ({
  accounts: await rows.account.count(),
  organizations: await rows.organization.count(),
  users: await rows.user.count(),
  sessions: await rows.session.count(),
});

/** Does the work and asserts that nothing came into being anywhere. */
async function nothingMade<Result>(world: World, work: () => Promise<Result>): Promise<Result> {
  const before = await counts(world);
  const result = await work();
  expect(await counts(world)).toEqual(before);
  return result;
}

/** The mail of somebody who has just signed up. */
async function signedUp(
  world: World,
  input = newcomer(),
): Promise<{ input: ReturnType<typeof newcomer>; mail: SentMail }> {
  success(await trySignUp(input));
  const [mail] = await letters(world, input.email);
  return { input, mail: mail as SentMail };
}

describe('signUp', () => {
  test('sends a link to the address, and makes nothing', async () => {
    const world = await makeWorld();
    const input = newcomer();
    const result = await nothingMade(world, () => trySignUp({ ...input, email: input.email.toUpperCase() }));
    expect(success(result)).toEqual({ __typename: 'SignUpSuccess', email: input.email });
    const sent = await letters(world, input.email);
    expect(sent).toMatchObject([
      { from: 'Newcomer & Sons', to: `Nora <${input.email}>`, subject: 'Confirm your e-mail address' },
    ]);
    const [mail] = sent as [SentMail];
    expect(mail.text).toContain(`${settings.publicUrl}/verify-email?token=${tokenIn(mail)}`);
    expect(mail.html).toContain('Newcomer &amp; Sons');
    expect(await refusedSignIn({ email: input.email, password })).toBe('InvalidStateError WRONG_CREDENTIALS');
  });

  test('keeps neither password nor token: only what is made of them', async () => {
    const world = await makeWorld();
    const { input, mail } = await signedUp(world);
    const row = await world.rows.signUp.findFirstOrThrow({ where: { email: input.email } });
    expect(row.passwordHash).toMatch(/^\$argon2id\$/);
    expect(Buffer.from(row.tokenHash)).toEqual(hashToken(tokenIn(mail)));
    const { rows } = await world.owner.query('select to_jsonb(s) as row from sign_ups s where email = $1', [
      input.email,
    ]);
    expect(JSON.stringify(rows)).not.toContain(tokenIn(mail));
    expect(JSON.stringify(rows)).not.toContain(password);
  });

  test('law 1: answers the same, after the same work, for an address that has an account; the mail says so', async () => {
    const world = await makeWorld();
    const { email } = await world.account({ people: [world.admin] });
    const stranger = newcomer();
    const work = async (input: ReturnType<typeof newcomer>) => {
      Object.assign(passwordWork, { hashed: 0, verified: 0 });
      const result = await nothingMade(world, () => unchanged(world, () => trySignUp(input)));
      return { result: JSON.stringify(result).replace(input.email, ''), ...passwordWork };
    };
    const known = await work({ ...newcomer(), email });
    expect(known).toEqual(await work(stranger));
    expect(known).toMatchObject({ hashed: 1, verified: 0 });

    const [mail] = await letters(world, email);
    expect(mail).toMatchObject({ subject: 'You have an account already', to: `<${email}>` });
    expect(mail?.text).not.toContain('token=');
    expect(await letters(world, stranger.email)).toMatchObject([{ subject: 'Confirm your e-mail address' }]);
  });

  test('repeats no words to the address that could be a link', async () => {
    const world = await makeWorld();
    const lure = 'You won: https://evil.example';
    const { mail } = await signedUp(world, { ...newcomer(), firstName: 'www.evil.example', organizationName: lure });
    expect(mail.from).toBe('engine.test');
    for (const words of [mail.text, mail.html]) expect(words).not.toMatch(/evil/);
  });

  test('law 4 of attempts: sends three mails to an address within a quarter of an hour; the answer stays the same', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const input = newcomer();
    for (let time = 0; time < 6; time += 1) success(await trySignUp(input));
    expect(await letters(world, input.email)).toHaveLength(3);
    clock.advance(15 * minute);
    success(await trySignUp(input));
    expect(await letters(world, input.email)).toHaveLength(4);
  });

  test('refuses what could be no account, every wrong value at once', async () => {
    const wrong = { password: 'password123', firstName: ' ', lastName: 'x'.repeat(256) };
    expect(issuesOf(await trySignUp({ ...newcomer(), ...wrong, organizationName: 'a\0b' }))).toEqual([
      'password TOO_COMMON',
      'firstName REQUIRED',
      'lastName TOO_LONG',
      'organizationName INVALID',
    ]);
  });
});

describe('signUpConfirm', () => {
  test('law 3: makes the account, the organization and its first administrator, and signs in', async () => {
    const world = await makeWorld();
    const { input, mail } = await signedUp(world);
    const result = success(await tryConfirm({ token: tokenIn(mail), password, deviceName: 'Laptop' }));
    expect(result.organizations).toEqual([
      {
        organizationId: result.organizationId,
        name: 'Newcomer & Sons',
        slug: expect.stringMatching(/^newcomer-and-sons(-[a-z0-9]{6})?$/),
      },
    ]);

    const account = await world.rows.account.findUniqueOrThrow({
      where: { email: input.email },
      include: { users: { include: { role: true, organization: true, sessions: true } } },
    });
    expect(account).toMatchObject({ displayName: 'Nora Newcomer', verifiedAt: expect.any(Date), status: 'ACTIVE' });
    const [person, ...others] = account.users;
    expect(others).toEqual([]);
    expect(person).toMatchObject({
      email: input.email,
      firstName: 'Nora',
      lastName: 'Newcomer',
      kind: 'STAFF',
      role: { name: 'Administrator', isSystem: true, settingsTeam: true, orderAccess: 3 },
      organization: { name: 'Newcomer & Sons', ownerId: person?.id, currency: 'USD', timeZone: 'UTC' },
      sessions: [{ device: 'Laptop', accountId: account.id }],
    });
    expect(await whoIs(result.token as string)).toBe(encodeId('TeamMember', person?.id as string));
    expect(await whoIs(await signIn({ email: input.email, password }))).toBe(
      encodeId('TeamMember', person?.id as string),
    );
  });

  test('law 1 of founding: lays all that every organization has', async () => {
    const world = await makeWorld();
    const { input, mail } = await signedUp(world);
    success(await tryConfirm({ token: tokenIn(mail), password }));
    const { organizationId } = await world.rows.user.findFirstOrThrow({ where: { email: input.email } });
    const where = { organizationId };
    expect(
      (await world.rows.role.findMany({ where, orderBy: { name: 'asc' } })).map(({ name, kind, isSystem }) => [
        name,
        kind,
        isSystem,
      ]),
    ).toEqual([
      ['Administrator', 'STAFF', true],
      ['Client', 'CLIENT', true],
      ['Contractor', 'STAFF', false],
      ['Manager', 'STAFF', false],
    ]);
    const named = ({ code, name, kind, position }: { code: number; name: string; kind: string; position: number }) => [
      code,
      position,
      name,
      kind,
    ];
    expect((await world.rows.orderStatus.findMany({ where, orderBy: { code: 'asc' } })).map(named)).toEqual([
      [0, 0, 'Unpaid', 'UNPAID'],
      [1, 1, 'In Progress', 'IN_PROGRESS'],
      [2, 2, 'Completed', 'COMPLETED'],
      [3, 3, 'Cancelled', 'CANCELLED'],
      [4, 4, 'On Hold', 'ON_HOLD'],
    ]);
    expect((await world.rows.ticketStatus.findMany({ where, orderBy: { code: 'asc' } })).map(named)).toEqual([
      [1, 0, 'Open', 'OPEN'],
      [2, 1, 'Pending', 'PENDING'],
      [3, 2, 'Closed', 'CLOSED'],
      [4, 3, 'Snoozed', 'SNOOZED'],
      [5, 4, 'Spam', 'SPAM'],
    ]);
    const events = await world.rows.event.findMany({ where, orderBy: { sequence: 'asc' } });
    expect(events.map(({ type }) => type)).toEqual(['organization.created', 'team_member.created', 'session.created']);
    const logs = await world.rows.log.findMany({ where, orderBy: { id: 'asc' } });
    expect(logs[0]).toMatchObject({ entity: 'ORGANIZATION', event: 'CREATED', actorKind: 'SYSTEM' });
    expect(JSON.stringify(logs)).not.toMatch(/argon2|password/);
  });

  test('the new organization works: its founder takes an order to its end', async () => {
    const world = await makeWorld();
    const { mail } = await signedUp(world);
    const { token } = success(await tryConfirm({ token: tokenIn(mail), password }));
    const headers = { authorization: `Bearer ${token}` };
    const { answer: made } = await send(
      `mutation { clientCreate(input: { firstName: "Cleo", lastName: "Client", email: "cleo@example.com" }) {
         ... on ClientCreateSuccess { client { id } } } }`,
      headers,
    );
    const { answer: ordered } = await send(
      `mutation ($id: ID!) { orderCreate(input: { clientId: $id, serviceName: "Work" }) {
         ... on OrderCreateSuccess { order { id status { name } } } } }`,
      headers,
      { id: made.client.id },
    );
    expect(ordered.order.status.name).toBe('Unpaid');
    const { answer: opened } = await send(
      `mutation ($id: ID!) { ticketCreate(input: { clientId: $id, subject: "How?" }) {
         ... on TicketCreateSuccess { ticket { status { name } } } } }`,
      headers,
      { id: made.client.id },
    );
    expect(opened.ticket.status.name).toBe('Open');
  });

  test('law 2: takes the password that was chosen besides the link; without it the link is still good', async () => {
    const world = await makeWorld();
    const { mail } = await signedUp(world);
    const token = tokenIn(mail);
    const result = await nothingMade(world, () => tryConfirm({ token, password: 'seven brave otters' }));
    expect(failure(result, 'InvalidStateError').code).toBe('WRONG_PASSWORD');
    success(await tryConfirm({ token, password }));
  });

  test('law 2: is guessed at five times, then not for a quarter of an hour', async () => {
    const world = await makeWorld();
    const { mail } = await signedUp(world);
    const token = tokenIn(mail);
    const clock = stopClock();
    for (let time = 0; time < 5; time += 1) {
      expect(failure(await tryConfirm({ token, password: 'wrong' }), 'InvalidStateError').code).toBe('WRONG_PASSWORD');
    }
    failure(await tryConfirm({ token, password }), 'LimitReachedError');
    clock.advance(15 * minute);
    success(await tryConfirm({ token, password }));
  });

  test('law 3: of ten at once one makes an account', async () => {
    const world = await makeWorld();
    const { input, mail } = await signedUp(world);
    const before = await counts(world);
    const answers = await Promise.all(Array.from({ length: 4 }, () => tryConfirm({ token: tokenIn(mail), password })));
    const names = answers.map((answer) => ('code' in answer ? answer.code : answer.__typename)).sort();
    expect(names).toEqual(['LINK_SPENT', 'LINK_SPENT', 'LINK_SPENT', 'SignUpConfirmSuccess']);
    const after = await counts(world);
    expect([after.accounts, after.organizations, after.users]).toEqual([
      before.accounts + 1,
      before.organizations + 1,
      before.users + 1,
    ]);
    expect(await world.rows.signUp.count({ where: { email: input.email } })).toBe(0);
  });

  test('law 3: an address has one account: a second link makes none', async () => {
    const world = await makeWorld();
    const input = newcomer();
    success(await trySignUp(input));
    success(await trySignUp({ ...input, organizationName: 'Another' }));
    const [first, second] = (await letters(world, input.email)) as [SentMail, SentMail];
    success(await tryConfirm({ token: tokenIn(first), password }));
    const result = await nothingMade(world, () => tryConfirm({ token: tokenIn(second), password }));
    expect(issuesOf(result)).toEqual(['token TAKEN']);
  });

  test('refuses a link that is used, late, cut short or made up, with one answer', async () => {
    const world = await makeWorld();
    const used = await world.signUp();
    success(await tryConfirm({ token: used.token, password: 'seven brave otters' }));
    const late = await world.signUp({ expiresAt: new Date(Date.now() - 1) });
    const reset = await world.accountCode({ accountId: (await world.account()).id });
    for (const token of [used.token, late.token, reset.token, late.token.slice(1), 'x'.repeat(43), '', 'a\0']) {
      const result = await nothingMade(world, () => tryConfirm({ token, password: 'seven brave otters' }));
      expect([token, failure(result, 'InvalidStateError').code]).toEqual([token, 'LINK_SPENT']);
    }
  });

  test('is good for a day, to the millisecond', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const { mail } = await signedUp(world);
    const other = await signedUp(world);
    clock.advance(day - 1);
    success(await tryConfirm({ token: tokenIn(mail), password }));
    clock.advance(1);
    const result = await tryConfirm({ token: tokenIn(other.mail), password });
    expect(failure(result, 'InvalidStateError').code).toBe('LINK_SPENT');
  });

  test('gives organizations of one name different addresses', async () => {
    const world = await makeWorld();
    const name = `Büro für Gestaltung ${unique()} ${process.pid}`;
    const slugs = [];
    for (let time = 0; time < 2; time += 1) {
      const { mail } = await signedUp(world, { ...newcomer(), organizationName: name });
      slugs.push(success(await tryConfirm({ token: tokenIn(mail), password })).organizations[0]?.slug);
    }
    const slug = name.toLowerCase().replace('ü', 'ue').replace('ü', 'ue').replaceAll(' ', '-');
    expect(slugs[0]).toBe(slug);
    expect(slugs[1]).toMatch(new RegExp(`^${slug}-[a-z0-9]{6}$`));
  });
});
