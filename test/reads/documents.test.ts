import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';
import { announcement, prefilled } from '../../src/server/examples.ts';
import { mayRead, readOf, type Sent } from '../kit/reads.ts';
import { openServers, type Servers, sameAnswers } from './answers.ts';
import { makeReadsWorld, type ReadsWorld } from './world.ts';

/** The operations that the README shows. */
function ofReadme(): Sent[] {
  const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8');
  return [...readme.matchAll(/```graphql\n(.*?)```/gs)].map(([, query]) => ({ query: query as string }));
}

/** The operations that the demo brings, asks by itself, and prints. */
async function ofExamples(): Promise<Sent[]> {
  const asked: Sent[] = [];
  const listening = {
    fetch: async (_: string, { body }: { body: string }) => {
      asked.push(JSON.parse(body) as Sent);
      return Response.json({});
    },
  };
  const { tabs } = await prefilled(listening as never, 'a-token');
  const printed = announcement('http://localhost', {
    token: 'a-token',
    tokenFile: 'a-file',
    email: 'ada@example.com',
    passwordFile: 'another-file',
    secret: '',
    databaseUrl: '',
  });
  const pasted = JSON.parse(/-d '(.*)'/.exec(printed)?.[1] as string) as Sent;
  return [...tabs.map(({ query }) => ({ query })), ...asked, pasted];
}

let world: ReadsWorld;
let servers: Servers;

beforeAll(async () => {
  world = await makeReadsWorld();
  servers = await openServers(world.viewers);
});
afterAll(() => servers?.close());

describe.each([
  ['the README', async () => ofReadme(), 1],
  ['the demo', ofExamples, 3],
] as const)('the queries of %s', (_, operations, least) => {
  test('are answered alike to everybody, compiled and plainly', async () => {
    const queries = (await operations()).filter(mayRead);
    expect(queries.length).toBeGreaterThanOrEqual(least);
    for (const sent of queries) {
      expect(validate(schema, parse(sent.query)), sent.query).toEqual([]);
      // All at the same time: what one asks is no other one's answer.
      await Promise.all(Object.keys(world.viewers).map((name) => sameAnswers(servers, name, sent)));
      const { compiled } = await sameAnswers(servers, 'administrator', sent);
      expect(readOf(compiled)).toEqual({ path: 'compiled', statements: 3 });
      expect(compiled.text).toMatch(/"nodes":\[\{/);
      expect(compiled.text).not.toContain('"errors"');
    }
  });
});
