import type { Organization } from '../generated/prisma/client.ts';
import { command } from '../kernel/command.ts';
import { type Database, enter, type Transaction } from '../kernel/db.ts';
import type { Settings } from '../kernel/env.ts';
import { InvalidStateError, type IssueList, invalid, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { checkCurrency, checkRange, notCleared, optionalText, requiredText, requireVersion } from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import { anonymousViewer, organizationOf, type Viewer } from '../kernel/viewer.ts';
import { queueMail } from '../mail/commands.ts';
import * as rules from './rules.ts';

export type UpdateOrganization = {
  name?: string | null;
  domain?: string | null;
  notificationEmail?: string | null;
  currency?: string | null;
  timeZone?: string | null;
  taskCompletionMovesAssignees?: boolean | null;
  testPayments?: boolean | null;
  ticketRepliesMoveStatus?: boolean | null;
  dunningDays?: number[] | null;
  invoicePrefix?: string | null;
  invoiceSender?: string | null;
  taxName?: string | null;
  paymentTermDays?: number | null;
  sessionIdleMinutes?: number | null;
  sessionHours?: number | null;
  mailReplyTo?: string | null;
  mailSignature?: string | null;
  mailColor?: string | null;
  expectedVersion?: number | null;
};

const neverCleared = [
  'name',
  'currency',
  'timeZone',
  'taskCompletionMovesAssignees',
  'testPayments',
  'ticketRepliesMoveStatus',
  'dunningDays',
  'taxName',
  'paymentTermDays',
  'sessionIdleMinutes',
  'sessionHours',
] as const;

/** Changes the settings of the viewer's own organization. Announces `organization.updated`. */
export const update = command('organization.update', async (tx, viewer, input: UpdateOrganization) => {
  const id = organizationOf(viewer);
  const issues = issueList();
  for (const field of neverCleared) notCleared(issues, field, input[field]);
  const name = input.name == null ? undefined : requiredText(issues, 'name', input.name);
  const domain = rules.hostName(issues, 'domain', input.domain);
  const invoicePrefix = optionalText(issues, 'invoicePrefix', input.invoicePrefix, 20);
  const invoiceSender = optionalText(issues, 'invoiceSender', input.invoiceSender, 65_535);
  const taxName = input.taxName == null ? undefined : requiredText(issues, 'taxName', input.taxName, 100);
  checkRange(issues, 'paymentTermDays', input.paymentTermDays, 0, 3_650);
  checkRange(issues, 'sessionIdleMinutes', input.sessionIdleMinutes, ...rules.sessionBounds.idleMinutes);
  checkRange(issues, 'sessionHours', input.sessionHours, ...rules.sessionBounds.hours);
  checkCurrency(issues, 'currency', input.currency);
  if (input.timeZone != null && !rules.isTimeZone(input.timeZone)) {
    issues.add('timeZone', 'UNKNOWN', `${input.timeZone} is not a time zone.`);
  }
  checkDunningDays(issues, input.dunningDays);
  rules.checkAddress(issues, 'notificationEmail', input.notificationEmail);
  rules.checkAddress(issues, 'mailReplyTo', input.mailReplyTo);
  const mailSignature = optionalText(issues, 'mailSignature', input.mailSignature, 500);
  const mailColor = rules.mailColorOf(issues, 'mailColor', input.mailColor);
  issues.throwIfAny();
  requireVersion(await lockOrganization(tx), input.expectedVersion);
  await tx.organization.update({
    where: { id },
    data: {
      name,
      domain,
      notificationEmail: input.notificationEmail,
      currency: input.currency ?? undefined,
      timeZone: input.timeZone ?? undefined,
      taskCompletionMovesAssignees: input.taskCompletionMovesAssignees ?? undefined,
      testPayments: input.testPayments ?? undefined,
      ticketRepliesMoveStatus: input.ticketRepliesMoveStatus ?? undefined,
      dunningDays: input.dunningDays ?? undefined,
      // Without a prefix numbers are bare.
      invoicePrefix: invoicePrefix === null ? '' : invoicePrefix,
      invoiceSender,
      taxName,
      paymentTermDays: input.paymentTermDays ?? undefined,
      sessionIdleMinutes: input.sessionIdleMinutes ?? undefined,
      sessionHours: input.sessionHours ?? undefined,
      mailReplyTo: input.mailReplyTo,
      mailSignature,
      mailColor,
    },
  });
  await emit(tx, 'organization.updated', { organization: id });
  return { id };
});

/**
 * Closes the organization: from now on it is as one that is not there, for everybody. Laws 1 and 4. Its owner is told by mail how
 * to open it again. Announces `organization.archived`.
 */
export const archive = command('organization.archive', async (tx, viewer, { name }: { name: string }) => {
  const organization = await lockOrganization(tx);
  rules.checkOwner(organization, viewer);
  if (name.trim() !== organization.name) throw invalid('name', 'MISMATCH', 'name is not the name of the organization.');
  const { id } = organization;
  await tx.organization.update({ where: { id }, data: { archivedAt: now() } });
  await emit(tx, 'organization.archived', { organization: id });
  await queueMail(tx, 'organization.archived', { organizationId: id });
  return { id };
});

/** Opens an archived organization of the viewer's account again. Laws 1 and 4. Announces `organization.restored`. */
export const restore = command('organization.restore', async (tx, viewer, { id }: { id: string }) => {
  const [found] = await tx.$queryRaw<Archived[]>`
    select owner_id as "ownerId", owner_account_id as "ownerAccountId" from find_archived_organization(${id}::uuid)`;
  if (!found?.ownerId || viewer.accountId === null || found.ownerAccountId !== viewer.accountId)
    throw new NotFoundError('You own no archived organization with this id.');
  await enter(tx, { organizationId: id, actor: { kind: 'STAFF', userId: found.ownerId } });
  return await open(tx);
});

/** The same for whoever has the link that its owner was sent. */
export const restoreByLink = command('organization.restore', async (tx) => await open(tx));

async function open(tx: Transaction): Promise<{ id: string; name: string }> {
  const { id, name, archivedAt } = await lockOrganization(tx);
  if (archivedAt === null) throw new InvalidStateError('The organization is open.', 'NOT_ARCHIVED');
  await tx.organization.update({ where: { id }, data: { archivedAt: null } });
  await emit(tx, 'organization.restored', { organization: id });
  return { id, name };
}

/** An archived organization, and who has a link that opens it again. */
export type Archived = {
  id: string;
  name: string;
  archivedAt: Date;
  ownerId: string | null;
  ownerAccountId: string | null;
};

/** The organization that the link opens; null when it opens none, whatever the reason. Looking changes nothing. */
export async function findByLink(
  { database, settings }: { database: Database; settings: Settings },
  { id, token }: { id: string; token: string },
): Promise<(Archived & { ownerId: string }) | null> {
  const { rows } = await database.pool.query<Archived>(
    `select $1::uuid as id, name, archived_at as "archivedAt", owner_id as "ownerId", owner_account_id as "ownerAccountId"
       from find_archived_organization($1)`,
    [id],
  );
  const [found] = rows;
  if (!found?.ownerId || settings.secret === null || !rules.opens(token, found, settings.secret, now())) return null;
  return { ...found, ownerId: found.ownerId };
}

/** Who has a good link is the owner, and may do one thing. */
export function holderOf({ id, ownerId }: { id: string; ownerId: string }, requestId: string): Viewer {
  return {
    ...anonymousViewer(requestId),
    kind: 'STAFF',
    side: 'STAFF',
    organizationId: id,
    userId: ownerId,
    permissions: { 'organization.restore': 1 },
  };
}

/** Makes somebody else the owner: for commands that have made sure that the owner wants it. Laws 2 and 3. */
export async function handOn(tx: Transaction, organization: Organization, userId: string): Promise<void> {
  await tx.$queryRaw`select id from users where id = ${userId}::uuid for update`;
  const user = await tx.user.findUnique({
    where: { id: userId },
    select: { kind: true, status: true, accountId: true, role: { select: { isSystem: true } } },
  });
  if (user?.kind !== 'STAFF') throw invalid('ownerId', 'NOT_FOUND', 'ownerId names no team member.');
  rules.checkNewOwner(user);
  await tx.organization.update({ where: { id: organization.id }, data: { ownerId: userId } });
  await emit(
    tx,
    'organization.ownership_transferred',
    { organization: organization.id },
    { from: organization.ownerId, to: userId },
  );
  await queueMail(tx, 'organization.owner', { organizationId: organization.id, ownerId: userId });
}

/** Refuses to let somebody go, or to change what they are, who owns the organization. Law 2. It stays so until the end. */
export async function requireNoOwner(tx: Transaction, userId: string): Promise<void> {
  const [organization] = await tx.$queryRaw<{ ownerId: string | null }[]>`
    select owner_id as "ownerId" from organizations where id = current_setting('app.organization_id')::uuid for share`;
  if (organization) rules.checkNoOwner(organization, userId);
}

/** The organization of the transaction; nobody else changes it until the end. */
export async function lockOrganization(tx: Transaction): Promise<Organization> {
  const [found] = await tx.$queryRaw<{ id: string }[]>`
    select id from organizations where id = current_setting('app.organization_id')::uuid for update`;
  return await tx.organization.findUniqueOrThrow({ where: { id: found?.id ?? '' } });
}

const mostTries = 20;

/** Each later than the one before, and within a year. */
function checkDunningDays(issues: IssueList, days: readonly number[] | null | undefined): void {
  if (days == null) return;
  if (days.length > mostTries) issues.add('dunningDays', 'OUT_OF_RANGE', `There are at most ${mostTries} tries.`);
  days.forEach((day, index) => {
    if (day > (days[index - 1] ?? 0) && day <= 365) return;
    issues.add(
      ['dunningDays', String(index)],
      'OUT_OF_RANGE',
      `dunningDays.${index} must be later than the day before it, and no later than day 365.`,
    );
  });
}
