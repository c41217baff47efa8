import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';
import { answersOf, faultOf, openServers, type Servers } from './answers.ts';
import { type Data, harvest } from './data.ts';
import { type Drawn, draw } from './draw.ts';
import { smallest } from './smaller.ts';
import { tallyOf } from './tally.ts';
import { makeReadsWorld, type ReadsWorld } from './world.ts';

// `npm run fuzz:reads` asks for more. A failure prints its seed and path: FUZZ_SEED and FUZZ_PATH lead there again.
const isLong = process.env.FUZZ_RUNS !== undefined;
const runs = Number(process.env.FUZZ_RUNS ?? 500);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const path = process.env.FUZZ_PATH;

/** How often a failing operation is made smaller, by fast-check from its numbers and then piece by piece. */
const mostAttempts = 400;

let world: ReadsWorld;
let servers: Servers;
let data: Data;
const tally = tallyOf();

beforeAll(async () => {
  world = await makeReadsWorld();
  servers = await openServers(world.viewers);
  data = await harvest(world);
});
afterAll(() => servers?.close());

/** Why the operations, asked one after the other, are not answered alike, or null. */
async function faultIn(operations: Drawn[]): Promise<string | null> {
  for (const [place, { viewer, sent }] of operations.entries()) {
    const answers = await answersOf(servers, viewer, sent);
    tally.add(sent, answers);
    const fault = faultOf(viewer, sent, answers);
    if (fault === null) continue;
    const before = operations.slice(0, place).map((one) => `${one.viewer} ${JSON.stringify(one.sent.variables)}`);
    return [fault, ...(place > 0 ? [`Before that it was asked for: ${before.join('; ')}`] : [])].join('\n\n');
  }
  return null;
}

const numbers = fc
  .noBias(fc.array(fc.nat(), { maxLength: 800, size: 'max' }))
  // A failure shows the operation; the numbers that it came from tell nobody anything.
  .map((drawn) => Object.assign(drawn, { [fc.toStringMethod]: () => `${drawn.length} numbers` }));

test(`the operations of ${runs} random runs are answered alike, compiled and plainly`, { timeout: 0 }, async () => {
  const started = performance.now();
  let [done, attempts] = [0, 0];
  let failing: Drawn[] = [];
  const property = fc.asyncProperty(numbers, async (drawn) => {
    if (attempts > mostAttempts) return;
    const operations = await draw(drawn, data, world.viewers);
    const query = operations[0]?.sent.query ?? '';
    expect(validate(schema, parse(query)), `drawn as a valid operation: ${query}`).toEqual([]);
    const fault = await faultIn(operations);
    done += 1;
    if (isLong && done % 500 === 0) process.stderr.write(`${progress(done, started)}\n`);
    if (fault !== null || attempts > 0) attempts += 1;
    if (fault === null) return;
    failing = operations;
    throw new Error(fault);
  });
  try {
    await fc.assert(property, { numRuns: runs, seed, ...(path ? { path } : {}) });
  } catch (error) {
    const least = failing.length > 0 ? await smallest(failing, faultIn, mostAttempts) : null;
    throw least === null ? error : new Error(`${least}\n\nIt was found here:\n${error}`, { cause: error });
  }
  if (isLong) process.stderr.write(`${tally.summary()}\n`);
  const { compiled, operations } = tally.counts;
  expect(operations).toBeGreaterThanOrEqual(path ? 1 : runs);
  expect(compiled / operations, tally.summary()).toBeGreaterThan(0.5);
});

function progress(done: number, started: number): string {
  const seconds = (performance.now() - started) / 1000;
  const { operations, compiled } = tally.counts;
  const speed = (operations / seconds).toFixed(0);
  return `${done} of ${runs} runs, ${operations} operations, ${compiled} compiled, ${speed} a second, seed ${seed}`;
}
