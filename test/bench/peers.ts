/**
 * `npm run bench:peers`: the engine, on both its paths, beside PostGraphile 5 and hand-written statements, on the same
 * 100 000 orders. PostGraphile is installed for the time of the run, into a folder under the temp directory.
 *
 *   --quick    2 seconds per load, for a first impression
 *   --only     just these operations: --only order,dashboard
 *   --strict   exit code 1 when a goal is missed
 */
import { parseArgs } from 'node:util';
import type { EmbeddedServer } from '../../src/database/embedded.ts';
import { type Child, startChild } from './children.ts';
import { depth, openCluster } from './cluster.ts';
import { type Installation, installForNow } from './installation.ts';
import { keep, runScript } from './lifetime.ts';
import { ask, closedLoad, type Target } from './load.ts';
import { type Asked, assertSameAnswer, isCompiled, measureInTurn, prepare } from './measure.ts';
import { chosen, engineTargets, handwrittenTargets, operationTitles, type ReadName, readNames } from './operations.ts';
import { contentOfEngine, contentOfPeer, peerCursor, peerTargets } from './peer-operations.ts';
import { type PeerResult, type PeerResults, peerGoals, peerNotes, peerTable } from './peers-report.ts';
import { type ServerName, serverTitles, serving, startEngine, startHandwritten } from './servers.ts';
import { goalLines } from './table.ts';

const packages = { postgraphile: '^5.1.5', 'postgraphile-plugin-connection-filter': '^4.0.1' };

type Seconds = { warmUp: number; round: number };
const full: Seconds = { warmUp: 4, round: 8 };
const quick: Seconds = { warmUp: 1, round: 2 };

type Contestant = { child: Child; targets: Record<ReadName, Target> };
type Contestants = Record<ServerName, Contestant>;
type Row = Record<ServerName, PeerResult>;
const order: readonly ServerName[] = ['compiled', 'plain', 'postgraphile', 'handwritten'];

const say = (line: string) => console.log(line);

async function startPostGraphile(cluster: EmbeddedServer, { folder }: Installation): Promise<Child> {
  const env = { ...serving(cluster), GRAPHILE_ENV: 'production', PEERS_FOLDER: folder };
  const probe = '/graphql?query={__typename}';
  return keep(await startChild({ script: 'test/bench/postgraphile.ts', env, probe }));
}

async function startAll(cluster: EmbeddedServer, installation: Installation): Promise<Contestants> {
  const compiled = await startEngine(serving(cluster), 'compiled');
  const plain = await startEngine(serving(cluster), 'plain');
  const postgraphile = await startPostGraphile(cluster, installation);
  const handwritten = await startHandwritten(cluster);
  const { subjects, access } = await prepare(cluster, compiled);
  const cursor = await peerCursor(access(postgraphile), depth);
  return {
    compiled: { child: compiled, targets: engineTargets(access(compiled), subjects) },
    plain: { child: plain, targets: engineTargets(access(plain), subjects) },
    postgraphile: { child: postgraphile, targets: peerTargets(access(postgraphile), subjects, cursor) },
    handwritten: { child: handwritten, targets: handwrittenTargets(access(handwritten), subjects) },
  };
}

async function assertSameAnswers({ compiled, plain, postgraphile, handwritten }: Contestants): Promise<void> {
  const contents = { expected: contentOfEngine, actual: contentOfPeer };
  for (const name of readNames) {
    await assertSameAnswer(compiled.targets[name], plain.targets[name]);
    await assertSameAnswer(compiled.targets[name], handwritten.targets[name]);
    await assertSameAnswer(compiled.targets[name], postgraphile.targets[name], contents);
  }
}

async function measure(name: ReadName, contestants: Contestants, seconds: Seconds): Promise<Row> {
  const asked = {} as Record<ServerName, Asked>;
  const bytes = {} as Record<ServerName, number>;
  for (const server of order) {
    const { child, targets } = contestants[server];
    asked[server] = { child, target: targets[name] };
    bytes[server] = Buffer.byteLength(await ask(targets[name]));
    await closedLoad(targets[name], seconds.warmUp);
  }
  const measured = await measureInTurn(asked, seconds.round);
  const entries = order.map((server) => [server, { ...measured[server], bytes: bytes[server] }]);
  return Object.fromEntries(entries);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      strict: { type: 'boolean', default: false },
    },
  });
  const names = chosen(readNames, values.only);
  const seconds = values.quick ? quick : full;

  say('Installing PostGraphile for the time of this run.');
  const installation = await installForNow(packages);
  const cluster = keep(await openCluster(say));
  const contestants = await startAll(cluster, installation);
  await assertSameAnswers(contestants);

  const results: PeerResults = {};
  const fallbacks: ReadName[] = [];
  for (const name of names) {
    const { child, targets } = contestants.compiled;
    if (!(await isCompiled({ child, target: targets[name] }))) fallbacks.push(name);
    process.stdout.write(`${operationTitles[name].trim()} … `);
    const measured = await measure(name, contestants, seconds);
    results[name] = measured;
    say(order.map((server) => `${serverTitles[server]} ${measured[server].closed.perSecond.toFixed(0)}/s`).join(', '));
  }
  const found = peerGoals(results, fallbacks);
  say(`\n${peerTable(results)}\n\n${peerNotes(installation.versions)}\n\n${goalLines(found)}`);
  return !values.strict || found.every(({ met }) => met);
}

await runScript(main);
