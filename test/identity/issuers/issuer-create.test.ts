import { describe, expect, test } from 'vitest';
import { decodeId } from '../../../src/kernel/id.ts';
import { placeOf } from '../../../src/kernel/secrets.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { issuerForThisFile } from '../../kit/issuer.ts';
import { testSecrets } from '../../kit/tools.ts';
import { asToken } from '../../kit/viewers.ts';
import { makeWorld } from '../../kit/world.ts';
import { create, makeOwnedWorld } from './documents.ts';

const issuer = issuerForThisFile();
const input = (fields: object = {}) => ({
  name: ' Directory ',
  address: issuer.url,
  applicationId: 'engine',
  applicationSecret: 'geheim',
  ...fields,
});

describe('issuerCreate', () => {
  test('keeps an issuer that answers, its secret encrypted; announces and logs it', async () => {
    const world = await makeOwnedWorld();
    const { result, events, logs } = await recorded(world, () => create(world, input()));
    const { id, ...told } = success(result).issuer;
    expect(told).toEqual({ name: 'Directory', address: issuer.url, applicationId: 'engine', version: 1 });
    const row = await world.rows.issuer.findUniqueOrThrow({ where: { id: decodeId('Issuer', id) ?? '' } });
    const sealed = { keyId: row.keyId ?? '', bytes: row.applicationSecret ?? new Uint8Array() };
    expect(testSecrets.open(sealed, placeOf('issuers.application_secret', world.organizationId))).toBe('geheim');
    expect(events).toMatchObject([{ type: 'issuer.created', aggregateId: row.id, actorId: world.admin.id }]);
    expect(logs).toMatchObject([{ entity: 'ISSUER', entityId: row.id, event: 'CREATED', actorId: world.admin.id }]);
    expect(JSON.stringify([events, logs])).not.toContain('secret');
    expect(issuer.asked('/.well-known/openid-configuration')).toBe(1);
  });

  test('takes one that asks for no secret', async () => {
    const world = await makeOwnedWorld();
    success(await create(world, input({ applicationSecret: null })));
    expect(await world.rows.issuer.findFirst({ where: { organizationId: world.organizationId } })).toMatchObject({
      applicationSecret: null,
      keyId: null,
    });
  });

  test('law 3: is for the owner alone, and asks nobody for others', async () => {
    const world = await makeOwnedWorld();
    const admin = await world.member({ role: world.roles.administrator });
    for (const other of [admin, asToken(world.admin)]) {
      const refused = await unchanged(world, () => create(world, input(), other));
      expect(failure(refused, 'InvalidStateError').code).toBe('NOT_THE_OWNER');
    }
    expect(issuer.asked('/.well-known/openid-configuration')).toBe(0);
    // Nobody at all, where nobody owns it.
    const unowned = await makeWorld();
    const alike = await unchanged(unowned, () => create(unowned, input()));
    expect(failure(alike, 'InvalidStateError').code).toBe('NOT_THE_OWNER');
  });

  test.each<[string, () => object, string]>([
    ['a blank name', () => ({ name: ' ' }), 'name REQUIRED'],
    ['a long name', () => ({ name: 'x'.repeat(101) }), 'name TOO_LONG'],
    ['no application', () => ({ applicationId: '' }), 'applicationId REQUIRED'],
    ['an application that is too long', () => ({ applicationId: 'x'.repeat(256) }), 'applicationId TOO_LONG'],
    ['a secret that is too long', () => ({ applicationSecret: 'x'.repeat(501) }), 'applicationSecret TOO_LONG'],
    ['no address', () => ({ address: '' }), 'address REQUIRED'],
    ['plain http', () => ({ address: 'http://issuer.example' }), 'address INVALID'],
    ['a query', () => ({ address: `${issuer.url}?a=b` }), 'address INVALID'],
    ['something else', () => ({ address: 'Google' }), 'address INVALID'],
    ['another path', () => ({ address: `${issuer.url}/elsewhere` }), 'address UNAVAILABLE'],
    ['nobody there', () => ({ address: 'https://127.0.0.1:9' }), 'address UNAVAILABLE'],
    ['a name that nobody knows', () => ({ address: 'https://issuer.example' }), 'address UNAVAILABLE'],
    ['a slash more than it says', () => ({ address: `${issuer.url}/` }), 'address NOT_AN_ISSUER'],
  ])('refuses %s', async (_, fields, issue) => {
    const world = await makeOwnedWorld();
    expect(issuesOf(await unchanged(world, () => create(world, input(fields()))))).toEqual([issue]);
  });

  test('refuses a name that is taken, whatever the letter case', async () => {
    const world = await makeOwnedWorld();
    await world.issuer({ name: 'DIRECTORY' });
    expect(issuesOf(await unchanged(world, () => create(world, input())))).toEqual(['name TAKEN']);
  });

  test('law 4: there are ten at most', async () => {
    const world = await makeOwnedWorld();
    for (let number = 0; number < 9; number += 1) await world.issuer();
    const made = await Promise.all([create(world, input({ name: 'A' })), create(world, input({ name: 'B' }))]);
    expect(made.map(({ __typename }) => __typename).sort()).toEqual(['IssuerCreateSuccess', 'LimitReachedError']);
  });
});
