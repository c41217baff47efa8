/**
 * The laws of API tokens.
 *
 *  1. A token acts as the person who made it, in the role of its own that the person had then. It never does more than the
 *     person may at the moment, and nothing without the person: a role that is assigned for some time is not the token's.
 *  2. Scopes narrow it further: `orders:read` reads orders, `orders:write` works them and reads them, `*` narrows nothing.
 *  3. Its secret is told once, and only a hash of it is kept: `sx_live_` or `sx_test_`, 43 random letters and digits, and six that
 *     are a checksum. What has another checksum is refused without being looked for.
 *  4. A token for tests moves no real money: see the laws of payments.
 *  5. What a token makes is within the token: its scopes, its mode, its end and its limits.
 *  6. Rotating gives its person another secret for the same, as long-lived as the first was made. The old secret works on for
 *     as long as is asked, a week at most, and never longer than it would have. It happens once to each.
 *  7. What has ended has ended.
 *  8. A limit of its own says how much it may ask in a minute: requests, and what they cost.
 */
import type { ApiToken } from '../../generated/prisma/client.ts';
import { InvalidStateError, type IssueList, issuesWithin } from '../../kernel/errors.ts';
import { checkRange } from '../../kernel/input.ts';
import { addHours, endOfTime } from '../../kernel/time.ts';
import { covers, everyScope, scopes as known } from '../permissions.ts';

export type TokenMode = 'LIVE' | 'TEST';

/** Law 3. */
export const tokenPrefixes: Readonly<Record<TokenMode, string>> = { LIVE: 'sx_live_', TEST: 'sx_test_' };

/** What is shown of a secret, to recognize it by. */
export function shownPrefix(secret: string): string {
  return secret.slice(0, tokenPrefixes.LIVE.length + 4);
}

export type Powers = Pick<ApiToken, 'mode' | 'scopes' | 'expiresAt' | 'requestsPerMinute' | 'costPerMinute'>;

const unlimited: Powers = {
  mode: 'LIVE',
  scopes: [everyScope],
  expiresAt: null,
  requestsPerMinute: null,
  costPerMinute: null,
};

export type AskedPowers = {
  mode?: TokenMode | null;
  scopes?: readonly string[] | null;
  expiresAt?: Date | null;
  rateLimit?: { requestsPerMinute?: number | null; costPerMinute?: number | null } | null;
};

const mostPerMinute = 1_000_000_000;

/** Laws 2, 5 and 8: what the new token may do; what is not said is what its maker has. `maker` is null for a person. */
export function powersOf(issues: IssueList, asked: AskedPowers, maker: Powers | null, at: Date): Powers {
  const most = maker ?? unlimited;
  const mode = asked.mode ?? most.mode;
  if (most.mode === 'TEST' && mode === 'LIVE') issues.add('mode', 'NOT_YOURS', 'A token for tests makes only such.');
  const expiresAt = asked.expiresAt ?? most.expiresAt;
  if (asked.expiresAt != null && asked.expiresAt <= at)
    issues.add('expiresAt', 'OUT_OF_RANGE', 'expiresAt must be in the future.');
  if (expiresAt !== null && most.expiresAt !== null && expiresAt > most.expiresAt)
    issues.add('expiresAt', 'NOT_YOURS', 'expiresAt must not be later than that of the token that makes it.');
  return {
    mode,
    scopes: scopesOf(issues, asked.scopes ?? null, most.scopes),
    expiresAt,
    requestsPerMinute: limitOf(issues, 'requestsPerMinute', asked.rateLimit?.requestsPerMinute, most.requestsPerMinute),
    costPerMinute: limitOf(issues, 'costPerMinute', asked.rateLimit?.costPerMinute, most.costPerMinute),
  };
}

function scopesOf(issues: IssueList, asked: readonly string[] | null, most: readonly string[]): string[] {
  if (asked === null) return [...most];
  if (asked.length === 0) issues.add('scopes', 'REQUIRED', 'scopes must name one at least.');
  asked.forEach((scope, index) => {
    const path = ['scopes', String(index)];
    if (!known.includes(scope)) issues.add(path, 'UNKNOWN', `${path.join('.')} is no scope.`);
    else if (!covers(most, scope)) issues.add(path, 'NOT_YOURS', `${scope} is more than the token has that makes it.`);
  });
  return [...new Set(asked)].sort();
}

type Limit = 'requestsPerMinute' | 'costPerMinute';

function limitOf(issues: IssueList, name: Limit, asked: number | null | undefined, most: number | null): number | null {
  if (asked == null) return most;
  const inside = issuesWithin(issues, ['rateLimit']);
  checkRange(inside, name, asked, 1, mostPerMinute);
  if (most !== null && asked > most) inside.add(name, 'NOT_YOURS', `${name} is more than the token has that makes it.`);
  return asked;
}

// ------------------------------------------------------------------ rotation

export const standardOverlapHours = 24;
const mostOverlapHours = 168;

/** Law 6. */
export function checkOverlap(issues: IssueList, hours: number | null | undefined): number {
  checkRange(issues, 'overlapHours', hours, 0, mostOverlapHours);
  return hours ?? standardOverlapHours;
}

type Life = Pick<ApiToken, 'createdAt' | 'expiresAt' | 'revokedAt' | 'replacedById'>;

/** Laws 6 and 7: refuses one that has ended, or that another has followed already. */
export function checkRotatable(token: Life, at: Date): void {
  if (!isWorking(token, at)) throw new InvalidStateError('The token has ended.', 'ENDED');
  if (token.replacedById !== null) throw new InvalidStateError('The token was rotated already.', 'ROTATED');
}

export function isWorking({ revokedAt, expiresAt }: Pick<Life, 'revokedAt' | 'expiresAt'>, at: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > at);
}

/** Law 6: when the old secret and the new one stop working. */
export function livesAfterRotation({ createdAt, expiresAt }: Life, overlapHours: number, at: Date) {
  const overlapEnd = addHours(at, overlapHours);
  if (expiresAt === null) return { old: overlapEnd, new: null };
  const end = at.getTime() + expiresAt.getTime() - createdAt.getTime();
  return {
    old: expiresAt < overlapEnd ? expiresAt : overlapEnd,
    new: new Date(Math.min(end, endOfTime.getTime())),
  };
}
