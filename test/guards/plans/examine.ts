import { type DocumentNode, parse, validate } from 'graphql';
import type pg from 'pg';
import { createCompiler } from '../../../src/graphql/compiler/compiler.ts';
import type { Statement } from '../../../src/graphql/compiler/sql.ts';
import { schema } from '../../../src/schema.ts';
import { settings } from '../../kit/client.ts';
import { asTenant, explain, type PlanMode, type PlanNode, planModes } from './explain.ts';
import { countOf, documentOf, type List, pageSize, readsOf, tableOf } from './lists.ts';
import type { Operation, Reads } from './operations.ts';
import type { Subjects } from './subjects.ts';

/** One way in which an operation is asked, and one way in which PostgreSQL planned it. */
export type Examined = { variant: string; mode: PlanMode; plan: PlanNode; reads: Reads };

const { compile } = createCompiler(settings);
const documents = new Map<string, DocumentNode>();

function documentFor(text: string): DocumentNode {
  const known = documents.get(text);
  if (known) return known;
  const document = parse(text);
  const [error] = validate(schema, document);
  if (error) throw error;
  documents.set(text, document);
  return document;
}

/** The one statement that the server would send. */
function statementFor(text: string, variables: object, viewer: Subjects['viewers']['administrator']): Statement {
  // As they come in a request: instants are texts there.
  const variableValues = JSON.parse(JSON.stringify(variables));
  const compiled = compile({ schema, document: documentFor(text), variableValues }, viewer);
  if ('reason' in compiled) throw new Error(`It was not compiled: ${compiled.reason}\n${text}`);
  return compiled.statement;
}

async function answerTo(app: pg.Client, { text, values }: Statement) {
  await app.query('set local plan_cache_mode = auto');
  const { rows } = await app.query<[string]>({ text, values, rowMode: 'array' });
  return JSON.parse(rows[0]?.[0] as string).data;
}

async function explained(app: pg.Client, variant: string, statement: Statement, reads: Reads): Promise<Examined[]> {
  const found: Examined[] = [];
  for (const mode of planModes) found.push({ variant, mode, plan: await explain(app, statement, mode), reads });
  return found;
}

export function examineOperation(app: pg.Client, subjects: Subjects, operation: Operation): Promise<Examined[]> {
  return asTenant(app, subjects.organizationId, () => {
    const { document, variables, viewer, reads } = operation;
    return explained(app, 'asked', statementFor(document, variables(subjects), subjects.viewers[viewer]), reads);
  });
}

/** How many pages of the greatest size are walked before a page is asked for by cursor. */
const pagesToWalk = 5;

/** The list from both of its ends, and from a cursor to both of its sides. */
export function examineList(app: pg.Client, subjects: Subjects, list: List): Promise<Examined[]> {
  return asTenant(app, subjects.organizationId, async () => {
    const viewer = subjects.viewers[list.viewer];
    const cut = { filter: list.filter?.(subjects), sort: list.sort, search: list.search?.(subjects) };
    const statement = (page: object) => statementFor(documentOf(list), { ...cut, ...page }, viewer);
    let cursor: string | null = null;
    for (let page = 0; page < pagesToWalk; page += 1) {
      const data = await answerTo(app, statement({ first: 100, after: cursor }));
      const { endCursor, hasNextPage } = data[list.list].pageInfo;
      cursor = endCursor ?? cursor;
      if (!hasNextPage) break;
    }
    const pages = {
      first: { first: pageSize },
      last: { last: pageSize },
      ...(cursor && { after: { first: pageSize, after: cursor }, before: { last: pageSize, before: cursor } }),
    };
    const found: Examined[] = [];
    for (const [variant, page] of Object.entries(pages)) {
      found.push(...(await explained(app, variant, statement(page), readsOf(list))));
    }
    return found;
  });
}

/** The list's totalCount, which may read what it counts, and twice as much where deleted rows are in between. */
export function examineCount(app: pg.Client, subjects: Subjects, list: List): Promise<Examined[]> {
  return asTenant(app, subjects.organizationId, async () => {
    const variables = { filter: list.filter?.(subjects), search: list.search?.(subjects) };
    const statement = statementFor(countOf(list), variables, subjects.viewers[list.viewer]);
    const { totalCount } = (await answerTo(app, statement))[list.list];
    return explained(app, 'counted', statement, { [tableOf(list)]: 2 * totalCount + 1 });
  });
}
