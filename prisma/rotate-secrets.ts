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

/** Where secrets are kept: beside each, in `key_id`, which key encrypted the row's. */
const kept = { stripe_accounts: ['secret_key', 'webhook_secrets'] } as const;

type Row = { id: string; organization_id: string; key_id: string } & Record<string, Uint8Array<ArrayBuffer>>;

/** Answers how many rows it encrypted anew. Row by row, so that it can be cut off and begun again. */
export async function rotateSecrets(ownerUrl: string, secrets: Secrets): Promise<number> {
  const owner = new pg.Client(ownerUrl);
  await owner.connect();
  let rotated = 0;
  try {
    for (const [table, columns] of Object.entries(kept)) {
      const { rows } = await owner.query<{ id: string }>(`select id from ${table} where key_id <> $1`, [secrets.keyId]);
      for (const { id } of rows) {
        await owner.query('begin');
        if (await rotateRow(owner, secrets, table, columns, id)) rotated += 1;
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
  table: string,
  columns: readonly string[],
  id: string,
): Promise<boolean> {
  // Read again under its lock: it may have been changed, or be gone.
  const { rows } = await owner.query<Row>(
    `select id, organization_id, key_id, ${columns.join(', ')} from ${table} where id = $1 and key_id <> $2 for update`,
    [id, secrets.keyId],
  );
  const [row] = rows;
  if (!row) return false;
  const sealed = columns.map((column) => {
    const place = placeOf(`${table}.${column}`, row.organization_id);
    const bytes = row[column] as Uint8Array<ArrayBuffer>;
    return secrets.seal(secrets.open({ keyId: row.key_id, bytes }, place), place).bytes;
  });
  const settings = columns.map((column, index) => `${column} = $${index + 3}`).join(', ');
  await owner.query(`update ${table} set key_id = $2, ${settings} where id = $1`, [id, secrets.keyId, ...sealed]);
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
