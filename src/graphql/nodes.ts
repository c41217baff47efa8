import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { invalid } from '../kernel/errors.ts';
import { decodeAnyId, type IdType } from '../kernel/id.ts';
import { requireViewer, type Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Where } from './builder.ts';
import type { Context } from './context.ts';
import type { Declaration, FindNode, FindNodes, NamedRow } from './declarations.ts';
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

/** Which objects of a type the viewer may see; null of a type that no id names. */
export function visibleNodes(type: string, viewer: Viewer): object | null {
  return nodeTypes.get(type as IdType)?.visible(viewer) ?? null;
}

const mostNodes = 100;

const findNode: FindNode = (viewer, id) => {
  requireViewer(viewer);
  const decoded = decodeAnyId(id);
  const node = decoded && nodeTypes.get(decoded.type);
  return node ? { ...decoded, visible: node.visible(viewer) } : null;
};

const findNodes: FindNodes = (viewer, ids) => {
  if (ids.length > mostNodes) throw invalid('ids', 'OUT_OF_RANGE', `Ask for at most ${mostNodes} nodes at once.`);
  requireViewer(viewer);
  return ids.map((id) => findNode(viewer, id));
};

async function loadNodes(wanted: (NamedRow | null)[], context: Context, info: GraphQLResolveInfo) {
  const byType = Map.groupBy(
    wanted.filter((node) => node !== null),
    ({ type }) => type,
  );
  const found = new Map<string, object>();
  for (const [type, nodes] of byType) {
    const { model } = nodeTypes.get(type) as NodeType;
    const query = queryFromInfo({ context, info, typeName: type });
    const [{ visible }] = nodes as [NamedRow];
    const rows = await delegateOf(context, model).findMany({
      ...query,
      where: { AND: [{ id: { in: nodes.map(({ uuid }) => uuid) } }, visible] },
    });
    for (const row of rows) found.set(`${type} ${String(row.id)}`, Object.assign(row, { __typename: type }));
  }
  return wanted.map((node) => (node && found.get(`${node.type} ${node.uuid}`)) ?? null) as { __typename: string }[];
}

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    nullable: true,
    description: 'Any object by its id. Null when there is none, or none that the viewer may see.',
    args: { id: t.arg.id({ required: true, description: 'The id, with its prefix.' }) },
    extensions: { read: { kind: 'node', find: findNode } satisfies Declaration },
    resolve: async (_, { id }, context, info) =>
      (await loadNodes([findNode(context.viewer, id)], context, info))[0] ?? null,
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: 'Objects by their ids, in the order of the ids; null for those that there are not.',
    args: { ids: t.arg.idList({ required: true, description: `The ids, with their prefixes: at most ${mostNodes}.` }) },
    extensions: { read: { kind: 'nodes', find: findNodes } satisfies Declaration },
    resolve: async (_, { ids }, context, info) =>
      (await loadNodes(findNodes(context.viewer, ids), context, info)) as never,
  }),
}));
