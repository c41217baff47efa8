import type { Prisma, Service } from '../generated/prisma/client.ts';
import { requireTeamMembers } from '../identity/commands.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { type IssueList, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { metadataObject, raiseVersion, requireVersion } from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import { organizationOf, type Viewer } from '../kernel/viewer.ts';
import { deletedServices, servicesWithin } from './policy.ts';
import * as rules from './rules.ts';

type ServiceInput = rules.ServiceFields & {
  folderId?: string | null;
  employeeIds?: string[] | null;
  parentServiceIds?: string[] | null;
  metadata?: Prisma.InputJsonValue | null;
};

export type CreateService = ServiceInput & { name: string; recurring: rules.Recurrence; currency: string };
export type UpdateService = ServiceInput & { id: string; expectedVersion?: number | null };

/** Puts a service on sale. Laws 1 to 5. Announces `service.created`. */
export const create = command('services.create', async (tx, viewer, input: CreateService) => {
  const issues = issueList();
  const fields = rules.checkFields(issues, input);
  rules.checkTerms(issues, input);
  const named = await findNamed(tx, issues, input, null);
  issues.throwIfAny();
  const { name = '', ...rest } = fields;
  const service = await tx.service.create({
    data: {
      ...rest,
      name,
      metadata: named.metadata,
      folderId: input.folderId,
      organizationId: organizationOf(viewer),
    },
    select: { id: true },
  });
  await replaceLinks(tx, viewer, service.id, named);
  await emit(tx, 'service.created', { service: service.id });
  return service;
});

/** Changes a service; its orders keep what they were sold as. Laws 1 to 5. Announces `service.updated` when something changed. */
export const update = command('services.update', async (tx, viewer, input: UpdateService) => {
  const service = await lockService(tx, viewer, input.id, 'services.update');
  requireVersion(service, input.expectedVersion);
  const issues = issueList();
  const fields = rules.checkFields(issues, input);
  rules.checkTerms(issues, rules.termsAfter(service, input));
  const named = await findNamed(tx, issues, input, service.id);
  issues.throwIfAny();
  const relinked = await replaceLinks(tx, viewer, service.id, named);
  const changed = await tx.service.update({
    where: { id: service.id },
    data: { ...fields, ...raiseVersion(relinked), metadata: named.metadata, folderId: input.folderId },
    select: { version: true },
  });
  if (changed.version !== service.version) await emit(tx, 'service.updated', { service: service.id });
  return { id: service.id };
});

/** Takes a service off sale and out of sight. Law 6. Announces `service.deleted`. */
export const remove = command('services.delete', async (tx, viewer, { id }: { id: string }) => {
  await lockService(tx, viewer, id, 'services.delete');
  await tx.service.update({ where: { id }, data: { deletedAt: now() } });
  await emit(tx, 'service.deleted', { service: id });
  return { id };
});

/** Brings a deleted service back as it was. Law 6. Announces `service.restored`. */
export const restore = command('services.restore', async (tx, viewer, { id }: { id: string }) => {
  await tx.$queryRaw`select id from services where id = ${id}::uuid for update`;
  const service = await tx.service.findFirst({
    where: { AND: [{ id }, deletedServices(viewer)] },
    select: { id: true },
  });
  if (!service) throw new NotFoundError('There is no deleted service with this id.');
  await tx.service.update({ where: { id }, data: { deletedAt: null } });
  await emit(tx, 'service.restored', { service: id });
  return { id };
});

async function lockService(tx: Transaction, viewer: Viewer, id: string, permission: string): Promise<Service> {
  await tx.$queryRaw`select id from services where id = ${id}::uuid for update`;
  const reach = { AND: [{ id, deletedAt: null }, servicesWithin(viewer, permission)] };
  const service = await tx.service.findFirst({ where: reach });
  if (!service) throw new NotFoundError('There is no service with this id.');
  return service;
}

type Named = { metadata?: Prisma.InputJsonObject; employeeIds?: string[]; parentIds?: string[] };

/** What the input names beyond the service's own columns: folder, people, parents. */
async function findNamed(tx: Transaction, issues: IssueList, input: ServiceInput, id: string | null): Promise<Named> {
  if (input.folderId != null) {
    const folder = await tx.serviceFolder.findUnique({ where: { id: input.folderId }, select: { id: true } });
    if (!folder) issues.add('folderId', 'NOT_FOUND', 'folderId names no folder.');
  }
  return {
    metadata: metadataObject(issues, 'metadata', input.metadata) as Prisma.InputJsonObject | undefined,
    employeeIds:
      input.employeeIds === undefined
        ? undefined
        : await requireTeamMembers(tx, issues, 'employeeIds', input.employeeIds ?? []),
    parentIds:
      input.parentServiceIds === undefined
        ? undefined
        : await findParents(tx, issues, input.parentServiceIds ?? [], id),
  };
}

// Law 5.
async function findParents(
  tx: Transaction,
  issues: IssueList,
  ids: readonly string[],
  id: string | null,
): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await tx.service.findMany({ where: { id: { in: [...ids] }, deletedAt: null }, select: { id: true } });
  const known = new Set(found.map((service) => service.id).filter((parent) => parent !== id));
  ids.forEach((parent, index) => {
    if (!known.has(parent)) {
      issues.add(['parentServiceIds', String(index)], 'NOT_FOUND', `parentServiceIds.${index} names no other service.`);
    }
  });
  return [...known];
}

/** Makes the named people and parents exactly the service's; answers whether that changed anything. */
async function replaceLinks(
  tx: Transaction,
  viewer: Viewer,
  serviceId: string,
  { employeeIds, parentIds }: Named,
): Promise<boolean> {
  const organizationId = organizationOf(viewer);
  let changes = 0;
  if (employeeIds) {
    const gone = await tx.serviceEmployee.deleteMany({ where: { serviceId, employeeId: { notIn: employeeIds } } });
    const data = employeeIds.map((employeeId) => ({ organizationId, serviceId, employeeId }));
    changes += gone.count + (await tx.serviceEmployee.createMany({ data, skipDuplicates: true })).count;
  }
  if (parentIds) {
    const gone = await tx.serviceAddon.deleteMany({ where: { addonId: serviceId, parentId: { notIn: parentIds } } });
    const data = parentIds.map((parentId) => ({ organizationId, addonId: serviceId, parentId }));
    changes += gone.count + (await tx.serviceAddon.createMany({ data, skipDuplicates: true })).count;
  }
  return changes > 0;
}
