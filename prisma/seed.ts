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
import {
  disableTriggers,
  enableTriggers,
  reopenOrders,
  vacuum,
  withoutIndexes,
  writeBalances,
  writeSearchTerms,
} from './seed/bulk.ts';
import { type Catalogue, type Studio, writeCatalogue } from './seed/catalogue.ts';
import { type Client, writeClients } from './seed/clients.ts';
import { rowWriter } from './seed/copy.ts';
import { fabrikam } from './seed/fabrikam.ts';
import { historyWriter } from './seed/history.ts';
import { openBooks } from './seed/money/books.ts';
import { openDesk, type Reopened } from './seed/money/desk.ts';
import { planErrands } from './seed/money/errands.ts';
import { closeTill, openTill } from './seed/money/till.ts';
import { northwind } from './seed/northwind.ts';
import { type OrderPlan, type Surroundings, writeOrders } from './seed/orders.ts';
import { createRandom, type Random } from './seed/random.ts';
import { writeActivities } from './seed/support/activities.ts';
import { askOtherwise, openHelpDesk } from './seed/support/tickets.ts';

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
  const writer = rowWriter(client);
  // Each part draws from a stream of its own: what is added to one leaves the rows of the others as they were.
  const [work, money, support] = [20_261, 40_404, 60_606].map(createRandom) as [Random, Random, Random];
  const drawing = (random: Random) => ({ random, history: historyWriter(writer, random) });
  const found = (agency: Agency, { clients: count, ...orders }: SeedPlan): Site => {
    const founded = addDays(base, -1_100);
    const studio = { agency, writer, base, founded, organizationId: work.uuid(founded), ...drawing(work) };
    const catalogue = writeCatalogue(studio);
    const clients = writeClients(studio, catalogue, count, money);
    const books = openBooks({ ...studio, ...drawing(money) }, catalogue, clients, orders);
    const helpDesk = openHelpDesk({ ...studio, ...drawing(support) }, catalogue, orders);
    return { studio, catalogue, clients, orders, till: openTill(openDesk(books)), helpDesk };
  };

  const second = found(fabrikam, secondPlan);
  const first = found(northwind, plan);
  const organizationIds = [first, second].map(({ studio }) => studio.organizationId);
  await withoutIndexes(client, async () => {
    const reopened = [
      ...(await writeBusiness(second, () => {})),
      ...(await writeBusiness(first, progressLog(plan.count, log))),
    ];
    await reopenOrders(client, reopened);
    await writeBalances(client, organizationIds);
    await writeSearchTerms(client, organizationIds);
    log('All rows written. Building the indexes.');
  });
  const admin = first.catalogue.team.find(({ role }) => role === 'Administrator');
  if (!admin) throw new Error('The demo organization has no administrator.');
  return {
    organizationId: first.studio.organizationId,
    adminUserId: admin.id,
    adminRoleId: first.catalogue.roleIds.Administrator,
  };
}

/** An organization with its people and everything that it sells, ready for business. */
type Site = Surroundings & { studio: Studio; catalogue: Catalogue; clients: readonly Client[]; orders: OrderPlan };

/** Everything that happened until today. Answers the orders that subscriptions took up again. */
async function writeBusiness(site: Site, progress: (written: number) => void): Promise<Reopened[]> {
  const { studio, catalogue, clients, orders, till, helpDesk } = site;
  planErrands(till.desk, orders.count);
  await writeOrders(studio, catalogue, clients, orders, site, progress);
  const reopened = closeTill(till);
  askOtherwise(helpDesk, clients);
  writeActivities(helpDesk.studio, catalogue, clients, orders.detailed);
  await studio.writer.flush();
  return reopened;
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
