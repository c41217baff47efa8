import type { Prisma } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { ForbiddenError, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { requiredText } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { hashToken, newCheckedToken } from '../../kernel/tokens.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import * as rules from './rules.ts';

export type CreateApiToken = rules.AskedPowers & { name: string };

/** A secret, and what of it is kept: the one way in which tokens come to be. Law 3. */
export function newSecret(mode: rules.TokenMode) {
  const secret = newCheckedToken(rules.tokenPrefixes[mode]);
  return { secret, kept: { prefix: rules.shownPrefix(secret), tokenHash: hashToken(secret) } };
}

/**
 * Makes a token that acts as the viewer, with the viewer's role: nobody can make one that may do more than they may.
 * The secret is answered here and never again. Laws 1 to 5 and 8. Announces `api_token.created`.
 */
export const create = command('apiTokens.create', async (tx, viewer, input: CreateApiToken) => {
  const issues = issueList();
  const at = now();
  const name = requiredText(issues, 'name', input.name);
  const powers = rules.powersOf(issues, input, await makerOf(tx, viewer), at);
  issues.throwIfAny();
  if (viewer.userId === null || viewer.roleId === null) throw new ForbiddenError('Only a person can make a token.');
  return await make(tx, {
    ...powers,
    organizationId: organizationOf(viewer),
    userId: viewer.userId,
    roleId: viewer.roleId,
    name,
    createdAt: at,
  });
});

/**
 * Gives a token of the viewer's own another secret; the old one works on for a while. Law 6. Announces `api_token.created` and
 * `api_token.rotated`.
 */
export const rotate = command(
  'apiTokens.rotate',
  async (tx, viewer, input: { id: string; overlapHours?: number | null }) => {
    const { id } = input;
    await tx.$queryRaw`select id from api_tokens where id = ${id}::uuid for update`;
    const old = await tx.apiToken.findUnique({ where: { id } });
    if (!old) throw notFound();
    // Whoever holds the secret acts as its person: that is nobody else's to have.
    if (old.userId !== viewer.userId) throw new ForbiddenError('The token is somebody else’s. Revoke it instead.');
    const issues = issueList();
    const overlapHours = rules.checkOverlap(issues, input.overlapHours);
    issues.throwIfAny();
    const at = now();
    rules.checkRotatable(old, at);
    const lives = rules.livesAfterRotation(old, overlapHours, at);
    const { organizationId, userId, roleId, name, mode, scopes, requestsPerMinute, costPerMinute } = old;
    const made = await make(tx, {
      ...{ organizationId, userId, roleId, name, mode, scopes, requestsPerMinute, costPerMinute },
      expiresAt: lives.new,
      createdAt: at,
    });
    await tx.apiToken.update({ where: { id }, data: { expiresAt: lives.old, replacedById: made.id } });
    await emit(tx, 'api_token.rotated', { apiToken: id }, { replacedById: made.id });
    return made;
  },
);

/** Ends a token at once. Ending one that has ended changes nothing. Law 7. Announces `api_token.revoked`. */
export const revoke = command('apiTokens.revoke', async (tx, _viewer, { id }: { id: string }) => {
  const [token] = await tx.$queryRaw<{ revoked_at: Date | null }[]>`
    select revoked_at from api_tokens where id = ${id}::uuid for update`;
  if (!token) throw notFound();
  if (token.revoked_at === null) {
    await tx.apiToken.update({ where: { id }, data: { revokedAt: now() } });
    await emit(tx, 'api_token.revoked', { apiToken: id });
  }
  return { id };
});

type NewToken = Omit<Prisma.ApiTokenUncheckedCreateInput, 'prefix' | 'tokenHash'>;

async function make(tx: Transaction, data: NewToken): Promise<{ id: string; secret: string }> {
  const { secret, kept } = newSecret(data.mode as rules.TokenMode);
  const { id } = await tx.apiToken.create({ data: { ...data, ...kept }, select: { id: true } });
  await emit(tx, 'api_token.created', { apiToken: id });
  return { id, secret };
}

/** The token that makes another one. Null when a person does. */
async function makerOf(tx: Transaction, { tokenId }: Viewer): Promise<rules.Powers | null> {
  return tokenId === null ? null : await tx.apiToken.findUnique({ where: { id: tokenId } });
}

function notFound(): NotFoundError {
  return new NotFoundError('There is no API token with this id.');
}
