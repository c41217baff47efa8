import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import zlib from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Prefilled, RenderedPage } from './graphiql.ts';

// Runs in a thread of its own and ends: the page takes memory and half a second that requests need.
const demo = workerData as Prefilled | null;

const rendered = renderGraphiQL({
  title: 'service-engine-x',
  endpoint: '/graphql',
  ...(demo ? { headers: demo.headers, defaultTabs: demo.tabs } : {}),
});

const page = demo ? rendered.replace('<script>', () => `<script>${forgetOld(demo.token)}</script><script>`) : rendered;

// As a browser reads them: up to the first end.
const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);

parentPort?.postMessage({
  compressed: zlib.gzipSync(page),
  scriptHashes: scripts.map((script) => createHash('sha256').update(script).digest('base64')),
} satisfies RenderedPage);

// The browser keeps the tabs of the last visit. Those of a demo that is gone have a token and ids that nobody knows.
function forgetOld(token: string): string {
  return `
    if (localStorage.getItem('service-engine-x:token') !== ${JSON.stringify(token)}) {
      for (const key of Object.keys(localStorage)) if (key.startsWith('graphiql:')) localStorage.removeItem(key);
      localStorage.setItem('service-engine-x:token', ${JSON.stringify(token)});
    }`;
}
