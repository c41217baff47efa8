import { Counter, Registry } from 'prom-client';

/** What the process counts, in the text format of Prometheus. */
export const metrics = new Registry();

export const reads = new Counter({
  name: 'service_engine_reads_total',
  help: 'Query operations, by the path that answered them: compiled into one statement, or executed plainly.',
  labelNames: ['path'] as const,
  registers: [metrics],
});
