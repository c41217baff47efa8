import { randomUUID } from 'node:crypto';
import type { Prisma } from '../../src/generated/prisma/client.ts';
import { gradeAreas, permissionsOf, settingAreas } from '../../src/identity/permissions.ts';
import {
  type AccountRight,
  anonymousViewer,
  type ClientTeam,
  type Viewer,
  type ViewerSession,
} from '../../src/kernel/viewer.ts';

/** A person as the kit hands it out: the row with its role, so that it can be asked to act at once. */
export type Person = Prisma.UserGetPayload<{ include: { role: true } }> & {
  /** Being signed in, where a test is about that. */
  session?: ViewerSession;
};

type Grades = Partial<Record<(typeof gradeAreas)[number], 0 | 1 | 2 | 3>> &
  Partial<Record<(typeof settingAreas)[number], boolean>>;
export type RoleGrants = Grades;

const grants = (grade: 0 | 1 | 2 | 3, setting: boolean): Required<Grades> =>
  ({
    ...Object.fromEntries(gradeAreas.map((area) => [area, grade])),
    ...Object.fromEntries(settingAreas.map((area) => [area, setting])),
  }) as Required<Grades>;

export const everything = grants(3, true);
export const nothing = grants(0, false);

/** The roles that every organization of the tests has, in SPP's grades. */
export const standardRoles: Record<
  'administrator' | 'manager' | 'contractor' | 'client',
  { name: string; grants: Grades }
> = {
  administrator: { name: 'Administrator', grants: everything },
  manager: {
    name: 'Manager',
    grants: { ...grants(3, false), settingsOrders: true, settingsTags: true, settingsMessages: true },
  },
  contractor: {
    name: 'Contractor',
    grants: { ...nothing, dashboardAccess: 1, orderAccess: 1, orderManagement: 1, ticketAccess: 1, messaging: 1 },
  },
  client: { name: 'Client', grants: nothing },
};

/** A client that shares no account. */
export const alone: ClientTeam = {
  ownerId: null,
  rights: { orders: false, tickets: false, invoices: false },
  memberIds: [],
};

/** The person, as the server would see it behind a session. */
export function viewerOf(person: Person): Viewer {
  const kind = person.role.kind === 'STAFF' ? 'STAFF' : 'CLIENT';
  return {
    ...anonymousViewer(),
    kind,
    side: kind,
    organizationId: person.organizationId,
    userId: person.id,
    accountId: person.accountId,
    session: person.session ?? null,
    roleId: person.roleId,
    groupId: person.groupId,
    clientTeam: kind === 'CLIENT' ? alone : null,
    permissions: permissionsOf(person.role),
  };
}

/** The client, as the server would see it behind a session when it uses the account of another one. */
export function sharing(person: Person, owner: { id: string }, ...given: AccountRight[]): Viewer {
  const rights = { ...alone.rights, ...Object.fromEntries(given.map((right) => [right, true])) };
  return { ...viewerOf(person), clientTeam: { ...alone, ownerId: owner.id, rights } };
}

/** A program that holds a token of the person. */
export function asToken(person: Person): Viewer {
  return { ...viewerOf(person), kind: 'TOKEN', tokenId: randomUUID(), accountId: null, session: null };
}

export const anonymous: Viewer = anonymousViewer();

export type Actor = Person | Viewer;

export function toViewer(actor: Actor): Viewer {
  return 'permissions' in actor ? actor : viewerOf(actor);
}
