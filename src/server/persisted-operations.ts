import fs from 'node:fs';
import { noPersistedOperations, type PersistedOperations, readPersistedOperations } from '../graphql/persisted.ts';
import type { Env } from '../kernel/env.ts';
import { StartError } from './lifetime.ts';

/** The operations in the file that the environment names. None without it, and then nothing can be held to them. */
export function persistedOperations(
  env: Pick<Env, 'PERSISTED_OPERATIONS' | 'PERSISTED_OPERATIONS_ONLY'>,
): PersistedOperations {
  const { PERSISTED_OPERATIONS: file, PERSISTED_OPERATIONS_ONLY: only } = env;
  if (file === undefined) {
    if (only)
      throw new StartError('PERSISTED_OPERATIONS_ONLY needs the file PERSISTED_OPERATIONS: nothing could be asked.');
    return noPersistedOperations;
  }
  try {
    return readPersistedOperations(fs.readFileSync(file, 'utf8'), { only });
  } catch (error) {
    throw new StartError(`PERSISTED_OPERATIONS: ${file} can't be used: ${(error as Error).message}`);
  }
}
