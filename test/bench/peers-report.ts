import { type Answered, compiledGoals, type Reads, timesAsFast } from './goals.ts';
import { operationTitles, type ReadName } from './operations.ts';
import { type ServerName, serverTitles } from './servers.ts';
import { type Goal, table } from './table.ts';

export type PeerResult = Answered & { bytes: number };
export type PeerResults = Reads<PeerResult>;

const columns = [
  'operation',
  'answered by',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'CPU ms',
  'bytes',
  'of hand-written',
  'of PostGraphile',
] as const;

export function peerTable(results: PeerResults): string {
  const rows = (Object.entries(results) as [ReadName, Partial<Record<ServerName, PeerResult>>][]).flatMap(
    ([name, byServer]) => {
      const { handwritten, postgraphile } = byServer;
      return (Object.entries(byServer) as [ServerName, PeerResult][]).map(([server, result], index) => [
        index === 0 ? operationTitles[name] : '',
        serverTitles[server],
        result.closed.perSecond.toFixed(0),
        result.closed.p50.toFixed(1),
        result.closed.p99.toFixed(1),
        result.cpuMs.toFixed(2),
        String(result.bytes),
        handwritten ? timesAsFast(result, handwritten).toFixed(2) : '',
        postgraphile ? timesAsFast(result, postgraphile).toFixed(2) : '',
      ]);
    },
  );
  return table(columns, rows, 2);
}

/** The goals that these figures can tell about. */
export function peerGoals(results: PeerResults, fallbacks: readonly ReadName[]): Goal[] {
  const ratios = (Object.entries(results) as [ReadName, Partial<Record<ServerName, PeerResult>>][]).flatMap(
    ([name, { compiled, postgraphile }]) =>
      compiled && postgraphile ? [{ name, ratio: timesAsFast(compiled, postgraphile) }] : [],
  );
  const found = compiledGoals(results, fallbacks);
  const dashboard = ratios.find(({ name }) => name === 'dashboard');
  if (dashboard) {
    const { ratio } = dashboard;
    found.push({ name: 'dashboard page at least 1.8 × PostGraphile', got: `${ratio.toFixed(2)} ×`, met: ratio >= 1.8 });
  }
  const least = ratios.toSorted((a, b) => a.ratio - b.ratio)[0];
  if (least) {
    const got = `${least.ratio.toFixed(2)} × at least: ${operationTitles[least.name].trim()}`;
    found.push({ name: 'no operation slower than PostGraphile', got, met: least.ratio >= 1 });
  }
  return found;
}

/** What must be known to read the table. */
export function peerNotes(versions: Readonly<Record<string, string>>): string {
  return [
    'The better of two rounds, by requests/s; closed load over 10 connections; CPU is per request, of the server alone.',
    'All servers have the same database, role, pool of 10, look-up of the token, tenant by transaction, and Node.',
    `PostGraphile ${versions.postgraphile} on grafserv and node:http, with its connection filter ${versions['postgraphile-plugin-connection-filter']}:`,
    '  its transaction is read committed, and begin and set_config are two messages; the others send one, repeatable read;',
    '  an order by number is found by the unique number alone, whether or not it is deleted;',
    '  the deep page begins after its own cursor of the same row; the filter by employee goes through the relation;',
    '  people and tags come in no order of their names, names in two parts, money and instants as the table has them.',
    'But for that, the answers of all servers to the first request of each operation were found to say the same.',
  ].join('\n');
}
