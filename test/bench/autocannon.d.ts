/** What the bench uses of it; the package brings no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  type Options = {
    url: string;
    connections: number;
    duration: number;
    sampleInt?: number;
    timeout?: number;
    requests: { method: string; path: string; headers: Record<string, string>; body?: string }[];
    verifyBody?: (body: string) => boolean;
  };

  type Result = { non2xx: number; errors: number; mismatches: number };

  function autocannon(options: Options, done: (error: Error | null, result: Result) => void): EventEmitter;
  export = autocannon;
}
