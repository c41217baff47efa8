import type { Unavailability } from './errors.ts';

/** PostgreSQL's own code for it. */
export const tooManyConnections = '53300';

// What PostgreSQL says of a statement it stopped, or of a lock it waited for in vain; Prisma of a transaction that lasted; and
// we of an operation, which Prisma passes on.
const timedOut = new Set<string>(['57014', '55P03', '25P04', 'P1008', 'P2028', 'TIMEOUT' satisfies Unavailability]);
// Classes of PostgreSQL's codes: connections (08), room (53), operator's doings (57), the system (58); Prisma’s of the same; and ours.
const notThere = /^(08|53|57|58|XX)|^P(1001|1002|1017|2024)$|^UNAVAILABLE$/;

/** Why the database did not do what it was asked, where that is not the request's fault: it is not there, or too slow. */
export function unavailability(error: unknown): Unavailability | null {
  const codes = codesOf(error);
  if (codes.some((code) => timedOut.has(code))) return 'TIMEOUT';
  if (codes.some((code) => notThere.test(code))) return 'UNAVAILABLE';
  const isConnection = (error as { syscall?: unknown } | null)?.syscall !== undefined;
  return isConnection ||
    /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/.test(
      messageOf(error),
    )
    ? 'UNAVAILABLE'
    : null;
}

type PrismaFailure = {
  code?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
};

function codesOf(error: unknown): string[] {
  const { code, meta } = (error ?? {}) as PrismaFailure;
  return [code, meta?.driverAdapterError?.cause?.originalCode].filter((found) => typeof found === 'string');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
