import { parentPort, workerData } from 'node:worker_threads';
import zlib from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Prefilled } from './graphiql.ts';

// Runs in a thread of its own and ends: the page takes memory and half a second that requests need.
const demo = workerData as Prefilled | null;

const page = renderGraphiQL({
  title: 'service-engine-x',
  endpoint: '/graphql',
  ...(demo ? { headers: demo.headers, defaultTabs: demo.tabs } : {}),
});

parentPort?.postMessage(
  zlib.gzipSync(demo ? page.replace('<script>', () => `<script>${forgetOld(demo.token)}</script><script>`) : page),
);

// The browser keeps the tabs of the last visit. Those of a demo that is gone have a token and ids that nobody knows.
function forgetOld(token: string): string {
  return `
    if (localStorage.getItem('service-engine-x:token') !== ${JSON.stringify(token)}) {
      for (const key of Object.keys(localStorage)) if (key.startsWith('graphiql:')) localStorage.removeItem(key);
      localStorage.setItem('service-engine-x:token', ${JSON.stringify(token)});
    }`;
}
