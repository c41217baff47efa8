import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import { ask, plainServer } from '../kit/client.ts';
import { beneath } from '../kit/inputs.ts';
import type { ReadsWorld } from './world.ts';

/** What the world holds, as the API tells it: so that filters, ids and cursors find something. */
export type Data = {
  /** The values that a field has, over all objects. */
  values(type: string, field: string): readonly unknown[];
  /** The values of all fields of a scalar. */
  ofScalar(name: string): readonly unknown[];
  /** The ids of the objects of a type, or of any type that is one. */
  ids(type: GraphQLNamedType): readonly string[];
  /** Ids of what is deleted, another tenant's, or no id at all. */
  idsOfNothing: readonly string[];
  /** Cursors of a list in an order, oldest page first. */
  cursors(parent: string, field: string, sort: string): Promise<readonly string[]>;
};

type Field = GraphQLField<unknown, unknown>;

export const queryFields: readonly Field[] = Object.values(schema.getQueryType()?.getFields() ?? {});

/** What a field is about: the type of a list's nodes, or its own. */
export function subjectOf(field: Field): GraphQLNamedType {
  const type = getNamedType(field.type);
  const nodes = isObjectType(type) && isConnection(type) ? type.getFields().nodes : undefined;
  return nodes ? getNamedType(nodes.type) : type;
}

export function isConnection(type: GraphQLNamedType): boolean {
  return type.name.endsWith('Connection');
}

export async function harvest(world: ReadsWorld): Promise<Data> {
  const administrator = world.viewers.administrator as Viewer;
  const values = new Map<string, Set<unknown>>();
  const add = (key: string, value: unknown) => {
    const held = values.get(key) ?? new Set();
    values.set(key, held.add(value));
  };
  const run = async (query: string) => {
    const { text } = await ask(await plainServer(), administrator, { query });
    const { data, errors } = JSON.parse(text) as { data: Record<string, unknown>; errors?: unknown };
    if (errors) throw new Error(`The world can't be read: ${text}\n${query}`);
    return data;
  };
  const harvested = queryFields.filter(
    ({ name, args }) => !(name in beneath) && args.every((arg) => !String(arg.type).endsWith('!')),
  );
  for (const field of harvested) {
    const args = field.args.some(({ name }) => name === 'first') ? '(first: 50)' : '';
    if (!args && field.args.length > 0) continue;
    collect(await run(`{ ${field.name}${args} ${everythingOf(field, 3)} }`), add);
  }
  const { organizationId, rows, stranger } = world;
  const deleted = { where: { organizationId, deletedAt: { not: null } } };
  const orders = await rows.order.findMany(deleted);
  const services = await rows.service.findMany(deleted);
  const coupons = await rows.coupon.findMany(deleted);
  const tickets = await rows.ticket.findMany(deleted);
  const cursors = new Map<string, Promise<readonly string[]>>();

  const list = (key: string) => [...(values.get(key) ?? [])];
  return {
    values: (type, field) => list(`${type}.${field}`),
    ofScalar: (name) => list(name),
    ids: (type) => {
      const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
      return types.flatMap(({ name }) => list(`${name}.id`)) as string[];
    },
    idsOfNothing: [
      ...orders.flatMap(({ id, number }) => [`order_${id}`, number]),
      ...tickets.flatMap(({ id, number }) => [`ticket_${id}`, number]),
      ...services.map(({ id }) => `service_${id}`),
      ...coupons.map(({ id }) => `coupon_${id}`),
      ...Object.values(stranger.ids),
      stranger.uuids.Order,
      ...['', 'x', '_', 'order_', 'order_1', 'nothing_00000000-0000-7000-8000-000000000000', 'client_\u0000', '\'\\"'],
    ],
    cursors: (parent, field, sort) => {
      const key = `${parent}.${field} ${sort}`;
      const known = cursors.get(key) ?? run(cursorQuery(parent, field, sort, list('Order.id'))).then(cursorsIn);
      cursors.set(key, known);
      return known;
    },
  };
}

/** Every field that needs no argument, so many objects deep. */
function everythingOf(field: Field, depth: number): string {
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return '';
  if (isObjectType(type) && isConnection(type))
    return `{ nodes ${everythingOf(type.getFields().nodes as Field, depth)} }`;
  const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
  const wanted = fields.filter(
    (inner) =>
      inner.args.every((arg) => !String(arg.type).endsWith('!')) && (depth > 1 || isLeafType(getNamedType(inner.type))),
  );
  const asked = wanted.map((inner) => {
    // Together within what one operation may ask for.
    const args = inner.args.some(({ name }) => name === 'first') ? `(first: ${depth > 2 ? 10 : 3})` : '';
    return `${inner.name}${args} ${everythingOf(inner, depth - 1)}`;
  });
  return `{ __typename ${asked.join(' ')} }`;
}

function collect(value: unknown, add: (key: string, value: unknown) => void): void {
  if (Array.isArray(value)) for (const item of value) collect(item, add);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { __typename: name, ...fields } = value as Record<string, unknown>;
  const type = schema.getType(String(name));
  for (const [field, held] of Object.entries(fields)) {
    const declared = isObjectType(type) ? type.getFields()[field] : undefined;
    if (!declared || !isLeafType(getNamedType(declared.type))) collect(held, add);
    else {
      for (const leaf of [held].flat()) {
        if (leaf === null || typeof leaf === 'object') continue;
        add(`${name}.${field}`, leaf);
        add(getNamedType(declared.type).name, leaf);
      }
    }
  }
}

/** A list is reached from the root, or through the objects of a root list that have it. */
function cursorQuery(parent: string, field: string, sort: string, [orderId]: readonly unknown[]): string {
  const above = parent === 'Query' && field in beneath ? `, ${beneath[field]?.(orderId)}` : '';
  const args = `${sort ? `, sort: ${sort}` : ''}${above}`;
  const page = (first: number) => `${field}(first: ${first}${args}) { edges { cursor } }`;
  if (parent === 'Query') return `{ ${page(100)} }`;
  const list = queryFields.find((root) => isConnection(getNamedType(root.type)) && subjectOf(root).name === parent);
  if (!list) throw new Error(`No root list has ${parent}.`);
  return `{ ${list.name}(first: 100) { nodes { ${page(20)} } } }`;
}

function cursorsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) => (key === 'cursor' ? [String(held)] : cursorsIn(held)));
}
