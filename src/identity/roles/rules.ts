import type { RoleAssignment } from '../../generated/prisma/client.ts';
import type { IssueList } from '../../kernel/errors.ts';
import { checkRange } from '../../kernel/input.ts';
import { type Area, gradeAreas, type RoleGrades, settingAreas } from '../permissions.ts';

/**
 * The laws of roles.
 *
 * 1. A role is for the team or for clients, for ever. Clients have one role, and it grants nothing: what a client may do is
 *    the same for all of them.
 * 2. A role for the team has the dashboard at grade 1 at least.
 * 3. Nobody grants more than they have: neither a higher grade nor a setting that they may not change themselves. What they
 *    have for some time only is not theirs to grant.
 * 4. The standard roles can be neither changed nor deleted, so there is always one that may do everything.
 * 5. A role that somebody has, an API token that works, or an invitation that waits, can't be deleted.
 * 6. A team member may have other roles beside their own, each for good or until some time. They may do what one of them
 *    allows: in each area the highest grade counts. Clients have their one role only.
 * 7. What has expired counts no more from that moment on. It stays to be read until it is assigned anew or taken away.
 * 8. Who takes a role away, from whomever, has all that it gives.
 */
export type Grants = Partial<Record<(typeof gradeAreas)[number], number | null>> &
  Partial<Record<(typeof settingAreas)[number], boolean | null>>;

/** Laws 2 and 3. `own` is what the person who grants has; null for the engine itself, which has everything. */
export function checkGrants(issues: IssueList, given: Grants, own: RoleGrades | null): void {
  for (const area of gradeAreas) {
    const grade = given[area];
    if (grade == null) continue;
    checkRange(issues, area, grade, area === 'dashboardAccess' ? 1 : 0, 3);
    if (own && grade > own[area])
      issues.add(area, 'NOT_YOURS', `${area} can't be more than what you have: ${own[area]}.`);
  }
  for (const area of settingAreas) {
    if (given[area] === true && own && !own[area])
      issues.add(area, 'NOT_YOURS', `${area} can't be granted: you don't have it.`);
  }
}

/** Laws 3 and 8: refuses a role, or what somebody has, that gives more than the viewer has; says in which areas. */
export function checkWithin(issues: IssueList, path: string, role: RoleGrades, own: RoleGrades | null): void {
  const more: Area[] = [...gradeAreas, ...settingAreas].filter((area) => own && Number(role[area]) > Number(own[area]));
  if (more.length > 0) issues.add(path, 'NOT_YOURS', `${path}: that is more than you have in ${more.join(', ')}.`);
}

/** Law 7. */
export function isInForce({ expiresAt }: Pick<RoleAssignment, 'expiresAt'>, at: Date): boolean {
  return expiresAt === null || expiresAt > at;
}
