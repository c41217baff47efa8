import type { Database } from '../../kernel/db.ts';
import { LimitReachedError } from '../../kernel/errors.ts';
import { now } from '../../kernel/time.ts';
import { type Counted, isFailedTry, keyOf, limits, networkOf, triesOf, waitingTime } from './rules.ts';

export type Who = { name: string | null; ipAddress: string | null };

/**
 * Does what may fail only so often, under a name and from an address of the network; refuses whoever failed too often. Laws 1
 * to 3. With `forgives`, success forgives what failed before under the name.
 */
export async function tryOnce<Result>(
  database: Database,
  { name, ipAddress }: Who,
  work: () => Promise<Result>,
  { forgives = false }: { forgives?: boolean } = {},
): Promise<Result> {
  const at = now();
  const tries = triesOf(name, ipAddress);
  const locked = await count(database, tries, at);
  if (locked) {
    const wait = waitingTime(locked.until, at);
    throw new LimitReachedError(`Too many tries have failed. Try again in ${wait}.`, limits[locked.limit].most);
  }
  const takeBack = async (forgiven: Counted[]) => {
    await database.pool.query('select take_back_attempt($1, $2, $3)', [tries.map(keyOf), forgiven.map(keyOf), at]);
  };
  try {
    const result = await work();
    await takeBack(forgives ? tries.filter(({ limit }) => limit === 'name') : []);
    return result;
  } catch (error) {
    if (!isFailedTry(error)) await takeBack([]);
    throw error;
  }
}

/** Forgives what failed under the name: somebody has proven to be its holder otherwise. */
export async function forgive(database: Database, name: string): Promise<void> {
  const key = keyOf({ limit: 'name', of: name });
  await database.pool.query('select take_back_attempt($1, $1, $2)', [[key], now()]);
}

/** Law 4: whether one more link may be sent there. Refuses who asks for too many. */
export async function mayAskForLink(database: Database, to: string, ipAddress: string | null): Promise<boolean> {
  const at = now();
  if (ipAddress !== null) {
    const locked = await count(database, [{ limit: 'linksFrom', of: networkOf(ipAddress) }], at);
    if (locked) {
      const wait = waitingTime(locked.until, at);
      throw new LimitReachedError(`Too many links were asked for. Try again in ${wait}.`, limits.linksFrom.most);
    }
  }
  return (await count(database, [{ limit: 'linksTo', of: to }], at)) === null;
}

/** Counts one more, of each; or answers what is locked, and counts nothing. */
async function count(
  database: Database,
  counted: readonly Counted[],
  at: Date,
): Promise<{ limit: Counted['limit']; until: Date } | null> {
  const minutes = (of: 'withinMinutes' | 'lockMinutes') => counted.map(({ limit }) => `${limits[limit][of]} minutes`);
  const { rows } = await database.pool.query<{ locked_key: Buffer; until: Date }>(
    'select locked_key, until from begin_attempt($1, $2, $3, $4, $5)',
    [
      counted.map(keyOf),
      counted.map(({ limit }) => limits[limit].most),
      minutes('withinMinutes'),
      minutes('lockMinutes'),
      at,
    ],
  );
  const [row] = rows;
  if (!row) return null;
  const locked = counted.find((one) => keyOf(one).equals(row.locked_key)) as Counted;
  return { limit: locked.limit, until: row.until };
}
