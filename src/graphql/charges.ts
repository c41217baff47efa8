import ipaddr from 'ipaddr.js';
import { CostLimitError } from '../kernel/errors.ts';
import type { Bucket, Rates } from '../kernel/rates.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { actualCost, type Extent } from './cost.ts';

export type ChargeOptions = {
  /** What one operation may cost at most. */
  costLimit?: number;
  /** What everybody draws from. Without it nobody is limited. */
  rates?: Rates | null;
  /** Points a minute: for a person or a token of an organization, and for an address without a credential. */
  perMinute?: number;
  anonymousPerMinute?: number;
};

/** Far above what an application asks for, far below what a server does in a second. */
export const usualCharges = { costLimit: 100_000, perMinute: 600_000, anonymousPerMinute: 6_000 } as const;

/** What an operation costs whoever sent it. */
export type Charge = {
  readonly requested: number;
  /** Null until the answer is there. */
  readonly actual: number | null;
  /** Gives back what an answer of so many bytes did not need. Once: told again, nothing happens. */
  settle(bytes: number): void;
  /** How it is told: what it cost, and to whoever has a credential what is left. */
  extension(): Record<string, number | null>;
  headers(): Record<string, string>;
};

export type Charges = {
  /** Takes what an operation could cost, or refuses it. */
  take(extent: Extent, viewer: Viewer, ipAddress: string | null): Promise<Charge>;
  /** The headers of a refusal. */
  headersFor(viewer: Viewer, ipAddress: string | null): Record<string, string>;
};

export function createCharges(options: ChargeOptions = {}): Charges {
  const { costLimit, perMinute, anonymousPerMinute } = { ...usualCharges, ...options };
  const { rates = null } = options;

  const bucketOf = (viewer: Viewer, ipAddress: string | null): Bucket | null => {
    const { kind, organizationId, rateLimit } = viewer;
    if (kind === 'ANONYMOUS') {
      return ipAddress === null ? null : { key: `address ${networkOf(ipAddress)}`, capacity: anonymousPerMinute };
    }
    const principal = viewer.tokenId ?? viewer.userId;
    if (principal === null) return null;
    return { key: `${organizationId} ${principal}`, capacity: rateLimit?.costPerMinute ?? perMinute };
  };

  // A token may have a limit of requests, too, whatever they cost.
  const requestsOf = ({ organizationId, tokenId, rateLimit }: Viewer): Bucket | null =>
    rateLimit?.requestsPerMinute == null
      ? null
      : { key: `${organizationId} ${tokenId} requests`, capacity: rateLimit.requestsPerMinute };

  const headersFor = (viewer: Viewer, ipAddress: string | null): Record<string, string> => {
    const bucket = viewer.kind === 'ANONYMOUS' ? null : bucketOf(viewer, ipAddress);
    if (!rates || !bucket) return {};
    const { limit, remaining, resetSeconds } = rates.balanceOf(bucket);
    return {
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(resetSeconds),
    };
  };

  const take: Charges['take'] = async (extent, viewer, ipAddress) => {
    const requested = extent.cost;
    const bucket = rates && bucketOf(viewer, ipAddress);
    const isTold = viewer.kind !== 'ANONYMOUS';
    const maximum = Math.min(costLimit, bucket?.capacity ?? costLimit);
    if (requested > maximum) throw new CostLimitError(isTold ? { requested, maximum } : null);
    const requests = requestsOf(viewer);
    if (rates && requests) await rates.take(requests, 1);
    try {
      if (rates && bucket) await rates.take(bucket, requested);
    } catch (error) {
      if (rates && requests) rates.giveBack(requests, 1);
      throw error;
    }
    let actual: number | null = null;
    return {
      requested,
      get actual() {
        return actual;
      },
      settle: (bytes) => {
        if (actual !== null) return;
        actual = actualCost(extent, bytes);
        if (rates && bucket) rates.giveBack(bucket, requested - actual);
      },
      extension: () => ({
        requested,
        actual,
        ...(isTold ? { maximum, ...(rates && bucket ? rates.balanceOf(bucket) : {}) } : {}),
      }),
      headers: () => headersFor(viewer, ipAddress),
    };
  };

  return { take, headersFor };
}

/** Whoever has an address of IPv6 has a network of them. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString().split('%')[0]}/64`).toString()}/64`;
}
