import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { UnauthenticatedError } from '../kernel/errors.ts';
import { hashToken, isCheckedToken } from '../kernel/tokens.ts';
import { anonymousViewer, type ClientTeam, type Header, type Viewer } from '../kernel/viewer.ts';
import { gradeAreas, lowest, narrowed, permissionsOf, type RoleGrades, settingAreas } from './permissions.ts';
import { tokenPrefixes } from './tokens/rules.ts';

/** What every token of a session begins with. */
export const sessionPrefix = 'sx_session_';

type Credential = {
  organization_id: string;
  user_id: string;
  group_id: string | null;
  role_id: string;
  side: 'STAFF' | 'CLIENT';
  /** What the person may do by all its roles in force: a role's row as JSON. */
  role: string;
} & Standing;

type Standing = {
  team_owner_id: string | null;
  can_orders: boolean | null;
  can_tickets: boolean | null;
  can_invoices: boolean | null;
  team_member_ids: string[] | null;
};

type TokenCredential = Credential & {
  token_id: string;
  mode: 'LIVE' | 'TEST';
  scopes: string[];
  requests_per_minute: number | null;
  cost_per_minute: number | null;
  /** The row of the role that the token acts in, as JSON. */
  token_role: string;
};

type SessionCredential = Credential & {
  session_id: string;
  expires_at: Date;
  idle_expires_at: Date;
  idle_minutes: number;
  rotations: number;
  account_id: string | null;
};

const standing = `standing.role::text as role, standing.team_owner_id, standing.can_orders, standing.can_tickets,
  standing.can_invoices, standing.team_member_ids`;

// One look-up for each kind of credential, and with it what the person may do right now.
const tokenLookUp = {
  name: 'authenticate_token',
  text: `select found.organization_id, found.token_id, found.mode, found.scopes, found.requests_per_minute,
      found.cost_per_minute, found.user_id, found.group_id, found.role_id, found.token_role->>'kind' as side,
      found.token_role::text as token_role, ${standing}
    from authenticate_api_token($1) as found, standing_of(found.user_id, found.role) as standing`,
};
const sessionLookUp = {
  name: 'authenticate_session',
  text: `select found.organization_id, found.session_id, found.expires_at, found.idle_expires_at, found.idle_minutes,
      found.rotations, found.user_id, found.account_id, found.group_id, found.role_id, found.role->>'kind' as side, ${standing}
    from authenticate_session($1) as found, standing_of(found.user_id, found.role) as standing`,
};

/** Who sends the request, as a function of its headers. */
export type Authenticate = (header: Header, requestId: string) => Promise<Viewer>;

/**
 * No credential is an anonymous viewer; a credential that is malformed, unknown, expired or revoked is refused, whatever the
 * request asks for. The cookie of a session counts for requests of our own pages only, and not beside a bearer token.
 */
export function authenticateBy(pool: pg.Pool, settings: { readonly publicUrl: string }): Authenticate {
  return async (header, requestId) => {
    const authorization = header('authorization');
    if (authorization !== null) {
      const secret = /^Bearer (\S+)$/i.exec(authorization)?.[1];
      if (secret === undefined)
        throw new UnauthenticatedError('The Authorization header must be "Bearer" and a token.');
      return await viewerBehind(pool, secret, requestId);
    }
    const session = sessionIn(header, settings.publicUrl);
    if (session === null) return anonymousViewer(requestId);
    if (header('x-requested-with') === null && !isOwnPage(header, settings.publicUrl)) {
      throw new UnauthenticatedError(
        'The cookie of a session counts from a page of this server only, or with the header x-requested-with.',
      );
    }
    return await viewerBehind(pool, session, requestId);
  };
}

/** Whom the secret stands for: the person of a session, or a program. What can be no secret of ours is not looked up. */
export async function viewerBehind(pool: pg.Pool, secret: string, requestId: string): Promise<Viewer> {
  if (secret.startsWith(sessionPrefix) && secret.length <= 200) {
    const found = await lookUp<SessionCredential>(pool, sessionLookUp, secret);
    const { session_id, expires_at, idle_expires_at, idle_minutes, rotations, account_id } = found;
    return {
      ...personBehind(found, requestId),
      kind: found.side,
      accountId: account_id,
      session: {
        id: session_id,
        expiresAt: expires_at,
        idleExpiresAt: idle_expires_at,
        idleMinutes: idle_minutes,
        rotations,
      },
      permissions: permissionsFor(found.role),
    };
  }
  if (!Object.values(tokenPrefixes).some((prefix) => isCheckedToken(prefix, secret))) throw refused();
  const found = await lookUp<TokenCredential>(pool, tokenLookUp, secret);
  return {
    ...personBehind(found, requestId),
    kind: 'TOKEN',
    tokenId: found.token_id,
    isTest: found.mode === 'TEST',
    rateLimit: { requestsPerMinute: found.requests_per_minute, costPerMinute: found.cost_per_minute },
    permissions: permissionsFor(found.role, found),
  };
}

async function lookUp<Found extends Credential>(
  pool: pg.Pool,
  { name, text }: { name: string; text: string },
  secret: string,
): Promise<Found> {
  const { rows } = await pool.query<Found>({ name, text, values: [hashToken(secret)] });
  if (!rows[0]) throw refused();
  return rows[0];
}

/** The person, whatever the credential. */
function personBehind(found: Credential, requestId: string): Viewer {
  return {
    ...anonymousViewer(requestId),
    side: found.side,
    organizationId: found.organization_id,
    userId: found.user_id,
    roleId: found.role_id,
    groupId: found.group_id,
    clientTeam: found.side === 'CLIENT' ? clientTeamOf(found) : null,
  };
}

function clientTeamOf(found: Standing): ClientTeam {
  return {
    ownerId: found.team_owner_id,
    rights: {
      orders: found.can_orders === true,
      tickets: found.can_tickets === true,
      invoices: found.can_invoices === true,
    },
    memberIds: found.team_member_ids ?? [],
  };
}

function refused(): UnauthenticatedError {
  return new UnauthenticatedError('The token is unknown, expired or revoked.');
}

// ------------------------------------------------------------------ browsers

/**
 * The cookie of a session. A browser takes `__Host-` only over https, and then gives it to this host alone; over plain http,
 * as on the machine of a developer, the cookie goes without.
 */
export function sessionCookie(publicUrl: string): { name: string; attributes: string } {
  return publicUrl.startsWith('https:')
    ? { name: '__Host-session', attributes: 'Path=/; Secure; HttpOnly; SameSite=Lax' }
    : { name: 'sx_session', attributes: 'Path=/; HttpOnly; SameSite=Lax' };
}

/** The header that puts a session's token into its cookie until it ends, or takes it out again. */
export function cookieFor(
  publicUrl: string,
  session: { secret: string | null; expiresAt: Date } | null,
  at: Date,
): string {
  const { name, attributes } = sessionCookie(publicUrl);
  const seconds = session ? Math.round((session.expiresAt.getTime() - at.getTime()) / 1_000) : 0;
  return `${name}=${session?.secret ?? ''}; Max-Age=${seconds}; ${attributes}`;
}

/** The token in the session's cookie. Something else under its name is somebody else's, and none of ours. */
export function sessionIn(header: Header, publicUrl: string): string | null {
  const start = `${sessionCookie(publicUrl).name}=${sessionPrefix}`;
  const cookies = header('cookie')
    ?.split(';')
    .map((cookie) => cookie.trim());
  const found = cookies?.find((cookie) => cookie.startsWith(start));
  return found === undefined ? null : found.slice(found.indexOf('=') + 1);
}

/** Whether a page of this server sends the request: browsers say so, and let no page say it for itself. */
export function isOwnPage(header: Header, publicUrl: string): boolean {
  const site = header('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = header('origin');
  return origin !== null && (origin === publicUrl || origin === `${new URL(publicUrl).protocol}//${header('host')}`);
}

// ------------------------------------------------------------------ roles

// The look-up answers the row as JSON, in the database's names.
function roleGrades(row: Record<string, unknown>): RoleGrades {
  const value = (area: string) => row[area.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  return {
    kind: row.kind as string,
    ...(Object.fromEntries([...gradeAreas, ...settingAreas].map((area) => [area, value(area)])) as Omit<
      RoleGrades,
      'kind'
    >),
  };
}

const known = new LRUCache<string, Viewer['permissions']>({ max: 1_000 });

// Deployments have few distinct roles and many requests: the matrix is worked out once for each.
function permissionsFor(role: string, token?: Pick<TokenCredential, 'token_role' | 'scopes'>): Viewer['permissions'] {
  const key = token ? [role, token.token_role, ...token.scopes].join('\n') : role;
  const made = known.get(key);
  if (made) return made;
  const own = roleGrades(JSON.parse(role));
  const permissions = token
    ? narrowed(permissionsOf(lowest(roleGrades(JSON.parse(token.token_role)), own)), token.scopes)
    : permissionsOf(own);
  known.set(key, permissions);
  return permissions;
}
