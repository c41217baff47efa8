import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { User } from '../../identity/schema.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { visibleMessages, visibleOrders } from '../policy.ts';
import * as messages from './commands.ts';

export const OrderMessage = objectType('OrderMessage', 'OrderMessage', {
  description: 'A message in an order’s conversation. It never changes.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('OrderMessage'),
    order: field.relation('order', 'The order that it belongs to.'),
    author: field.person('authorId', User, 'Who wrote it. Null once the person is deleted. SPP: `user_id`.'),
    body: field.column('body', 'The text. SPP: `message`.'),
    staffOnly: field.column('staffOnly', 'Whether only the team sees it. SPP: `staff_only`.'),
    files: field.column('files', 'Addresses of attached files.'),
    createdAt: field.column('createdAt', 'When it was written.'),
  }),
});

nodeType('OrderMessage', 'OrderMessage', (viewer: Viewer) => ({
  AND: [visibleMessages(viewer) ?? {}, { order: visibleOrders(viewer) }],
}));

export const orderMessages = connectionType(OrderMessage, 'messages of orders');

mutation('orderMessageCreate', {
  description: 'Writes a message into an order’s conversation. SPP: create order message (8.2).',
  command: messages.create,
  input: (t) => ({
    orderId: t.id({ required: true, description: 'The order, by id or number.' }),
    body: t.string({ required: true, description: 'The text, not blank. SPP: `message`.' }),
    authorId: t.id({
      description:
        'Who wrote it, if not the viewer: the id of a client or team member. Ignored for clients. SPP: `user_id`.',
    }),
    staffOnly: t.boolean({ description: 'Whether only the team sees it: no, without it. Clients can’t set it.' }),
    files: t.stringList({ description: 'Addresses of files: at most 20, http or https.' }),
  }),
  ids: { orderId: 'Order', authorId: ['TeamMember', 'Client'] },
  errors: ['NotFoundError', 'InvalidInputError'],
  returns: { orderMessage: { type: OrderMessage, model: 'OrderMessage', description: 'The message.' } },
});

mutation('orderMessageDelete', {
  description: 'Removes a message for good. The order’s `lastMessageAt` stays. SPP: delete order message (8.3).',
  command: messages.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The message.' }) }),
  ids: { id: 'OrderMessage' },
  errors: ['NotFoundError'],
  removes: 'OrderMessage',
});
