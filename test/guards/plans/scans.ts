import { type PlanNode, stepsOf } from './explain.ts';
import type { Reads } from './operations.ts';

/** A table with more rows than this in the organization is big: who reads it whole, reads too much. */
export const bigTableRows = 1_000;

/** How one step of a plan reads one table, all its loops together. */
export type Scan = {
  step: string;
  table: string;
  index: string | null;
  /** Which part of the index is read. Null: all of it, or the table itself. */
  condition: string | null;
  loops: number;
  /** How often it went down an index. */
  searches: number;
  /** Rows that it looked at, and those of them that it passed on. */
  read: number;
  returned: number;
  pages: number;
};

/** Every step of the plan that reads a table. */
export function scansOf(plan: PlanNode): Scan[] {
  return stepsOf(plan).flatMap((node) => {
    const table = node['Relation Name'];
    if (table === undefined) return [];
    const loops = node['Actual Loops'];
    const returned = node['Actual Rows'] * loops;
    const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
    // A bitmap is made by steps beneath, of one index or several: what these find is what is read.
    const indexes = node['Node Type'] === 'Bitmap Heap Scan' ? bitmapsOf(node) : [node];
    const found = indexes.reduce((sum, { 'Actual Rows': rows, 'Actual Loops': times }) => sum + rows * times, 0);
    const scan: Scan = {
      step: node['Node Type'],
      table,
      index: indexes.map((each) => each['Index Name']).join(' and ') || null,
      condition: indexes.every((each) => each['Index Cond']) ? indexes.map((each) => each['Index Cond']).join() : null,
      loops,
      searches: indexes.reduce((sum, each) => sum + (each['Index Searches'] ?? each['Actual Loops']), 0),
      read: Math.round(indexes[0] === node ? returned + removed * loops : found),
      returned: Math.round(returned),
      pages: ownPages(node),
    };
    return [scan];
  });
}

function bitmapsOf(node: PlanNode): PlanNode[] {
  return stepsOf(node).filter((step) => step['Node Type'] === 'Bitmap Index Scan');
}

// What a condition's sub-select reads is counted where it reads it.
function ownPages(node: PlanNode): number {
  const inner = (node.Plans ?? []).filter((step) => step['Subplan Name'] !== undefined);
  return pagesOf(node) - inner.reduce((sum, step) => sum + pagesOf(step), 0);
}

function pagesOf(node: PlanNode): number {
  return (node['Shared Hit Blocks'] ?? 0) + (node['Shared Read Blocks'] ?? 0);
}

export type Allowance = {
  bigTables: ReadonlySet<string>;
  /** The most rows of each big table that the whole statement may read. */
  reads: Reads;
  /** Tables of which rows may be looked at in vain, others' included: an accepted weakness says so. */
  wasteful: ReadonlySet<string>;
};

/** A row that the cursor names, and one that ties with it, are read again. */
const rowsAtCursor = 2;
/** From the root of an index to its leaf and on to the table, and some to spare. */
const pagesPerSearch = 6;
/** A row's leaf and the row. */
const pagesPerRow = 2;

/** What is wrong with the plan, each fault with the scan and its figures. */
export function faultsOf(plan: PlanNode, { bigTables, reads, wasteful }: Allowance): string[] {
  const scans = scansOf(plan).filter(({ table }) => bigTables.has(table));
  const faults: string[] = [];
  for (const scan of scans) {
    const { table, condition, loops, searches, read, returned, pages } = scan;
    const fault = (text: string) => faults.push(`${nameOf(scan)}: ${text}`);
    if (condition === null) fault('no index says which rows to read');
    else if (!wasteful.has(table)) {
      if (!isBound(condition)) fault(`the index is not read for one organization or one parent: ${condition}`);
      const most = 2 * returned + rowsAtCursor * loops;
      if (read > most) fault(`${read} rows read, ${returned} of them used, in ${loops} loops`);
    }
    if (pages > pagesPerSearch * searches + pagesPerRow * read) {
      fault(`${pages} pages touched for ${read} rows in ${searches} searches`);
    }
  }
  for (const [table, ofTable] of Map.groupBy(scans, ({ table }) => table)) {
    const read = ofTable.reduce((sum, scan) => sum + scan.read, 0);
    const most = reads[table] ?? 0;
    if (read > most) faults.push(`${table}: ${read} rows read in all, ${most} expected at most`);
  }
  return faults;
}

function nameOf({ step, table, index }: Scan): string {
  return `${step} of ${table}${index ? ` by ${index}` : ''}`;
}

// Row-level security adds the organization; an id or a foreign key belongs to one organization anyway.
function isBound(condition: string): boolean {
  return /\b(organization_id|id|[a-z_]+_id) = /.test(condition);
}
