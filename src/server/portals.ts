import type { Database } from '../kernel/db.ts';
import { systemViewer } from '../kernel/viewer.ts';

/** A portal's origin; null when what was entered as its host name is none. */
export function originOf(domain: string): string | null {
  const url = URL.parse(`https://${domain}/`);
  return url?.href === `${url?.origin}/` ? url.origin : null;
}

/** Where people go on to who are signed in to an organization: its portal, or else GraphiQL. A demo's portal is none. */
export function landings(database: Database, hasPortals: boolean): (organizationId: string) => Promise<string> {
  return async (organizationId) => {
    if (!hasPortals) return '/graphql';
    const { domain } = await database.read(systemViewer(organizationId), (db) =>
      db.organization.findUniqueOrThrow({ where: { id: organizationId }, select: { domain: true } }),
    );
    return (domain === null ? null : originOf(domain)) ?? '/graphql';
  };
}
