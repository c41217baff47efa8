import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import type { Declaration } from '../graphql/declarations.ts';
import { objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { delegateOf } from '../graphql/queries.ts';
import { encodeId } from '../kernel/id.ts';
import { organizationOf, requirePermission, type Viewer } from '../kernel/viewer.ts';
import * as organizations from './commands.ts';

export const Organization = objectType('Organization', 'Organization', {
  description: 'A tenant: one business that sells services. Organizations never see each other. SPP: the workspace.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Organization'),
    name: field.column('name', 'The name that clients know.'),
    slug: field.column(
      'slug',
      'The name in addresses: lower-case letters, digits and hyphens, unique in the deployment.',
    ),
    domain: field.column('domain', 'The host name of its portal. Null without one.'),
    notificationEmail: field.column('notificationEmail', 'Where notices to the organization go. Null when nowhere.', {
      staffOnly: true,
    }),
    currency: field.column(
      'currency',
      'The ISO 4217 currency of what has no other: orders without a service, new clients.',
    ),
    timeZone: field.column('timeZone', 'The IANA time zone of the business, such as Europe/Berlin.'),
    taskCompletionMovesAssignees: field.column(
      'taskCompletionMovesAssignees',
      'Whether completing a task hands its order on: its assignees leave the order, those of the next task join.',
    ),
    testPayments: field.column(
      'testPayments',
      'Whether the built-in test processor takes payments. It moves no money: whoever has one of its methods pays with nothing.',
    ),
    ticketRepliesMoveStatus: field.column(
      'ticketRepliesMoveStatus',
      'Whether replies move tickets: one of the team makes a ticket pending, one of the client open.',
    ),
    dunningDays: field.column(
      'dunningDays',
      'On which days after a renewal could not be charged it is tried again; when the last try fails, the subscription expires.',
    ),
    invoicePrefix: field.column('invoicePrefix', 'What the numbers of new invoices begin with.'),
    invoiceSender: field.column(
      'invoiceSender',
      'Who asks for the money, as invoices show it: name, address, tax number, line by line. Null: the name only.',
    ),
    taxName: field.column('taxName', 'How a tax is called on new invoices.'),
    paymentTermDays: field.column('paymentTermDays', 'How many days after its creation a new invoice is due.'),
    archivedAt: field.column('archivedAt', 'Since when it is closed. Null while it is open.'),
    sessionIdleMinutes: field.column('sessionIdleMinutes', 'After how many minutes without use people are signed out.'),
    sessionHours: field.column('sessionHours', 'After how many hours people are signed out, however busy they are.'),
    mailReplyTo: field.column(
      'mailReplyTo',
      'Where answers to its mails go. Null: to the address that the server sends from.',
    ),
    mailSignature: field.column(
      'mailSignature',
      'What stands beneath its mails to people who belong to it, line by line. Null: its name only.',
    ),
    mailColor: field.column('mailColor', 'The colour of buttons in its mails, such as #2257c9. Null: the server’s.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion` to edit no newer one.'),
    createdAt: field.column('createdAt', 'When it was founded.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Organization', 'Organization', () => ({}));

const own = (viewer: Viewer) => {
  requirePermission(viewer, 'organization.read');
  return { id: organizationOf(viewer) };
};

builder.queryField('organization', (t) =>
  t.field({
    type: Organization,
    nullable: false,
    description: 'The viewer’s organization.',
    extensions: { read: { kind: 'single', model: 'Organization', find: own } satisfies Declaration },
    resolve: (async (_: object, __: object, context: Context, info: GraphQLResolveInfo) => {
      const where = own(context.viewer);
      return delegateOf(context, 'Organization').findFirst({ ...queryFromInfo({ context, info }), where });
    }) as never,
  }),
);

mutation('organizationUpdate', {
  description: 'Changes settings of the viewer’s organization. An absent field stays as it is.',
  command: organizations.update,
  input: (t) => ({
    name: t.string({ description: 'The name that clients know. Not blank.' }),
    domain: t.string({ description: 'The host name of its portal, such as portal.example.com. Null removes it.' }),
    notificationEmail: t.field({ type: 'EmailAddress', description: 'Where notices go. Null: nowhere.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'The currency of what has no other.' }),
    timeZone: t.string({ description: 'An IANA time zone.' }),
    taskCompletionMovesAssignees: t.boolean({ description: 'Whether completing a task hands its order on.' }),
    testPayments: t.boolean({
      description:
        'Whether the built-in test processor takes payments, to try things out. It never does beside a live account at Stripe.',
    }),
    ticketRepliesMoveStatus: t.boolean({ description: 'Whether replies move tickets to pending, and back to open.' }),
    dunningDays: t.intList({
      description:
        'On which days after its first failure the charge of a renewal is tried again: up to 20 of 1 to 365, ascending. Replaces; [] tries no more than once.',
    }),
    invoicePrefix: t.string({ description: 'What the numbers of new invoices begin with: at most 20 characters.' }),
    invoiceSender: t.string({ description: 'Who asks for the money, as invoices show it. Null: the name only.' }),
    taxName: t.string({ description: 'How a tax is called on new invoices: 1 to 100 characters.' }),
    paymentTermDays: t.int({ description: 'How many days after its creation a new invoice is due: 0 to 3650.' }),
    sessionIdleMinutes: t.int({
      description: 'After how many minutes without use people are signed out: 5 to 43200, at once for everybody.',
    }),
    sessionHours: t.int({
      description: 'After how many hours people are signed out: 1 to 2160. For those who sign in from now on.',
    }),
    mailReplyTo: t.field({
      type: 'EmailAddress',
      description: 'Where answers to its mails go. Null: to the address that the server sends from.',
    }),
    mailSignature: t.string({
      description:
        'What stands beneath its mails, line by line: at most 500 characters. It is left out of mails to addresses that nobody has proven yet, such as invitations. Null removes it.',
    }),
    mailColor: t.string({
      description: 'The colour of buttons in its mails: # and six hexadecimal digits. Null: the server’s.',
    }),
    expectedVersion: t.int({ description: 'Refuse when the organization has another version by now.' }),
  }),
  errors: ['InvalidInputError', 'ConflictError'],
  returns: {
    organization: { type: Organization, model: 'Organization', description: 'The organization as it is now.' },
  },
});

mutation('organizationArchive', {
  description:
    'Closes the viewer’s organization. Nobody signs in any more, no token counts, no public page opens and no job works for it, as if it were not there; nothing is deleted. Only its owner may, signed in (NOT_THE_OWNER), who is told by mail how to open it again: see `organizationRestore`.',
  command: organizations.archive,
  input: (t) => ({
    name: t.string({
      required: true,
      description: 'The organization’s name, as proof that it is the one that is meant.',
    }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError'],
  returns: {
    organization: { type: Organization, model: 'Organization', description: 'The organization as it is now.' },
  },
});

mutation('organizationRestore', {
  description:
    'Opens an archived organization again that the viewer’s account owns. It is asked for from another organization of the same account; who has none uses the link of the mail.',
  command: organizations.restore,
  input: (t) => ({ id: t.id({ required: true, description: 'The archived organization.' }) }),
  ids: { id: 'Organization' },
  errors: ['NotFoundError', 'InvalidStateError'],
  extra: (t) => ({
    organizationId: t.id({
      nullable: false,
      description: 'The organization. It is another than the viewer’s: switch to see it.',
      resolve: ({ id }) => encodeId('Organization', id),
    }),
    name: t.string({ nullable: false, description: 'Its name.', resolve: ({ name }) => name }),
  }),
});
