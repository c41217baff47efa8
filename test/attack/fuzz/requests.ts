import fs from 'node:fs';
import path from 'node:path';
import { type OperationDefinitionNode, parse } from 'graphql';
import { queriesOfEverything } from '../../kit/queries.ts';
import type { PopulatedWorld } from '../../kit/world.ts';
import type { Choices } from '../../reads/choices.ts';
import { mutated } from './mutate.ts';
import { type Ids, variablesFor } from './values.ts';

export type Operation = { text: string; definition: OperationDefinitionNode };
export type Sent = { body: string; headers: Record<string, string> };

/** What applications ask: the operations of all other tests, and each root field with all that hangs beneath it. */
export function operationsOf(world: PopulatedWorld): Operation[] {
  const file = path.resolve(import.meta.dirname, '../../generated/persisted-documents.json');
  const texts = [
    ...Object.values(JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>),
    ...queriesOfEverything(world).map(({ query }) => query),
  ];
  return texts.map((text) => ({
    text,
    definition: parse(text).definitions.find(({ kind }) => kind === 'OperationDefinition') as OperationDefinitionNode,
  }));
}

/** One of the operations, with things wrong with it, its variables, and now and then with how it is sent. */
export function requestOf(corpus: readonly Operation[], choices: Choices, ids: Ids, credential: string): Sent {
  const { text, definition } = choices.one(corpus);
  const body = {
    query: mutated(text, choices),
    variables: variablesFor(definition, choices, ids),
    ...(choices.chance(5) ? { operationName: choices.one([definition.name?.value, 'Nothing', '', 1, null]) } : {}),
    ...(choices.chance(3) ? { extensions: choices.one([{}, [], 'x', { persistedQuery: { sha256Hash: 'x' } }]) } : {}),
  };
  const written = JSON.stringify(body);
  return {
    body: choices.chance(2) ? written.slice(0, choices.below(written.length)) : written,
    headers: {
      'content-type': choices.chance(2) ? choices.one(['text/plain', 'application/graphql', '']) : 'application/json',
      ...(choices.chance(10) ? {} : { authorization: `Bearer ${credential}` }),
      ...(choices.chance(5) ? { accept: choices.one(['text/html', 'multipart/mixed', 'x/y', '*/*;q=0']) } : {}),
      ...(choices.chance(5) ? { 'idempotency-key': choices.one(['1', 'x'.repeat(300), '']) } : {}),
    },
  };
}
