import type { Role } from '../../generated/prisma/client.ts';
import type { IssueList } from '../../kernel/errors.ts';
import { checkRange } from '../../kernel/input.ts';

/**
 * The laws of roles.
 *
 * 1. A role is for the team or for clients, for ever. Clients have one role, and it grants nothing: what a client may do is
 *    the same for all of them.
 * 2. A role for the team has the dashboard at grade 1 at least.
 * 3. Nobody grants more than they have: neither a higher grade nor a setting that they may not change themselves.
 * 4. The standard roles can be neither changed nor deleted, so there is always one that may do everything.
 * 5. A role that somebody has, or an API token, can't be deleted.
 */
export type Areas<Grade extends string, Setting extends string> = {
  readonly grades: readonly Grade[];
  readonly settings: readonly Setting[];
};

type Grants = Readonly<Record<string, number | boolean | null | undefined>>;

/** Laws 2 and 3. `own` is what the person who grants has; null for the engine itself, which has everything. */
export function checkGrants(issues: IssueList, given: Grants, own: Role | null, areas: Areas<string, string>): void {
  const has = (own ?? {}) as Grants;
  for (const area of areas.grades) {
    const grade = given[area];
    if (grade == null) continue;
    checkRange(issues, area, grade as number, area === 'dashboardAccess' ? 1 : 0, 3);
    if (own && Number(grade) > Number(has[area]))
      issues.add(area, 'NOT_YOURS', `${area} can't be more than what you have: ${has[area]}.`);
  }
  for (const area of areas.settings) {
    if (given[area] === true && own && has[area] !== true)
      issues.add(area, 'NOT_YOURS', `${area} can't be granted: you don't have it.`);
  }
}
