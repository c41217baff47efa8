import { type ASTNode, type DocumentNode, Kind, parse, print, validate, visit } from 'graphql';
import { schema } from '../../src/schema.ts';
import type { Drawn } from './draw.ts';

type FaultIn = (operations: Drawn[]) => Promise<string | null>;

/** Makes what fails as small as it gets: piece after piece goes, as long as a fault stays. Answers that fault. */
export async function smallest(operations: Drawn[], faultIn: FaultIn, attempts: number): Promise<string | null> {
  let left = attempts;
  let fault = await faultIn(operations);
  if (fault === null) return null;
  let current = operations;

  async function accepts(candidate: Drawn[]): Promise<boolean> {
    left -= 1;
    const found = left < 0 ? null : await faultIn(candidate);
    if (found === null) return false;
    [current, fault] = [candidate, found];
    return true;
  }

  for (let isSmaller = true; isSmaller && left > 0; ) {
    isSmaller = false;
    for (let place = 1; place < nodesIn(documentOf(current)); place += 1) {
      for (const change of [removed, withoutAlias]) {
        for (let candidate = changedAt(place, change, current); candidate; ) {
          if (!(await accepts(candidate))) break;
          isSmaller = true;
          candidate = changedAt(place, change, current);
        }
      }
    }
    for (const candidate of withLessValues(current)) {
      isSmaller = await accepts(candidate);
      if (isSmaller) break;
    }
  }
  return fault;
}

type Change = (node: ASTNode, key: string | number | undefined) => ASTNode | null | undefined;

const removable: readonly string[] = [
  Kind.OPERATION_DEFINITION,
  Kind.FRAGMENT_DEFINITION,
  Kind.FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
  Kind.ARGUMENT,
  Kind.DIRECTIVE,
  Kind.VARIABLE_DEFINITION,
  Kind.OBJECT_FIELD,
  Kind.OBJECT,
  Kind.STRING,
  Kind.ENUM,
  Kind.INT,
];

/** Only what is one of several can be missing. */
const removed: Change = (node, key) => (typeof key === 'number' && removable.includes(node.kind) ? null : undefined);

const withoutAlias: Change = (node) =>
  node.kind === Kind.FIELD && node.alias ? { ...node, alias: undefined } : undefined;

function documentOf(operations: Drawn[]): DocumentNode {
  return parse(operations[0]?.sent.query ?? '');
}

function nodesIn(document: DocumentNode): number {
  let nodes = 0;
  visit(document, {
    enter: () => {
      nodes += 1;
    },
  });
  return nodes;
}

/** The operations with their document changed at the place; null where that can't be. */
function changedAt(place: number, change: Change, operations: Drawn[]): Drawn[] | null {
  let index = -1;
  let isChanged = false;
  const made: DocumentNode = visit(documentOf(operations), {
    enter: (node, key) => {
      index += 1;
      if (index !== place || isChanged) return undefined;
      const changed = change(node, key);
      isChanged = changed !== undefined;
      return changed;
    },
  });
  if (!isChanged) return null;
  const query = print(withoutUnused(made));
  return isValid(query) ? operations.map(({ viewer, sent }) => ({ viewer, sent: { ...sent, query } })) : null;
}

function isValid(query: string): boolean {
  try {
    return validate(schema, parse(query)).length === 0;
  } catch {
    // Without its last field a selection is none.
    return false;
  }
}

/** What nothing refers to any more goes, too: a document with it would not be valid. */
function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, {
    FragmentSpread: ({ name }) => void used.add(`fragment ${name.value}`),
    Variable: ({ name }, _, parent) => {
      const isDefinition = (parent as ASTNode | undefined)?.kind === Kind.VARIABLE_DEFINITION;
      if (!isDefinition) used.add(`variable ${name.value}`);
    },
  });
  let isChanged = false;
  const drop = (name: string): null | undefined => {
    if (used.has(name)) return undefined;
    isChanged = true;
    return null;
  };
  const made: DocumentNode = visit(document, {
    FragmentDefinition: ({ name }) => drop(`fragment ${name.value}`),
    VariableDefinition: ({ variable }) => drop(`variable ${variable.name.value}`),
  });
  return isChanged ? withoutUnused(made) : made;
}

function* withLessValues(operations: Drawn[]): Generator<Drawn[]> {
  for (const [place, { viewer, sent }] of operations.entries()) {
    for (const variables of valuesWithout(sent.variables)) {
      yield operations.with(place, { viewer, sent: { ...sent, variables: variables as object } });
    }
  }
}

/** The value without one of the parts that it has somewhere. */
function* valuesWithout(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  const parts = Object.entries(value);
  const made = (changed: [string, unknown][]) =>
    Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
  for (const [name, held] of parts) {
    yield made(parts.filter(([other]) => other !== name));
    for (const inner of valuesWithout(held))
      yield made(parts.map(([other, item]) => [other, other === name ? inner : item]));
  }
}
