import { describe, expect, test } from 'vitest';
import { renewSubscriptions } from '../../src/invoices/renewals/jobs.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { organizationMails } from '../../src/organizations/jobs.ts';
import { wakeTickets } from '../../src/tickets/jobs.ts';
import { graphql } from '../generated/gql.ts';
import { request, settings } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { mailTo } from '../kit/mail.ts';
import { type Actor, asToken } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const OrganizationArchive = graphql(`
  mutation OrganizationArchive($input: OrganizationArchiveInput!) {
    organizationArchive(input: $input) {
      ... on OrganizationArchiveSuccess {
        organization {
          archivedAt
        }
      }
      ...Failure
    }
  }
`);

const OrganizationRestore = graphql(`
  mutation OrganizationRestore($input: OrganizationRestoreInput!) {
    organizationRestore(input: $input) {
      ... on OrganizationRestoreSuccess {
        organizationId
        name
      }
      ...Failure
    }
  }
`);

async function makeOwned(fields: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld(fields);
  return { ...world, admin: await world.owned() };
}

const archive = async (world: World, name: string = world.organization.name, actor: Actor = world.admin) =>
  (await world.as(actor).run(OrganizationArchive, { input: { name } })).organizationArchive;
const restore = async (world: World, id: string, actor: Actor = world.admin) =>
  (await world.as(actor).run(OrganizationRestore, { input: { id } })).organizationRestore;

async function statusOf(secret: string): Promise<number> {
  const headers = { authorization: `Bearer ${secret}` };
  return (await request({ headers, body: { query: '{ me { id } }' } })).status;
}

describe('organizationArchive', () => {
  test('closes the organization: announced, logged, its owner told by mail with a way back', async () => {
    const world = await makeOwned({ name: 'Northwind' });
    const { result, events, logs } = await recorded(world, () => archive(world, ' Northwind '));
    expect(success(result).organization.archivedAt).not.toBeNull();
    expect(events).toMatchObject([
      { type: 'organization.archived', aggregateId: world.organizationId, actorId: world.admin.id },
    ]);
    expect(logs).toMatchObject([
      { entity: 'ORGANIZATION', event: 'UPDATED', changes: { archived_at: { before: null } } },
    ]);
    // The account's address may be another than the person's: that is where its holder reads.
    const { email } = await world.rows.account.findUniqueOrThrow({ where: { id: world.admin.accountId as string } });
    expect(email).not.toBe(world.admin.email);
    const [mail] = await mailTo(world, email, organizationMails(world.tools, settings));
    expect(mail?.subject).toBe('Northwind is archived');
    const id = encodeId('Organization', world.organizationId);
    expect(mail?.text).toMatch(new RegExp(`https://engine\\.test/organization/restore\\?id=${id}&token=[\\w-]{32}\\n`));
  });

  test('law 4: nobody is let in any more, whatever the credential, and no work is done', async () => {
    const world = await makeOwned();
    const { secret: token } = await world.token(world.admin);
    const { secret: session } = await world.session({ user: world.admin });
    const subscription = await world.subscription({ nextActionAt: new Date(Date.now() - 1_000) });
    const ticket = await world.ticket({ status: 'SNOOZED', snoozedUntil: new Date(Date.now() - 1_000) });
    expect([await statusOf(token), await statusOf(session)]).toEqual([200, 200]);
    success(await archive(world));
    expect([await statusOf(token), await statusOf(session)]).toEqual([401, 401]);
    await unchanged(world, async () => {
      await wakeTickets(world.tools).run({});
      await renewSubscriptions(world.tools).run({});
    });
    const due = async (name: string) =>
      (await world.database.pool.query(`select id from ${name}(now(), 1000000)`)).rows.map(({ id }) => id);
    expect(await due('due_subscriptions')).not.toContain(subscription.id);
    expect(await due('due_tickets')).not.toContain(ticket.id);
    const data = { archivedAt: null };
    await world.rows.organization.update({ where: { id: world.organizationId }, data });
    expect([await statusOf(token), await statusOf(session)]).toEqual([200, 200]);
    expect(await due('due_subscriptions')).toContain(subscription.id);
  });

  test('law 1: is for the owner alone', async () => {
    const world = await makeOwned();
    const admin = await world.member({ role: world.roles.administrator });
    for (const other of [admin, asToken(world.admin)]) {
      const refused = await unchanged(world, () => archive(world, world.organization.name, other));
      expect(failure(refused, 'InvalidStateError').code).toBe('NOT_THE_OWNER');
    }
  });

  test('wants the organization’s name', async () => {
    const world = await makeOwned();
    expect(issuesOf(await unchanged(world, () => archive(world, 'Another')))).toEqual(['name MISMATCH']);
  });
});

describe('organizationRestore', () => {
  /** Two organizations of one account, of which it owns the second; that is archived. */
  async function withArchived() {
    const [here, there] = [await makeOwned(), await makeWorld({ name: 'Fabrikam' })];
    const data = { accountId: here.admin.accountId };
    await there.rows.user.update({ where: { id: there.admin.id }, data });
    await there.rows.organization.update({ where: { id: there.organizationId }, data: { ownerId: there.admin.id } });
    success(await archive(there, 'Fabrikam'));
    return { here, there, id: encodeId('Organization', there.organizationId) };
  }

  test('opens it again, from another organization of its owner’s account', async () => {
    const { here, there, id } = await withArchived();
    const { secret } = await there.token(there.admin);
    const { result, events, logs } = await recorded(there, () => restore(here, id));
    expect(success(result)).toMatchObject({ organizationId: id, name: 'Fabrikam' });
    expect(events).toMatchObject([{ type: 'organization.restored', actorId: there.admin.id }]);
    expect(logs).toMatchObject([{ entity: 'ORGANIZATION', event: 'UPDATED', actorId: there.admin.id }]);
    expect(await statusOf(secret)).toBe(200);
    // An open one is none that could be opened.
    expect(failure(await unchanged(there, () => restore(here, id)), 'NotFoundError').path).toEqual(['id']);
  });

  test('is for the owner’s account alone: for everybody else there is no such organization', async () => {
    const { here, there, id } = await withArchived();
    const administrator = await there.member({ role: there.roles.administrator });
    const other = await here.withAccount(await here.member());
    await there.rows.user.update({ where: { id: administrator.id }, data: { accountId: other.accountId } });
    const strangers = [other, await here.member(), { ...here.admin, accountId: null }];
    for (const actor of strangers) {
      const refused = await unchanged(there, () => restore(here, id, actor));
      expect(failure(refused, 'NotFoundError').path).toEqual(['id']);
    }
  });

  test('of several at once opens it once', async () => {
    const { here, there, id } = await withArchived();
    const { result, events } = await recorded(there, () =>
      Promise.all(Array.from({ length: 5 }, () => restore(here, id))),
    );
    expect(result.filter(({ __typename }) => __typename === 'OrganizationRestoreSuccess')).toHaveLength(1);
    expect(events).toHaveLength(1);
  });
});

describe('the domain', () => {
  test('is kept as DNS has it, and nothing else is', async () => {
    const world = await makeOwned();
    const update = async (domain: string) => {
      const document = `mutation ($input: OrganizationUpdateInput!) { organizationUpdate(input: $input) {
        ... on OrganizationUpdateSuccess { organization { domain } } ... on InvalidInputError { issues { path code } } } }`;
      return (await world.as(world.admin).run(document, { input: { domain } })).organizationUpdate;
    };
    expect(await update(' Büro.Example ')).toEqual({ organization: { domain: 'xn--bro-hoa.example' } });
    expect(await unchanged(world, () => update('portal.example; script-src *'))).toEqual({
      issues: [{ path: ['domain'], code: 'INVALID' }],
    });
  });
});
