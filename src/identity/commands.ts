import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { ForbiddenError, type IssueList, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { requiredText } from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import { hashToken, newToken } from '../kernel/tokens.ts';
import { organizationOf } from '../kernel/viewer.ts';
import { tokenPrefix } from './authentication.ts';

export type CreateApiToken = { name: string; expiresAt?: Date | null };

/**
 * Makes a token that acts as the viewer, with the viewer's role: nobody can make one that may do more than they may.
 * The secret is answered here and never again.
 */
export const createApiToken = command('apiTokens.create', async (tx, viewer, input: CreateApiToken) => {
  const issues = issueList();
  const name = requiredText(issues, 'name', input.name);
  if (input.expiresAt && input.expiresAt <= now())
    issues.add('expiresAt', 'OUT_OF_RANGE', 'expiresAt must be in the future.');
  issues.throwIfAny();
  if (viewer.userId === null || viewer.roleId === null) throw new ForbiddenError('Only a person can make a token.');
  const secret = newToken(tokenPrefix);
  const token = await tx.apiToken.create({
    data: {
      organizationId: organizationOf(viewer),
      userId: viewer.userId,
      roleId: viewer.roleId,
      name,
      prefix: secret.slice(0, tokenPrefix.length + 4),
      tokenHash: hashToken(secret),
      expiresAt: input.expiresAt,
    },
    select: { id: true },
  });
  await emit(tx, 'api_token.created', { apiToken: token.id });
  return { id: token.id, secret };
});

/** Ends a token at once. Ending one that has ended changes nothing. */
export const revokeApiToken = command('apiTokens.revoke', async (tx, _viewer, { id }: { id: string }) => {
  const [token] = await tx.$queryRaw<{ revoked_at: Date | null }[]>`
    select revoked_at from api_tokens where id = ${id}::uuid for update`;
  if (!token) throw new NotFoundError('There is no API token with this id.');
  if (token.revoked_at === null) {
    await tx.apiToken.update({ where: { id }, data: { revokedAt: now() } });
    await emit(tx, 'api_token.revoked', { apiToken: id });
  }
  return { id };
});

/**
 * The team members that the ids name, in that order and each once. An id of nobody, or of a client, is an issue at its
 * place.
 */
export async function requireTeamMembers(
  tx: Transaction,
  issues: IssueList,
  path: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await tx.user.findMany({ where: { id: { in: [...ids] }, kind: 'STAFF' }, select: { id: true } });
  const known = new Set(found.map((user) => user.id));
  ids.forEach((id, index) => {
    if (!known.has(id)) issues.add([path, String(index)], 'NOT_FOUND', `${path}.${index} names no team member.`);
  });
  return [...new Set(ids)].filter((id) => known.has(id));
}
