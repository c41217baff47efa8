import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { invalid } from '../kernel/errors.ts';
import { decodeAnyId, type IdType } from '../kernel/id.ts';
import { requireViewer, type Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Where } from './builder.ts';
import type { Context } from './context.ts';
import { delegateOf } from './queries.ts';

/** Every object that can be fetched by its id alone. */
export const Node = builder.interfaceRef<{ __typename: string }>('Node').implement({
  description: 'An object with an id of its own.',
  resolveType: (row) => row.__typename,
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Its id: opaque, stable, unique across all types.',
      resolve: () => {
        throw new Error('Each type declares its own id.');
      },
    }),
  }),
});

type NodeType = { model: ModelName; visible: (viewer: Viewer) => object };
const nodeTypes = new Map<IdType, NodeType>();

/** Lets `node` and `nodes` find a type, under the same visibility as its lists. */
export function nodeType<Model extends ModelName>(
  type: IdType,
  model: Model,
  visible: (viewer: Viewer) => Where<Model>,
): void {
  nodeTypes.set(type, { model, visible: visible as NodeType['visible'] });
}

async function findNodes(ids: readonly string[], context: Context, info: GraphQLResolveInfo) {
  requireViewer(context.viewer);
  const decoded = ids.map((id) => decodeAnyId(id));
  const byType = Map.groupBy(
    decoded.filter((id) => id !== null),
    (id) => id.type,
  );
  const found = new Map<string, object>();
  for (const [type, wanted] of byType) {
    const node = nodeTypes.get(type);
    if (!node) continue;
    const query = queryFromInfo({ context, info, typeName: type });
    const rows = await delegateOf(context, node.model).findMany({
      ...query,
      where: { AND: [{ id: { in: wanted.map(({ uuid }) => uuid) } }, node.visible(context.viewer)] },
    });
    for (const row of rows) found.set(`${type} ${String(row.id)}`, Object.assign(row, { __typename: type }));
  }
  return decoded.map((id) => (id && found.get(`${id.type} ${id.uuid}`)) ?? null) as { __typename: string }[];
}

const mostNodes = 100;

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    nullable: true,
    description: 'Any object by its id. Null when there is none, or none that the viewer may see.',
    args: { id: t.arg.id({ required: true, description: 'The id, with its prefix.' }) },
    resolve: async (_, { id }, context, info) => (await findNodes([id], context, info))[0] ?? null,
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: 'Objects by their ids, in the order of the ids; null for those that there are not.',
    args: { ids: t.arg.idList({ required: true, description: `The ids, with their prefixes: at most ${mostNodes}.` }) },
    resolve: async (_, { ids }, context, info) => {
      if (ids.length > mostNodes) throw invalid('ids', 'OUT_OF_RANGE', `Ask for at most ${mostNodes} nodes at once.`);
      return (await findNodes(ids, context, info)) as never;
    },
  }),
}));
