import type { Prisma } from '../../../generated/prisma/client.ts';
import type { Grade } from '../../../kernel/viewer.ts';
import { addFoundation } from '../../../organizations/founding/commands.ts';
import { gradeAreas, settingAreas } from '../../permissions.ts';

type GradeArea = (typeof gradeAreas)[number];
type SettingArea = (typeof settingAreas)[number];

/** A role that every organization begins with. */
export type StandardRole = {
  name: 'Administrator' | 'Manager' | 'Contractor' | 'Client';
  isSystem: boolean;
  grade: (area: GradeArea) => Grade;
  settings: readonly SettingArea[];
};

/** Managers see everything and work on what their group does. */
const managerGrades: Partial<Record<GradeArea, Grade>> = {
  dashboardAccess: 3,
  orderAccess: 3,
  orderManagement: 2,
  ticketAccess: 3,
  ticketManagement: 2,
  invoiceAccess: 2,
  clients: 3,
  services: 1,
  coupons: 1,
  forms: 2,
  messaging: 3,
};

/** Contractors see and work on what is theirs. */
const contractorGrades: Partial<Record<GradeArea, Grade>> = {
  dashboardAccess: 1,
  orderAccess: 1,
  orderManagement: 1,
  ticketAccess: 1,
  clients: 1,
  services: 1,
  messaging: 1,
};

/** SPP's four. The first and the last can be neither changed nor deleted; the others are the organization's to change. */
export const standardRoles: readonly StandardRole[] = [
  { name: 'Administrator', isSystem: true, grade: () => 3, settings: settingAreas },
  {
    name: 'Manager',
    isSystem: false,
    grade: (area) => managerGrades[area] ?? 0,
    settings: ['settingsTags', 'settingsOrders', 'settingsTemplates', 'settingsMessages'],
  },
  { name: 'Contractor', isSystem: false, grade: (area) => contractorGrades[area] ?? 0, settings: [] },
  { name: 'Client', isSystem: true, grade: () => 0, settings: [] },
];

addFoundation((tx, organizationId) =>
  tx.role.createMany({
    data: standardRoles.map(
      ({ name, isSystem, grade, settings }): Prisma.RoleCreateManyInput => ({
        organizationId,
        name,
        isSystem,
        kind: grade('dashboardAccess') > 0 ? 'STAFF' : 'CLIENT',
        ...Object.fromEntries(gradeAreas.map((area) => [area, grade(area)])),
        ...Object.fromEntries(settingAreas.map((area) => [area, settings.includes(area)])),
      }),
    ),
  }),
);

/** The role of whoever founds an organization. */
export const founderRole = { isSystem: true, kind: 'STAFF' } as const;
