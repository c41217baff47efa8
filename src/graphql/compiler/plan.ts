import {
  type FieldNode,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { wireColumn } from '../../kernel/wire.ts';
import type { Declaration, TypeDeclaration } from '../declarations.ts';
import { type Asked, forStaff, rowIn } from './asked.ts';
import { nestedList, rootList } from './connection.ts';
import { figuresValue, figureValue } from './figures.ts';
import { concatenated, type Json, objectOf } from './json.ts';
import { NotCompiled } from './refusal.ts';
import { linkedValue, personValue, relationValue } from './relations.ts';
import { groupsValue, groupValue, nodesValue, nodeValue, singleValue } from './roots.ts';
import type { Row } from './rows.ts';
import { fieldsOf, type Selection } from './selection.ts';
import { identifier, join, type Sql, sql } from './sql.ts';
import {
  amountIn,
  columnValue,
  computedValue,
  idValue,
  knownValue,
  listedValues,
  moneyValue,
  partValue,
} from './values.ts';

/** The statement that answers the operation: one row with one text, the whole answer. */
export function planOf(selection: Selection): Sql {
  const query = selection.schema.getQueryType() as GraphQLObjectType;
  const answer = objectOf([['data', objectValue(selection, query, null)]]);
  return sql`select ${concatenated(answer)} as ${identifier(wireColumn)}`;
}

function objectValue(selection: Selection, type: GraphQLObjectType, row: Row | null, nodes?: FieldNode[]): Json {
  return objectOf(
    fieldsOf(selection, type, nodes).map(([name, asking]) => [name, fieldValue(selection, type, row, asking)]),
  );
}

/** The row as an object of its type; of an interface, of the type that the row says. */
function rowValue(selection: Selection, type: GraphQLNamedOutputType, row: Row | null, nodes: FieldNode[]): Json {
  if (isObjectType(type)) return objectValue(selection, type, row, nodes);
  const { kinds } = type.extensions as TypeDeclaration;
  if (!isInterfaceType(type) || !kinds || !row)
    throw new NotCompiled(`no column tells the types of ${type.name} apart`);
  const cases = Object.entries(kinds.types).map(([kind, name]) => {
    const possible = selection.schema.getType(name) as GraphQLObjectType;
    const text = concatenated(objectValue(selection, possible, row, nodes));
    return sql`when ${concatenated([kind])} then ${text}`;
  });
  return [sql`case ${row.column(kinds.column)} ${join(cases, sql` `)} end`];
}

function fieldValue(selection: Selection, type: GraphQLObjectType, row: Row | null, nodes: FieldNode[]): Json {
  const name = (nodes[0] as FieldNode).name.value;
  if (name === '__typename') return [`"${type.name}"`];
  const field = type.getFields()[name];
  if (!field) throw new NotCompiled('it asks for the schema');
  const read = field.extensions.read as Declaration | undefined;
  if (!read) throw new NotCompiled(`${type.name}.${name} has a resolver of its own`);
  const objectOf: Asked['objectOf'] = (inner, innerRow, asking) => rowValue(selection, inner, innerRow, asking);
  return declaredValue(read, { selection, type, field, nodes, row, objectOf });
}

function declaredValue(read: Declaration, asked: Asked): Json {
  switch (read.kind) {
    case 'id':
      return idValue(rowIn(asked), read.type);
    case 'column':
      return forStaff(read.staffOnly, columnValue(rowIn(asked), read.columns[0], asked.field));
    case 'money':
      return moneyValue(asked, amountIn(rowIn(asked), read.columns));
    case 'computed':
      return computedValue(read, asked);
    case 'values':
      return listedValues(read, asked);
    case 'relation':
      return relationValue(read, asked);
    case 'person':
      return personValue(read, asked);
    case 'part':
      return partValue(read, asked);
    case 'linked':
      return linkedValue(read, asked);
    case 'connection':
      return nestedList(read, asked);
    case 'list':
      return rootList(read, asked);
    case 'single':
      return singleValue(read, asked);
    case 'groups':
      return groupsValue(read, asked);
    case 'node':
      return nodeValue(read, asked);
    case 'nodes':
      return nodesValue(read, asked);
    case 'group':
      return groupValue(read, asked);
    case 'known':
      return knownValue(read, asked);
    case 'figures':
      return figuresValue(read, asked);
    case 'figure':
      return figureValue(read, asked);
    case 'plain':
      throw new NotCompiled(`${asked.type.name}.${asked.field.name}: ${read.why}`);
  }
}
