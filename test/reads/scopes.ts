import type { ArgumentNode, GraphQLField } from 'graphql';

/** What is asked for under each name of one object of the answer, wherever in the document it is asked. */
export type Scope = Map<string, Asked>;
export type Asked = {
  field: GraphQLField<unknown, unknown>;
  parent: string;
  args: readonly ArgumentNode[];
  /** The arguments as text: two selections of a name merge only when these are the same. */
  key: string;
  inner: Scope;
};

export function newScope(): Scope {
  return new Map();
}

/** Whether the name may stand for this field in all of the scopes: free, or taken by the same. */
export function mayAsk(scopes: readonly Scope[], name: string, asked: Omit<Asked, 'inner' | 'args'>): boolean {
  return scopes.every((scope) => {
    const known = scope.get(name);
    return !known || isSame(known, asked);
  });
}

function isSame(one: Omit<Asked, 'inner' | 'args'>, other: Omit<Asked, 'inner' | 'args'>): boolean {
  return (
    one.field.name === other.field.name && one.key === other.key && String(one.field.type) === String(other.field.type)
  );
}

/** Notes the field in all of the scopes; answers the scopes beneath it. */
export function askIn(scopes: readonly Scope[], name: string, asked: Omit<Asked, 'inner'>): Scope[] {
  return scopes.map((scope) => {
    const known = scope.get(name);
    if (known) return known.inner;
    const inner = newScope();
    scope.set(name, { ...asked, inner });
    return inner;
  });
}

/** Whether everything that is asked in the one may also be asked in the other. */
export function fits(one: Scope, other: Scope): boolean {
  return [...one].every(([name, asked]) => {
    const known = other.get(name);
    return !known || (isSame(known, asked) && fits(asked.inner, known.inner));
  });
}

/** Asks in the one for everything that is asked in the other. */
export function include(one: Scope, other: Scope): void {
  for (const [name, asked] of other) {
    const known = one.get(name);
    if (known) include(known.inner, asked.inner);
    else {
      const inner = newScope();
      include(inner, asked.inner);
      one.set(name, { ...asked, inner });
    }
  }
}
