import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { NamedRow } from '../declarations.ts';
import { type Asked, answeredType, type Kind, modelOf } from './asked.ts';
import { concatenated, type Json } from './json.ts';
import { fromOf, type Row, rowOf } from './rows.ts';
import { argumentsOf } from './selection.ts';
import { join, later, literal, parameter, type Sql, sql } from './sql.ts';
import { where } from './where.ts';

/** One row, named by the arguments. */
export function singleValue({ model, find }: Kind<'single'>, asked: Asked): Json {
  const type = answeredType(asked);
  const args = argumentsOf(asked.field, asked.nodes[0] as FieldNode);
  const row = rowOf(model, asked.selection.alias());
  const object = concatenated(asked.objectOf(type, row, asked.nodes));
  return [
    later((request) => {
      const condition = find(request.viewer, args(request));
      if (condition === null) return sql`'null'`;
      const found = where(rowOf(model, row.alias), condition);
      return sql`coalesce((select ${object} from ${fromOf(row)} where ${found} limit 1), 'null')`;
    }),
  ];
}

/** The rows that the arguments leave, one object for all that are equal in some columns, in the order of these. */
export function groupsValue({ model, by, where: rows }: Kind<'groups'>, asked: Asked): Json {
  const args = argumentsOf(asked.field, asked.nodes[0] as FieldNode);
  const row = rowOf(model, asked.selection.alias());
  const object = concatenated(asked.objectOf(answeredType(asked), row, asked.nodes));
  const columns = by.map((column) => row.column(column));
  // By code point, whatever the database's own collation.
  const order = join(
    columns.map((column) => sql`${column} collate "C"`),
    sql`, `,
  );
  const objects = later((request) => {
    const found = where(rowOf(model, row.alias), rows(request.viewer, args(request)));
    const groups = sql`select ${object} as object, row_number() over (order by ${order}) as place
      from ${fromOf(row)} where ${found} group by ${join(columns, sql`, `)}`;
    return sql`(select string_agg(summed.object, ',' order by summed.place) from (${groups}) summed)`;
  });
  return ['[', sql`coalesce(${objects}, '')`, ']'];
}

/** The selection on each of the types that an id can name: which it is, the request says. */
function objectsByType({ selection, nodes, objectOf }: Asked): (type: string) => { row: Row; text: Sql } {
  const objects = new Map<string, { row: Row; text: Sql }>();
  return (name) => {
    const known = objects.get(name);
    if (known) return known;
    const type = selection.schema.getType(name) as GraphQLObjectType;
    const row = rowOf(modelOf(type), selection.alias());
    const made = { row, text: concatenated(objectOf(type, row, nodes)) };
    objects.set(name, made);
    return made;
  };
}

/** One row of whatever type the id names. */
export function nodeValue({ find }: Kind<'node'>, asked: Asked): Json {
  const args = argumentsOf(asked.field, asked.nodes[0] as FieldNode);
  const objectFor = objectsByType(asked);
  return [
    later((request) => {
      const found = find(request.viewer, String(args(request).id));
      if (found === null) return sql`'null'`;
      const { row, text } = objectFor(found.type);
      const condition = where(rowOf(row.model, row.alias), { AND: [{ id: found.uuid }, found.visible] });
      return sql`coalesce((select ${text} from ${fromOf(row)} where ${condition}), 'null')`;
    }),
  ];
}

/** Rows of whatever types the ids name, in the order of the ids. */
export function nodesValue({ find }: Kind<'nodes'>, asked: Asked): Json {
  const args = argumentsOf(asked.field, asked.nodes[0] as FieldNode);
  const objectFor = objectsByType(asked);
  const elements = later((request) => {
    const wanted = find(request.viewer, args(request).ids as string[]);
    const byType = Map.groupBy(
      wanted.filter((node) => node !== null),
      ({ type }) => type,
    );
    if (byType.size === 0) return parameter(wanted.map(() => 'null').join(), 'text');
    const found = [...byType].map(([type, nodes]) => {
      const { row, text } = objectFor(type);
      const { visible } = nodes[0] as NamedRow;
      const condition = where(rowOf(row.model, row.alias), {
        AND: [{ id: { in: nodes.map(({ uuid }) => uuid) } }, visible],
      });
      return sql`select ${literal(type)} as type, ${row.column('id')} as id, ${text} as node from ${fromOf(row)} where ${condition}`;
    });
    const types = parameter(
      wanted.map((node) => node?.type),
      'text[]',
    );
    const ids = parameter(
      wanted.map((node) => node?.uuid),
      'uuid[]',
    );
    return sql`(select string_agg(coalesce(found.node, 'null'), ',' order by wanted.place)
      from unnest(${types}, ${ids}) with ordinality as wanted(type, id, place)
      left join (${join(found, sql` union all `)}) as found on found.type = wanted.type and found.id = wanted.id)`;
  });
  return ['[', elements, ']'];
}

/** An object that is no row. */
export function groupValue({ require }: Kind<'group'>, asked: Asked): Json {
  const object = concatenated(asked.objectOf(answeredType(asked), null, asked.nodes));
  return [
    later(({ viewer }) => {
      require(viewer);
      return object;
    }),
  ];
}
