import { narrowed } from '../../src/identity/permissions.ts';
import { systemViewer, type Viewer } from '../../src/kernel/viewer.ts';
import { alone, anonymous, asToken, type Person, sharing, viewerOf } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

type People = { groups: { id: string }[]; staff: Person[]; clients: Person[] };

/** Everybody who may see something else than the others. The first sees all. */
export async function viewersOf(world: World, { groups, staff, clients }: People): Promise<Record<string, Viewer>> {
  const groupId = groups[0]?.id;
  const [first, , third] = staff as [Person, Person, Person];
  const [one, two, three] = clients as [Person, Person, Person];
  const scopes = ['orders:read', 'invoices:read', 'clients:read', 'reports:read'];
  const having = async (grants: Parameters<World['role']>[0]): Promise<Viewer> => {
    const role = await world.role({ dashboardAccess: 1, ...grants });
    return { ...viewerOf({ ...third, groupId: groupId ?? null, roleId: role.id, role }) };
  };
  return {
    administrator: viewerOf(world.admin),
    token: asToken(world.admin),
    contractor: viewerOf({ ...first, roleId: world.roles.contractor.id, role: world.roles.contractor }),
    'of a group': await having({
      ...{ orderAccess: 2, orderManagement: 1, ticketAccess: 2, clients: 2, services: 2 },
      settingsLogs: true,
    }),
    'of no group': {
      ...(await having({ orderAccess: 2, orderManagement: 3, clients: 2, services: 1 })),
      groupId: null,
    },
    // Sees tickets about orders that it does not see.
    'all tickets, restores own': await having({ ticketAccess: 3, ticketManagement: 1 }),
    'own tickets and all orders': await having({ ticketAccess: 1, orderAccess: 3 }),
    'own clients only': await having({ clients: 1 }),
    'clients of the group only': await having({ clients: 2 }),
    'own services only': await having({ services: 1 }),
    'own invoices only': await having({ invoiceAccess: 1, invoiceManagement: 1, coupons: 1 }),
    'invoices of the group only': await having({ invoiceAccess: 2, invoiceManagement: 3, orderAccess: 1 }),
    'all orders, restores own': await having({ orderAccess: 3, orderManagement: 1, settingsIntegrations: true }),
    client: {
      ...viewerOf(one),
      session: {
        id: one.id,
        expiresAt: new Date(1_800_000_000_001),
        idleExpiresAt: new Date(1_790_000_000_000),
        idleMinutes: 30,
        rotations: 0,
      },
    },
    'another client': viewerOf(three),
    'of the team of a client': sharing(three, one, 'orders', 'invoices'),
    'of the team of a client, tickets only': sharing(three, one, 'tickets'),
    'with a team': { ...viewerOf(one), clientTeam: { ...alone, memberIds: [two.id, three.id] } },
    'token with scopes': { ...asToken(world.admin), permissions: narrowed(viewerOf(world.admin).permissions, scopes) },
    'token of a client': asToken(one),
    system: systemViewer(world.organizationId),
    nobody: { ...viewerOf(world.admin), permissions: {} },
    anonymous,
  };
}
