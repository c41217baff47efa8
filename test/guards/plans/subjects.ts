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
  employees: { busiest: string; idlest: string };
  clients: { busiest: string; idlest: string };
  services: { busiest: string; idlest: string };
  tags: { busiest: string; idlest: string };
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

export const depth = 50_000;

export async function findSubjects(ownerUrl: string, organizationId: string, adminId: string): Promise<Subjects> {
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  const rows = new PrismaClient({ adapter: new PrismaPg(owner) });
  const ids = async (text: string, ...values: unknown[]): Promise<string[]> =>
    (await owner.query<{ id: string }>(text, [organizationId, ...values])).rows.map(({ id }) => id);
  const extremes = async (text: string) => {
    const found = await ids(`${text} group by 1 order by count(*) desc, 1`);
    return { busiest: found[0] as string, idlest: found.at(-1) as string };
  };
  const viewer = async (id: string, grants: RoleGrants = {}): Promise<Viewer> => {
    const person = await rows.user.findUniqueOrThrow({ where: { id }, include: { role: true } });
    return viewerOf({ ...person, role: { ...person.role, ...grants } });
  };
  try {
    const live = 'from orders o where o.organization_id = $1 and o.deleted_at is null';
    const linked = (table: string, column: string) =>
      extremes(`select l.${column} as id from ${table} l join orders o on o.id = l.order_id
        where o.organization_id = $1 and o.deleted_at is null`);
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
        newcomer: { ...(await viewer(contractorId as string)), userId: randomUUID() },
        'group member': await viewer(contractorId as string, { orderAccess: 2, clients: 2, services: 2 }),
        client: await viewer(clients.busiest),
      },
      order: { id: order.id, number: order.number },
      employees,
      clients,
      services: await extremes(`select service_id as id ${live} and service_id is not null`),
      tags: await linked('order_tags', 'tag_id'),
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
