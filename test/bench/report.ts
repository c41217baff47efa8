import type { Latencies } from './load.ts';
import { descriptions, type OperationName } from './operations.ts';

/** What was measured of one operation. */
export type Measured = {
  closed: Latencies;
  open: Latencies;
  openRate: number;
  cpuMs: number;
  /** The most memory that the process had resident. */
  peakMb: number;
  statements: number;
  bytes: number;
};

export type Results = Partial<Record<OperationName, Measured>>;

export type Facts = {
  results: Results;
  /** Statements of one dashboard page, by its size. */
  statementsBySize: { small: number; large: number };
  /** Of the engine's process when it had started. */
  idleMb: number;
  readyMs: number;
};

const columns = [
  'operation',
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

export function table(results: Results): string {
  const yardstick = results.handwritten?.closed.perSecond;
  const rows = (Object.entries(results) as [OperationName, Measured][]).map(([name, measured]) => {
    const { closed, open, openRate, cpuMs, peakMb, statements, bytes } = measured;
    const comparable = yardstick !== undefined && ['dashboard', 'deep', 'handwritten'].includes(name);
    return [
      descriptions[name],
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
      comparable ? (closed.perSecond / yardstick).toFixed(2) : '',
    ];
  });
  const widths = columns.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(columns), ...rows.map(line)].join('\n');
}

type Goal = { name: string; got: string; met: boolean };

/** The goals that these figures can tell about. */
export function goals({ results, statementsBySize, idleMb, readyMs }: Facts): Goal[] {
  const { dashboard, handwritten, deep } = results;
  const found: Goal[] = [];
  if (dashboard && handwritten) {
    const ratio = dashboard.closed.perSecond / handwritten.closed.perSecond;
    found.push({ name: 'dashboard page at least 0.30 of hand-written', got: ratio.toFixed(2), met: ratio >= 0.3 });
  }
  if (dashboard && deep) {
    // Old orders have more beneath them than new ones, so the second figure says what depth alone costs.
    const ratio = deep.closed.p50 / dashboard.closed.p50;
    const even = (ratio * dashboard.bytes) / deep.bytes;
    const got = `${ratio.toFixed(2)} × (${even.toFixed(2)} × byte for byte)`;
    found.push({ name: 'deep page at most 1.2 × the first page', got, met: ratio <= 1.2 });
  }
  const { handwritten: _, ...engine } = results;
  const peakMb = Math.max(idleMb, ...Object.values(engine).map((measured) => measured.peakMb));
  const { small, large } = statementsBySize;
  found.push(
    { name: 'as many statements for 50 orders as for 5', got: `${large} and ${small}`, met: small === large },
    {
      name: 'server below 300 MB resident under load',
      got: `${peakMb.toFixed(0)} MB (${idleMb.toFixed(0)} MB before)`,
      met: peakMb < 300,
    },
    { name: 'ready on existing data in under 3 s', got: `${(readyMs / 1_000).toFixed(2)} s`, met: readyMs < 3_000 },
  );
  return found;
}

export function goalLines(found: readonly Goal[]): string {
  const width = Math.max(...found.map(({ name }) => name.length));
  return found.map(({ name, got, met }) => `${met ? 'ok    ' : 'MISSED'}  ${name.padEnd(width)}  ${got}`).join('\n');
}
