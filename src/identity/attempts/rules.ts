/**
 * The laws of attempts.
 *
 *  1. Five failures within five minutes lock a name for fifteen: whether or not there is such an account, and with the same
 *     answer. A name is an e-mail address, or an account at work.
 *  2. Thirty failures within five minutes lock an address of the network for five. One with 128 bits counts by its first 64:
 *     whoever has one of those has all of them.
 *  3. A try counts from its beginning, so that of many at once no more are let in than may fail. What was no failure is taken
 *     back, and whoever got in is forgiven what failed before.
 *  4. Links are sent to an address three times within a quarter of an hour, and asked for by one of the network twenty times.
 *  5. What is counted is kept as a hash only.
 */
import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { InvalidStateError } from '../../kernel/errors.ts';

export type Limit = { most: number; withinMinutes: number; lockMinutes: number };

/** Laws 1, 2 and 4. */
export const limits = {
  name: { most: 5, withinMinutes: 5, lockMinutes: 15 },
  network: { most: 30, withinMinutes: 5, lockMinutes: 5 },
  linksTo: { most: 3, withinMinutes: 15, lockMinutes: 15 },
  linksFrom: { most: 20, withinMinutes: 15, lockMinutes: 15 },
} as const satisfies Record<string, Limit>;

export type Counted = { limit: keyof typeof limits; of: string };

/** Law 5. */
export function keyOf({ limit, of }: Counted): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(`${limit} ${of}`).digest());
}

/** Law 2: what of an address counts. */
export function networkOf(ipAddress: string): string {
  if (!ipaddr.isValid(ipAddress)) return ipAddress;
  const address = ipaddr.process(ipAddress);
  if (address.kind() === 'ipv4') return address.toString();
  return `${address.toByteArray().slice(0, 8).join('.')}/64`;
}

/** What is counted of whom, for a try that may fail. */
export function triesOf(name: string | null, ipAddress: string | null): Counted[] {
  return [
    ...(name === null ? [] : [{ limit: 'name', of: name } as const]),
    ...(ipAddress === null ? [] : [{ limit: 'network', of: networkOf(ipAddress) } as const]),
  ];
}

const failures = new Set(['WRONG_CREDENTIALS', 'WRONG_PASSWORD', 'WRONG_CODE', 'LINK_SPENT']);

/** Law 3: whether it was a guess that was wrong. Whatever else is refused was no guess. */
export function isFailedTry(error: unknown): boolean {
  return error instanceof InvalidStateError && failures.has(error.code);
}

/** How long somebody is to wait, for people. */
export function waitingTime(until: Date, at: Date): string {
  const minutes = Math.max(1, Math.ceil((until.getTime() - at.getTime()) / 60_000));
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
