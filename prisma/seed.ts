/**
 * `npm run seed -- --size small|medium|large`: the demo organization, and beside it a second, small one that must never
 * show up for the first. The same size gives the same rows, ids included, in the same hour.
 */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { pendingMigrations } from '../src/database/migrations.ts';
import { addDays, now } from '../src/kernel/time.ts';
import { runScript, withOwnerDatabase } from './script.ts';
import type { Agency } from './seed/agency.ts';
import { disableTriggers, enableTriggers, vacuum, withoutIndexes, writeSearchTerms } from './seed/bulk.ts';
import { type Studio, writeCatalogue } from './seed/catalogue.ts';
import { writeClients } from './seed/clients.ts';
import { rowWriter } from './seed/copy.ts';
import { fabrikam } from './seed/fabrikam.ts';
import { historyWriter } from './seed/history.ts';
import { northwind } from './seed/northwind.ts';
import { type OrderPlan, writeOrders } from './seed/orders.ts';
import { createRandom } from './seed/random.ts';

export type SeedSize = 'small' | 'medium' | 'large';

export type SeedPlan = OrderPlan & { clients: number };

export const seedPlans: Readonly<Record<SeedSize, SeedPlan>> = {
  small: { count: 2_000, clients: 60, detailed: true, logged: true },
  medium: { count: 100_000, clients: 3_000, detailed: false, logged: true },
  large: { count: 1_000_000, clients: 20_000, detailed: false, logged: false },
};

const secondPlan: SeedPlan = { count: 25, clients: 8, detailed: true, logged: true };

export type SeedOptions = {
  ownerUrl: string;
  size: SeedSize;
  log?: (line: string) => void;
  /** The demo's today; the start of the current hour unless given. */
  base?: Date;
  /** Other numbers than those of the size. */
  plan?: SeedPlan;
};

export type SeededDemo = { organizationId: string; adminUserId: string; adminRoleId: string };

/** Whether the database has the demo organization. */
export async function hasDemo(ownerUrl: string): Promise<boolean> {
  return await withClient(ownerUrl, demoExists);
}

async function demoExists(client: pg.Client): Promise<boolean> {
  const slugs = [northwind.organization.slug, fabrikam.organization.slug];
  const { rowCount } = await client.query('select from organizations where slug = any($1)', [slugs]);
  return rowCount !== 0;
}

/** Writes both demo organizations in one transaction; refuses where one of them exists. */
export async function seed(options: SeedOptions): Promise<SeededDemo> {
  const { ownerUrl, size, log = () => {}, base = startOfHour(now()), plan = seedPlans[size] } = options;
  return await withClient(ownerUrl, async (client) => {
    let demo: SeededDemo;
    await client.query('begin');
    try {
      await client.query('set local synchronous_commit = off');
      await disableTriggers(client);
      if (await demoExists(client)) throw new Error('The demo organization exists already. Nothing was changed.');
      demo = await writeDemo(client, base, plan, log);
      await enableTriggers(client);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
    await vacuum(client);
    return demo;
  });
}

async function writeDemo(
  client: pg.Client,
  base: Date,
  plan: SeedPlan,
  log: (line: string) => void,
): Promise<SeededDemo> {
  const random = createRandom(20_261);
  const writer = rowWriter(client);
  const history = historyWriter(writer, random);
  const studioOf = (agency: Agency): Studio => {
    const founded = addDays(base, -1_100);
    return { agency, random, writer, history, base, founded, organizationId: random.uuid(founded) };
  };

  const second = studioOf(fabrikam);
  const secondCatalogue = writeCatalogue(second);
  const secondClients = writeClients(second, secondCatalogue, secondPlan.clients);
  const first = studioOf(northwind);
  const catalogue = writeCatalogue(first);
  const clients = writeClients(first, catalogue, plan.clients);
  await withoutIndexes(client, async () => {
    await writeOrders(second, secondCatalogue, secondClients, secondPlan, () => {});
    await writeOrders(first, catalogue, clients, plan, progressLog(plan.count, log));
    await writeSearchTerms(client, [first.organizationId, second.organizationId]);
    log('All rows written. Building the indexes.');
  });
  const admin = catalogue.team.find(({ role }) => role === 'Administrator');
  if (!admin) throw new Error('The demo organization has no administrator.');
  return { organizationId: first.organizationId, adminUserId: admin.id, adminRoleId: catalogue.roleIds.Administrator };
}

/** Says something at every tenth of the way, not for every lot of rows. */
function progressLog(count: number, log: (line: string) => void): (written: number) => void {
  let tenths = 0;
  return (written) => {
    const reached = Math.floor((written / count) * 10);
    if (reached > tenths) log(`${reached}0 % of ${count} orders`);
    tenths = reached;
  };
}

function startOfHour(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

if (import.meta.main) {
  await runScript(async () => {
    const { values } = parseArgs({ options: { size: { type: 'string', default: 'small' } } });
    const { size } = values;
    if (!isSize(size)) throw new Error(`--size is one of ${Object.keys(seedPlans).join(', ')}, not ${size}.`);
    await withOwnerDatabase(async ({ ownerUrl }) => {
      const { pending, failed } = await pendingMigrations(ownerUrl);
      if (pending.length + failed.length > 0) throw new Error('The database is not up to date: npm run db:migrate');
      if (await hasDemo(ownerUrl)) return console.log('The demo organization exists already. Nothing was changed.');
      const begun = performance.now();
      const { organizationId } = await seed({ ownerUrl, size, log: console.log });
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      console.log(`${northwind.organization.name} (${organizationId}) in ${seconds} seconds.`);
    });
  });
}

function isSize(text: string): text is SeedSize {
  return Object.hasOwn(seedPlans, text);
}
