import type { Latencies } from './load.ts';
import { operationTitles, type ReadName } from './operations.ts';
import type { ServerName } from './servers.ts';
import type { Goal } from './table.ts';

/** What was measured of one operation on one server. */
export type Answered = { closed: Latencies; cpuMs: number };

export type Reads<Measured extends Answered = Answered> = Partial<
  Record<ReadName, Partial<Record<ServerName, Measured>>>
>;

/** How many times as many requests a second. */
export function timesAsFast(one: Answered, other: Answered): number {
  return one.closed.perSecond / other.closed.perSecond;
}

/**
 * What compiled reads are to reach beside the hand-written statements, as far as the figures can tell. `fallbacks` are
 * the operations that the engine did not compile.
 */
export function compiledGoals(reads: Reads, fallbacks: readonly ReadName[]): Goal[] {
  const { order, dashboard } = reads;
  const found: Goal[] = [];
  const count = Object.keys(reads).length;
  if (count > 0) {
    const names = fallbacks.map((name) => operationTitles[name].trim()).join('; ');
    const got = `${count - fallbacks.length} of ${count}${names && `, not ${names}`}`;
    found.push({ name: 'every read compiled', got, met: fallbacks.length === 0 });
  }
  if (dashboard?.compiled && dashboard.handwritten) {
    const ratio = timesAsFast(dashboard.compiled, dashboard.handwritten);
    const plain = dashboard.plain && timesAsFast(dashboard.plain, dashboard.handwritten);
    found.push({
      name: 'dashboard page at least 0.80 of hand-written',
      got: ratio.toFixed(2) + (plain === undefined ? '' : ` (plain ${plain.toFixed(2)})`),
      met: ratio >= 0.8,
    });
  }
  if (dashboard?.compiled) {
    const { cpuMs } = dashboard.compiled;
    const plain = dashboard.plain ? ` (plain ${dashboard.plain.cpuMs.toFixed(2)} ms)` : '';
    found.push({
      name: 'dashboard page below 1.5 ms of CPU',
      got: `${cpuMs.toFixed(2)} ms${plain}`,
      met: cpuMs < 1.5,
    });
  }
  if (order?.compiled && order.handwritten) {
    const times = ({ closed }: Answered) => closed.p50 / (order.handwritten?.closed.p50 ?? Number.NaN);
    const ratio = times(order.compiled);
    found.push({
      name: 'single order, p50 at most 1.5 × hand-written',
      got: `${ratio.toFixed(2)} ×${order.plain ? ` (plain ${times(order.plain).toFixed(2)} ×)` : ''}`,
      met: ratio <= 1.5,
    });
  }
  return found;
}
