import type { FilledFormField } from '../generated/prisma/client.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { InvalidInputError, type IssueList, invalid, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { requiredText, requireVersion } from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import { organizationOf, type Viewer } from '../kernel/viewer.ts';

/** What answers are filed under: an order or a ticket. */
export type ParentName = 'order' | 'ticket';

/** How the answers of a kind of object are changed. The domain that has the objects says so: it stands below this one. */
export type Parent = {
  /** Takes the live object, named by id or number, that the viewer may change. */
  lock(tx: Transaction, viewer: Viewer, idOrNumber: string, path: string[]): Promise<{ id: string }>;
  /** Notes on it that something beneath it changed. */
  touch(tx: Transaction, id: string): Promise<void>;
};

const parents = new Map<ParentName, Parent>();

export function addParent(name: ParentName, parent: Parent): void {
  parents.set(name, parent);
}

export type CreateFormField = {
  orderId?: string | null;
  ticketId?: string | null;
  name: string;
  type: string;
  value: string;
};

/**
 * Files an answer under an order or a ticket. One that there is not is a wrong value, as SPP has it. Announces
 * `form_field.created`.
 */
export const create = command('formFields.create', async (tx, viewer, input: CreateFormField) => {
  const { parentName, idOrNumber } = requireOneParent(input);
  const key = `${parentName}Id` as const;
  const parent = parentOf(parentName);
  const { id } = await parent.lock(tx, viewer, idOrNumber, [key]).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error;
    throw new InvalidInputError([{ path: error.path, code: 'NOT_FOUND', message: `${key} names no ${parentName}.` }]);
  });
  const issues = issueList();
  const name = requiredText(issues, 'name', input.name);
  checkValue(issues, input.value);
  issues.throwIfAny();
  const at = now();
  const field = await tx.filledFormField.create({
    data: {
      organizationId: organizationOf(viewer),
      [key]: id,
      name,
      type: input.type,
      value: input.value,
      submittedAt: at,
      createdAt: at,
    },
    select: { id: true },
  });
  await parent.touch(tx, id);
  await emit(tx, 'form_field.created', { [parentName]: id }, { fieldId: field.id });
  return field;
});

/** Changes the answer, and nothing but the answer. Announces `form_field.updated` when it differs. */
export const update = command(
  'formFields.update',
  async (tx, viewer, input: { id: string; value: string; expectedVersion?: number | null }) => {
    const { field, parent, about } = await lockField(tx, viewer, input.id);
    requireVersion(field, input.expectedVersion);
    const issues = issueList();
    checkValue(issues, input.value);
    issues.throwIfAny();
    if (field.value !== input.value) {
      await tx.filledFormField.update({ where: { id: field.id }, data: { value: input.value } });
      await parent.touch(tx, about.id);
      await emit(tx, 'form_field.updated', { [about.name]: about.id }, { fieldId: field.id });
    }
    return { id: field.id };
  },
);

/** Removes an answer for good. Announces `form_field.deleted`. */
export const remove = command('formFields.delete', async (tx, viewer, { id }: { id: string }) => {
  const { parent, about } = await lockField(tx, viewer, id);
  await tx.filledFormField.delete({ where: { id } });
  await parent.touch(tx, about.id);
  await emit(tx, 'form_field.deleted', { [about.name]: about.id }, { fieldId: id });
  return { id };
});

const mostCharacters = 65_535;

function checkValue(issues: IssueList, value: string): void {
  if (value.length > mostCharacters)
    issues.add('value', 'TOO_LONG', `value must not be longer than ${mostCharacters} characters.`);
  if (value.includes('\0')) issues.add('value', 'INVALID', 'value must not contain the character NUL.');
}

function requireOneParent({ orderId, ticketId }: CreateFormField): { parentName: ParentName; idOrNumber: string } {
  if (orderId != null && ticketId != null)
    throw invalid('ticketId', 'EXCLUSIVE', 'Give orderId or ticketId, not both.');
  if (orderId != null) return { parentName: 'order', idOrNumber: orderId };
  if (ticketId != null) return { parentName: 'ticket', idOrNumber: ticketId };
  throw invalid('orderId', 'REQUIRED', 'Give orderId or ticketId.');
}

function parentOf(name: ParentName): Parent {
  const parent = parents.get(name);
  if (!parent) throw new Error(`Nobody says how the answers of a ${name} are changed.`);
  return parent;
}

type About = { name: ParentName; id: string };

function parentIn({ orderId, ticketId }: Pick<FilledFormField, 'orderId' | 'ticketId'>): About {
  return orderId === null ? { name: 'ticket', id: ticketId as string } : { name: 'order', id: orderId };
}

/** Takes what the answer is filed under, and the answer. */
async function lockField(
  tx: Transaction,
  viewer: Viewer,
  id: string,
): Promise<{ field: FilledFormField; parent: Parent; about: About }> {
  const missing = new NotFoundError('There is no form field with this id.');
  const found = await tx.filledFormField.findUnique({ where: { id }, select: { orderId: true, ticketId: true } });
  if (!found) throw missing;
  const about = parentIn(found);
  const parent = parentOf(about.name);
  await parent.lock(tx, viewer, about.id, ['id']).catch((error: unknown) => {
    throw error instanceof NotFoundError ? missing : error;
  });
  // Read again: it may have gone while its parent was waited for.
  const field = await tx.filledFormField.findUnique({ where: { id } });
  if (!field) throw missing;
  return { field, parent, about };
}
