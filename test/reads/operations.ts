import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  doTypesOverlap,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  GraphQLBoolean,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
} from 'graphql';
import { type IdType, idPrefixes } from '../../src/kernel/id.ts';
import { gradeOf, type Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import type { Choices } from './choices.ts';
import { type Data, isConnection, queryFields, subjectOf } from './data.ts';
import { pageOf } from './pages.ts';
import { askIn, fits, include, mayAsk, newScope, type Scope } from './scopes.ts';
import { valuesFor } from './values.ts';
import type { Variables } from './variables.ts';

type Field = GraphQLField<unknown, unknown>;
/** Where a selection stands. */
type Place = {
  /** What it merges with. */
  scopes: Scope[];
  /** How many objects deeper it may go. */
  depth: number;
  /** About how many times it is answered. */
  rows: number;
  /** The types that the objects there may really have. */
  possible: readonly GraphQLObjectType[];
};

const deepest = 6;
const mostSelections = 45;
const mostRows = 150;
const oddNames = ['__proto__', 'constructor', 'toString', 'length', '_', 'A', 'data', 'errors'];

const compositeTypes = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLCompositeType =>
    isCompositeType(type) && !type.name.startsWith('__') && !/Success$|Result$|^Mutation$/.test(type.name),
);

const queryType = schema.getQueryType() as GraphQLObjectType;

function possibleTypes(type: GraphQLCompositeType): readonly GraphQLObjectType[] {
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
}

/** Draws a query of the schema, whatever the schema is: fields, types and arguments are taken from it. */
export async function drawQuery(
  choices: Choices,
  data: Data,
  viewer: Viewer,
  variables: Variables,
): Promise<DocumentNode> {
  const { selections, fragments } = drawingOf(choices, data, viewer, variables);
  const found = await selections(queryType, {
    scopes: [newScope()],
    depth: deepest,
    rows: 1,
    possible: possibleTypes(queryType),
  });
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: 'query' as never,
    name: { kind: Kind.NAME, value: 'Drawn' },
    variableDefinitions: variables.definitions,
    selectionSet: { kind: Kind.SELECTION_SET, selections: found },
  };
  return { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
}

function drawingOf(choices: Choices, data: Data, viewer: Viewer, variables: Variables) {
  const fragments: FragmentDefinitionNode[] = [];
  const scopesOfFragments = new Map<FragmentDefinitionNode, Scope>();
  const { value } = valuesFor(choices, data);
  let left = mostSelections;
  let aliases = 0;

  function fresh(): string {
    aliases += 1;
    return `a${aliases}`;
  }

  async function selections(parent: GraphQLCompositeType, place: Place): Promise<SelectionNode[]> {
    const most = place.depth === deepest ? 3 : isAbstractType(parent) ? 4 : 7;
    const count = 1 + choices.below(most);
    const found: SelectionNode[] = [];
    for (let index = 0; index < count && (index === 0 || left > 0); index += 1) {
      left -= 1;
      found.push(await selection(parent, place));
    }
    return found;
  }

  async function selection(parent: GraphQLCompositeType, place: Place): Promise<SelectionNode> {
    // An interface has few fields of its own.
    const fragmentsAreLikely = isAbstractType(parent) ? 55 : 9;
    if (left > 0 && choices.chance(fragmentsAreLikely)) {
      const kind = choices.below(3);
      if (kind === 0) return await inlineFragment(parent, place);
      return (kind === 1 ? reusedFragment(parent, place) : null) ?? (await namedFragment(parent, place));
    }
    if (choices.chance(6)) return typename(place);
    return await field(parent, place);
  }

  function typename(place: Place): SelectionNode {
    const known = { field: { name: '__typename', type: 'String!' } as never, parent: '', key: '', args: [] };
    const alias = choices.chance(25) ? fresh() : undefined;
    const name = alias ?? '__typename';
    askIn(place.scopes, name, known);
    return {
      kind: Kind.FIELD,
      ...aliased(alias),
      name: { kind: Kind.NAME, value: '__typename' },
      directives: directives(),
    };
  }

  async function field(parent: GraphQLCompositeType, place: Place): Promise<SelectionNode> {
    const again = choices.chance(12) ? askedBefore(parent, place) : null;
    if (again) return await again;
    const chosen = chooseField(parent, place);
    if (!chosen) return typename(place);
    const type = getNamedType(chosen.type);
    const { args, rows, possible } = await argumentsOf(chosen, parent, place);
    const key = args.map((node) => print(node)).join();
    const asked = { field: chosen, parent: parent.name, args, key };
    let alias = choices.chance(15) ? aliasFor(parent) : undefined;
    if (!mayAsk(place.scopes, alias ?? chosen.name, asked)) alias = fresh();
    const inner = askIn(place.scopes, alias ?? chosen.name, asked);
    return {
      kind: Kind.FIELD,
      ...aliased(alias),
      name: { kind: Kind.NAME, value: chosen.name },
      arguments: args,
      directives: directives(),
      ...(isCompositeType(type)
        ? { selectionSet: await beneath(type, { ...place, scopes: inner, rows, possible }) }
        : {}),
    };
  }

  async function beneath(type: GraphQLCompositeType, place: Place) {
    const isPartOfList = isConnection(type) || type.name.endsWith('Edge');
    const depth = place.depth - (isPartOfList ? 0 : 1);
    return { kind: Kind.SELECTION_SET, selections: await selections(type, { ...place, depth }) } as const;
  }

  /** A field that is asked for already, with the same arguments: the two become one in the answer. */
  function askedBefore(parent: GraphQLCompositeType, place: Place): Promise<SelectionNode> | null {
    const known = place.scopes.flatMap((scope) =>
      [...scope].filter(([, asked]) => asked.parent === parent.name && asked.field.name !== '__typename'),
    );
    if (known.length === 0) return null;
    const [name, asked] = choices.one(known);
    if (!mayAsk(place.scopes, name, asked)) return null;
    return (async () => {
      const inner = askIn(place.scopes, name, asked);
      const type = getNamedType(asked.field.type);
      return {
        kind: Kind.FIELD,
        ...aliased(name === asked.field.name ? undefined : name),
        name: { kind: Kind.NAME, value: asked.field.name },
        arguments: asked.args,
        directives: directives(),
        ...(isCompositeType(type)
          ? {
              selectionSet: await beneath(type, {
                ...place,
                scopes: inner,
                rows: place.rows * 5,
                possible: possibleTypes(type),
              }),
            }
          : {}),
      };
    })();
  }

  function chooseField(parent: GraphQLCompositeType, { depth, rows }: Place): Field | undefined {
    if (parent === queryType) return chooseRoot();
    const fields: Field[] = 'getFields' in parent ? Object.values(parent.getFields()) : [];
    const leaves = fields.filter(({ type }) => isLeafType(getNamedType(type)));
    const objects = depth > 0 && left > 0 && rows <= mostRows ? fields.filter((one) => !leaves.includes(one)) : [];
    const objectsAreLikely = isConnection(parent) || parent.name.endsWith('Edge') ? 85 : 45;
    // Where nothing is left to go deeper, a list still shows its rows.
    if (leaves.length === 0 || (isConnection(parent) && objects.length === 0)) return objects[0] ?? leaves[0];
    if (objects.length === 0 || !choices.chance(objectsAreLikely)) return choices.one(leaves);
    const rowsOfList = objects.filter(({ name }) => isConnection(parent) && name !== 'pageInfo');
    return choices.one([...objects, ...rowsOfList]);
  }

  function chooseRoot(): Field {
    const allowed = queryFields.filter(({ extensions }) => {
      const { permission } = extensions as { permission?: string };
      return permission === undefined || gradeOf(viewer, permission) > 0;
    });
    return choices.one(choices.chance(5) ? queryFields : allowed);
  }

  function aliasFor(parent: GraphQLCompositeType): string {
    const fields = 'getFields' in parent ? Object.keys(parent.getFields()) : [];
    const kind = choices.below(4);
    if (kind === 1) return choices.one(oddNames);
    return kind === 2 && fields.length > 0 ? choices.one(fields) : fresh();
  }

  async function argumentsOf(chosen: Field, parent: GraphQLCompositeType, { rows }: Place) {
    const subject = subjectOf(chosen);
    const nodes: ArgumentNode[] = [];
    const add = ({ name, type }: Pick<GraphQLArgument, 'name' | 'type'>, given: unknown, keep = false) =>
      nodes.push({
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: name },
        value: variables.nodeOf(type, given, { keep }),
      });
    const ids: unknown[] = [];
    let sort: unknown;
    const paging = chosen.args.filter(({ name }) => ['first', 'last', 'after', 'before'].includes(name));
    for (const arg of chosen.args) {
      const isRequired = String(arg.type).endsWith('!');
      if (paging.includes(arg) || (!isRequired && !choices.chance(arg.name === 'search' ? 20 : 40))) continue;
      const given = value(arg.type, arg.name, subject);
      // The cursors of a list belong to its order, so the order must be what it says here.
      if (arg.name === 'sort') sort = given;
      if (getNamedType(arg.type).name === 'ID') ids.push(...[given].flat());
      add(arg, given, arg.name === 'sort');
    }
    const type = getNamedType(chosen.type);
    const possible = isCompositeType(type) ? possibleTypes(type).filter(isNamedBy(ids)) : [];
    if (!isConnection(type)) {
      const isPeople = String(chosen.type).startsWith('[') && !isConnection(parent);
      return { args: nodes, rows: isPeople ? rows * 3 : rows, possible };
    }
    const page = await pageOf(choices, mostRows / rows, () => data.cursors(parent.name, chosen.name, sortText(sort)));
    for (const [name, given] of Object.entries(page.args)) {
      const arg = paging.find((one) => one.name === name);
      if (arg) add(arg, given, true);
    }
    return { args: nodes, rows: rows * page.size, possible };
  }

  async function inlineFragment(parent: GraphQLCompositeType, place: Place): Promise<SelectionNode> {
    const type = choices.chance(80) ? narrowed(parent, place) : null;
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(type ? { typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } } } : {}),
      directives: directives(),
      selectionSet: {
        kind: Kind.SELECTION_SET,
        selections: await selections(type ?? parent, { ...place, rows: place.rows }),
      },
    };
  }

  async function namedFragment(parent: GraphQLCompositeType, place: Place): Promise<SelectionNode> {
    const type = narrowed(parent, place);
    const scope = newScope();
    const found = await selections(type, { ...within(place, type), scopes: [...place.scopes, scope] });
    const fragment: FragmentDefinitionNode = {
      kind: Kind.FRAGMENT_DEFINITION,
      name: { kind: Kind.NAME, value: `F${fragments.length + 1}` },
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: found },
    };
    fragments.push(fragment);
    scopesOfFragments.set(fragment, scope);
    return { kind: Kind.FRAGMENT_SPREAD, name: fragment.name, directives: directives() };
  }

  /** A fragment once more, somewhere else. */
  function reusedFragment(parent: GraphQLCompositeType, place: Place): SelectionNode | null {
    const fitting = fragments.filter((fragment) => {
      const type = schema.getType(fragment.typeCondition.name.value) as GraphQLCompositeType;
      const scope = scopesOfFragments.get(fragment) as Scope;
      return doTypesOverlap(schema, type, parent) && place.rows < 20 && place.scopes.every((one) => fits(scope, one));
    });
    const fragment = fitting.length > 0 ? choices.one(fitting) : null;
    if (!fragment) return null;
    for (const scope of place.scopes) include(scope, scopesOfFragments.get(fragment) as Scope);
    return { kind: Kind.FRAGMENT_SPREAD, name: fragment.name, directives: directives() };
  }

  /** A type that an object of the parent may have, too: most often one that some object there has. */
  function narrowed(parent: GraphQLCompositeType, { possible }: Place): GraphQLCompositeType {
    if (isObjectType(parent) && choices.chance(60)) return parent;
    const allowed = compositeTypes.filter((type) => doTypesOverlap(schema, type, parent));
    const real = allowed.filter((type) => possible.some((one) => doTypesOverlap(schema, type, one)));
    return choices.one(real.length > 0 && !choices.chance(8) ? real : allowed);
  }

  function directives(): DirectiveNode[] {
    if (!choices.chance(5)) return [];
    const isSkip = choices.chance(50);
    // Most of what is drawn shall be answered.
    const condition = choices.chance(80) ? !isSkip : isSkip;
    return [
      {
        kind: Kind.DIRECTIVE,
        name: { kind: Kind.NAME, value: isSkip ? 'skip' : 'include' },
        arguments: [
          {
            kind: Kind.ARGUMENT,
            name: { kind: Kind.NAME, value: 'if' },
            value: variables.nodeOf(new GraphQLNonNull(GraphQLBoolean), condition),
          },
        ],
      },
    ];
  }

  return { selections, fragments };
}

function within(place: Place, type: GraphQLCompositeType): Place {
  return { ...place, possible: place.possible.filter((one) => doTypesOverlap(schema, type, one)) };
}

/** Of an interface, the types whose objects the ids name; without ids, or with none that names anything, each. */
function isNamedBy(ids: readonly unknown[]): (type: GraphQLObjectType) => boolean {
  const prefixes = ids.map((id) => String(id).split('_')[0]);
  const isKnown = Object.values(idPrefixes).some((prefix) => prefixes.includes(prefix));
  return ({ name }) => !isKnown || prefixes.includes(idPrefixes[name as IdType]);
}

function aliased(alias: string | undefined) {
  return alias === undefined ? {} : { alias: { kind: Kind.NAME, value: alias } as const };
}

/** The order as a document has it. */
function sortText(sort: unknown): string {
  const steps = (sort == null ? [] : [sort].flat()) as { field: string; direction?: string | null }[];
  if (steps.length === 0) return '';
  return `[${steps.map((step) => `{${Object.entries(step).map(([name, held]) => `${name}: ${held}`)}}`)}]`;
}
