import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { User } from '../../identity/schema.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { visibleMessages, visibleTickets } from '../policy.ts';
import * as messages from './commands.ts';

export const TicketMessage = objectType('TicketMessage', 'TicketMessage', {
  description: 'A message in a ticket’s conversation. It never changes; a merge takes it to the other ticket.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('TicketMessage'),
    ticket: field.relation('ticket', 'The ticket that it belongs to.'),
    author: field.person('authorId', User, 'Who wrote it. Null once the person is deleted. SPP: `user_id`.'),
    body: field.column('body', 'The text. SPP: `message`.'),
    staffOnly: field.column('staffOnly', 'Whether only the team sees it. SPP: `staff_only`.'),
    files: field.column('files', 'Addresses of attached files.'),
    createdAt: field.column('createdAt', 'When it was written.'),
  }),
});

nodeType('TicketMessage', 'TicketMessage', (viewer: Viewer) => ({
  AND: [visibleMessages(viewer) ?? {}, { ticket: visibleTickets(viewer) }],
}));

export const ticketMessages = connectionType(TicketMessage, 'messages of tickets');

mutation('ticketMessageCreate', {
  description:
    'Writes a message into a ticket’s conversation. Where the organization wants it, one of the team makes an open or snoozed ticket pending, and one of the client makes a pending, snoozed or closed one open. SPP: create ticket message (15.2).',
  command: messages.create,
  input: (t) => ({
    ticketId: t.id({ required: true, description: 'The ticket, by id or number.' }),
    body: t.string({ required: true, description: 'The text, not blank. SPP: `message`.' }),
    authorId: t.id({
      description:
        'Who wrote it, if not the viewer: the id of a client or team member. Ignored for clients. SPP: `user_id`.',
    }),
    staffOnly: t.boolean({
      description: 'Whether only the team sees it: no, without it. It moves no status. Clients can’t set it.',
    }),
    files: t.stringList({ description: 'Addresses of files: at most 20, http or https.' }),
  }),
  ids: { ticketId: 'Ticket', authorId: ['TeamMember', 'Client'] },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  returns: { ticketMessage: { type: TicketMessage, model: 'TicketMessage', description: 'The message.' } },
});

mutation('ticketMessageDelete', {
  description: 'Removes a message for good. The ticket’s `lastMessageAt` stays. SPP: delete ticket message (15.3).',
  command: messages.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The message.' }) }),
  ids: { id: 'TicketMessage' },
  errors: ['NotFoundError'],
  removes: 'TicketMessage',
});
