import { pendingMigrations } from '../database/migrations.ts';
import type { Log } from '../kernel/log.ts';
import { migrationTrouble } from './database.ts';

/** Why requests should go elsewhere, in a sentence without secrets; null when they are welcome. */
export type Readiness = () => Promise<string | null>;

const freshMs = 1_000;
const answerLimitMs = 2_000;

/** Asks over a connection of its own, so that a busy pool does not look like a dead database; once a second at most. */
export function createReadiness(url: string, isEnding: () => boolean, log: Log): Readiness {
  let asked: { at: number; answer: Promise<string | null> } | undefined;
  return async () => {
    if (isEnding()) return 'The server is shutting down.';
    if (!asked || performance.now() - asked.at > freshMs) asked = { at: performance.now(), answer: ask(url, log) };
    return await asked.answer;
  };
}

async function ask(url: string, log: Log): Promise<string | null> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${answerLimitMs} ms`)), answerLimitMs);
  try {
    return migrationTrouble(await Promise.race([pendingMigrations(url), late.promise]));
  } catch (error) {
    log.warn({ err: error }, 'the database does not answer');
    return 'The database does not answer.';
  } finally {
    clearTimeout(timer);
  }
}
