import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import type { Viewer } from '../../../src/kernel/viewer.ts';
import { type RoleGrants, viewerOf } from '../../kit/viewers.ts';

/**
 * Who asks: somebody who sees all, and those whose reach is a condition on other tables. The newcomer is a contractor to
 * whom nothing was assigned yet.
 */
export type ViewerName = 'administrator' | 'contractor' | 'newcomer' | 'group member' | 'client';

/** What the operations are about, chosen from the data: extremes, so that no plan is good by luck. */
export type Subjects = {
  organizationId: string;
  viewers: Readonly<Record<ViewerName, Viewer>>;
  /** An order of the client's and the contractor's, with everything beneath it. */
  order: { id: string; number: string };
  /** With the most orders, and with the fewest. */
  employees: Extremes;
  clients: Extremes;
  services: Extremes;
  tags: Extremes;
  /** About an order: one of the client's, one of the contractor's. Who is assigned to tickets, and what they are tagged with. */
  tickets: { client: { number: string }; contractor: { number: string } };
  helpers: Extremes;
  topics: Extremes;
  /** An invoice of the client's for several orders; who makes invoices, and the coupons on them. */
  invoice: { id: string; number: string; total: string };
  clerks: Extremes;
  coupons: Extremes;
  /** The client's subscription with the most invoices. */
  subscription: { id: string; number: string };
  folderId: string;
  taskId: string;
  messageId: string;
  formFieldId: string;
  /** When a fifth of the orders had been placed, and when three tenths had. */
  placed: { from: Date; until: Date };
  /** Of clients: all orders are found by the first, many by the second, very few by the third. */
  words: { universal: string; frequent: string; rare: string };
  /** The order that so many come before, newest first. */
  deep: { id: string; createdAt: Date };
};

type Extremes = { busiest: string; idlest: string };

export const depth = 50_000;

export async function findSubjects(ownerUrl: string, organizationId: string, adminId: string): Promise<Subjects> {
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  const rows = new PrismaClient({ adapter: new PrismaPg(owner) });
  const ids = async (text: string, ...values: unknown[]): Promise<string[]> =>
    (await owner.query<{ id: string }>(text, [organizationId, ...values])).rows.map(({ id }) => id);
  const extremes = async (text: string): Promise<Extremes> => {
    const found = await ids(`${text} group by 1 order by count(*) desc, 1`);
    return { busiest: found[0] as string, idlest: found.at(-1) as string };
  };
  const viewer = async (id: string, grants: RoleGrants = {}): Promise<Viewer> => {
    const person = await rows.user.findUniqueOrThrow({ where: { id }, include: { role: true } });
    return viewerOf({ ...person, role: { ...person.role, ...grants } });
  };
  try {
    const live = 'from orders o where o.organization_id = $1 and o.deleted_at is null';
    const linked = (table: string, column: string, to = 'order') =>
      extremes(`select l.${column} as id from ${table} l join ${to}s o on o.id = l.${to}_id
        where o.organization_id = $1 and o.deleted_at is null`);
    const ofInvoices = (column: string) =>
      extremes(`select ${column} as id from invoices
        where organization_id = $1 and deleted_at is null and ${column} is not null`);
    const employees = await linked('order_employees', 'employee_id');
    const clients = await extremes(`select client_id as id ${live}`);
    const [contractorId] = await ids(
      `select l.employee_id as id from order_employees l join users u on u.id = l.employee_id
        join roles r on r.id = u.role_id where l.organization_id = $1 and r.order_access = 1
        group by 1 order by count(*) desc, 1 limit 1`,
    );
    const [orderId] = await ids(
      `select o.id ${live} and o.client_id = $2
        and exists (select from order_employees l where l.order_id = o.id and l.employee_id = $3)
        and exists (select from order_tags l where l.order_id = o.id)
        and exists (select from filled_form_fields f where f.order_id = o.id)
        and exists (select from order_tasks t join order_task_employees l on l.task_id = t.id where t.order_id = o.id)
        and (select count(*) from order_messages m where m.order_id = o.id) > 3
        order by o.created_at desc, o.id desc limit 1`,
      clients.busiest,
      contractorId,
    );
    const order = await rows.order.findUniqueOrThrow({
      where: { id: orderId as string },
      include: { tasks: { take: 1 }, messages: { take: 1 }, formFields: { take: 1 } },
    });
    const ticketOf = async (condition: string, personId: string) => {
      const [id] = await ids(
        `select t.id from tickets t where t.organization_id = $1 and t.deleted_at is null and t.order_id is not null
          and ${condition} and (select count(*) from ticket_messages m where m.ticket_id = t.id) > 2
          and exists (select from ticket_employees l where l.ticket_id = t.id)
          order by t.created_at desc, t.id desc limit 1`,
        personId,
      );
      return await rows.ticket.findUniqueOrThrow({ where: { id: id as string }, select: { number: true } });
    };
    const [invoiceId] = await ids(
      `select i.id from invoices i where i.organization_id = $1 and i.client_id = $2 and i.deleted_at is null
        and (select count(*) from orders o where o.invoice_id = i.id) > 1 and i.status = 'PAID'
        order by i.created_at desc, i.id desc limit 1`,
      clients.busiest,
    );
    const [subscriptionId] = await ids(
      `select s.id from subscriptions s where s.organization_id = $1 and s.client_id = $2
        order by (select count(*) from invoices i where i.subscription_id = s.id) desc, s.id limit 1`,
      clients.busiest,
    );
    const invoice = await rows.invoice.findUniqueOrThrow({ where: { id: invoiceId as string } });
    const subscription = await rows.subscription.findUniqueOrThrow({ where: { id: subscriptionId as string } });
    const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const where = { organizationId, deletedAt: null };
    const placedAt = async (skip: number) => {
      const found = await rows.order.findMany({ where, orderBy: newestFirst, skip: skip - 1, take: 1 });
      return found[0] as (typeof found)[number];
    };
    const folder = await rows.serviceFolder.findFirstOrThrow({
      where: { organizationId },
      orderBy: { position: 'asc' },
    });
    return {
      organizationId,
      viewers: {
        administrator: await viewer(adminId),
        contractor: await viewer(contractorId as string),
        newcomer: { ...(await viewer(contractorId as string, { invoiceAccess: 1 })), userId: randomUUID() },
        'group member': await viewer(contractorId as string, {
          orderAccess: 2,
          ticketAccess: 2,
          invoiceAccess: 2,
          clients: 2,
          services: 2,
        }),
        client: await viewer(clients.busiest),
      },
      order: { id: order.id, number: order.number },
      employees,
      clients,
      services: await extremes(`select service_id as id ${live} and service_id is not null`),
      tags: await linked('order_tags', 'tag_id'),
      tickets: {
        client: await ticketOf('t.client_id = $2', clients.busiest),
        contractor: await ticketOf(
          'exists (select from ticket_employees l where l.ticket_id = t.id and l.employee_id = $2)',
          contractorId as string,
        ),
      },
      helpers: await linked('ticket_employees', 'employee_id', 'ticket'),
      topics: await linked('ticket_tags', 'tag_id', 'ticket'),
      invoice: { id: invoice.id, number: invoice.number, total: invoice.total.toFixed(2) },
      clerks: await ofInvoices('employee_id'),
      coupons: await ofInvoices('coupon_id'),
      subscription: { id: subscription.id, number: subscription.number },
      folderId: folder.id,
      taskId: order.tasks[0]?.id as string,
      messageId: order.messages[0]?.id as string,
      formFieldId: order.formFields[0]?.id as string,
      placed: { from: (await placedAt(80_000)).createdAt, until: (await placedAt(70_000)).createdAt },
      words: await findWords(owner, organizationId),
      deep: await placedAt(depth),
    };
  } finally {
    await rows.$disconnect();
    await owner.end();
  }
}

async function findWords(owner: pg.Pool, organizationId: string): Promise<Subjects['words']> {
  const { rows } = await owner.query<{ term: string; found: number; orders: number }>(
    `select term, count(*)::int as found,
        (select count(*)::int from orders where organization_id = $1 and deleted_at is null) as orders
      from order_search_terms where organization_id = $1 and term ~ '^[a-z]{5,12}$'
        and term in (select term from client_search_terms where organization_id = $1)
      group by 1 order by 2 desc, 1`,
    [organizationId],
  );
  const [universal] = rows;
  const frequent = rows.find(({ found, orders }) => found < orders / 2);
  return {
    universal: universal?.term as string,
    frequent: frequent?.term as string,
    rare: rows.at(-1)?.term as string,
  };
}
