import { type FieldNode, type GraphQLObjectType, getNamedType } from 'graphql';
import { type Asked, answeredType, type Kind, rowIn } from './asked.ts';
import { type Json, objectOf } from './json.ts';
import {
  cursorOfRow,
  eachOf,
  type List,
  nodesOf,
  overPage,
  type PageInfoField,
  pageInfoOf,
  totalCountOf,
  withoutRows,
} from './page.ts';
import { NotCompiled } from './refusal.ts';
import { joinedBy, rowOf, tableOf } from './rows.ts';
import { argumentsOf, fieldsOf } from './selection.ts';
import type { Request } from './sql.ts';
import { allOf, where } from './where.ts';

/** What is decided once per request, however often the statement needs it. */
function oncePerRequest<Value>(decide: (request: Request) => Value): (request: Request) => Value {
  const decided = new WeakMap<Request, Value>();
  return (request) => {
    const known = decided.get(request);
    if (known !== undefined) return known;
    const value = decide(request);
    decided.set(request, value);
    return value;
  };
}

/** A list at the root: filtered, searched, sorted. */
export function rootList({ model, rows }: Kind<'list'>, asked: Asked): Json {
  const { selection, field, nodes } = asked;
  const args = argumentsOf(field, nodes[0] as FieldNode);
  const decided = oncePerRequest((request) => rows(request.viewer, args(request)));
  const list: List = {
    row: rowOf(model, selection.alias()),
    page: (request) => decided(request).page,
    within: (row, request) => where(row, decided(request).where),
  };
  return connectionValue(list, asked);
}

/** A list beneath a row. */
export function nestedList({ relation, page, where: visible }: Kind<'connection'>, asked: Asked): Json {
  const parent = rowIn(asked);
  const { model } = tableOf(parent.model).relations[relation] as { model: string };
  const args = argumentsOf(asked.field, asked.nodes[0] as FieldNode);
  const alias = asked.selection.alias();
  const own = joinedBy(parent, relation, rowOf(model, alias));
  const list: List = {
    row: rowOf(model, alias),
    page: oncePerRequest((request) => page(args(request), request.viewer)),
    within: (row, { viewer }) => {
      const condition = visible(viewer);
      return allOf([...own, ...(condition ? [where(row, condition)] : [])]);
    },
  };
  return connectionValue(list, asked);
}

function connectionValue(list: List, asked: Asked): Json {
  const { selection, nodes } = asked;
  const type = answeredType(asked) as GraphQLObjectType;
  const fields = fieldsOf(selection, type, nodes);
  const called = fields.map(([, [node]]) => (node as FieldNode).name.value);
  const ofRows = called.filter((name) => name !== 'totalCount' && name !== '__typename');
  const isBare = ofRows.length === 1 && ofRows[0] === 'nodes';
  const json = objectOf(fields.map(([name, asking]) => [name, connectionField(list, asked, type, asking, isBare)]));
  if (isBare) return json;
  return ofRows.length === 0 ? withoutRows(list, json) : overPage(list, json);
}

function connectionField(list: List, asked: Asked, type: GraphQLObjectType, nodes: FieldNode[], isBare: boolean): Json {
  const name = (nodes[0] as FieldNode).name.value;
  const inner = () => getNamedType(type.getFields()[name]?.type) as GraphQLObjectType;
  switch (name) {
    case '__typename':
      return [`"${type.name}"`];
    case 'totalCount':
      return totalCountOf(list);
    case 'nodes': {
      const node = asked.objectOf(inner(), list.row, nodes);
      return isBare ? nodesOf(list, node) : eachOf(list, node);
    }
    case 'edges':
      return eachOf(list, edgeValue(list, asked, inner(), nodes));
    case 'pageInfo':
      return objectOf(
        fieldsOf(asked.selection, inner(), nodes).map(([answered, [node]]) => {
          const called = (node as FieldNode).name.value;
          return [answered, called === '__typename' ? ['"PageInfo"'] : pageInfoOf(list, called as PageInfoField)];
        }),
      );
    default:
      throw new NotCompiled(`${type.name}.${name} is no part of a connection`);
  }
}

function edgeValue(list: List, asked: Asked, type: GraphQLObjectType, nodes: FieldNode[]): Json {
  return objectOf(
    fieldsOf(asked.selection, type, nodes).map(([answered, asking]) => {
      const name = (asking[0] as FieldNode).name.value;
      if (name === '__typename') return [answered, [`"${type.name}"`]];
      if (name === 'cursor') return [answered, cursorOfRow(list)];
      const node = getNamedType(type.getFields().node?.type) as GraphQLObjectType;
      return [answered, asked.objectOf(node, list.row, asking)];
    }),
  );
}
