import { lockClient } from '../../clients/commands.ts';
import type { PaymentMethod } from '../../generated/prisma/client.ts';
import { act, command, look, saga } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError, invalid, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { now } from '../../kernel/time.ts';
import { isClient, organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { attachedPaymentMethods } from '../policy.ts';
import { findProcessor, openProcessor } from '../processors/jobs.ts';
import type { AttachedMethod, MethodOwner, ProcessorName } from '../processors/rules.ts';

// The methods of a client change under the lock of the client's row, so that one of them is the default.

export type AttachMethod = {
  clientId?: string | null;
  processor?: ProcessorName | null;
  token: string;
  isDefault?: boolean | null;
};

/**
 * Makes a method that the client gave to the processor the client's own; the processor first hears of the client with its
 * first one. One that is attached already stays. Laws 6 and 8. Announces `payment_method.attached`.
 */
export const attach = saga('paymentMethods.attach', async (tools, viewer, input: AttachMethod) => {
  if (!/^pm_\w{1,200}$/.test(input.token))
    throw invalid('token', 'INVALID', 'token must be the id of a payment method, which begins with pm_.');
  const clientId = input.clientId ?? (isClient(viewer) ? viewer.userId : null);
  if (clientId === null) throw invalid('clientId', 'REQUIRED', 'clientId is needed.');
  const owner = await act(tools, viewer, findOwner, { clientId });
  const { name, processor } = await openProcessor(tools, viewer, input.processor ?? null);
  let { customerId } = owner;
  if (customerId === null && name === 'STRIPE') {
    // Kept before anything else is asked: what is attached from now on is attached to this one.
    customerId = await act(tools, viewer, keepCustomer, { clientId, customerId: await processor.introduce(owner) });
  }
  const method = await processor.attach(customerId, input.token);
  const isDefault = input.isDefault === true;
  return await act(tools, viewer, keep, { clientId, processor: name, customerId, method, isDefault });
});

const findOwner = look(
  'paymentMethods.attach',
  async (tx, viewer, { clientId }: { clientId: string }): Promise<MethodOwner> => {
    const client = await lockClient(tx, viewer, clientId, 'paymentMethods.attach', ['clientId']);
    const { organizationId, firstName, lastName, email, version, stripeId } = client;
    return { clientId, organizationId, name: `${firstName} ${lastName}`, email, version, customerId: stripeId };
  },
);

/** Whoever was faster has introduced the client; the other one at the processor is forgotten. */
const keepCustomer = command(
  'paymentMethods.attach',
  async (tx, viewer, { clientId, customerId }: { clientId: string; customerId: string | null }) => {
    const { stripeId } = await lockClient(tx, viewer, clientId, 'paymentMethods.attach', ['clientId']);
    if (stripeId === null) await tx.user.update({ where: { id: clientId }, data: { stripeId: customerId } });
    return stripeId ?? customerId;
  },
);

type Keep = {
  clientId: string;
  processor: ProcessorName;
  customerId: string | null;
  method: AttachedMethod;
  isDefault: boolean;
};

const keep = command('paymentMethods.attach', async (tx, viewer, input: Keep) => {
  const { clientId, processor, customerId, isDefault } = input;
  const { methodId, ...shown } = input.method;
  const client = await lockClient(tx, viewer, clientId, 'paymentMethods.attach', ['clientId']);
  // Somebody wrote another id meanwhile: the method belongs to a customer whom nobody will charge.
  if (processor === 'STRIPE' && client.stripeId !== customerId)
    throw new InvalidStateError("The client's id at Stripe has changed meanwhile. Try again.", 'CUSTOMER_CHANGED');
  const methods = await tx.paymentMethod.findMany({ where: { clientId, detachedAt: null } });
  const known = methods.find((one) => one.processor === processor && one.processorId === methodId);
  const becomesDefault = (isDefault || methods.length === 0) && !known?.isDefault;
  if (becomesDefault) await clearDefault(tx, clientId);
  if (known) {
    if (becomesDefault) await makeDefault(tx, known);
    return { id: known.id };
  }
  const { id } = await tx.paymentMethod.create({
    data: {
      organizationId: organizationOf(viewer),
      clientId,
      processor,
      processorId: methodId,
      ...shown,
      isDefault: becomesDefault,
    },
    select: { id: true },
  });
  await emit(tx, 'payment_method.attached', { client: clientId }, { paymentMethodId: id });
  return { id };
});

/** Makes a method the one that pays unless another is named. Law 6. Announces `payment_method.made_default` when it was not. */
export const setDefault = command('paymentMethods.update', async (tx, viewer, { id }: { id: string }) => {
  const method = await lockMethod(tx, viewer, id, 'paymentMethods.update');
  if (!method.isDefault) {
    await clearDefault(tx, method.clientId);
    await makeDefault(tx, method);
  }
  return { id };
});

/** Takes a method away from the client, first at the processor. Laws 6 and 7. Announces `payment_method.detached`. */
export const detach = saga('paymentMethods.detach', async (tools, viewer, { id }: { id: string }) => {
  const { processor: name, processorId } = await act(tools, viewer, findMethod, { id });
  // A processor that the organization has left knows nobody to take it from.
  const found = await findProcessor(tools, viewer, name);
  await found?.processor.detach(processorId);
  return await act(tools, viewer, forget, { id });
});

const findMethod = look('paymentMethods.detach', async (tx, viewer, { id }: { id: string }) => {
  const { processor, processorId } = await lockMethod(tx, viewer, id, 'paymentMethods.detach');
  return { processor: processor as ProcessorName, processorId };
});

const forget = command('paymentMethods.detach', async (tx, viewer, { id }: { id: string }) => {
  const method = await lockMethod(tx, viewer, id, 'paymentMethods.detach');
  await tx.paymentMethod.update({ where: { id }, data: { detachedAt: now(), isDefault: false } });
  await emit(tx, 'payment_method.detached', { client: method.clientId }, { paymentMethodId: id });
  const next = await tx.paymentMethod.findFirst({
    where: { clientId: method.clientId, detachedAt: null },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  if (method.isDefault && next) await makeDefault(tx, next);
  return { id };
});

/** The method, while it is attached, and its client before it. */
async function lockMethod(tx: Transaction, viewer: Viewer, id: string, permission: string): Promise<PaymentMethod> {
  const attached = { AND: [{ id }, attachedPaymentMethods(viewer)] };
  const notFound = () => new NotFoundError('There is no payment method with this id.');
  const found = await tx.paymentMethod.findFirst({ where: attached, select: { clientId: true } });
  if (!found) throw notFound();
  await lockClient(tx, viewer, found.clientId, permission).catch((error: unknown) => {
    throw error instanceof NotFoundError ? notFound() : error;
  });
  // Read again: it may have been detached while the client was waited for.
  const method = await tx.paymentMethod.findFirst({ where: attached });
  if (!method) throw notFound();
  return method;
}

/** First, for no two may be the default even for a moment. */
async function clearDefault(tx: Transaction, clientId: string): Promise<void> {
  await tx.paymentMethod.updateMany({ where: { clientId, isDefault: true }, data: { isDefault: false } });
}

async function makeDefault(tx: Transaction, { id, clientId }: { id: string; clientId: string }): Promise<void> {
  await tx.paymentMethod.update({ where: { id }, data: { isDefault: true }, select: { id: true } });
  await emit(tx, 'payment_method.made_default', { client: clientId }, { paymentMethodId: id });
}
