import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { UnauthenticatedError } from '../kernel/errors.ts';
import { hashToken } from '../kernel/tokens.ts';
import { anonymousViewer, type Header, type Viewer } from '../kernel/viewer.ts';
import { gradeAreas, permissionsOf, type RoleGrades, settingAreas } from './permissions.ts';

/** What every API token begins with, so that people and secret scanners know one when they see it. */
export const tokenPrefix = 'sx_live_';
/** And every token of a session. */
export const sessionPrefix = 'sx_session_';

type CredentialRow = {
  organization_id: string;
  token_id: string | null;
  session_id: string | null;
  expires_at: Date;
  idle_expires_at: Date;
  rotations: number;
  user_id: string;
  account_id: string | null;
  group_id: string | null;
  role_id: string;
  side: 'STAFF' | 'CLIENT';
  /** The role's row as JSON. */
  role: string;
};

// One look-up for each kind of credential.
const credentials = [
  {
    prefix: tokenPrefix,
    name: 'authenticate_token',
    text: `select organization_id, token_id, null as session_id, user_id, null as account_id, group_id, role_id, role->>'kind' as side,
      role::text as role from authenticate_api_token($1)`,
  },
  {
    prefix: sessionPrefix,
    name: 'authenticate_session',
    text: `select organization_id, null as token_id, session_id, expires_at, idle_expires_at, rotations, user_id, account_id,
      group_id, role_id, role->>'kind' as side, role::text as role from authenticate_session($1)`,
  },
];

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

/** Whom the secret stands for: the person of a session, or a program. */
export async function viewerBehind(pool: pg.Pool, secret: string, requestId: string): Promise<Viewer> {
  const credential = credentials.find(({ prefix }) => secret.startsWith(prefix));
  if (!credential || secret.length > 200) throw refused();
  const { name, text } = credential;
  const { rows } = await pool.query<CredentialRow>({ name, text, values: [hashToken(secret)] });
  const row = rows[0];
  if (!row) throw refused();
  const { session_id, expires_at, idle_expires_at, rotations } = row;
  return {
    kind: session_id === null ? 'TOKEN' : row.side,
    side: row.side,
    organizationId: row.organization_id,
    userId: row.user_id,
    tokenId: row.token_id,
    accountId: row.account_id,
    session:
      session_id === null ? null : { id: session_id, expiresAt: expires_at, idleExpiresAt: idle_expires_at, rotations },
    roleId: row.role_id,
    groupId: row.group_id,
    permissions: permissionsFor(row.role),
    requestId,
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
function permissionsFor(role: string): Viewer['permissions'] {
  const made = known.get(role);
  if (made) return made;
  const permissions = permissionsOf(roleGrades(JSON.parse(role)));
  known.set(role, permissions);
  return permissions;
}
