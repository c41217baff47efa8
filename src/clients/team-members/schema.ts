import type { InputFieldBuilder } from '@pothos/core';
import type { Types } from '../../graphql/builder.ts';
import { connectionType } from '../../graphql/connections.ts';
import { extendType, objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { newestFirst } from '../../graphql/pagination.ts';
import { visibleClients, visibleTeamMembers } from '../policy.ts';
import { Client } from '../schema.ts';
import * as members from './commands.ts';

const rights = {
  canOrders: 'Whether it sees and places the account’s orders, with all beneath them. SPP: `can_orders`.',
  canTickets: 'Whether it sees, opens and answers the account’s tickets. SPP: `can_tickets`.',
  canInvoices:
    'Whether it sees and pays the account’s invoices, with all its money: subscriptions, payments, methods, credit. SPP: `can_invoices`.',
};

const ClientTeamMember = objectType('ClientTeamMember', 'ClientTeamMember', {
  description: 'That a client uses the account of another one, and for what.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('ClientTeamMember'),
    owner: field.relation('owner', 'Whose account it is. Null when the viewer may not see the client.', {
      type: Client,
      visible: visibleClients,
    }),
    member: field.relation('member', 'Who uses it. Null when the viewer may not see the client.', {
      type: Client,
      visible: visibleClients,
    }),
    canOrders: field.column('canOrders', rights.canOrders),
    canTickets: field.column('canTickets', rights.canTickets),
    canInvoices: field.column('canInvoices', rights.canInvoices),
    version: field.column('version', 'How often it was changed. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'Since when.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('ClientTeamMember', 'ClientTeamMember', visibleTeamMembers);

extendType(Client, 'User', (field) => ({
  team: field.connection<'ClientTeamMember'>(
    'teamMembers',
    'Who uses the client’s account, and for what, newest first.',
    {
      type: connectionType(ClientTeamMember, 'members of clients’ teams'),
      where: visibleTeamMembers,
      order: newestFirst,
    },
  ),
  teamMembership: field.relation(
    'teamMembership',
    'Whose account the client uses, and for what. Null when it belongs to no team, or the viewer may not see it.',
    { type: ClientTeamMember, visible: visibleTeamMembers },
  ),
}));

// ------------------------------------------------------------------ mutations

const returns = {
  clientTeamMember: { type: ClientTeamMember, model: 'ClientTeamMember', description: 'The belonging as it is now.' },
} as const;

function writable(t: InputFieldBuilder<Types, 'InputObject'>, standard: Record<keyof typeof rights, string>) {
  const right = (name: keyof typeof rights) => t.boolean({ description: `${rights[name]}${standard[name]}` });
  return { canOrders: right('canOrders'), canTickets: right('canTickets'), canInvoices: right('canInvoices') };
}

const unsaid = { canOrders: ' Yes, without it.', canTickets: ' Yes, without it.', canInvoices: ' No, without it.' };
const unchanged = { canOrders: '', canTickets: '', canInvoices: '' };

mutation('clientTeamMemberAdd', {
  description:
    'Lets a client use the account of another one, for what is said. A client belongs to one team only, and has none itself then.',
  command: members.add,
  input: (t) => ({
    ownerId: t.id({ required: true, description: 'The client whose account it is.' }),
    memberId: t.id({ required: true, description: 'The client who is to use it.' }),
    ...writable(t, unsaid),
  }),
  ids: { ownerId: 'Client', memberId: 'Client' },
  errors: ['NotFoundError', 'InvalidInputError', 'LimitReachedError'],
  returns,
});

mutation('clientTeamMemberUpdate', {
  description:
    'Changes what a client may use the account of another one for. Clients change it in their own team. An absent field stays.',
  command: members.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The belonging to the team.' }),
    ...writable(t, unchanged),
    expectedVersion: t.int({ description: 'Refuse when it has another version by now.' }),
  }),
  ids: { id: 'ClientTeamMember' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('clientTeamMemberRemove', {
  description:
    'Ends that a client uses the account of another one. Clients end it in their own team, and leave the one they belong to.',
  command: members.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The belonging to the team.' }) }),
  ids: { id: 'ClientTeamMember' },
  errors: ['NotFoundError'],
  removes: 'ClientTeamMember',
});
