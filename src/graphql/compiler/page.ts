import { type Page, pageSizes } from '../pagination.ts';
import { cursorOf, orderOf } from './cursor.ts';
import { concatenated, type Json, orNull } from './json.ts';
import { fromOf, type Row, rowOf, selectedOf } from './rows.ts';
import { constant, identifier, join, later, parameter, type Request, type Sql, sql } from './sql.ts';
import { allOf, where } from './where.ts';

/** A list in the making: the row as the parts of the answer see it, and what decides, for one request, which rows there are. */
export type List = {
  row: Row;
  page: (request: Request) => Page;
  /** The condition on the rows of the whole list, whatever the page: what the viewer may see, the filter, the parent. */
  within: (row: Row, request: Request) => Sql;
};

/** How many rows the whole list has. */
export function totalCountOf({ row, within }: List): Json {
  const counted = rowOf(row.model, row.alias);
  return [later((request) => sql`(select count(*)::text from ${fromOf(counted)} where ${within(counted, request)})`)];
}

/** The parts of an answer that ask for no row of the page. A page that is impossible is refused all the same. */
export function withoutRows(list: List, answer: Json): Json {
  const text = concatenated(answer);
  return [
    later((request) => {
      list.page(request);
      return text;
    }),
  ];
}

/** The nodes of the page, where nothing else of it is asked for: no row is read that is not answered. */
export function nodesOf(list: List, node: Json): Json {
  const text = concatenated(node);
  const nodes = later((request) => {
    const { backward, size } = list.page(request);
    const walk = sql`(${walkOf(list, request, size, backward)}) ${identifier(list.row.alias)}`;
    // A walk forward is in order as it comes.
    const order = backward ? sql` order by ${placeOf(list)} desc` : sql``;
    return sql`select string_agg(${text}, ','${order}) from ${walk}`;
  });
  return arrayOf(nodes);
}

/** The parts of an answer that ask more of the page than its nodes, around the page as a table that is read once. */
export function overPage(list: List, answer: Json): Json {
  const text = concatenated(answer);
  const page = later((request) => walkOf(list, request, list.page(request).take, true));
  return [sql`(with ${tableOf(list)} as materialized (${page}) select ${text})`];
}

/** Within `overPage`: the page's rows, each as this text. */
export function eachOf(list: List, element: Json): Json {
  const text = concatenated(element);
  const elements = later((request) => {
    const page = list.page(request);
    // A walk backward ends where the page begins.
    const order = page.backward ? sql`${placeOf(list)} desc` : placeOf(list);
    return sql`select string_agg(${text}, ',' order by ${order}) from ${onPage(list, page)}`;
  });
  return arrayOf(elements);
}

function arrayOf(elements: Sql): Json {
  return ['[', sql`coalesce((${elements}), '')`, ']'];
}

/** Within `overPage`: the cursor of the row. */
export function cursorOfRow({ row, page }: List): Json {
  return [later((request) => concatenated(cursorOf(row, page(request).order)))];
}

export type PageInfoField = 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor';

/** Within `overPage`: one of the fields of PageInfo. */
export function pageInfoOf(list: List, field: PageInfoField): Json {
  return [
    later((request) => {
      const page = list.page(request);
      const isStart = field === 'startCursor';
      if (isStart || field === 'endCursor') return edgeCursor(list, page, isStart !== page.backward);
      // The side that is walked to is known by the row too many, the side that was come from by the cursor.
      if ((field === 'hasNextPage') === page.backward) return page.hasCursor ? sql`'true'` : sql`'false'`;
      return sql`(select (count(*) > ${sizeOf(page)})::text from ${tableOf(list)})`;
    }),
  ];
}

function edgeCursor(list: List, page: Page, first: boolean): Sql {
  const cursor = concatenated(cursorOf(rowOf(list.row.model, list.row.alias), page.order));
  const place = placeOf(list);
  const cursors = sql`(select ${cursor} from ${onPage(list, page)} order by ${first ? place : sql`${place} desc`} limit 1)`;
  return concatenated(orNull([cursors]));
}

/** The walk along an index, as far as `count` says. Numbered, its rows know their place in it. */
function walkOf(list: List, request: Request, count: number, isNumbered: boolean): Sql {
  const { alias, model, used } = list.row;
  const page = list.page(request);
  // A row of this request's own: what one request orders by is no column of the next one's.
  const row = rowOf(model, alias);
  const condition = allOf([list.within(row, request), ...(page.where ? [where(row, page.where)] : [])]);
  const order = orderOf(row, page.walked);
  const columns = selectedOf(rowOf(model, alias), [...used, ...page.order.map(({ key }) => key.column)]);
  const place = isNumbered ? [sql`row_number() over (order by ${order}) as "place"`] : [];
  const walk = sql`select ${join([...columns, ...place], sql`, `)} from ${fromOf(row)} where ${condition} order by ${order}`;
  // The bound in the text tells the planner that few rows are wanted; the parameter then says how few.
  return sql`select * from (${walk} limit ${mostRows}) ${identifier(alias)} limit ${parameter(count, 'bigint')}`;
}

const mostRows = constant(pageSizes.most + 1);

function placeOf({ row }: List): Sql {
  return sql`${identifier(row.alias)}."place"`;
}

function tableOf({ row }: List): Sql {
  return identifier(`${row.alias}_page`);
}

/** The page's own rows, without the one that was read too many. */
function onPage(list: List, page: Page): Sql {
  return sql`${tableOf(list)} ${identifier(list.row.alias)} where ${placeOf(list)} <= ${sizeOf(page)}`;
}

function sizeOf(page: Page): Sql {
  return parameter(page.size, 'bigint');
}
