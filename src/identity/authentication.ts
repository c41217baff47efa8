import { createHash, randomBytes } from 'node:crypto';
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
  user_kind: 'STAFF' | 'CLIENT';
  group_id: string | null;
  role_id: string;
  role: Record<string, unknown>;
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
    text: 'select * from authenticate_api_token($1)',
    values: [hashToken(secret)],
  });
  const row = rows[0];
  if (!row) throw refused();
  const role = roleGrades(row.role);
  return {
    kind: 'TOKEN',
    side: role.kind === 'STAFF' ? 'STAFF' : 'CLIENT',
    organizationId: row.organization_id,
    userId: row.user_id,
    tokenId: row.token_id,
    roleId: row.role_id,
    groupId: row.group_id,
    permissions: permissionsFor(role),
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

const known = new Map<string, Viewer['permissions']>();

// Deployments have few distinct roles and many requests: the matrix is worked out once for each set of grades.
function permissionsFor(role: RoleGrades): Viewer['permissions'] {
  const key = JSON.stringify(role);
  const made = known.get(key) ?? permissionsOf(role);
  if (known.size > 1_000) known.clear();
  known.set(key, made);
  return made;
}
