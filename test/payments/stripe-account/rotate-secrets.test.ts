import { describe, expect, test } from 'vitest';
import { rotateSecrets } from '../../../prisma/rotate-secrets.ts';
import {
  createSecrets,
  newEncryptionKey,
  parseEncryptionKeys,
  placeOf,
  type Secrets,
} from '../../../src/kernel/secrets.ts';
import { testDatabase } from '../../kit/db.ts';
import { makeWorld, type World } from '../../kit/world.ts';

/** An account whose secrets these keys encrypted. */
async function accountOf(world: World, secrets: Secrets) {
  const seal = (text: string, column: 'secret_key' | 'webhook_secrets') =>
    secrets.seal(text, placeOf(`stripe_accounts.${column}`, world.organizationId)).bytes;
  const { id } = await world.stripeAccount();
  await world.rows.stripeAccount.update({
    where: { id },
    data: {
      keyId: secrets.keyId ?? '',
      secretKey: seal(`sk_test_of_${world.organization.slug}`, 'secret_key'),
      webhookSecrets: seal('["whsec_1"]', 'webhook_secrets'),
    },
  });
  return id;
}

describe('npm run secrets:rotate', () => {
  test('encrypts what every organization keeps with the first key, once', async () => {
    const { ownerUrl, owner } = await testDatabase();
    // Accounts of other tests, whose key nobody has any more.
    await owner.query('delete from stripe_accounts');
    const [first, second] = [newEncryptionKey('first'), newEncryptionKey('second')];
    const before = createSecrets(parseEncryptionKeys(first));
    const worlds = [await makeWorld(), await makeWorld(), await makeWorld()];
    for (const world of worlds) await accountOf(world, before);

    const rotating = createSecrets(parseEncryptionKeys(`${second},${first}`));
    expect(await rotateSecrets(ownerUrl, rotating)).toBe(3);
    expect(await rotateSecrets(ownerUrl, rotating)).toBe(0);

    const after = createSecrets(parseEncryptionKeys(second));
    for (const world of worlds) {
      const row = await world.rows.stripeAccount.findUniqueOrThrow({ where: { organizationId: world.organizationId } });
      const open = (bytes: Uint8Array<ArrayBuffer>, column: 'secret_key' | 'webhook_secrets') =>
        after.open({ keyId: row.keyId, bytes }, placeOf(`stripe_accounts.${column}`, world.organizationId));
      expect(row.keyId).toBe('second');
      expect(open(row.secretKey, 'secret_key')).toBe(`sk_test_of_${world.organization.slug}`);
      expect(open(row.webhookSecrets, 'webhook_secrets')).toBe('["whsec_1"]');
      expect((await world.logs()).at(-1)).toMatchObject({
        entity: 'STRIPE_ACCOUNT',
        changes: { key_id: { before: 'first', after: 'second' } },
        actorKind: 'SYSTEM',
      });
    }
  });

  test('stops at a row whose key is missing, and keeps what it has done', async () => {
    const { ownerUrl, owner } = await testDatabase();
    await owner.query('delete from stripe_accounts');
    const [known, unknown, next] = [newEncryptionKey('known'), newEncryptionKey('unknown'), newEncryptionKey('next')];
    await accountOf(await makeWorld(), createSecrets(parseEncryptionKeys(unknown)));
    const rotating = createSecrets(parseEncryptionKeys(`${next},${known}`));
    await expect(rotateSecrets(ownerUrl, rotating)).rejects.toThrow(
      'The key unknown, which encrypted this, is not among',
    );
    await owner.query('delete from stripe_accounts');
    await accountOf(await makeWorld(), createSecrets(parseEncryptionKeys(known)));
    expect(await rotateSecrets(ownerUrl, rotating)).toBe(1);
  });
});
