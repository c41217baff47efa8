import { getNamedType, isCompositeType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { schema } from '../../src/schema.ts';
import { readOf, type Sent } from '../kit/reads.ts';
import type { Answers } from './answers.ts';

export type Tally = ReturnType<typeof tallyOf>;

/** Counts how operations were answered, and which fields they asked for. */
export function tallyOf() {
  const fallbacks = new Map<string, number>();
  const fields = new Map<string, number>();
  const tally = { operations: 0, compiled: 0, withErrors: 0, withRows: 0 };
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);

  function add({ query }: Sent, { compiled }: Answers): void {
    const read = readOf(compiled);
    tally.operations += 1;
    if (read?.path === 'compiled') tally.compiled += 1;
    else count(fallbacks, read ? (read.reason ?? 'without a reason') : 'nothing is said about it');
    if (compiled.text.includes('"errors":[')) tally.withErrors += 1;
    if (compiled.text.includes('[{')) tally.withRows += 1;
    if (read?.path === 'compiled') for (const field of fieldsIn(query)) count(fields, field);
  }

  return {
    counts: tally,
    fallbacks,
    add,
    summary: () =>
      [
        `${tally.operations} operations: ${tally.compiled} compiled, ${tally.withErrors} with errors, ${tally.withRows} with rows`,
        ...[...fallbacks].sort(([, a], [, b]) => b - a).map(([reason, times]) => `  ${times} fell back: ${reason}`),
        `  never compiled: ${everyField.filter((field) => !fields.has(field)).join(', ') || 'no field'}`,
      ].join('\n'),
  };
}

function fieldsIn(query: string): Set<string> {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  const Field = ({ name }: { name: { value: string } }) => {
    const parent = types.getParentType();
    if (parent && !name.value.startsWith('__')) found.add(`${parent.name}.${name.value}`);
  };
  visit(parse(query), visitWithTypeInfo(types, { Field }));
  return found;
}

const everyField = reachable();

/** Every field that a query can ask for. */
function reachable(): string[] {
  const found: string[] = [];
  const seen = new Set([schema.getQueryType()]);
  for (const type of seen) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      found.push(`${type?.name}.${field.name}`);
      const named = getNamedType(field.type);
      if (isCompositeType(named)) {
        for (const possible of 'getFields' in named ? [named] : []) seen.add(possible as never);
        for (const possible of schema.getPossibleTypes(named as never)) seen.add(possible);
      }
    }
  }
  return found;
}
