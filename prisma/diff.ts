/** `npm run db:diff -- --name <words>`: writes the next migration from the difference to prisma/schema. */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nextMigrationSql } from '../src/database/migrations.ts';
import { PROJECT, runScript, withOwnerDatabase } from './script.ts';

await runScript(async () => {
  const { values, positionals } = parseArgs({
    options: { name: { type: 'string' } },
    allowPositionals: true,
  });
  const words = [values.name ?? '', ...positionals].join(' ').toLowerCase();
  const name = words.replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_|_$/g, '');
  if (!name) throw new Error('What does the migration do? npm run db:diff -- --name add order notes');

  const sql = await withOwnerDatabase(({ serverUrl }) => nextMigrationSql(serverUrl));
  if (sql === null) {
    console.log('The migrations already give prisma/schema: nothing to write.');
    return;
  }
  const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = path.join(PROJECT, 'prisma/migrations', `${stamp}_${name}`);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'migration.sql'), sql);
  console.log(`Wrote ${path.relative(PROJECT, folder)}/migration.sql: read it, then npm run db:migrate`);
});
