import { setImmediate } from 'node:timers/promises';
import type { Step } from './agency.ts';
import type { Catalogue, Colleague, SoldItem, Studio } from './catalogue.ts';
import { soldInNumbers } from './catalogue.ts';
import type { Client } from './clients.ts';
import type { Actor } from './history.ts';
import { type Life, liveOrder, orderTimes } from './life.ts';
import { writeMessages } from './messages.ts';
import { priceAt } from './money/amounts.ts';
import { billOrder, remarkAboutBudget, remarkAboutDiscount, renewalFor, type Till } from './money/till.ts';
import { slug } from './people.ts';
import { type Random, spread } from './random.ts';
import type { Story } from './story.ts';
import { askAbout, type HelpDesk } from './support/tickets.ts';
import { writeTasks } from './tasks.ts';
import { fill } from './wording.ts';

export type OrderPlan = {
  count: number;
  detailed: boolean;
  /** Whether the log tells at least who created each order. */
  logged: boolean;
};

/** What goes on beside the orders, and hears of each. */
export type Surroundings = { till: Till; helpDesk: HelpDesk };

const rowsAtOnce = 30_000;

/** Writes the orders and all that hangs on them. The server takes in one lot of rows while the next is made. */
export async function writeOrders(
  studio: Studio,
  catalogue: Catalogue,
  clients: readonly Client[],
  plan: OrderPlan,
  { till, helpDesk }: Surroundings,
  progress: (written: number) => void,
): Promise<void> {
  const { random, base, writer } = studio;
  let index = 0;
  let known = 0;
  let sending = Promise.resolve();
  for (const time of orderTimes(random, base, plan.count)) {
    const createdAt = new Date(time);
    till.desk.books.agenda.runUntil(createdAt);
    while (known < clients.length && (clients[known] as Client).createdAt < createdAt) known += 1;
    // Long-standing clients order more.
    const client = clients[Math.floor(Math.max(known, 1) * random.next() ** 1.4)] as Client;
    const item = random.chance(0.03)
      ? null
      : random.pickWeighted(catalogue.items.filter(({ onSale }) => onSale(createdAt)));
    const { story, row, invoiceNumber } = writeOrder(studio, catalogue, plan, till, {
      index,
      createdAt,
      client,
      item,
    });
    askAbout(helpDesk, story, row, invoiceNumber);
    index += 1;
    if (writer.waiting() >= rowsAtOnce) {
      await sending;
      progress(index);
      sending = writer.flush();
      // A failure is thrown where it is awaited.
      sending.catch(() => {});
    } else if (index % 50 === 0) {
      // The socket wants its turn.
      await setImmediate();
    }
  }
  await sending;
  await writer.flush();
}

type Start = { index: number; createdAt: Date; client: Client; item: SoldItem | null };

function writeOrder(
  studio: Studio,
  catalogue: Catalogue,
  plan: OrderPlan,
  till: Till,
  { index, createdAt, client: placer, item }: Start,
) {
  const { random, base, writer, organizationId } = studio;
  const life = liveOrder(random, item, createdAt, base);
  const renewal = renewalFor(till, placer, item, life);
  const client = renewal?.subscription.client ?? placer;
  const order = {
    id: random.uuid(createdAt),
    number: `${random.code('ABCDEFGHJKLMNPQRSTUVWXYZ', 4)}${spread(index, 4)}`,
  };
  const people = assign(random, catalogue, item, life, plan.detailed);
  const title = item?.name ?? random.pick(studio.agency.customTitles);
  const topic = item ? random.pick(item.work.topics) : 'what we talked about';
  const wording = {
    client: client.firstName,
    company: client.company.name,
    domain: client.company.domain,
    staff: (people[0] ?? client.manager).firstName,
    mate: (people[1] ?? random.pick(catalogue.team)).firstName,
    service: title,
    topic,
    slug: slug(fill(topic, { company: client.company.name })),
  };
  const story: Story = { order, life, item, client, people, wording, renewal, detailed: plan.detailed };

  // The order's own row tells of its newest message and work and of its invoice, so these are worked out first; the order's
  // table is sent before theirs all the same.
  const lastTask = writeTasks(studio, story, item ? stepsOf(random, item.work.steps, plan.detailed) : []);
  const lastMessage = writeMessages(studio, story);
  const ordered = orderRow(studio, story, title, lastTask, lastMessage);
  const assignedAt = life.startedAt ?? createdAt;
  for (const { id } of people) {
    const link = { organization_id: organizationId, order_id: order.id, employee_id: id };
    writer.write('order_employees', { ...link, created_at: assignedAt });
  }
  for (const tag of tagsOf(random, studio, item, plan.detailed)) {
    const link = { organization_id: organizationId, order_id: order.id, tag_id: catalogue.tagIds.get(tag) as string };
    writer.write('order_tags', { ...link, created_at: createdAt });
  }
  writeForm(studio, story);
  const [billed, bill] =
    ordered.price > 0 ? billOrder(till, story, ordered, random.uuid(createdAt)) : ([{}, null] as const);
  const row = { ...ordered, ...billed };
  writer.write('orders', row);
  if (plan.logged) writeHistory(studio, catalogue, story, row);
  return { story, row, invoiceNumber: bill?.number ?? null };
}

function assign(
  random: Random,
  { team }: Catalogue,
  item: SoldItem | null,
  life: Life,
  detailed: boolean,
): Colleague[] {
  if (life.startedAt === null && random.chance(0.6)) return [];
  const group = team.filter(({ group: name }) => name !== null && (item === null || name === item.work.group));
  const wanted = random.int(1, detailed ? 3 : 2);
  const defaults = item && random.chance(0.75) ? item.defaultEmployees : [];
  const others = group.filter((colleague) => !defaults.includes(colleague));
  return [...defaults.slice(0, wanted), ...random.sample(others, wanted - defaults.length)];
}

// The first and the last step always belong to it; the rest depends on the order.
function stepsOf(random: Random, steps: readonly Step[], detailed: boolean): Step[] {
  const inner = random.int(detailed ? 1 : 0, detailed ? 4 : 2);
  return [steps[0] as Step, ...random.sample(steps.slice(1, -1), inner), steps.at(-1) as Step];
}

function tagsOf(random: Random, { agency }: Studio, item: SoldItem | null, detailed: boolean): Set<string> {
  const count = random.int(detailed ? 0 : 1, detailed ? 3 : 2);
  const fitting = item?.work.tags ?? agency.tags;
  return new Set(Array.from({ length: count }, () => random.pick(random.chance(0.65) ? fitting : agency.tags)));
}

const remarks = [
  remarkAboutDiscount,
  'First order after the relaunch. Take extra care.',
  'Deliver as Google Doc, not as Word file.',
  'Client is on parental leave from next month; new contact follows.',
  remarkAboutBudget,
  'Please reuse the photos of the last order.',
];
const sources = ['newsletter', 'referral', 'search', 'portal', 'trade-fair', 'linkedin'];

function orderRow(
  { organizationId, agency, base, random }: Studio,
  story: Story,
  title: string,
  lastTask: Date | null,
  lastMessage: Date | null,
) {
  const { order, life, item, client } = story;
  const inReview = life.kind === 'IN_PROGRESS' && life.progress > 0.8;
  const status = agency.statuses.findLast(({ kind, code }) => kind === life.kind && (code <= 4 || inReview));
  const events = [
    life.createdAt,
    life.startedAt,
    life.completedAt,
    life.stoppedAt,
    life.deletedAt,
    lastTask,
    lastMessage,
  ];
  return {
    id: order.id,
    organization_id: organizationId,
    number: order.number,
    client_id: client.id,
    service_id: item?.id ?? null,
    service_name: title,
    status_code: status?.code ?? 0,
    status_kind: life.kind,
    price: priceAt(base, item?.orderPrice ?? 0, life.createdAt),
    currency: item?.currency ?? agency.organization.currency,
    invoice_id: null as string | null,
    subscription_id: null as string | null,
    quantity: item && soldInNumbers(item) && random.chance(0.4) ? random.int(2, 6) : 1,
    note: random.chance(0.14) ? random.pick(remarks) : null,
    options: (item ? optionsOf(random, item) : {}) as object,
    form_data: random.chance(0.22) ? { 'Purchase order': `PO-${random.int(10_000, 99_999)}` } : {},
    metadata: random.chance(0.35) ? { source: random.pick(sources) } : {},
    payment_processor: life.startedAt === null ? null : random.pick(['Stripe', 'Stripe', 'Stripe', 'PayPal', 'Manual']),
    started_at: life.startedAt,
    completed_at: life.completedAt,
    due_at: life.dueAt,
    last_message_at: lastMessage,
    version:
      [life.startedAt, life.completedAt ?? life.stoppedAt, life.deletedAt].filter((at) => at !== null).length + 1,
    created_at: life.createdAt,
    updated_at: new Date(Math.max(...events.map((at) => at?.getTime() ?? 0))),
    deleted_at: life.deletedAt,
  };
}

function optionsOf(random: Random, { work }: SoldItem): Record<string, string> {
  const chosen = random.sample(Object.entries(work.options), random.int(0, 2));
  return Object.fromEntries(chosen.map(([name, values]) => [name, random.pick(values)]));
}

function writeForm({ random, writer, organizationId }: Studio, { order, life, item, wording, detailed }: Story): void {
  if (!item || !random.chance(detailed ? 0.7 : 0.3)) return;
  const submittedAt = life.createdAt;
  for (const field of random.sample(item.work.fields, detailed ? random.int(2, 4) : 2)) {
    writer.write('filled_form_fields', {
      id: random.uuid(submittedAt),
      organization_id: organizationId,
      order_id: order.id,
      ticket_id: null,
      name: field.name,
      type: field.type,
      value: fill(random.pick(field.values), wording),
      submitted_at: submittedAt,
      created_at: submittedAt,
      updated_at: submittedAt,
    });
  }
}

/** Who ordered; and in detail who started, stopped, completed and deleted the order. */
function writeHistory(
  { random, history }: Studio,
  { team }: Catalogue,
  story: Story,
  row: ReturnType<typeof orderRow>,
): void {
  const { life, client, people } = story;
  const staff = (colleague: { id: string } | undefined): Actor => ({
    kind: 'STAFF',
    id: (colleague ?? client.manager).id,
  });
  const unpaid = { status_code: 0, status_kind: 'UNPAID', started_at: null, completed_at: null };
  const creator: Actor = random.chance(0.7) ? { kind: 'CLIENT', id: client.id } : staff(client.manager);
  const unset = life.startedAt ? { payment_processor: null, due_at: null } : {};
  history.created('ORDER', { ...row, ...unpaid, ...unset, deleted_at: null }, creator, client.id);
  if (!story.detailed) return;

  const change = { entity: 'ORDER' as const, row, ownerId: client.id };
  const started = { status_code: 1, status_kind: 'IN_PROGRESS', started_at: life.startedAt };
  if (life.startedAt) {
    const before = { status_code: 0, status_kind: 'UNPAID', started_at: null, payment_processor: null };
    const actor = staff(people[0]);
    const dueToo = row.due_at ? { ...before, due_at: null } : before;
    history.changed('UPDATED', { ...change, actor, at: life.startedAt, before: dueToo, after: started });
  }
  const endedAt = life.completedAt ?? life.stoppedAt;
  if (endedAt) {
    const { status_code, status_kind } = life.startedAt ? started : unpaid;
    const before = life.completedAt ? { status_code, status_kind, completed_at: null } : { status_code, status_kind };
    history.changed('UPDATED', { ...change, actor: staff(people[0]), at: endedAt, before });
  }
  if (life.deletedAt) {
    history.changed('DELETED', { ...change, actor: staff(team[0]), at: life.deletedAt, before: { deleted_at: null } });
  }
}
