import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { ask, askFromPage, idOf, makeTraveller, whoAmI } from './cast.ts';

const SessionSwitch = `mutation ($id: ID!) { sessionSwitch(input: { organizationId: $id }) {
  __typename
  ... on SessionSwitchSuccess { token expiresAt organizationId }
  ... on Error { code }
  ... on InvalidInputError { issues { path code } }
} }`;

const switchTo = async (secret: string, id: string) => (await ask(secret, SessionSwitch, { id })).data?.sessionSwitch;

describe('sessionSwitch', () => {
  test('gives a session in the other organization and ends the one at hand', async () => {
    const { here, there, ada, twin, session, secret } = await makeTraveller();
    const { result, events } = await recorded(here, () => switchTo(secret, idOf(there)));
    expect(result).toMatchObject({ __typename: 'SessionSwitchSuccess', organizationId: idOf(there) });
    expect(events).toMatchObject([{ type: 'session.revoked', aggregateId: session.id, actorId: ada.id }]);
    expect((await there.events()).map(({ type, actorId }) => [type, actorId])).toEqual([['session.created', twin.id]]);
    expect((await there.logs()).at(-1)).toMatchObject({ entity: 'SESSION', event: 'CREATED', actorId: twin.id });
    expect((await ask(secret, whoAmI)).code).toBe('UNAUTHENTICATED');
    const { data } = await ask(result.token, whoAmI);
    expect(data.me.id).toBe(encodeId('TeamMember', twin.id));
    expect(data.viewer.organization.id).toBe(idOf(there));
  });

  test('from a page of ours puts the token into the cookie', async () => {
    const { there, secret } = await makeTraveller();
    const { data, cookies } = await askFromPage(secret, SessionSwitch, { id: idOf(there) });
    expect(data.sessionSwitch.token).toBeNull();
    expect(cookies).toEqual([
      expect.stringMatching(/^__Host-session=sx_session_\S{43}; Max-Age=\d+; Path=\/; Secure;/),
    ]);
  });

  test('law 2: lasts no longer by it', async () => {
    const { there, session, secret } = await makeTraveller();
    const until = new Date(Date.now() + 600_000);
    await there.rows.session.update({ where: { id: session.id }, data: { expiresAt: until } });
    expect((await switchTo(secret, idOf(there))).expiresAt).toBe(until.toISOString());
  });

  test('of several at once one goes on', async () => {
    const { here, there, ada, secret } = await makeTraveller();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        ask(secret, SessionSwitch, { id: idOf(number % 2 === 0 ? here : there) }),
      ),
    );
    expect(answers.filter(({ data }) => data?.sessionSwitch?.token)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'UNAUTHENTICATED')).toHaveLength(7);
    const { accountId } = ada;
    expect(await here.rows.session.count({ where: { accountId, revokedAt: null } })).toBe(1);
  });

  test('leads to no organization that is archived, where the person may not act, or that is a stranger’s', async () => {
    const { here, there, twin, secret } = await makeTraveller();
    const stranger = await makeWorld();
    const refused = async (id: string) => (await unchanged(here, () => switchTo(secret, id))).issues;
    const never = encodeId('Organization', '00000000-0000-7000-8000-000000000000');
    const notFound = [{ path: ['organizationId'], code: 'NOT_FOUND' }];
    for (const id of [idOf(stranger), never, 'x']) expect(await refused(id)).toEqual(notFound);
    await there.rows.user.update({ where: { id: twin.id }, data: { status: 'INACTIVE' } });
    expect(await refused(idOf(there))).toEqual(notFound);
    await there.rows.user.update({ where: { id: twin.id }, data: { status: 'ACTIVE' } });
    const archivedAt = new Date();
    await there.rows.organization.update({ where: { id: there.organizationId }, data: { archivedAt } });
    expect(await refused(idOf(there))).toEqual(notFound);
  });

  test('is for an account’s session only: not for a magic link’s, an own issuer’s, or a token', async () => {
    const { here, there, ada } = await makeTraveller();
    const issuer = await here.issuer();
    const byLink = await here.session({ user: ada, accountId: null });
    const byIssuer = await here.session({ user: ada, accountId: null, issuerId: issuer.id });
    const token = await here.token(ada, { lastUsedAt: new Date() });
    for (const { secret } of [byLink, byIssuer, token]) {
      expect((await unchanged(here, () => switchTo(secret, idOf(there)))).code).toBe('NO_ACCOUNT');
    }
  });
});

describe('viewer.organizations', () => {
  const organizations = `{ viewer { organizations { organizationId name slug kind isCurrent isOwner archivedAt } } }`;

  test('are those that the account may act in, by name, and the archived ones that it owns', async () => {
    const { here, there, ada, twin, secret } = await makeTraveller();
    const shop = await makeWorld({ name: 'Adventure Works' });
    const client = await shop.client();
    await shop.rows.user.update({ where: { id: client.id }, data: { accountId: ada.accountId } });
    const told = (world: typeof here, rest: object) => ({
      organizationId: idOf(world),
      name: world.organization.name,
      slug: world.organization.slug,
      kind: 'STAFF',
      isCurrent: false,
      isOwner: false,
      archivedAt: null,
      ...rest,
    });
    const list = async () => (await ask(secret, organizations)).data.viewer.organizations;
    expect(await list()).toEqual([
      told(shop, { kind: 'CLIENT' }),
      told(there, {}),
      told(here, { isCurrent: true, isOwner: true }),
    ]);
    const archivedAt = new Date('2030-01-01T00:00:00.000Z');
    await there.rows.organization.update({ where: { id: there.organizationId }, data: { archivedAt } });
    expect(await list()).toHaveLength(2);
    await there.rows.user.update({ where: { id: twin.id }, data: { roleId: there.roles.administrator.id } });
    await there.rows.organization.update({ where: { id: there.organizationId }, data: { ownerId: twin.id } });
    expect(await list()).toContainEqual(told(there, { isOwner: true, archivedAt: archivedAt.toISOString() }));
  });

  test('of a token, and of a session that is no account’s, are its own only', async () => {
    const { here, ada } = await makeTraveller();
    const token = await here.token(ada);
    const byLink = await here.session({ user: ada, accountId: null });
    for (const { secret } of [token, byLink]) {
      const { data } = await ask(secret, organizations);
      expect(data.viewer.organizations).toMatchObject([{ organizationId: idOf(here), isCurrent: true, isOwner: true }]);
    }
  });
});
