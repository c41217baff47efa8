import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Exchange, headerOf } from '../../graphql/direct.ts';
import type { GraphQLServer } from '../../graphql/http.ts';
import type { Authenticate } from '../../identity/authentication.ts';
import { DomainError, UnavailableError } from '../../kernel/errors.ts';
import { now } from '../../kernel/time.ts';
import { unavailability } from '../../kernel/unavailability.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { type Answer, type Route, sendJson } from '../http.ts';
import { type ExportedList, exportedLists } from './lists.ts';
import { cellOf, tableOf } from './table.ts';

export type ExportRoutesOptions = { graphql: GraphQLServer; authenticate: Authenticate; mostRows?: number };

/** More are a backup, not a table that somebody opens. */
const usualRows = 50_000;

/**
 * `/exports/orders.csv` and the like: a list of the graph as a table, for people with a spreadsheet. Its pages are asked of the
 * graph one by one, as the viewer, while the table is being sent: the same permissions, rows and limits, and never more than a
 * page in memory. A row that changes meanwhile is told as it was when its page was read.
 */
export function exportRoutes({
  graphql,
  authenticate,
  mostRows = usualRows,
}: ExportRoutesOptions): Record<string, Route> {
  const answerFor =
    (list: ExportedList): Answer =>
    async (request, response, exchange) => {
      try {
        const { isForExcel, ...given } = parametersOf(request.url ?? '', list);
        const viewer = await authenticate(headerOf(request), exchange.requestId);
        exchange.operation = list.operation;
        const rows = rowsOf(list, given, mostRows, (variables) =>
          askPatiently(variables.isFirst === true, exchange.caller, () =>
            askPage(graphql, list, variables, viewer, exchange),
          ),
        );
        // Whatever is refused is refused with the first page; then there is no going back.
        const first = await rows.next();
        response.writeHead(200, {
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': `attachment; filename="${list.name} ${now().toISOString().slice(0, 10)}.csv"`,
        });
        await pipeline(beginningWith(first, rows), tableOf(Object.keys(list.columns), { bom: isForExcel }), response);
      } catch (error) {
        // Who leaves before the end is no failure of ours.
        if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
        const refused = refusalOf(error);
        if (!refused || response.headersSent) throw error;
        if (refused.retryAfter !== null) response.setHeader('retry-after', refused.retryAfter);
        sendJson(response, refused.status, refused.body);
      }
    };
  return Object.fromEntries(
    exportedLists.map((list) => [
      `/exports/${list.name}.csv`,
      { methods: ['GET'], answer: answerFor(list), forPages: true } satisfies Route,
    ]),
  );
}

type Given = Record<string, unknown>;

/** An export that can't be, as it is told. */
class RefusedError extends Error {
  readonly status: number;
  readonly body: { error: string; code: string; issues?: unknown };
  /** After how many seconds it may be. Null where that makes no difference. */
  readonly retryAfter: string | null;

  constructor(
    status: number,
    error: string,
    code: string,
    more: { issues?: unknown; retryAfter?: string | null } = {},
  ) {
    super(error);
    this.status = status;
    this.body = { error, code, ...(more.issues === undefined ? {} : { issues: more.issues }) };
    this.retryAfter = more.retryAfter ?? null;
  }
}

function refusalOf(error: unknown): RefusedError | null {
  if (error instanceof RefusedError) return error;
  // What is refused before there is an operation: the credential, and for want of a database.
  const reason = unavailability(error);
  const failure = reason === null ? error : new UnavailableError(reason);
  return failure instanceof DomainError
    ? new RefusedError(statuses[failure.code] ?? 400, failure.message, failure.code)
    : null;
}

const badRequest = (error: string) => new RefusedError(400, error, 'BAD_REQUEST');

/** `?filter={…}&sort=[…]` as JSON, `&search=` as it is, `&excel=true` for the mark that tells Excel what UTF-8 is. */
function parametersOf(url: string, { parameters }: ExportedList): Given & { isForExcel: boolean } {
  const given: Given & { isForExcel: boolean } = { isForExcel: false };
  for (const [name, value] of new URLSearchParams(url.split('?')[1])) {
    if (name === 'excel') given.isForExcel = value === 'true';
    // One that is misspelt would export everything.
    else if (!parameters.includes(name)) throw badRequest(`There is no parameter ${name.slice(0, 50)} here.`);
    else given[name] = name === 'search' ? value : jsonOf(name, value);
  }
  return given;
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`The parameter ${name} must be JSON.`);
  }
}

type Page = { totalCount?: number; nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

async function* rowsOf(
  { columns }: ExportedList,
  given: Given,
  mostRows: number,
  ask: (variables: Given) => Promise<Page>,
): AsyncGenerator<(string | null)[]> {
  const paths = Object.values(columns).map((path) => path.split('.'));
  for (let after: string | null = null, isFirst = true; ; isFirst = false) {
    const page: Page = await ask({ ...given, after, isFirst });
    if ((page.totalCount ?? 0) > mostRows) {
      throw new RefusedError(400, `An export has at most ${mostRows} rows. Narrow it with a filter.`, 'LIMIT_REACHED');
    }
    for (const node of page.nodes) yield paths.map((path) => cellOf(node, path));
    if (!page.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor;
  }
}

async function* beginningWith<Row>(first: IteratorResult<Row>, rest: AsyncGenerator<Row>): AsyncGenerator<Row> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  TIMEOUT: 503,
  INTERNAL_SERVER_ERROR: 500,
};

type Told = {
  data?: Record<string, Page> | null;
  errors?: { message: string; extensions?: { code?: string; issues?: unknown } }[];
};

/** Whoever has begun to receive a table waits for the rest until there are points for it; at the beginning it is refused. */
async function askPatiently(isFirst: boolean, caller: AbortSignal | null, ask: () => Promise<Page>): Promise<Page> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isFirst || !(error instanceof RefusedError) || error.status !== 429) throw error;
      await sleep(Number(error.retryAfter ?? 1) * 1_000, undefined, { signal: caller ?? undefined });
    }
  }
}

/** One page, asked as every operation is asked, and paid for by itself. */
async function askPage(
  graphql: GraphQLServer,
  list: ExportedList,
  variables: Given,
  viewer: Viewer,
  exchange: Exchange,
): Promise<Page> {
  const body = JSON.stringify({ query: list.document, variables });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const context = { viewer, exchange: { ...exchange, charge: null } };
  const response = await graphql.fetch('http://localhost/graphql', { method: 'POST', headers, body }, context);
  const { data, errors } = (await response.json()) as Told;
  const [error] = errors ?? [];
  if (error) {
    const { code = 'BAD_REQUEST', issues } = error.extensions ?? {};
    const retryAfter = response.headers.get('retry-after');
    throw new RefusedError(statuses[code] ?? 400, error.message, code, { issues, retryAfter });
  }
  return data?.[list.name] as Page;
}
