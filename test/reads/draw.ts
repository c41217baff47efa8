import { print } from 'graphql';
import type { Viewer } from '../../src/kernel/viewer.ts';
import type { Sent } from '../kit/reads.ts';
import { type Choices, choicesOf } from './choices.ts';
import type { Data } from './data.ts';
import { drawQuery } from './operations.ts';
import { variablesOf } from './variables.ts';

/** Who asks, and what. */
export type Drawn = { viewer: string; sent: Sent };

/**
 * What the numbers say: a valid operation, and sometimes the same again with other variables or for somebody else, for what
 * is kept of an operation must not be of one request.
 */
export async function draw(numbers: readonly number[], data: Data, viewers: Record<string, Viewer>): Promise<Drawn[]> {
  const choices = choicesOf(numbers);
  const names = Object.keys(viewers);
  // The administrator sees most; a good part of the operations is the administrator's.
  const viewer = choices.chance(65) ? choices.one(names) : (names[0] as string);
  const isAgain = choices.chance(15);
  const variables = variablesOf(choices);
  const document = await drawQuery(choices, data, viewers[viewer] as Viewer, variables);
  // Others beside it are never executed.
  const others = choices.chance(8) ? ['query Other { __typename }', 'mutation Never { __typename }'] : [];
  const query = [print(document), ...others].join('\n');
  const operationName = others.length > 0 || choices.chance(20) ? { operationName: 'Drawn' } : {};
  const first = { viewer, sent: { query, variables: variables.values, ...operationName } };
  if (!isAgain) return [first];
  const changed = changedVariables(choices, variables.values);
  return [
    first,
    { viewer: choices.one(names), sent: first.sent },
    ...(changed ? [{ viewer, sent: { ...first.sent, variables: changed } }] : []),
    first,
  ];
}

/** Other values, some of them none: refused where they must be something, which must be the same refusal. */
function changedVariables(choices: Choices, values: Record<string, unknown>): Record<string, unknown> | null {
  const names = Object.keys(values);
  if (names.length === 0) return null;
  const chosen = choices.one(names);
  const { [chosen]: value, ...others } = values;
  if (typeof value === 'boolean') return { ...others, [chosen]: !value };
  const kind = choices.below(4);
  if (kind === 0) return { ...others, [chosen]: null };
  if (kind === 1) return others;
  if (typeof value === 'number') return { ...others, [chosen]: value + 1 };
  if (Array.isArray(value)) return { ...others, [chosen]: value.slice(1) };
  return { ...others, [chosen]: typeof value === 'string' ? value.slice(0, -1) : {} };
}
