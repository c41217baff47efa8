import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { kept, rotateSecrets } from '../../../prisma/rotate-secrets.ts';
import {
  createSecrets,
  newEncryptionKey,
  parseEncryptionKeys,
  placeOf,
  type Secrets,
} from '../../../src/kernel/secrets.ts';
import { testDatabase } from '../../kit/db.ts';
import { testKey } from '../../kit/tools.ts';
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

/** Takes away what other tests have kept, whose key nobody has any more. */
async function forgetSecrets(owner: pg.Pool): Promise<void> {
  await owner.query('delete from stripe_accounts');
  await owner.query('update issuers set application_secret = null, key_id = null');
  await owner.query('update accounts set totp_secret = null, totp_key_id = null, totp_confirmed_at = null');
}

describe('npm run secrets:rotate', () => {
  test('knows every column that says which key encrypted something', async () => {
    const { owner } = await testDatabase();
    const { rows } = await owner.query<{ place: string }>(
      `select table_name || '.' || column_name as place from information_schema.columns
       where table_schema = 'public' and column_name like '%key_id' order by 1`,
    );
    expect(rows.map(({ place }) => place)).toEqual(kept.map(({ table, key }) => `${table}.${key}`).sort());
  });

  test('encrypts second factors and the secrets of issuers anew, too', async () => {
    const { ownerUrl, owner } = await testDatabase();
    await forgetSecrets(owner);
    const world = await makeWorld();
    const { id } = await world.account();
    const secret = await world.secondFactor(id);
    const issuer = await world.issuer({ applicationSecret: 'of the issuer' });
    await world.issuer({ name: 'Without', applicationSecret: null });
    const second = newEncryptionKey('second');
    expect(await rotateSecrets(ownerUrl, createSecrets(parseEncryptionKeys(`${second},${testKey}`)))).toBe(2);
    const after = createSecrets(parseEncryptionKeys(second));
    const account = await world.rows.account.findUniqueOrThrow({ where: { id } });
    const row = await world.rows.issuer.findUniqueOrThrow({ where: { id: issuer.id } });
    const open = (bytes: Uint8Array<ArrayBuffer> | null, keyId: string | null, place: string) =>
      after.open({ keyId: keyId ?? '', bytes: bytes ?? new Uint8Array() }, place);
    expect(open(account.totpSecret, account.totpKeyId, placeOf('accounts.totp_secret', id))).toBe(secret);
    const place = placeOf('issuers.application_secret', world.organizationId);
    expect(open(row.applicationSecret, row.keyId, place)).toBe('of the issuer');
    await forgetSecrets(owner);
  });

  test('encrypts what every organization keeps with the first key, once', async () => {
    const { ownerUrl, owner } = await testDatabase();
    await forgetSecrets(owner);
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
    await forgetSecrets(owner);
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
