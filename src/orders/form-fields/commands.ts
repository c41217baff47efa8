import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidInputError, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { requiredText, requireVersion } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { lockOrder, touchOrder } from '../locks.ts';

export type CreateFormField = { orderId: string; name: string; type: string; value: string };

/** Files an answer under an order. An order that there is not is a wrong value, as SPP has it. Announces `form_field.created`. */
export const create = command('formFields.create', async (tx, viewer, input: CreateFormField) => {
  const order = await lockOrder(tx, viewer, input.orderId, 'formFields.create', ['orderId']).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error;
    throw new InvalidInputError([{ path: error.path, code: 'NOT_FOUND', message: 'orderId names no order.' }]);
  });
  const issues = issueList();
  const name = requiredText(issues, 'name', input.name);
  checkValue(issues, input.value);
  issues.throwIfAny();
  const at = now();
  const field = await tx.filledFormField.create({
    data: {
      organizationId: organizationOf(viewer),
      orderId: order.id,
      name,
      type: input.type,
      value: input.value,
      submittedAt: at,
      createdAt: at,
    },
    select: { id: true },
  });
  await touchOrder(tx, order.id);
  await emit(tx, 'form_field.created', { order: order.id }, { fieldId: field.id });
  return field;
});

/** Changes the answer, and nothing but the answer. Announces `form_field.updated` when it differs. */
export const update = command(
  'formFields.update',
  async (tx, viewer, input: { id: string; value: string; expectedVersion?: number | null }) => {
    const field = await lockField(tx, viewer, input.id, 'formFields.update');
    requireVersion(field, input.expectedVersion);
    const issues = issueList();
    checkValue(issues, input.value);
    issues.throwIfAny();
    if (field.value !== input.value) {
      await tx.filledFormField.update({ where: { id: field.id }, data: { value: input.value } });
      await touchOrder(tx, field.orderId);
      await emit(tx, 'form_field.updated', { order: field.orderId }, { fieldId: field.id });
    }
    return { id: field.id };
  },
);

/** Removes an answer for good. Announces `form_field.deleted`. */
export const remove = command('formFields.delete', async (tx, viewer, { id }: { id: string }) => {
  const field = await lockField(tx, viewer, id, 'formFields.delete');
  await tx.filledFormField.delete({ where: { id } });
  await touchOrder(tx, field.orderId);
  await emit(tx, 'form_field.deleted', { order: field.orderId }, { fieldId: id });
  return { id };
});

const mostCharacters = 65_535;

function checkValue(issues: ReturnType<typeof issueList>, value: string): void {
  if (value.length > mostCharacters)
    issues.add('value', 'TOO_LONG', `value must not be longer than ${mostCharacters} characters.`);
  if (value.includes('\0')) issues.add('value', 'INVALID', 'value must not contain the character NUL.');
}

async function lockField(tx: Transaction, viewer: Viewer, id: string, permission: string) {
  const missing = new NotFoundError('There is no form field with this id.');
  const found = await tx.filledFormField.findUnique({ where: { id }, select: { orderId: true } });
  if (!found?.orderId) throw missing;
  await lockOrder(tx, viewer, found.orderId, permission).catch((error: unknown) => {
    throw error instanceof NotFoundError ? missing : error;
  });
  const field = await tx.filledFormField.findUnique({ where: { id } });
  if (!field?.orderId) throw missing;
  return { ...field, orderId: field.orderId };
}
