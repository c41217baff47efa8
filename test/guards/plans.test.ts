import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billing } from './plans/billing.ts';
import { makeSeededDatabase, type SeededDatabase } from './plans/database.ts';
import { type Examined, examineCount, examineList, examineOperation } from './plans/examine.ts';
import { asTenant, explain, planText } from './plans/explain.ts';
import { counted, lists } from './plans/lists.ts';
import { operations, type Reads } from './plans/operations.ts';
import { bigTableRows, faultsOf } from './plans/scans.ts';
import { findSubjects, type Subjects } from './plans/subjects.ts';
import { type Weakness, weaknesses } from './plans/weaknesses.ts';

// What PostgreSQL does for each canonical operation, on the medium demo, as the app role. See scans.ts for what is a fault.

let seeded: SeededDatabase;
let app: pg.Client;
let subjects: Subjects;
let bigTables: ReadonlySet<string>;

beforeAll(async () => {
  seeded = await makeSeededDatabase();
  subjects = await findSubjects(seeded.ownerUrl, seeded.organizationId, seeded.adminUserId);
  bigTables = await findBigTables();
  app = new pg.Client(seeded.appUrl);
  await app.connect();
}, 240_000);

afterAll(async () => {
  await app?.end();
  await seeded?.drop();
});

async function findBigTables(): Promise<Set<string>> {
  const owner = new pg.Client(seeded.ownerUrl);
  await owner.connect();
  const { rows: tables } = await owner.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organization_id'`,
  );
  const big = new Set<string>();
  for (const { name } of tables) {
    const { rows } = await owner.query<{ big: boolean }>(
      `select count(*) > $2 as big from ${name} where organization_id = $1`,
      [seeded.organizationId, bigTableRows],
    );
    if (rows[0]?.big) big.add(name);
  }
  await owner.end();
  return big;
}

const nameOf = ({ title, viewer }: { title: string; viewer: string }) =>
  viewer === 'administrator' ? title : `${viewer}: ${title}`;

function applies({ only }: Weakness, { variant, mode }: Examined): boolean {
  if (only === 'with a cursor') return variant === 'after' || variant === 'before';
  return only === undefined || mode === 'force_generic_plan';
}

/** The plan's faults, but for those that are accepted. */
function faultsWith(accepted: readonly Weakness[], examined: Examined): string[] {
  const applying = accepted.filter((weakness) => applies(weakness, examined));
  const reads = Object.assign({}, examined.reads, ...applying.map((weakness) => weakness.reads));
  const wasteful = new Set(applying.flatMap((weakness) => Object.keys(weakness.reads)));
  return faultsOf(examined.plan, { bigTables, reads, wasteful });
}

/** Fails with each plan that has a fault, and with each accepted weakness that no plan has any more. */
function judge(name: string, plans: readonly Examined[]): void {
  const accepted = weaknesses.filter(({ of }) => of.includes(name));
  const found = plans.flatMap((examined) => {
    const faults = faultsWith(accepted, examined);
    if (faults.length === 0) return [];
    return [`${name} (${examined.variant}, ${examined.mode})`, ...faults, planText(examined.plan)].join('\n');
  });
  expect(found.join('\n\n')).toBe('');
  const needless = accepted.filter((weakness) => {
    const others = accepted.filter((other) => other !== weakness);
    return plans.every((examined) => faultsWith(others, examined).length === 0);
  });
  expect(needless.map(({ why }) => `${name} no longer has this weakness: ${why}`)).toEqual([]);
}

const named = <Each extends { title: string; viewer: string }>(all: readonly Each[]) =>
  all.map((each) => [nameOf(each), each] as const);

describe('reads what it answers:', () => {
  test.each(named([...operations, ...billing]))('%s', async (name, operation) => {
    judge(name, await examineOperation(app, subjects, operation));
  });

  test.each(named(lists))('%s', async (name, list) => {
    judge(name, await examineList(app, subjects, list));
  });
});

describe('counts what it reads:', () => {
  test.each(named(counted))('%s', async (name, list) => {
    judge(`${name}, counted`, await examineCount(app, subjects, list));
  });
});

test('every accepted weakness is one of an operation', () => {
  const known = new Set(
    [...operations, ...billing, ...lists].map(nameOf).concat(counted.map((list) => `${nameOf(list)}, counted`)),
  );
  expect(weaknesses.flatMap(({ of }) => of).filter((name) => !known.has(name))).toEqual([]);
});

describe('finds what is wrong with', () => {
  const faultsIn = (text: string, reads: Reads = {}, values: unknown[] = []) =>
    asTenant(app, subjects.organizationId, async () => {
      const plan = await explain(app, { text, values, isPlannedAnew: false }, 'force_custom_plan');
      return faultsOf(plan, { bigTables, reads, wasteful: new Set() });
    });

  test('a table that is read whole', async () => {
    await app.query('set enable_indexscan = off; set enable_bitmapscan = off');
    const faults = await faultsIn(`select id from order_messages where body = 'no index has it'`);
    await app.query('reset all');
    expect(faults).toEqual([
      'Seq Scan of order_messages: no index says which rows to read',
      expect.stringMatching(/^order_messages: 33\d{4} rows read in all, 0 expected at most$/),
    ]);
  });

  test('rows that are looked at in vain', async () => {
    const text = 'select id from orders where client_id = $1::uuid and quantity = 77';
    expect(await faultsIn(text, { orders: 1_000 }, [subjects.clients.busiest])).toEqual([
      expect.stringMatching(/^\w.* of orders by \w+: 4\d\d rows read, 0 of them used, in 1 loops$/),
    ]);
  });

  test('rows that are used, but are not wanted', async () => {
    const text = `select id from orders where deleted_at is null order by created_at desc, id desc limit 30`;
    expect(await faultsIn(text, { orders: 30 })).toEqual([]);
    expect(await faultsIn(text, { orders: 29 })).toEqual(['orders: 30 rows read in all, 29 expected at most']);
  });

  test('an index that a leaky operator can’t use under row-level security', async () => {
    const text = `select id from orders where deleted_at is null and price < -1 order by price, id limit 1`;
    expect(await faultsIn(text, { orders: 1 })).toEqual([
      expect.stringMatching(
        /^Index\b.* of orders by orders_live_price_idx: 98\d{3} rows read, 0 of them used, in 1 loops$/,
      ),
      expect.stringMatching(/^orders: 98\d{3} rows read in all, 1 expected at most$/),
    ]);
  });

  test('an index that is read for all organizations', async () => {
    const text = 'select id from order_messages where id >= $1::uuid order by id limit 1';
    expect(await faultsIn(text, { order_messages: 1 }, [subjects.clients.busiest])).toEqual([
      expect.stringMatching(
        /^Index.* by order_messages_pkey: the index is not read for one organization or one parent: /,
      ),
    ]);
  });

  test('an index that is read further than its rows say', async () => {
    const text = 'select id from order_tasks where created_at >= $1::timestamptz';
    expect(await faultsIn(text, { order_tasks: 100 }, ['2026-11-20T23:00:00Z'])).toEqual([
      expect.stringMatching(/^Index.* of order_tasks by \w+: 2\d{3} pages touched for \d rows in 1 searches$/),
    ]);
  });
});
