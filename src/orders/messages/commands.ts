import { command } from '../../kernel/command.ts';
import { issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { checkWebAddresses, requiredText } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { isClient, organizationOf } from '../../kernel/viewer.ts';
import { lockOrder, requireReach, touchOrder } from '../locks.ts';
import { ordersWithin } from '../policy.ts';

// The laws of messages are few: they never change; a staff-only one is never a client's; the order remembers when the
// newest one was written, and goes on remembering it when that one is deleted.

export type CreateMessage = {
  orderId: string;
  body: string;
  authorId?: string | null;
  staffOnly?: boolean | null;
  files?: string[] | null;
};

const mostFiles = 20;

/** Writes a message into an order's conversation. Announces `message.created`. */
export const create = command('orderMessages.create', async (tx, viewer, input: CreateMessage) => {
  const order = await lockOrder(tx, viewer, input.orderId, 'orderMessages.create', ['orderId']);
  const issues = issueList();
  const body = requiredText(issues, 'body', input.body, 65_535);
  if (isClient(viewer) && input.staffOnly)
    issues.add('staffOnly', 'STAFF_ONLY', 'Only the team may write for the team only.');
  // A client is always its own author, whatever it says; SPP ignores the field for clients.
  const authorId = isClient(viewer) ? viewer.userId : (input.authorId ?? viewer.userId);
  if (authorId !== null && authorId !== viewer.userId) {
    const author = await tx.user.findUnique({ where: { id: authorId }, select: { id: true } });
    if (!author) issues.add('authorId', 'NOT_FOUND', 'authorId names nobody.');
  }
  const files = input.files ?? [];
  checkWebAddresses(issues, 'files', files, mostFiles);
  issues.throwIfAny();
  const createdAt = now();
  const message = await tx.orderMessage.create({
    data: {
      organizationId: organizationOf(viewer),
      orderId: order.id,
      authorId,
      body,
      staffOnly: input.staffOnly ?? false,
      files,
      createdAt,
    },
    select: { id: true },
  });
  await tx.order.update({ where: { id: order.id }, data: { lastMessageAt: createdAt }, select: { id: true } });
  await emit(tx, 'message.created', { order: order.id }, { messageId: message.id });
  return message;
});

/** Removes a message for good, also one of a deleted order. Announces `message.deleted`. */
export const remove = command('orderMessages.delete', async (tx, viewer, { id }: { id: string }) => {
  // The order's deletion is no obstacle, so it is not looked up as a visible one.
  const order = ordersWithin(viewer, 'orders.read');
  const message = await tx.orderMessage.findFirst({ where: { id, order }, select: { orderId: true } });
  if (!message) throw new NotFoundError('There is no message with this id.');
  await requireReach(tx, viewer, message.orderId, 'orderMessages.delete');
  await tx.$queryRaw`select id from orders where id = ${message.orderId}::uuid for update`;
  const { count } = await tx.orderMessage.deleteMany({ where: { id } });
  if (count === 0) throw new NotFoundError('There is no message with this id.');
  await touchOrder(tx, message.orderId);
  await emit(tx, 'message.deleted', { order: message.orderId }, { messageId: id });
  return { id };
});
