import type { TestProject } from 'vitest/node';
import { startTemporaryEmbedded } from '../../src/database/embedded.ts';
import { applyMigrations } from '../../src/database/migrations.ts';
import { migrateJobs } from '../../src/kernel/jobs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated, empty database that each worker clones, as each role sees it. */
    template: { superuserUrl: string; ownerUrl: string; appUrl: string };
  }
}

/** One PostgreSQL for the run, on a port of its own and in a folder that goes with it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemporaryEmbedded({ shared_buffers: '128MB', autovacuum: 'off' });
  try {
    await applyMigrations(server.ownerUrl);
    await migrateJobs(server.ownerUrl);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { superuserUrl, ownerUrl, appUrl } = server;
  project.provide('template', { superuserUrl, ownerUrl, appUrl });
  return server.stop;
}
