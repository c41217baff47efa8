import { AsyncLocalStorage } from 'node:async_hooks';
import { type Logger, pino } from 'pino';

export type Log = Logger;

const request = new AsyncLocalStorage<{ requestId: string }>();

/** Every line that the work logs carries the id of the request, however deep it is called. */
export function inRequest<Result>(requestId: string, work: () => Result): Result {
  return request.run({ requestId }, work);
}

/** Structured lines on standard output. Secrets are cut out by name, whatever is logged. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...request.getStore() }),
    redact: {
      paths: ['authorization', 'token', 'password', 'secret', '*.authorization', '*.token', '*.password', '*.secret'],
      censor: '[redacted]',
    },
  });
}
