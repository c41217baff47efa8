import pg from 'pg';
import type { Statement } from '../../../src/graphql/compiler/sql.ts';

/** A step of PostgreSQL's plan, as EXPLAIN tells it after having run it. Rows are an average of its loops. */
export type PlanNode = {
  'Node Type': string;
  'Relation Name'?: string;
  Alias?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Recheck Cond'?: string;
  Filter?: string;
  'Subplan Name'?: string;
  'Parent Relationship'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Index Searches'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: PlanNode[];
};

/** With the values known, as the first executions of a prepared statement are planned, or without, as the later ones may be. */
export const planModes = ['force_custom_plan', 'force_generic_plan'] as const;
export type PlanMode = (typeof planModes)[number];

/** Runs work in a transaction like those that the server reads in: of the app role, with the tenant set. */
export async function asTenant<Result>(client: pg.Client, organizationId: string, work: () => Promise<Result>) {
  await client.query('begin isolation level repeatable read read only');
  await client.query(`select set_config('app.organization_id', $1, true)`, [organizationId]);
  try {
    return await work();
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}

/** How PostgreSQL runs the statement when it is a prepared one. Within `asTenant`. */
export async function explain(client: pg.Client, statement: Statement, mode: PlanMode): Promise<PlanNode> {
  await client.query(`set local plan_cache_mode = ${mode}`);
  // Each of several workers would count the same rows again, and how many there are is the machine's business.
  await client.query('set local max_parallel_workers_per_gather = 0');
  await client.query(`prepare explained as ${statement.text}`);
  const values = statement.values.map(literalOf);
  const execute = values.length > 0 ? `execute explained (${values.join(', ')})` : 'execute explained';
  const { rows } = await client.query(`explain (analyze, buffers, timing off, format json) ${execute}`);
  await client.query('deallocate explained');
  return rows[0]['QUERY PLAN'][0].Plan;
}

// EXECUTE takes no parameters of its own: the values are written out, and read as the type that the statement gives them.
function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (!Array.isArray(value)) return pg.escapeLiteral(String(value));
  const elements = value.map((element) => (element == null ? 'null' : JSON.stringify(String(element))));
  return pg.escapeLiteral(`{${elements.join(',')}}`);
}

/** All steps of a plan, each after the one that asks it for rows. */
export function stepsOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(stepsOf)];
}

const told = [
  'Index Cond',
  'Recheck Cond',
  'Filter',
  'Rows Removed by Filter',
  'Rows Removed by Index Recheck',
  'Index Searches',
] as const;

/** The plan as people read it. */
export function planText(plan: PlanNode, depth = 0): string {
  const indent = '  '.repeat(depth);
  const { 'Relation Name': table, 'Index Name': index, 'Subplan Name': name } = plan;
  const what = [plan['Node Type'], index && `using ${index}`, table && `on ${table} ${plan.Alias}`].filter(Boolean);
  const pages = (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  const lines = [
    ...(name ? [`${indent}${name}:`] : []),
    `${indent}${what.join(' ')} (rows=${plan['Actual Rows']} loops=${plan['Actual Loops']} pages=${pages})`,
    ...told.filter((key) => plan[key]).map((key) => `${indent}    ${key}: ${plan[key]}`),
  ];
  return [...lines, ...(plan.Plans ?? []).map((step) => planText(step, depth + 1))].join('\n');
}
