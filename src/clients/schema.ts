import type { InputFieldBuilder } from '@pothos/core';
import { builder, type Types } from '../graphql/builder.ts';
import type { Row } from '../graphql/compiler/rows.ts';
import { later, parameter, sql } from '../graphql/compiler/sql.ts';
import { connectionType } from '../graphql/connections.ts';
import type { Context } from '../graphql/context.ts';
import type { Declaration } from '../graphql/declarations.ts';
import { extendType, Money, objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { personFields } from '../identity/people.ts';
import { User, UserStatus } from '../identity/schema.ts';
import { decodeId } from '../kernel/id.ts';
import { formatAmount } from '../kernel/money.ts';
import * as clients from './commands.ts';
import { clientFilter, clientSort } from './filters.ts';
import { membersOfClient, ownersOfClient } from './loaders.ts';
import { balancesOf, visibleAddresses, visibleClients } from './policy.ts';

export const Address = objectType('Address', 'Address', {
  description:
    'A postal address. The names, tax id and company on it are copied from the client when it is made or replaced.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Address'),
    line1: field.column('line1', 'Street and number. Null when not given. SPP: `line_1`.'),
    line2: field.column('line2', 'What the first line had no room for. Null when not given. SPP: `line_2`.'),
    city: field.column('city', 'The city. Null when not given.'),
    state: field.column('state', 'The state or province. Null when not given.'),
    postcode: field.column('postcode', 'The postal code. Null when not given.'),
    country: field.code('country', 'CountryCode', 'The country. Null when not given.'),
    firstName: field.column('firstName', 'The recipient’s first name. SPP: `name_f`.'),
    lastName: field.column('lastName', 'The recipient’s last name. SPP: `name_l`.'),
    taxId: field.column('taxId', 'The recipient’s tax number. Null without one. SPP: `tax_id`.'),
    companyName: field.column('companyName', 'The recipient’s company. Null without one. SPP: `company_name`.'),
    companyVat: field.column(
      'companyVat',
      'The company’s VAT number. Null: nothing writes it yet. SPP: `company_vat`.',
    ),
    version: field.column('version', 'How often it was edited.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Address', 'Address', visibleAddresses);

const affiliateLinkInSql = (client: Row) => sql`(
  select 'https://' || organization.domain || '/r/' || ${client.column('affiliateCode')} from organizations organization
    where organization.id = ${client.column('organizationId')}
      and organization.domain <> '' and ${client.column('affiliateCode')} <> '')`;

type WithBalance = { id: string; balance: { toString(): string }; currency: string };

const balanceInSql = (client: Row) => {
  const [id, balance, currency] = [client.column('id'), client.column('balance'), client.column('currency')];
  const amount = later(({ viewer }) => {
    const shown = balancesOf(viewer);
    return shown === null ? balance : sql`case when ${id} = any(${parameter(shown, 'uuid[]')}) then ${balance} end`;
  });
  return { amount, currency };
};

export const Client = objectType('User', 'Client', {
  description: 'A person whom the organization works for. SPP: a user whose role has no dashboard access.',
  interfaces: [Node, User],
  fields: (field, t) => ({
    id: field.id('Client'),
    ...personFields(field),
    phone: field.column('phone', 'The phone number. Null without one.'),
    company: field.column('company', 'The company that the client is or works for. Null without one.'),
    taxId: field.column('taxId', 'The tax number. Null without one. SPP: `tax_id`.'),
    address: field.relation('address', 'The postal address. Null without one.', { type: Address }),
    note: field.column('note', 'What the team noted about the client. Null when nothing.', { staffOnly: true }),
    // By hand: whose it is decides who sees it, and no declared kind of field asks that.
    balance: t.field({
      type: Money,
      nullable: true,
      description:
        'The account credit. Read-only: it starts at nothing. Clients see their own, and that of the account whose invoices they share; null otherwise.',
      select: { id: true, balance: true, currency: true },
      extensions: {
        read: {
          kind: 'computed',
          columns: ['id', 'balance', 'currency'],
          expression: balanceInSql,
        } satisfies Declaration,
      },
      resolve: ({ id, balance, currency }: WithBalance, _: object, { viewer }: Context) =>
        balancesOf(viewer)?.includes(id) === false ? null : { amount: formatAmount(balance, currency), currency },
    }),
    optIn: field.column(
      'optIn',
      'The consent to marketing, in the words it was given. Null without any. SPP: `optin`.',
    ),
    stripeId: field.column('stripeId', 'The customer’s id at Stripe. Null without one. SPP: `stripe_id`.', {
      staffOnly: true,
    }),
    customFields: field.column(
      'customFields',
      'What the organization keeps about its clients besides. SPP: `custom_fields`.',
    ),
    affiliateId: field.column('affiliateId', 'The number as an affiliate: six digits, drawn once. SPP: `aff_id`.'),
    affiliateCode: field.column('affiliateCode', 'The code in the referral link: six characters, drawn once.'),
    // By hand: the host is the organization's, and no declared kind of field reads two tables.
    affiliateLink: t.string({
      nullable: true,
      description:
        'The referral link. Null while the organization has no domain for its portal, or the client no code. SPP: `aff_link`.',
      select: { affiliateCode: true, organization: { select: { domain: true } } },
      extensions: {
        read: { kind: 'computed', columns: ['affiliateCode'], expression: affiliateLinkInSql } satisfies Declaration,
      },
      resolve: ({
        affiliateCode,
        organization,
      }: {
        affiliateCode: string | null;
        organization: { domain: string | null };
      }) => (affiliateCode && organization.domain ? `https://${organization.domain}/r/${affiliateCode}` : null),
    }),
    analyticsId: field.column(
      'analyticsId',
      'The client’s id in web analytics. Null unless tracking set it. SPP: `ga_cid`.',
      {
        staffOnly: true,
      },
    ),
  }),
});

extendType(Client, 'User', (field) => ({
  teamOwners: field.linked(
    ownersOfClient,
    Client,
    'The clients whose account this one may use, by name. SPP: `team_owner_ids`.',
  ),
  teamMembers: field.linked(
    membersOfClient,
    Client,
    'The clients who may use this one’s account, by name. SPP: `team_member_ids`.',
  ),
  referredBy: field.relation('referredBy', 'The affiliate who brought the client. Null when nobody did.', {
    type: Client,
    staffOnly: true,
  }),
}));

nodeType('Client', 'User', visibleClients);

export const clientConnection = connectionType(Client, 'clients');

listField('clients', {
  description: 'The clients, newest first. SPP: list clients (17.1).',
  model: 'User',
  type: clientConnection,
  permission: 'clients.read',
  visible: visibleClients,
  filter: clientFilter,
  sort: clientSort,
  search: 'Words to find: each must begin a word of the names, the e-mail address or the company.',
});

singleField('client', {
  description: 'One client. SPP: retrieve client (17.3).',
  model: 'User',
  type: Client,
  permission: 'clients.read',
  idDescription: 'The client.',
  find: (viewer, { id }) => {
    const uuid = decodeId('Client', id ?? '');
    return uuid === null ? null : { AND: [visibleClients(viewer), { id: uuid }] };
  },
});

// ------------------------------------------------------------------ mutations

export const AddressInput = builder.inputType('AddressInput', {
  description: 'A postal address as a whole: what is absent or null is cleared.',
  fields: (t) => ({
    line1: t.string({ description: 'Street and number: at most 255 characters. SPP: `line_1`.' }),
    line2: t.string({ description: 'What the first line has no room for: at most 255 characters. SPP: `line_2`.' }),
    city: t.string({ description: 'The city: at most 255 characters.' }),
    state: t.string({ description: 'The state or province: at most 255 characters.' }),
    postcode: t.string({ description: 'The postal code: at most 50 characters.' }),
    country: t.field({ type: 'CountryCode', description: 'The country.' }),
  }),
});

function writable(t: InputFieldBuilder<Types, 'InputObject'>) {
  return {
    company: t.string({ description: 'The company: at most 255 characters.' }),
    phone: t.string({ description: 'The phone number: at most 50 characters.' }),
    taxId: t.string({ description: 'The tax number: at most 100 characters. SPP: `tax_id`.' }),
    address: t.field({
      type: AddressInput,
      description: 'The postal address as a whole. An empty object blanks it; null takes it away from the client.',
    }),
    note: t.string({ description: 'What only the team sees.' }),
    optIn: t.string({ description: 'The consent to marketing: at most 50 characters. SPP: `optin`.' }),
    stripeId: t.string({ description: 'The customer’s id at Stripe: at most 255 characters. SPP: `stripe_id`.' }),
    customFields: t.field({
      type: 'JSONObject',
      description: 'All custom fields; null is the same as none. SPP: `custom_fields`.',
    }),
    status: t.field({ type: UserStatus, description: 'Whether the client may act. SPP: `status_id`.' }),
    managerIds: t.idList({
      description: 'All managers: team members. The first is the account manager. SPP: `employee_id`.',
    }),
    referredById: t.id({ description: 'The affiliate who brought the client: another client. Null: nobody did.' }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When the client joined, to date it back. SPP: `created_at`.',
    }),
  };
}

const returns = { client: { type: Client, model: 'User', description: 'The client as it is now.' } } as const;

mutation('clientCreate', {
  description:
    'Makes a client, in the organization’s client role. Who may not see all clients becomes the manager, unless others are named. SPP: create client (17.2).',
  command: clients.create,
  input: (t) => ({
    firstName: t.string({ required: true, description: 'The first name: 1 to 255 characters. SPP: `name_f`.' }),
    lastName: t.string({ required: true, description: 'The last name: 1 to 255 characters. SPP: `name_l`.' }),
    email: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'The e-mail address. Kept in lower case; nobody else of the organization may have it.',
    }),
    currency: t.field({
      type: 'CurrencyCode',
      description: 'The currency of the balance. Without it the organization’s.',
    }),
    ...writable(t),
  }),
  ids: { managerIds: 'TeamMember', referredById: 'Client' },
  errors: ['InvalidInputError', 'InvalidStateError'],
  returns,
});

mutation('clientUpdate', {
  description: 'Changes a client. An absent field stays as it is, null clears it. SPP: update client (17.4).',
  command: clients.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The client.' }),
    firstName: t.string({ description: 'The first name. Not blank. SPP: `name_f`.' }),
    lastName: t.string({ description: 'The last name. Not blank. SPP: `name_l`.' }),
    email: t.field({
      type: 'EmailAddress',
      description: 'The e-mail address, which nobody else of the organization may have.',
    }),
    ...writable(t),
    expectedVersion: t.int({ description: 'Refuse when the client has another version by now.' }),
  }),
  ids: { id: 'Client', managerIds: 'TeamMember', referredById: 'Client' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('clientDelete', {
  description:
    'Removes a client for good. Refused while it has orders or invoices, deleted ones included: make it inactive instead. Its address stays. SPP: delete client (17.5).',
  command: clients.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The client.' }) }),
  ids: { id: 'Client' },
  errors: ['NotFoundError', 'ConflictError'],
  removes: 'Client',
});
