import type { Prisma } from '../generated/prisma/client.ts';
import { accountsOf, assignedWithin, nothing } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

/** The clients that a permission reaches: all, those that the viewer's group looks after, or the viewer's own. */
export function clientsWithin(viewer: Viewer, permission: string): Prisma.UserWhereInput {
  const grade = gradeOf(viewer, permission);
  if (grade === 0) return nothing;
  if (isClient(viewer)) return { kind: 'CLIENT', id: { in: accountsOf(viewer, permission) } };
  return { kind: 'CLIENT', ...(grade === 3 ? {} : lookedAfterWithin(viewer, grade)) };
}

/**
 * A client sees itself, whose team it belongs to, and who belongs to its own. Staff see whom they look after, whoever placed an order, opened a ticket or is asked to pay an
 * invoice that they may see.
 */
export function visibleClients(viewer: Viewer): Prisma.UserWhereInput {
  if (isClient(viewer)) return sharingClients(viewer);
  const within = clientsWithin(viewer, 'clients.read');
  // Who reaches all has nothing to add, and a bare condition is what the index serves.
  if (gradeOf(viewer, 'clients.read') === 3) return within;
  const payers = gradeOf(viewer, 'invoices.read');
  if (payers === 3) return { kind: 'CLIENT' };
  const customers = [havingWithin(viewer, 'orders'), havingWithin(viewer, 'tickets')];
  return { OR: [within, ...customers, ...debtorsWithin(viewer, payers)] };
}

function sharingClients(viewer: Viewer): Prisma.UserWhereInput {
  const { userId, clientTeam } = viewer;
  if (userId === null || gradeOf(viewer, 'clients.read') === 0) return nothing;
  const others = clientTeam
    ? [...(clientTeam.ownerId === null ? [] : [clientTeam.ownerId]), ...clientTeam.memberIds]
    : [];
  return { kind: 'CLIENT', id: others.length === 0 ? userId : { in: [userId, ...others] } };
}

/** The clients whose balance the viewer sees; null where it sees that of all. A client's own, and that of the money it shares. */
export function balancesOf(viewer: Viewer): string[] | null {
  return isClient(viewer) ? accountsOf(viewer, 'credits.read') : null;
}

export function visibleAddresses(viewer: Viewer): Prisma.AddressWhereInput {
  return { user: visibleClients(viewer) };
}

/** Who uses whose account: told to both, and to whoever sees one of them. */
export function visibleTeamMembers(viewer: Viewer): Prisma.ClientTeamMemberWhereInput {
  if (gradeOf(viewer, 'clients.read') === 3) return {};
  if (isClient(viewer)) {
    const self = viewer.userId ?? '';
    return gradeOf(viewer, 'clients.read') === 0 ? nothing : { OR: [{ ownerId: self }, { memberId: self }] };
  }
  return { OR: [{ owner: visibleClients(viewer) }, { member: visibleClients(viewer) }] };
}

/** What is noted about clients is the team's own: whoever may read activities sees those of each client that it sees. */
export function visibleActivities(viewer: Viewer): Prisma.ClientActivityWhereInput {
  const grade = gradeOf(viewer, 'clientActivities.read');
  if (grade === 0 || isClient(viewer)) return nothing;
  return gradeOf(viewer, 'clients.read') === 3 ? {} : { client: visibleClients(viewer) };
}

// The same reach as the orders and tickets have, so that none that is visible hides its client. Who may restore deleted ones finds
// them, too.
function havingWithin(viewer: Viewer, what: 'orders' | 'tickets'): Prisma.UserWhereInput {
  const grade = gradeOf(viewer, `${what}.read`);
  if (grade === 0) return nothing;
  if (grade === 3) return { kind: 'CLIENT' };
  const restorable = gradeOf(viewer, `${what}.restore`);
  const deleted = restorable === 1 ? [{ employees: assignedWithin(viewer, restorable) }] : [];
  const found = restorable >= grade ? {} : { OR: [{ deletedAt: null }, ...deleted] };
  return { kind: 'CLIENT', [what]: { some: { employees: assignedWithin(viewer, grade), ...found } } };
}

// The same reach as the invoices have, deleted ones as above.
function debtorsWithin(viewer: Viewer, grade: 0 | 1 | 2): Prisma.UserWhereInput[] {
  if (grade === 0) return [];
  const { userId, groupId } = viewer;
  const own = { employeeId: userId ?? '' };
  const made = grade === 2 && groupId !== null ? [own, { employee: { groupId } }] : [own];
  const restorable = gradeOf(viewer, 'invoices.restore');
  const found = restorable >= grade ? {} : { OR: [{ deletedAt: null }, ...(restorable === 0 ? [] : [own])] };
  return [
    { kind: 'CLIENT', ...lookedAfterWithin(viewer, grade) },
    { kind: 'CLIENT', invoices: { some: { AND: [{ OR: made }, found] } } },
  ];
}

/** Whom the viewer, or its group, looks after. */
export function lookedAfterWithin(viewer: Viewer, grade: 1 | 2): Prisma.UserWhereInput {
  const { userId, groupId } = viewer;
  if (userId === null) return nothing;
  const own = [{ accountManagerId: userId }, { managers: { some: { managerId: userId } } }];
  if (grade === 1 || groupId === null) return { OR: own };
  return { OR: [...own, { accountManager: { groupId } }, { managers: { some: { manager: { groupId } } } }] };
}
