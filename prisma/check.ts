/**
 * `npm run db:check`: do the migrations, replayed from nothing, give prisma/schema? With `DATABASE_OWNER_URL`
 * that database is checked as well; without it, the check needs no database but brings its own for a moment.
 */
import pg from 'pg';
import { startTemporaryEmbedded } from '../src/database/embedded.ts';
import { applyMigrations, nextMigrationSql, pendingMigrations, schemaDrift } from '../src/database/migrations.ts';
import { runScript } from './script.ts';

await runScript(async () => {
  const { DATABASE_OWNER_URL: url } = process.env;
  const drift = url ? await checkLive(url) : await checkReplay();
  if (drift !== null) throw new Error(`Missing on the way to prisma/schema:\n\n${drift}`);
  console.log('No drift: the migrations give prisma/schema.');
});

async function checkReplay(): Promise<string | null> {
  const server = await startTemporaryEmbedded();
  try {
    // As the owner, who is no superuser: a migration must not need more than that.
    await applyMigrations(server.ownerUrl);
    return await schemaDrift(server.ownerUrl);
  } finally {
    await server.stop();
  }
}

async function checkLive(url: string): Promise<string | null> {
  for (const [state, names] of Object.entries(await pendingMigrations(url))) {
    if (names.length > 0) throw new Error(`Migrations ${state}: ${names.join(', ')}`);
  }
  return (await replayBeside(url)) ?? (await schemaDrift(url));
}

/** On the same server, which may be older than ours, unless the role may not create a database there. */
async function replayBeside(url: string): Promise<string | null> {
  try {
    return await nextMigrationSql(url);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return await checkReplay();
    throw error;
  }
}
