import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

export type TicketCast = Awaited<ReturnType<typeof makeTicketCast>>;

/** A ticket, and everybody who might lay hands on it or on what hangs beneath it. */
export async function makeTicketCast() {
  const world = await makeWorld();
  const [ours, theirs] = [await world.group(), await world.group()];
  const own = await world.role({ dashboardAccess: 1, ticketAccess: 1, ticketManagement: 1, messaging: 1 });
  const grants = { ticketAccess: 2, ticketManagement: 2, messaging: 2 } as const;
  const assignee = await world.member({ role: own, groupId: ours.id });
  const client = await world.client();
  const ticket = await world.ticket({ client, employees: [assignee] });
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    manager: await world.member({ role: world.roles.manager }),
    assignee,
    unassigned: await world.member({ role: own, groupId: ours.id }),
    colleague: await world.member({ grants, groupId: ours.id }),
    outsider: await world.member({ grants, groupId: theirs.id }),
    reader: await world.member({ grants: { ticketAccess: 3 } }),
    /** Sees every ticket, and may change those that are assigned to it: not this one. */
    narrow: await world.member({ grants: { ticketAccess: 3, ticketManagement: 1, messaging: 1 } }),
    /** May change what it can't see. */
    blind: await world.member({ grants: { ticketManagement: 3, messaging: 3 } }),
    /** Works with orders only. */
    unprivileged: await world.member({ grants: { orderAccess: 3, orderManagement: 3 } }),
    client,
    otherClient: await world.client(),
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  return { world, ticket, client, people };
}
