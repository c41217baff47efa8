/**
 * `npm run secrets:rotate`: encrypts every secret of every organization with the first of ENCRYPTION_KEYS. To be run after a
 * new key was put before the old ones, and before those are taken away. What has the first key already stays as it is.
 */
import path from 'node:path';
import pg from 'pg';
import { readEnv } from '../src/kernel/env.ts';
import { createSecrets, placeOf, type Secrets } from '../src/kernel/secrets.ts';
import { keptEncryptionKeys } from '../src/server/keys.ts';
import { PROJECT, runScript, withOwnerDatabase } from './script.ts';

/** Where secrets are kept, whose they are, and the column beside them that says which key encrypted them. */
export const kept: readonly Kept[] = [
  { table: 'stripe_accounts', columns: ['secret_key', 'webhook_secrets'], whose: 'organization_id', key: 'key_id' },
  { table: 'issuers', columns: ['application_secret'], whose: 'organization_id', key: 'key_id' },
  { table: 'accounts', columns: ['totp_secret'], whose: 'id', key: 'totp_key_id' },
];

type Kept = { table: string; columns: readonly string[]; whose: string; key: string };

type Row = { whose: string; key: string } & Record<string, Uint8Array<ArrayBuffer>>;

/** Answers how many rows it encrypted anew. Row by row, so that it can be cut off and begun again. */
export async function rotateSecrets(ownerUrl: string, secrets: Secrets): Promise<number> {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  let rotated = 0;
  try {
    for (const place of kept) {
      const { rows } = await owner.query<{ id: string }>(`select id from ${place.table} where ${place.key} <> $1`, [
        secrets.keyId,
      ]);
      for (const { id } of rows) {
        await owner.query('begin');
        if (await rotateRow(owner, secrets, place, id)) rotated += 1;
        await owner.query('commit');
      }
    }
  } finally {
    await owner.end();
  }
  return rotated;
}

async function rotateRow(
  owner: pg.Client,
  secrets: Secrets,
  { table, columns, whose, key }: Kept,
  id: string,
): Promise<boolean> {
  // Read again under its lock: it may have been changed, or be gone.
  const { rows } = await owner.query<Row>(
    `select ${whose} as whose, ${key} as key, ${columns.join(', ')} from ${table} where id = $1 and ${key} <> $2 for update`,
    [id, secrets.keyId],
  );
  const [row] = rows;
  if (!row) return false;
  const sealed = columns.map((column) => {
    const place = placeOf(`${table}.${column}`, row.whose);
    const bytes = row[column] as Uint8Array<ArrayBuffer>;
    return secrets.seal(secrets.open({ keyId: row.key, bytes }, place), place).bytes;
  });
  const settings = columns.map((column, index) => `${column} = $${index + 3}`).join(', ');
  await owner.query(`update ${table} set ${key} = $2, ${settings} where id = $1`, [id, secrets.keyId, ...sealed]);
  return true;
}

if (import.meta.main) {
  await runScript(async () => {
    const env = readEnv(process.env);
    const keys = env.ENCRYPTION_KEYS ?? keptEncryptionKeys(path.resolve(PROJECT, env.DATA_DIRECTORY));
    const secrets = createSecrets(keys);
    if (secrets.keyId === null) throw new Error('There is no key to encrypt with: set ENCRYPTION_KEYS.');
    await withOwnerDatabase(async ({ ownerUrl }) => {
      const rotated = await rotateSecrets(ownerUrl, secrets);
      console.log(`Rows encrypted anew with the key ${secrets.keyId}: ${rotated}`);
    });
  });
}
