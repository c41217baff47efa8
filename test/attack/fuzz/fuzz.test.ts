import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settings } from '../../kit/client.ts';
import { takeLogged, testDatabase } from '../../kit/db.ts';
import { fingerprint } from '../../kit/fingerprint.ts';
import { makePopulatedWorld, type PopulatedWorld } from '../../kit/world.ts';
import { choicesOfSeed } from '../../reads/choices.ts';
import { type Listening, listen, newAddress } from '../../server/listening.ts';
import { leaks } from '../probe.ts';
import { operationsOf, requestOf, type Sent } from './requests.ts';
import { textsOfOnly } from './theirs.ts';

// `npm test` sends the same every time, one after the other. `npm run fuzz:attack` sends others, several at a time, as
// several attackers would; a failure prints the request and the seed, and FUZZ_SEED leads there again.
const isLong = process.env.FUZZ_RUNS !== undefined;
const runs = Number(process.env.FUZZ_RUNS ?? 5_000);
const seed = Number(process.env.FUZZ_SEED ?? (isLong ? Date.now() % 2 ** 31 : 1));
const lanes = isLong ? 4 : 1;
/** An organization that was attacked so often has nothing left that could be lost. */
const perWorld = 500;

let server: Listening;
let theirs: PopulatedWorld;

beforeAll(async () => {
  server = await listen(settings);
  theirs = await makePopulatedWorld();
});
afterAll(() => server?.close());

async function send({ body, headers }: Sent) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    // Each from somewhere else: what is refused for being one too many finds nothing.
    headers: { ...headers, 'x-forwarded-for': newAddress() },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/** What is wrong with an answer, or null. */
function faultOf(sent: Sent, { status, text }: { status: number; text: string }, secrets: RegExp) {
  if (status >= 500) return `HTTP ${status}`;
  if (text.includes('INTERNAL_SERVER_ERROR')) return 'an unexpected failure';
  const leak = leaks.exec(text)?.[0];
  if (leak && !sent.body.includes(leak)) return `it tells ${leak}`;
  const secret = secrets.exec(text)?.[0];
  return secret && !sent.body.includes(secret) ? `it has ${secret} of the other organization` : null;
}

/** What an answer comes to, for the count at the end. */
function codeOf(text: string): string {
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? (text.includes('"data":{') ? 'answered' : 'other');
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test(`${runs} mutated operations do no harm`, { timeout: 0 }, async () => {
  const corpus = operationsOf(theirs);
  const { owner } = await testDatabase();
  const before = await fingerprint(owner, theirs.organizationId);
  const codes = new Map<string, number>();
  let warm = 0;
  for (let done = 0; done < runs; done += perWorld) {
    const ours = await makePopulatedWorld();
    const secrets = await textsOfOnly(owner, theirs.organizationId, ours.organizationId);
    expect(theirs.one.client.email).toMatch(secrets);
    expect(theirs.one.order.number).toMatch(secrets);
    const ids = { ours: Object.values(ours.ids), theirs: Object.values({ ...theirs.ids, ...theirs.uuids }) };
    const { secret: credential } = await ours.token(ours.admin, { lastUsedAt: new Date() });
    takeLogged();
    const attack = async (lane: number) => {
      for (let index = done + lane; index < Math.min(done + perWorld, runs); index += lanes) {
        const sent = requestOf(corpus, choicesOfSeed(seed + index), ids, credential);
        const answer = await send(sent);
        const fault = faultOf(sent, answer, secrets);
        if (fault !== null) {
          const told = [`FUZZ_SEED=${seed}`, sent.body, answer.text, ...takeLogged()];
          expect.fail([`${fault}, of request ${index}`, ...told].join('\n\n'));
        }
        const code = codeOf(answer.text);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => attack(lane)));
    expect(await fingerprint(owner, theirs.organizationId)).toEqual(before);
    const bytes = heap();
    // Whatever is kept of operations is kept half-way.
    if (done <= runs / 2) warm = bytes;
    if (isLong) process.stderr.write(`${done + perWorld} of ${runs}, ${Math.round(bytes / 1e6)} MB, seed ${seed}\n`);
  }
  if (isLong) process.stderr.write(`${JSON.stringify(Object.fromEntries(codes))}\n`);
  // Among so many some are right, and do what they say.
  expect(codes.get('answered') ?? 0).toBeGreaterThan(runs / 20);
  if (runs >= 4 * perWorld) expect(heap() - warm).toBeLessThan(40_000_000);
});
