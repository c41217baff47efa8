import path from 'node:path';
import { openEmbedded } from '../src/database/embedded.ts';

export type OwnerDatabase = {
  ownerUrl: string;
  /** May create databases. */
  serverUrl: string;
};

export const PROJECT = path.resolve(import.meta.dirname, '..');

/** The database of `DATABASE_OWNER_URL`, else the embedded one in the data directory, started if nobody runs it. */
export async function withOwnerDatabase<T>(work: (database: OwnerDatabase) => Promise<T>): Promise<T> {
  const { DATABASE_OWNER_URL: url } = process.env;
  if (url) return await work({ ownerUrl: url, serverUrl: url });
  const server = await openEmbedded({ directory: path.resolve(PROJECT, process.env.DATA_DIRECTORY || '.data') });
  try {
    return await work({ ownerUrl: server.ownerUrl, serverUrl: server.superuserUrl });
  } finally {
    await server.stop();
  }
}

/** What goes wrong in a script is for the person who called it: a message, not a stack. */
export async function runScript(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(process.env.DEBUG ? error : error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
