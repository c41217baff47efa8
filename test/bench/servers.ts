import type { EmbeddedServer } from '../../src/database/embedded.ts';
import { startScript } from '../kit/start-script.ts';
import { type Child, startChild } from './children.ts';
import { keep } from './lifetime.ts';

/** Who answers: the engine on either of its paths, or somebody beside it. */
export type ServerName = 'compiled' | 'plain' | 'postgraphile' | 'handwritten';

export const serverTitles: Readonly<Record<ServerName, string>> = {
  compiled: 'engine, compiled',
  plain: 'engine, plain',
  postgraphile: 'PostGraphile 5',
  handwritten: 'hand-written SQL',
};

const poolSize = 10;

/** What every server is told: the same database, role and number of connections. */
export function serving(cluster: EmbeddedServer): Record<string, string> {
  return {
    DATABASE_URL: cluster.appUrl,
    DATABASE_POOL_SIZE: String(poolSize),
    NODE_ENV: 'production',
    // One token asks as much as it can.
    RATE_LIMIT: '1000000000000',
    COST_LIMIT: '1000000000000',
  };
}

/** The engine as `npm start` runs it, with the same flags of Node's. */
export async function startEngine(
  env: Record<string, string>,
  reads: 'compiled' | 'plain' = 'compiled',
  moreOptions: string[] = [],
): Promise<Child> {
  const { script, flags, env: started } = startScript();
  const nodeOptions = [...flags, ...moreOptions];
  return keep(await startChild({ script, env: { ...started, ...env, READS: reads }, nodeOptions, probe: '/readyz' }));
}

export async function startHandwritten(cluster: EmbeddedServer): Promise<Child> {
  return keep(await startChild({ script: 'test/bench/handwritten.ts', env: serving(cluster), probe: '/' }));
}
