import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { UnauthenticatedError } from '../kernel/errors.ts';
import { anonymousViewer, type Viewer } from '../kernel/viewer.ts';
import { gradeAreas, permissionsOf, type RoleGrades, settingAreas } from './permissions.ts';

/** What every API token begins with, so that people and secret scanners know one when they see it. */
export const tokenPrefix = 'sx_live_';

export function newTokenSecret(): string {
  return `${tokenPrefix}${randomBytes(32).toString('base64url')}`;
}

/** The only form in which a secret is stored. It is random enough that a plain hash can't be searched. */
export function hashToken(secret: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(secret).digest());
}

type TokenRow = {
  organization_id: string;
  token_id: string;
  user_id: string;
  group_id: string | null;
  role_id: string;
  side: 'STAFF' | 'CLIENT';
  /** The role's row as JSON. */
  role: string;
};

/**
 * Who sends the request. No credential is an anonymous viewer; a credential that is malformed, unknown, expired or
 * revoked is refused, whatever the request asks for.
 */
export async function authenticate(pool: pg.Pool, authorization: string | null, requestId: string): Promise<Viewer> {
  if (authorization === null) return anonymousViewer(requestId);
  const secret = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (secret === undefined) throw new UnauthenticatedError('The Authorization header must be "Bearer" and a token.');
  if (!secret.startsWith(tokenPrefix) || secret.length > 200) throw refused();
  const { rows } = await pool.query<TokenRow>({
    name: 'authenticate',
    text: `select organization_id, token_id, user_id, group_id, role_id, role->>'kind' as side, role::text as role
      from authenticate_api_token($1)`,
    values: [hashToken(secret)],
  });
  const row = rows[0];
  if (!row) throw refused();
  return {
    kind: 'TOKEN',
    side: row.side,
    organizationId: row.organization_id,
    userId: row.user_id,
    tokenId: row.token_id,
    roleId: row.role_id,
    groupId: row.group_id,
    permissions: permissionsFor(row.role),
    requestId,
  };
}

function refused(): UnauthenticatedError {
  return new UnauthenticatedError('The token is unknown, expired or revoked.');
}

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
