import { parameter, type Sql, sql } from '../../graphql/compiler/sql.ts';
import type { Viewer } from '../../kernel/viewer.ts';

/** The organizations of the viewer's account, by name; without an account the viewer's only one. */
export function organizationsOf({ organizationId, userId, side, accountId }: Viewer): Sql {
  const here = parameter(organizationId, 'uuid');
  const mine =
    accountId === null
      ? sql`
        select o.id as organization_id, o.name::text, o.slug::text, ${parameter(userId, 'uuid')} as user_id,
          ${parameter(side, 'text')} as user_kind, coalesce(o.owner_id = ${parameter(userId, 'uuid')}, false) as is_owner, o.archived_at
        from organizations o where o.id = ${here}`
      : sql`select * from organizations_of_account()`;
  return sql`
    select 'organization_' || organization_id as organization, name, slug, user_kind, is_owner, archived_at,
      organization_id = ${here} as is_current, row_number() over (order by name, organization_id) as place
    from (${mine}) as mine`;
}
