import { type Answered, compiledGoals, type Reads, timesAsFast } from './goals.ts';
import type { Latencies } from './load.ts';
import { type OperationName, operationTitles, type ReadName } from './operations.ts';
import type { Paying } from './paying.ts';
import type { Reporting } from './reporting.ts';
import { type ServerName, serverTitles } from './servers.ts';
import { type Goal, table } from './table.ts';

export type Measured = Answered & {
  open: Latencies;
  openRate: number;
  /** The most memory that the process had resident. */
  peakMb: number;
  statements: number;
  bytes: number;
};

/** By operation, then by who answered. */
export type Results = {
  reads: Reads<Measured>;
  orderCreate?: { compiled: Measured };
  paying?: Paying;
  reporting?: Reporting;
};

/** Statements of one dashboard page, by its size. */
export type StatementsBySize = { small: number; large: number };

export type Facts = {
  results: Results;
  /** The reads that were executed plainly after all. */
  fallbacks: ReadName[];
  statements: { compiled: StatementsBySize; plain: StatementsBySize };
  /** Of the engine's process when it had started. */
  idleMb: number;
  readyMs: number;
};

const columns = [
  'operation',
  'answered by',
  'requests/s',
  'p50 ms',
  'p99 ms',
  '| open at/s',
  'p50 ms',
  'p99 ms',
  '| CPU ms',
  'SQL',
  'peak MB',
  'bytes',
  'of hand-written',
] as const;

export function resultTable({ reads, orderCreate }: Results): string {
  const operations = { ...reads, ...(orderCreate && { orderCreate }) };
  const rows = (Object.entries(operations) as [OperationName, Partial<Record<ServerName, Measured>>][]).flatMap(
    ([name, byServer]) => {
      const yardstick = byServer.handwritten;
      return (Object.entries(byServer) as [ServerName, Measured][]).map(([server, measured], index) => {
        const { closed, open, openRate, cpuMs, peakMb, statements, bytes } = measured;
        return [
          index === 0 ? operationTitles[name] : '',
          serverTitles[server],
          closed.perSecond.toFixed(0),
          closed.p50.toFixed(1),
          closed.p99.toFixed(1),
          `| ${openRate.toFixed(0).padStart(4)}`,
          open.p50.toFixed(1),
          open.p99.toFixed(1),
          `| ${cpuMs.toFixed(2)}`,
          statements.toFixed(Number.isInteger(statements) ? 0 : 1),
          peakMb.toFixed(0),
          String(bytes),
          yardstick ? timesAsFast(measured, yardstick).toFixed(2) : '',
        ];
      });
    },
  );
  return table(columns, rows, 2);
}

/** The goals that these figures can tell about. */
export function goals({ results, fallbacks, statements, idleMb, readyMs }: Facts): Goal[] {
  const { dashboard, deep } = results.reads;
  const found = compiledGoals(results.reads, fallbacks);
  if (dashboard?.compiled && deep?.compiled) {
    // Old orders have more beneath them than new ones, so the second figure says what depth alone costs.
    const ratio = deep.compiled.closed.p50 / dashboard.compiled.closed.p50;
    const even = (ratio * dashboard.compiled.bytes) / deep.compiled.bytes;
    const got = `${ratio.toFixed(2)} × (${even.toFixed(2)} × byte for byte)`;
    found.push({ name: 'deep page at most 1.2 × the first page', got, met: ratio <= 1.2 });
  }
  if (results.paying) {
    const { markPaid, orderCreate } = results.paying;
    const ratio = markPaid[10].p50 / orderCreate.p50;
    found.push({
      name: 'invoiceMarkPaid of 10 lines, p50 below 3 × orderCreate',
      got: `${markPaid[10].p50.toFixed(1)} ms, ${ratio.toFixed(2)} × (${markPaid[10].statements.toFixed(1)} statements; of 1 line ${markPaid[1].p50.toFixed(1)} ms, ${markPaid[1].statements.toFixed(1)})`,
      met: ratio < 3,
    });
  }
  if (results.reporting) {
    const waits = Object.entries(results.reporting);
    found.push({
      name: 'each report, p50 below 50 ms',
      got: waits.map(([name, { p50 }]) => `${name} ${p50.toFixed(1)}`).join(', '),
      met: waits.every(([, { p50 }]) => p50 < 50),
    });
  }
  const peak = (path: 'compiled' | 'plain') =>
    Math.max(...Object.values(results.reads).map((measured) => measured[path]?.peakMb ?? 0));
  const peakMb = Math.max(idleMb, peak('compiled'), results.orderCreate?.compiled?.peakMb ?? 0);
  const { compiled, plain } = statements;
  found.push(
    {
      name: 'as many statements for 50 orders as for 5',
      got: `${compiled.large} and ${compiled.small} (plain ${plain.large} and ${plain.small})`,
      // What is counted beside them now and then, such as a look at the queue, is no whole statement of each.
      met:
        Math.round(compiled.small) === Math.round(compiled.large) &&
        Math.round(plain.small) === Math.round(plain.large),
    },
    {
      name: 'server below 300 MB resident under load',
      got: `${peakMb.toFixed(0)} MB (${idleMb.toFixed(0)} MB before; plain ${peak('plain').toFixed(0)} MB)`,
      met: peakMb < 300,
    },
    { name: 'ready on existing data in under 3 s', got: `${(readyMs / 1_000).toFixed(2)} s`, met: readyMs < 3_000 },
  );
  return found;
}
