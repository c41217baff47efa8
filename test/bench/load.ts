import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';

export type Request = { path: string; body?: string };

/** What is asked of whom. Several requests take turns. */
export type Target = {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  requests: Request[];
  /** A right answer begins so: a refusal is fast, but no result. */
  answerBegins: string;
};

export type Latencies = { requests: number; perSecond: number; p50: number; p99: number };

const connections = 10;
const timeoutMs = 10_000;

/** Ten connections, each asking again as soon as it is answered: how much is possible. */
export async function closedLoad(target: Target, seconds: number): Promise<Latencies> {
  const latencies: number[] = [];
  const begun = performance.now();
  let last = begun;
  const result = await new Promise<{ non2xx: number; errors: number; mismatches: number }>((resolve, reject) => {
    const run = autocannon(
      {
        url: target.url,
        connections,
        duration: seconds,
        sampleInt: 100,
        timeout: timeoutMs / 1_000,
        requests: target.requests.map((request) => ({
          method: target.method,
          headers: target.headers,
          ...request,
        })),
        verifyBody: (body) => body.startsWith(target.answerBegins),
      },
      (error, finished) => (error ? reject(error) : resolve(finished)),
    );
    // Its own histogram rounds to whole milliseconds.
    run.on('response', (_client: unknown, _status: number, _bytes: number, ms: number) => {
      latencies.push(ms);
      last = performance.now();
    });
  });
  const wrong = result.non2xx + result.errors + result.mismatches;
  if (wrong > 0) throw new Error(`${wrong} of ${latencies.length} answers of ${nameOf(target)} were wrong or missing.`);
  return summary(latencies, last - begun);
}

/**
 * So many requests a second, at even distances, whether or not the earlier ones are answered: what a user waits when
 * the server has room. By hand: autocannon's rate lets each connection fire its second's share in one burst, each
 * request after the answer to the one before, and so measures a closed load with pauses.
 */
export async function openLoad(target: Target, perSecond: number, seconds: number): Promise<Latencies> {
  const agent = new http.Agent({ keepAlive: true });
  const running: Promise<number>[] = [];
  const begun = performance.now();
  const count = Math.max(1, Math.round(perSecond * seconds));
  try {
    for (let next = 0; next < count; next += 1) {
      const due = begun + (next * 1_000) / perSecond;
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      const request = timed(target, next, agent);
      request.catch(() => undefined);
      running.push(request);
    }
    return summary(await Promise.all(running), performance.now() - begun);
  } finally {
    agent.destroy();
  }
}

/** Each of the requests once, over ten connections, each asking again as soon as it is answered. */
export async function onceLoad(target: Target): Promise<Latencies> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  const turns = target.requests.keys();
  const begun = performance.now();
  const askAll = async () => {
    for (const turn of turns) latencies.push(await timed(target, turn, agent));
  };
  try {
    await Promise.all(Array.from({ length: connections }, askAll));
    return summary(latencies, performance.now() - begun);
  } finally {
    agent.destroy();
  }
}

/** One request; answers the text of the answer. */
export async function ask(target: Target): Promise<string> {
  const text = (await send(target, 0, undefined)).toString();
  if (!text.startsWith(target.answerBegins)) throw new Error(`Not the answer that was expected: ${text.slice(0, 500)}`);
  return text;
}

async function timed(target: Target, turn: number, agent: http.Agent): Promise<number> {
  const begun = performance.now();
  const answer = (await send(target, turn, agent)).toString();
  if (!answer.startsWith(target.answerBegins)) throw new Error(`Not what was expected: ${answer.slice(0, 500)}`);
  return performance.now() - begun;
}

function send(target: Target, turn: number, agent: http.Agent | undefined): Promise<Buffer> {
  const { path = '/', body } = target.requests[turn % target.requests.length] ?? {};
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { agent, method: target.method, headers: { ...target.headers, ...length }, timeout: timeoutMs };
    const request = http.request(target.url + path, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${path} answered ${response.statusCode}: ${answer.subarray(0, 500)}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${path} did not answer in ${timeoutMs} ms.`)));
    request.on('error', reject);
    request.end(body);
  });
}

function nameOf({ url, requests }: Target): string {
  return url + (requests[0]?.path ?? '');
}

function summary(latencies: number[], elapsedMs: number): Latencies {
  const sorted = latencies.toSorted((a, b) => a - b);
  const percentile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    requests: sorted.length,
    perSecond: (sorted.length * 1_000) / elapsedMs,
    p50: percentile(0.5),
    p99: percentile(0.99),
  };
}
