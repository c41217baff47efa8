import { Client } from '../clients/schema.ts';
import { FilledFormField, filesAnswers, filledFormFields, formDataField } from '../forms/schema.ts';
import { asksForDeleted } from '../graphql/comparators.ts';
import { connectionType } from '../graphql/connections.ts';
import { extendType, objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { newestFirst } from '../graphql/pagination.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { decodeId } from '../kernel/id.ts';
import { visibleOrders } from '../orders/policy.ts';
import { Order } from '../orders/schema.ts';
import { Tag } from '../tags/schema.ts';
import { TeamMember } from '../team/schema.ts';
import { create } from './commands/create.ts';
import { remove, restore } from './commands/delete.ts';
import { merge } from './commands/merge.ts';
import { update } from './commands/update.ts';
import { TicketSource, ticketFilter, ticketSort } from './filters.ts';
import { employeesOfTicket, tagsOfTicket } from './loaders.ts';
import { lockUnmerged, touchTicket } from './locks.ts';
import { ticketMessages } from './messages/schema.ts';
import { deletedTickets, visibleMessages, visibleTickets } from './policy.ts';
import { TicketStatus, TicketStatusKind } from './statuses/schema.ts';

export const Ticket = objectType('Ticket', 'Ticket', {
  description: 'A question or a trouble of a client’s, and the conversation about it.',
  interfaces: [Node],
  fields: (field, t) => ({
    id: field.id('Ticket'),
    number: field.column(
      'number',
      'Its number for people: 8 upper-case letters and digits, unique in the organization.',
    ),
    subject: field.column('subject', 'What it is about.'),
    client: field.relation('client', 'Whose it is. SPP: `client`, `user_id`.', { type: Client }),
    order: field.relation(
      'order',
      'The order that it is about. Null without one, and when the viewer may not see it. SPP: `order`, `order_id`.',
      { type: Order, visible: visibleOrders },
    ),
    status: field.relation(
      'status',
      'The status that it is in. To clients a ticket is open or closed: pending, snoozed and spam look open. SPP: `status`, `status_id`.',
      { type: TicketStatus, forClients: 'shownStatus' },
    ),
    source: field.code('source', TicketSource, 'Where it came from.'),
    note: field.column('note', 'A note of the team’s.', { staffOnly: true }),
    metadata: field.column('metadata', 'Whatever programs keep with it, title → value.', { staffOnly: true }),
    formData: t.field(formDataField('ticket')),
    snoozedUntil: field.column('snoozedUntil', 'When it opens by itself. Null unless it is snoozed.', {
      staffOnly: true,
    }),
    closedAt: field.column('closedAt', 'When it was closed. Null while it is not. SPP: `date_closed`.'),
    lastMessageAt: field.column(
      'lastMessageAt',
      'When the newest message was written, also if it was deleted since. Null before the first.',
    ),
    mergedInto: field.relation(
      'mergedInto',
      'The ticket that its messages and people have moved to. Null when it was not merged, or when that one is deleted.',
      { visible: visibleTickets },
    ),
    employees: field.linked(employeesOfTicket, TeamMember, 'The team members whom it is assigned to, by name.'),
    tags: field.linked(tagsOfTicket, Tag, 'The tags that it is filed under, by name. Always empty for clients.', {
      staffOnly: true,
    }),
    messages: field.connection<'TicketMessage'>(
      'messages',
      'Its conversation, newest first. Clients don’t see what is for the staff only. SPP: list ticket messages (15.1).',
      {
        type: ticketMessages,
        where: visibleMessages,
        order: newestFirst,
      },
    ),
    formFields: field.connection<'FilledFormField'>(
      'formFields',
      'The answers of forms filed under it, newest first. SPP: list filled form fields (3.1).',
      {
        type: filledFormFields,
        where: () => undefined,
        order: newestFirst,
      },
    ),
    version: field.column(
      'version',
      'How often it was edited, its people and tags included; messages don’t count. Give it as `expectedVersion`.',
    ),
    createdAt: field.column('createdAt', 'When it was opened.'),
    updatedAt: field.column('updatedAt', 'When it, or anything beneath it, last changed.'),
    deletedAt: field.column('deletedAt', 'When it was deleted. Null while it is live.', { staffOnly: true }),
  }),
});

nodeType('Ticket', 'Ticket', visibleTickets);

filesAnswers('ticket', {
  visible: visibleTickets,
  // Whoever may change the ticket may change what was answered for it.
  lock: (tx, viewer, idOrNumber, path) => lockUnmerged(tx, viewer, idOrNumber, 'tickets.update', path),
  touch: touchTicket,
});

extendType(FilledFormField, 'FilledFormField', (field) => ({
  ticket: field.relation('ticket', 'The ticket that it is filed under. Null when that is an order. SPP: `ticket_id`.', {
    type: Ticket,
  }),
}));

const ticketsConnection = connectionType(Ticket, 'tickets');

listField('tickets', {
  description: 'The tickets that the viewer may see, newest first. SPP: list tickets (14.1).',
  model: 'Ticket',
  type: ticketsConnection,
  permission: 'tickets.read',
  visible: (viewer, filter) => (asksForDeleted(filter) ? deletedTickets(viewer) : visibleTickets(viewer)),
  filter: ticketFilter,
  sort: ticketSort,
  search:
    'Only tickets whose number or subject, or whose client’s name, e-mail address or company has words that begin with each of these words.',
});

singleField('ticket', {
  description: 'One ticket, by id or number. SPP: retrieve ticket (14.3).',
  model: 'Ticket',
  type: Ticket,
  permission: 'tickets.read',
  idDescription: 'The ticket’s id; its number is accepted, too.',
  numberDescription: 'The ticket’s number. Give this or `id`.',
  find: (viewer, { id, number }) => {
    // No number has a NUL, and PostgreSQL takes none to compare with.
    if (id?.includes('\0') || number?.includes('\0')) return null;
    const uuid = id == null ? null : decodeId('Ticket', id);
    const named = id == null ? {} : uuid === null ? { number: id } : { id: uuid };
    return { AND: [visibleTickets(viewer), named, number == null ? {} : { number }] };
  },
});

extendType(Client, 'User', (field) => ({
  tickets: field.connection<'Ticket'>(
    'tickets',
    'The client’s tickets, as far as the viewer may see them, newest first.',
    {
      type: ticketsConnection,
      where: visibleTickets,
      order: newestFirst,
      sort: ticketSort,
    },
  ),
}));

extendType(Order, 'Order', (field) => ({
  tickets: field.connection<'Ticket'>(
    'tickets',
    'The tickets about the order, as far as the viewer may see them, newest first.',
    {
      type: ticketsConnection,
      where: visibleTickets,
      order: newestFirst,
      sort: ticketSort,
    },
  ),
}));

// ------------------------------------------------------------------ mutations

const returns = { ticket: { type: Ticket, model: 'Ticket', description: 'The ticket as it is now.' } } as const;

mutation('ticketCreate', {
  description:
    'Opens a ticket. Clients open tickets for themselves: they give a subject, a text and one of their orders, the rest is the team’s. SPP: create ticket (14.2).',
  command: create,
  input: (t) => ({
    clientId: t.id({ description: 'Whose it is: required, but for clients, whose own it is. SPP: `user_id`.' }),
    subject: t.string({ required: true, description: 'What it is about: 1 to 255 characters.' }),
    body: t.string({ description: 'The first message, by the viewer. Needs `ticketMessages.create`, too.' }),
    orderId: t.id({ description: 'The order that it is about, by id or number: one of the client’s. SPP: `order`.' }),
    status: t.field({
      type: TicketStatusKind,
      description: 'The status by its meaning: OPEN without it. Not together with `statusId`.',
    }),
    statusId: t.id({ description: 'The status itself, for statuses of the organization’s own.' }),
    snoozedUntil: t.field({
      type: 'DateTime',
      description: 'When a snoozed ticket opens by itself: in the future. Required with SNOOZED, refused without.',
    }),
    employeeIds: t.idList({ description: 'Whom it is assigned to: team members.' }),
    tags: t.stringList({ description: 'The tags to file it under, by name. Missing ones are made.' }),
    note: t.string({ description: 'A note of the team’s.' }),
    metadata: t.field({
      type: 'JSON',
      description: 'Data of yours: an object, or a list of { title, value } of which the later duplicate wins.',
    }),
  }),
  ids: { clientId: 'Client', orderId: 'Order', statusId: 'TicketStatus', employeeIds: 'TeamMember' },
  errors: ['InvalidInputError'],
  returns,
});

mutation('ticketUpdate', {
  description:
    'Changes a ticket. An absent field stays, null clears it, a list or object replaces it. Client, number and source never change. SPP: update ticket (14.4).',
  command: update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The ticket, by id or number.' }),
    subject: t.string({ description: 'What it is about: 1 to 255 characters.' }),
    orderId: t.id({ description: 'Another order of the client’s, by id or number.' }),
    status: t.field({
      type: TicketStatusKind,
      description: 'The status by its meaning. Not together with `statusId`.',
    }),
    statusId: t.id({ description: 'The status itself.' }),
    snoozedUntil: t.field({
      type: 'DateTime',
      description: 'When the ticket opens by itself: required to snooze it, and to be in the future.',
    }),
    employeeIds: t.idList({ description: 'Whom it is assigned to. Replaces; [] clears.' }),
    tags: t.stringList({
      description: 'The tags to file it under, by name. Replaces; [] clears; missing ones are made.',
    }),
    note: t.string({ description: 'A note of the team’s.' }),
    metadata: t.field({ type: 'JSON', description: 'Data of yours. Replaces.' }),
    expectedVersion: t.int({ description: 'Refuse when the ticket has another version by now.' }),
  }),
  ids: { id: 'Ticket', orderId: 'Order', statusId: 'TicketStatus', employeeIds: 'TeamMember' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns,
});

mutation('ticketDelete', {
  description:
    'Puts a ticket out of sight, with all beneath it. `ticketRestore` brings it back. SPP: delete ticket (14.5).',
  command: remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The ticket, by id or number.' }) }),
  ids: { id: 'Ticket' },
  errors: ['NotFoundError'],
  removes: 'Ticket',
});

mutation('ticketRestore', {
  description: 'Brings a deleted ticket back as it was. SPP has no such operation.',
  command: restore,
  input: (t) => ({ id: t.id({ required: true, description: 'The deleted ticket, by id or number.' }) }),
  ids: { id: 'Ticket' },
  errors: ['NotFoundError'],
  returns,
});

mutation('ticketMerge', {
  description:
    'Makes one ticket of two of the same client. Messages, assignees, tags and answers of the source move to the target; the source closes, points to the target as `mergedInto` and changes no more. SPP has no such operation.',
  command: merge,
  input: (t) => ({
    sourceId: t.id({ required: true, description: 'The ticket that is merged, by id or number.' }),
    targetId: t.id({ required: true, description: 'The ticket that it is merged into, by id or number.' }),
  }),
  ids: { sourceId: 'Ticket', targetId: 'Ticket' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  returns: { ticket: { type: Ticket, model: 'Ticket', description: 'The target as it is now.' } },
});
