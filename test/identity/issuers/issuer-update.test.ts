import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { placeOf } from '../../../src/kernel/secrets.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { testSecrets } from '../../kit/tools.ts';
import { makeOwnedWorld, remove, update } from './documents.ts';

async function withIssuer() {
  const world = await makeOwnedWorld();
  const issuer = await world.issuer({ name: 'Directory', applicationId: 'engine' });
  return { world, issuer, id: encodeId('Issuer', issuer.id) };
}

describe('issuerUpdate', () => {
  test('changes what is given; the secret stays, is replaced or cleared', async () => {
    const { world, issuer, id } = await withIssuer();
    const { result, events, logs } = await recorded(world, () => update(world, { id, name: 'Company' }));
    expect(success(result).issuer).toEqual({
      name: 'Company',
      address: issuer.address,
      applicationId: 'engine',
      version: 2,
    });
    expect(events).toMatchObject([{ type: 'issuer.updated', aggregateId: issuer.id }]);
    expect(logs).toMatchObject([{ entity: 'ISSUER', event: 'UPDATED', changes: { name: { after: 'Company' } } }]);
    const row = () => world.rows.issuer.findUniqueOrThrow({ where: { id: issuer.id } });
    expect((await row()).applicationSecret).toEqual(issuer.applicationSecret);

    success(await update(world, { id, applicationSecret: 'another', applicationId: 'engine-2' }));
    const { keyId, applicationSecret } = await row();
    const place = placeOf('issuers.application_secret', world.organizationId);
    expect(testSecrets.open({ keyId: keyId ?? '', bytes: applicationSecret ?? new Uint8Array() }, place)).toBe(
      'another',
    );
    success(await update(world, { id, applicationSecret: null }));
    expect(await row()).toMatchObject({ applicationSecret: null, keyId: null, applicationId: 'engine-2' });
  });

  test('that changes nothing announces nothing', async () => {
    const { world, id } = await withIssuer();
    await unchanged(world, async () => success(await update(world, { id, name: 'Directory' })));
  });

  test('refuses what can’t be, another’s version and another’s name', async () => {
    const { world, id } = await withIssuer();
    await world.issuer({ name: 'Taken' });
    const refused = (fields: object) => unchanged(world, () => update(world, { id, ...fields }));
    expect(issuesOf(await refused({ name: null, applicationId: ' ' }))).toEqual([
      'name REQUIRED',
      'applicationId REQUIRED',
    ]);
    expect(issuesOf(await refused({ name: 'taken' }))).toEqual(['name TAKEN']);
    expect(failure(await refused({ name: 'x', expectedVersion: 7 }), 'ConflictError').currentVersion).toBe(1);
  });

  test('law 3: is for the owner alone', async () => {
    const { world, id } = await withIssuer();
    const admin = await world.member({ role: world.roles.administrator });
    for (const refused of [
      await unchanged(world, () => update(world, { id, name: 'Mine' }, admin)),
      await unchanged(world, () => remove(world, id, admin)),
    ]) {
      expect(failure(refused, 'InvalidStateError').code).toBe('NOT_THE_OWNER');
    }
  });
});

describe('issuerDelete', () => {
  test('law 5: takes with it whom it let in, and who they were to it', async () => {
    const { world, issuer, id } = await withIssuer();
    const member = await world.member();
    await world.userIdentity({ issuerId: issuer.id, userId: member.id });
    const vouched = await world.session({ user: member, issuerId: issuer.id });
    const other = await world.session({ user: member });
    const { result, events } = await recorded(world, () => remove(world, id));
    expect(success(result).deletedId).toBe(id);
    expect(events).toMatchObject([{ type: 'issuer.deleted', aggregateId: issuer.id }]);
    const { organizationId } = world;
    expect(await world.rows.userIdentity.count({ where: { organizationId } })).toBe(0);
    expect(await world.rows.session.findMany({ where: { organizationId }, select: { id: true } })).toEqual([
      { id: other.id },
    ]);
    expect(vouched.id).not.toBe(other.id);
    expect(failure(await remove(world, id), 'NotFoundError').path).toEqual(['id']);
  });
});
