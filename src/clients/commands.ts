import { randomInt } from 'node:crypto';
import type { Prisma, User } from '../generated/prisma/client.ts';
import { requireTeamMembers } from '../identity/commands.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import {
  ConflictError,
  ForbiddenError,
  type InputIssue,
  InvalidStateError,
  type IssueList,
  issueList,
  NotFoundError,
} from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { randomCode } from '../kernel/id.ts';
import { checkCurrency, raiseVersion, requireVersion } from '../kernel/input.ts';
import { gradeOf, isClient, organizationOf, type Viewer } from '../kernel/viewer.ts';
import { clientsWithin, visibleClients } from './policy.ts';
import * as rules from './rules.ts';

const violations: Record<string, InputIssue> = {
  users_organization_id_email_key: {
    path: ['email'],
    code: 'TAKEN',
    message: 'There is a person with this e-mail address already.',
  },
  // The affiliate may go while it is written: as if it had never been there.
  users_referred_by_id_fkey: { path: ['referredById'], code: 'NOT_FOUND', message: 'referredById names no client.' },
};

type ClientFields = rules.ClientFields<Prisma.InputJsonObject> & {
  managerIds?: string[] | null;
  referredById?: string | null;
};

export type CreateClient = ClientFields & {
  firstName: string;
  lastName: string;
  email: string;
  currency?: string | null;
};

export type UpdateClient = ClientFields & { id: string; expectedVersion?: number | null };

/** Laws 1 to 7, 9 and 10. Announces `client.created`. */
export const create = command(
  'clients.create',
  async (tx, viewer, input: CreateClient) => {
    const issues = issueList();
    const {
      firstName = '',
      lastName = '',
      email = '',
      ...fields
    } = rules.checkFields(issues, input, { creating: true });
    checkCurrency(issues, 'currency', input.currency);
    const address = input.address == null ? null : rules.checkAddress(issues, input.address);
    const managerIds = await requireTeamMembers(tx, issues, 'managerIds', input.managerIds ?? ownManager(viewer));
    await checkAffiliate(tx, viewer, issues, input.referredById, 'clients.create');
    issues.throwIfAny();

    const organizationId = organizationOf(viewer);
    const names = { firstName, lastName, company: fields.company ?? null, taxId: fields.taxId ?? null };
    const client = await tx.user.create({
      data: {
        ...fields,
        ...names,
        email,
        organizationId,
        ...(await clientRole(tx)),
        currency: input.currency ?? (await organizationCurrency(tx, organizationId)),
        affiliateId: randomInt(100_000, 1_000_000),
        affiliateCode: await freeAffiliateCode(tx),
        accountManagerId: managerIds[0] ?? null,
        referredById: input.referredById,
        addressId: address && (await makeAddress(tx, organizationId, { ...address, ...rules.addressee(names) })),
      },
      select: { id: true },
    });
    await replaceManagers(tx, organizationId, client.id, managerIds);
    await emit(tx, 'client.created', { client: client.id });
    return client;
  },
  violations,
);

/** Laws 1, 3 to 7 and 10. An absent field stays, null clears it. Announces `client.updated` when anything changed. */
export const update = command(
  'clients.update',
  async (tx, viewer, input: UpdateClient) => {
    const before = await lockClient(tx, viewer, input.id, 'clients.update');
    requireVersion(before, input.expectedVersion);
    const issues = issueList();
    const fields = rules.checkFields(issues, input, { creating: false });
    const address = input.address == null ? null : rules.checkAddress(issues, input.address);
    const managerIds =
      input.managerIds === undefined
        ? null
        : await requireTeamMembers(tx, issues, 'managerIds', input.managerIds ?? []);
    // Who brought the client before is named again by whoever sends back what they read.
    if (input.referredById !== before.referredById) {
      await checkAffiliate(tx, viewer, issues, input.referredById, 'clients.update');
    }
    if (input.referredById === input.id) {
      issues.add('referredById', 'INVALID', 'A client can’t have been brought by itself.');
    }
    issues.throwIfAny();

    const { id, organizationId } = before;
    const reassigned = managerIds !== null && (await replaceManagers(tx, organizationId, id, managerIds));
    const names = {
      firstName: fields.firstName ?? before.firstName,
      lastName: fields.lastName ?? before.lastName,
      company: fields.company === undefined ? before.company : fields.company,
      taxId: fields.taxId === undefined ? before.taxId : fields.taxId,
    };
    const placed = address && (await replaceAddress(tx, before, { ...address, ...rules.addressee(names) }));
    const after = await tx.user.update({
      where: { id },
      data: {
        ...fields,
        ...raiseVersion(reassigned || placed?.isChanged === true),
        referredById: input.referredById,
        addressId: input.address === null ? null : placed?.id,
        ...(managerIds ? { accountManagerId: managerIds[0] ?? null } : {}),
      },
      select: { version: true },
    });
    if (after.version !== before.version) await emit(tx, 'client.updated', { client: id });
    return { id };
  },
  violations,
);

/** Removes a client for good; its address stays. Law 8. Announces `client.deleted`. */
export const remove = command('clients.delete', async (tx, viewer, { id }: { id: string }) => {
  await lockClient(tx, viewer, id, 'clients.delete');
  await refuseDependents(tx, id);
  await tx.user.delete({ where: { id } });
  await emit(tx, 'client.deleted', { client: id });
  return { id };
});

/**
 * The client whom an input names as `clientId`; a client names itself without a word, or whose account it shares. Whoever has the permission for the
 * whole organization may name any of its clients, others those that they see.
 */
export async function requireClient(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  clientId: string | null | undefined,
  permission: string,
): Promise<string> {
  const id = clientId ?? (isClient(viewer) ? viewer.userId : null);
  const client =
    id === null
      ? null
      : await tx.user.findFirst({ where: { AND: [{ id }, nameable(viewer, permission)] }, select: { id: true } });
  if (!client) issues.add('clientId', id === null ? 'REQUIRED' : 'NOT_FOUND', 'clientId names no client.');
  return client?.id ?? '';
}

/** Whom a verb may be about: for clients those whose account they may use for it. */
function nameable(viewer: Viewer, permission: string): Prisma.UserWhereInput {
  if (isClient(viewer)) return clientsWithin(viewer, permission);
  return gradeOf(viewer, permission) === 3 ? { kind: 'CLIENT' } : visibleClients(viewer);
}

/** Law 8: the first kind of row that stands in the way is named. */
async function refuseDependents(tx: Transaction, clientId: string): Promise<void> {
  const where = { clientId };
  const dependents = {
    orders: () => tx.order.findFirst({ where, select: { id: true } }),
    invoices: () => tx.invoice.findFirst({ where, select: { id: true } }),
    tickets: () => tx.ticket.findFirst({ where, select: { id: true } }),
    subscriptions: () => tx.subscription.findFirst({ where, select: { id: true } }),
  };
  for (const [kind, find] of Object.entries(dependents)) {
    if (await find()) throw new ConflictError(`The client has ${kind}. Make it inactive instead.`, 'HAS_DEPENDENTS');
  }
}

/** The client, locked until the end of the transaction. One that the permission doesn't reach is refused. */
export async function lockClient(
  tx: Transaction,
  viewer: Viewer,
  id: string,
  permission: string,
  path: string[] = ['id'],
): Promise<User> {
  await tx.$queryRaw`select id from users where id = ${id}::uuid and kind = 'CLIENT' for update`;
  const client = await tx.user.findFirst({ where: { AND: [{ id }, clientsWithin(viewer, permission)] } });
  if (client) return client;
  const visible = await tx.user.findFirst({ where: { AND: [{ id }, visibleClients(viewer)] }, select: { id: true } });
  if (visible) throw new ForbiddenError('The client is looked after by others.');
  throw new NotFoundError(`There is no client with this ${path.join('.')}.`, path);
}

/** Law 10: one whom the viewer may see, or whoever may write all clients any of them. */
async function checkAffiliate(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  id: string | null | undefined,
  permission: string,
): Promise<void> {
  if (id == null) return;
  const affiliate = await tx.user.findFirst({
    where: { AND: [{ id }, nameable(viewer, permission)] },
    select: { id: true },
  });
  if (!affiliate) issues.add('referredById', 'NOT_FOUND', 'referredById names no client.');
}

/** Law 2. */
async function clientRole(tx: Transaction): Promise<{ roleId: string; kind: string }> {
  const role = await tx.role.findFirst({ where: { kind: 'CLIENT' }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  if (!role) throw new InvalidStateError('The organization has no client role.');
  return { roleId: role.id, kind: role.kind };
}

async function organizationCurrency(tx: Transaction, id: string): Promise<string> {
  return (await tx.organization.findUniqueOrThrow({ where: { id }, select: { currency: true } })).currency;
}

// Five tries at a code, in one statement; more than one is needed about never.
async function freeAffiliateCode(tx: Transaction): Promise<string> {
  const candidates = Array.from({ length: 5 }, () => randomCode(6));
  const [free] = await tx.$queryRaw<{ code: string }[]>`
    select candidate as code from unnest(${candidates}::text[]) as candidate
      where not exists (select from users where affiliate_code = candidate) limit 1`;
  if (!free) throw new Error('No free affiliate code was found.');
  return free.code;
}

// ------------------------------------------------------------------ managers

/** Law 9. */
function ownManager(viewer: Viewer): string[] {
  return gradeOf(viewer, 'clients.create') < 3 && viewer.userId !== null ? [viewer.userId] : [];
}

/** Makes exactly these people the client's managers; answers whether that changed anything. */
async function replaceManagers(
  tx: Transaction,
  organizationId: string,
  clientId: string,
  managerIds: readonly string[],
): Promise<boolean> {
  const gone = await tx.clientManager.deleteMany({ where: { clientId, managerId: { notIn: [...managerIds] } } });
  const added = await tx.clientManager.createMany({
    data: managerIds.map((managerId) => ({ organizationId, clientId, managerId })),
    skipDuplicates: true,
  });
  return gone.count + added.count > 0;
}

// ------------------------------------------------------------------ the address

type AddressFields = ReturnType<typeof rules.checkAddress> & ReturnType<typeof rules.addressee>;

async function makeAddress(tx: Transaction, organizationId: string, data: AddressFields): Promise<string> {
  return (await tx.address.create({ data: { organizationId, ...data }, select: { id: true } })).id;
}

/** Law 4: a linked address is rewritten in place, else there is one now to be linked. */
async function replaceAddress(
  tx: Transaction,
  { addressId: id, organizationId }: User,
  data: AddressFields,
): Promise<{ id: string; isChanged: boolean }> {
  if (id === null) return { id: await makeAddress(tx, organizationId, data), isChanged: true };
  const before = await tx.address.findUniqueOrThrow({ where: { id }, select: { version: true } });
  const after = await tx.address.update({ where: { id }, data, select: { version: true } });
  return { id, isChanged: after.version !== before.version };
}
