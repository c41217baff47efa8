import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
  startTime: number;
};

/** Where a server's processor time goes. Node writes the profile of its whole life when the process has ended. */
export type Profiler = {
  nodeOptions: string[];
  /** Runs the work that the report is to be about. */
  during(work: () => Promise<number>): Promise<void>;
  /** What the samples say, per request of that work. After the process has ended. */
  report(): string;
};

const intervalUs = 500;

export function createProfiler(): Profiler {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'service-engine-profile-'));
  let window = { from: 0, to: 0, requests: 0 };
  return {
    nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${intervalUs}`],
    during: async (work) => {
      const from = monotonicUs();
      const requests = await work();
      window = { from, to: monotonicUs(), requests };
    },
    report: () => {
      const file = fs.readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
      if (file === undefined) throw new Error('The server has left no profile.');
      const profile = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as CpuProfile;
      fs.rmSync(folder, { recursive: true });
      return describe(profile, window);
    },
  };
}

// The clock of the profile's own times, the same in all processes of the machine.
function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

function describe(profile: CpuProfile, window: { from: number; to: number; requests: number }): string {
  const selfUs = new Map<number, number>();
  let at = profile.startTime;
  for (const [index, node] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0;
    at += delta;
    if (at >= window.from && at <= window.to) selfUs.set(node, (selfUs.get(node) ?? 0) + delta);
  }
  const functions = new Map<string, number>();
  const groups = new Map<string, number>();
  for (const { id, callFrame } of profile.nodes) {
    const spent = selfUs.get(id) ?? 0;
    const group = groupOf(callFrame);
    if (spent === 0 || group === 'idle') continue;
    const place = path.basename(callFrame.url);
    const name = `${(callFrame.functionName || '(anonymous)').slice(0, 40)}${place ? ` ${place}:${callFrame.lineNumber + 1}` : ''}`;
    const key = `${group.padEnd(18)} ${name}`;
    functions.set(key, (functions.get(key) ?? 0) + spent);
    groups.set(group, (groups.get(group) ?? 0) + spent);
  }
  const busy = [...groups.values()].reduce((sum, spent) => sum + spent, 0);
  const lines = (entries: Map<string, number>, most: number) =>
    [...entries]
      .sort((a, b) => b[1] - a[1])
      .slice(0, most)
      .map(([name, spent]) => {
        const share = ((spent * 100) / busy).toFixed(1).padStart(5);
        const perRequest = (spent / 1_000 / window.requests).toFixed(2).padStart(6);
        return `  ${share} %  ${perRequest} ms  ${name}`;
      });
  const perRequest = (busy / 1_000 / window.requests).toFixed(2);
  return [
    `Main thread, dashboard page: ${perRequest} ms per request (${window.requests} requests), self time by package:`,
    ...lines(groups, 20),
    'By function:',
    ...lines(functions, 30),
  ].join('\n');
}

const packages: [pattern: RegExp, group: string][] = [
  [/^@prisma\/|^prisma$/, 'prisma'],
  [/^@pothos\//, 'pothos'],
  [/^graphql$/, 'graphql-js'],
  [/^@graphql-tools\/executor$/, 'graphql executor'],
  [/^(graphql-yoga|@graphql-yoga\/.*|@graphql-tools\/.*|@envelop\/.*|@whatwg-node\/.*)$/, 'yoga'],
  [/^(pg|pg-.*|postgres-.*)$/, 'pg'],
];

function groupOf({ functionName, url }: { functionName: string; url: string }): string {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'GC';
  if (functionName === '(program)') return 'native code';
  if (url.startsWith('wasm:') || url.includes('/src/generated/')) return 'prisma';
  if (url.startsWith('node:')) return 'node';
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (name !== undefined) return packages.find(([pattern]) => pattern.test(name))?.[1] ?? name;
  return url === '' ? 'built-in functions' : 'own code';
}
