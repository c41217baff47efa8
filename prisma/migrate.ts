/**
 * `npm run db:migrate`: brings the database up to date. `-- --rolled-back <name>` first lets a failed one run
 * again.
 */
import { parseArgs } from 'node:util';
import { applyMigrations, markRolledBack, pendingMigrations } from '../src/database/migrations.ts';
import { migrateJobs } from '../src/kernel/jobs.ts';
import { runScript, withOwnerDatabase } from './script.ts';

await runScript(async () => {
  const { values } = parseArgs({ options: { 'rolled-back': { type: 'string' } } });
  await withOwnerDatabase(async ({ ownerUrl }) => {
    if (values['rolled-back']) await markRolledBack(ownerUrl, values['rolled-back']);
    const { failed, edited } = await pendingMigrations(ownerUrl);
    if (failed.length > 0) {
      throw new Error(
        `Failed before: ${failed.join(', ')}. A migration is one transaction unless it ends one itself, so ` +
          'normally nothing of it is left: correct it, then npm run db:migrate -- --rolled-back <name>',
      );
    }
    if (edited.length > 0) console.warn(`Changed after they were applied: ${edited.join(', ')}`);
    const applied = await applyMigrations(ownerUrl);
    // The queue's tables are its own: made after ours, which make the app role that uses them.
    await migrateJobs(ownerUrl);
    for (const name of applied) console.log(`Applied ${name}`);
    if (applied.length === 0) console.log('The database is up to date.');
  });
});
