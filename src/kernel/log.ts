import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

const request = new AsyncLocalStorage<{ requestId: string }>();

/** Every line that the work logs carries the id of the request, however deep it is called. */
export function inRequest<Result>(requestId: string, work: () => Result): Result {
  return request.run({ requestId }, work);
}

const secrets = ['authorization', 'cookie', 'token', 'password', 'secret'];
// PostgreSQL tells the row that it refuses, and that is people's data.
const rows = ['err.detail', 'err.where', 'err.meta.driverAdapterError.cause.detail'];

/** Structured lines on standard output. Secrets are cut out by name, whatever is logged. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...request.getStore() }),
    redact: {
      paths: [...secrets, ...secrets.map((name) => `*.${name}`), ...rows],
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** What somebody else wrote, as a log may show it: on a terminal it moves nothing, colours nothing and begins no line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
