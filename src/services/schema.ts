import type { InputFieldBuilder } from '@pothos/core';
import type { Types } from '../graphql/builder.ts';
import { asksForDeleted } from '../graphql/comparators.ts';
import { prettyAmountOf } from '../graphql/compiler/formats.ts';
import { sql } from '../graphql/compiler/sql.ts';
import { connectionType } from '../graphql/connections.ts';
import { enumType } from '../graphql/enums.ts';
import { extendType, objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { decodeId } from '../kernel/id.ts';
import { prettyAmount } from '../kernel/money.ts';
import { TeamMember } from '../team/schema.ts';
import * as services from './commands.ts';
import { ServiceRecurrence, serviceFilter, serviceSort } from './filters.ts';
import { ServiceFolder } from './folders/schema.ts';
import { addonsOfService, employeesOfService, parentsOfService } from './loaders.ts';
import { deletedServices, visibleServices } from './policy.ts';
import type { PeriodUnit, RecurringAction } from './rules.ts';

export const PeriodUnitRef = enumType<PeriodUnit>('PeriodUnit', 'What a period is counted in.', {
  DAY: 'Days. SPP: `D`.',
  WEEK: 'Weeks. SPP: `W`.',
  MONTH: 'Months. SPP: `M`.',
  YEAR: 'Years. SPP: `Y`.',
});

const RecurringActionRef = enumType<RecurringAction>('RecurringAction', 'What happens on each recurring payment.', {
  NONE: 'Nothing: the order stays open. SPP: 0.',
  CREATE_ORDER: 'A new order is placed. SPP: 1.',
  REOPEN_ORDER: 'The order is reopened. SPP: 2.',
  CLIENT_REQUESTS: 'The client may ask for new orders. SPP: 3.',
});

export const Service = objectType('Service', 'Service', {
  description: 'What the organization sells.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Service'),
    name: field.column('name', 'What it is called.'),
    description: field.column('description', 'What the client gets. Null when nothing is said.'),
    image: field.column('image', 'The address of its picture. Null without one.'),
    folder: field.relation('folder', 'The folder that it is filed in. Null when it is unfiled. SPP: `folder_id`.', {
      type: ServiceFolder,
      staffOnly: true,
    }),
    recurring: field.code('recurring', ServiceRecurrence, 'How it is paid for.'),
    isRecurring: field.computed(
      ['recurring'],
      'Boolean',
      'Whether it is paid for again and again.',
      ({ recurring }) => recurring !== 'ONE_TIME',
      { expression: (service) => sql`${service.column('recurring')} <> 'ONE_TIME'` },
    ),
    currency: field.column('currency', 'The currency of its prices.'),
    price: field.money(
      'price',
      'currency',
      'The one-time price; of a recurring service the price on display. Null without one.',
    ),
    prettyPrice: field.computed(
      ['price', 'currency'],
      'String',
      'The price for people: `$49.00`, `CHF 7.00`. Null without a price. SPP: `pretty_price`.',
      ({ price, currency }) => (price === null ? null : prettyAmount(price, currency)),
      {
        nullable: true,
        expression: (service) =>
          prettyAmountOf({ amount: service.column('price'), currency: service.column('currency') }),
      },
    ),
    firstPrice: field.money(
      'firstPrice',
      'currency',
      'The price of the first period. Null: as the recurring one. SPP: `f_price`.',
    ),
    firstPeriodLength: field.column('firstPeriodLength', 'How long the first period is. SPP: `f_period_l`.'),
    firstPeriodUnit: field.code(
      'firstPeriodUnit',
      PeriodUnitRef,
      'What the first period is counted in. SPP: `f_period_t`.',
    ),
    recurringPrice: field.money('recurringPrice', 'currency', 'The price of each following period. SPP: `r_price`.'),
    recurringPeriodLength: field.column(
      'recurringPeriodLength',
      'How long each following period is. SPP: `r_period_l`.',
    ),
    recurringPeriodUnit: field.code('recurringPeriodUnit', PeriodUnitRef, 'What it is counted in. SPP: `r_period_t`.'),
    recurringAction: field.code(
      'recurringAction',
      RecurringActionRef,
      'What happens on each recurring payment. Null when nothing was said.',
    ),
    deadlineDays: field.column(
      'deadlineDays',
      'Days until an order of it is due. Null without a deadline. SPP: `deadline`.',
    ),
    isPublic: field.column('isPublic', 'Whether clients see it. SPP: `public`.'),
    position: field.column('position', 'Its place in lists: lower first. SPP: `sort_order`.'),
    allowsMultipleOrders: field.column(
      'allowsMultipleOrders',
      'Whether a client may have several orders of it at once. SPP: `multi_order`.',
    ),
    takesRequests: field.column(
      'takesRequests',
      'Whether clients may place orders of it themselves. SPP: `request_orders`.',
    ),
    maxActiveRequests: field.column(
      'maxActiveRequests',
      'How many open orders of it a client may have. Null: any number.',
    ),
    groupsQuantities: field.column(
      'groupsQuantities',
      'Whether a quantity makes one order instead of one for each. SPP: `group_quantities`.',
    ),
    metadata: field.column('metadata', 'Whatever programs keep with it, title → value.'),
    employees: field.linked(
      employeesOfService,
      TeamMember,
      'Who is assigned to its orders when nobody else is named, by name. Always empty for clients.',
      {
        staffOnly: true,
      },
    ),
    braintreePlanId: field.column('braintreePlanId', 'The plan at Braintree, from an old integration.', {
      staffOnly: true,
    }),
    hothProductKey: field.column('hothProductKey', 'The product at The HOTH, from an old integration.', {
      staffOnly: true,
    }),
    hothPackageName: field.column('hothPackageName', 'The package at The HOTH, from an old integration.', {
      staffOnly: true,
    }),
    providerId: field.column('providerId', 'The provider, from an old integration.', { staffOnly: true }),
    providerServiceId: field.column('providerServiceId', 'The provider’s service, from an old integration.', {
      staffOnly: true,
    }),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
    deletedAt: field.column('deletedAt', 'When it was deleted. Null while it is live.', { staffOnly: true }),
  }),
});

extendType(Service, 'Service', (field) => ({
  addonTo: field.linked(
    parentsOfService,
    Service,
    'The live services that it is an add-on of, by name. SPP: `addon_to`, `parent_services`.',
  ),
  addons: field.linked(addonsOfService, Service, 'The live services that are add-ons of it, by name.'),
}));

nodeType('Service', 'Service', visibleServices);

listField('services', {
  description: 'The services that the viewer may see, newest first. SPP: list services (10.1).',
  model: 'Service',
  type: connectionType(Service, 'services'),
  permission: 'services.read',
  visible: (viewer, filter) => (asksForDeleted(filter) ? deletedServices(viewer) : visibleServices(viewer)),
  filter: serviceFilter,
  sort: serviceSort,
});

singleField('service', {
  description: 'One service. SPP: retrieve service (10.3).',
  model: 'Service',
  type: Service,
  permission: 'services.read',
  idDescription: 'The service.',
  find: (viewer, { id }) => {
    const uuid = decodeId('Service', id ?? '');
    return uuid === null ? null : { AND: [visibleServices(viewer), { id: uuid }] };
  },
});

// ------------------------------------------------------------------ mutations

function optionalInput(t: InputFieldBuilder<Types, 'InputObject'>) {
  return {
    description: t.string({ description: 'What the client gets.' }),
    price: t.field({ type: 'Decimal', description: 'The one-time price, in the currency of the service.' }),
    firstPrice: t.field({ type: 'Decimal', description: 'The price of the first period. SPP: `f_price`.' }),
    firstPeriodLength: t.int({ description: 'How long the first period is: 1 or more. SPP: `f_period_l`.' }),
    firstPeriodUnit: t.field({ type: PeriodUnitRef, description: 'What it is counted in. SPP: `f_period_t`.' }),
    recurringPrice: t.field({
      type: 'Decimal',
      description: 'The price of each following period: required unless ONE_TIME. SPP: `r_price`.',
    }),
    recurringPeriodLength: t.int({
      description: 'How long each following period is: required unless ONE_TIME. SPP: `r_period_l`.',
    }),
    recurringPeriodUnit: t.field({
      type: PeriodUnitRef,
      description: 'What it is counted in: required unless ONE_TIME. SPP: `r_period_t`.',
    }),
    recurringAction: t.field({ type: RecurringActionRef, description: 'What happens on each recurring payment.' }),
    deadlineDays: t.int({ description: 'Days until an order of it is due: 0 or more. SPP: `deadline`.' }),
    isPublic: t.boolean({ description: 'Whether clients see it: yes, when it is new. SPP: `public`.' }),
    position: t.int({ description: 'Its place in lists. SPP: `sort_order`.' }),
    allowsMultipleOrders: t.boolean({
      description: 'Whether a client may have several orders of it at once. SPP: `multi_order`.',
    }),
    takesRequests: t.boolean({
      description: 'Whether clients may place orders of it themselves. SPP: `request_orders`.',
    }),
    maxActiveRequests: t.int({ description: 'How many open orders of it a client may have. Null: any number.' }),
    groupsQuantities: t.boolean({ description: 'Whether a quantity makes one order. SPP: `group_quantities`.' }),
    metadata: t.field({
      type: 'JSON',
      description:
        'Data of yours: an object, or a list of { title, value } of which the later duplicate wins. Replaces.',
    }),
    folderId: t.id({ description: 'The folder to file it in. Null unfiles. SPP: `folder_id`.' }),
    employeeIds: t.idList({ description: 'Who is assigned to its orders: team members. Replaces. SPP: `employees`.' }),
    parentServiceIds: t.idList({
      description: 'The services that it is an add-on of. Replaces. SPP: `parent_services`.',
    }),
    braintreePlanId: t.string({ description: 'The plan at Braintree, of an old integration.' }),
    hothProductKey: t.string({ description: 'The product at The HOTH, of an old integration.' }),
    hothPackageName: t.string({ description: 'The package at The HOTH, of an old integration.' }),
    providerId: t.int({ description: 'The provider, of an old integration.' }),
    providerServiceId: t.int({ description: 'The provider’s service, of an old integration.' }),
  };
}

const ids = { folderId: 'ServiceFolder', employeeIds: 'TeamMember', parentServiceIds: 'Service' } as const;
const returns = { service: { type: Service, model: 'Service', description: 'The service as it is now.' } } as const;

mutation('serviceCreate', {
  description: 'Puts a service on sale. SPP: create service (10.2).',
  command: services.create,
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is called: 1 to 255 characters.' }),
    recurring: t.field({ type: ServiceRecurrence, required: true, description: 'How it is paid for.' }),
    currency: t.field({ type: 'CurrencyCode', required: true, description: 'The currency of its prices.' }),
    ...optionalInput(t),
  }),
  ids,
  errors: ['InvalidInputError'],
  returns,
});

mutation('serviceUpdate', {
  description:
    'Changes a service. An absent field stays, null clears it, lists and metadata replace. Orders keep what they were sold as. SPP: update service (10.4).',
  command: services.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The service.' }),
    name: t.string({ description: 'What it is called: 1 to 255 characters.' }),
    recurring: t.field({ type: ServiceRecurrence, description: 'How it is paid for.' }),
    currency: t.field({ type: 'CurrencyCode', description: 'The currency of its prices.' }),
    ...optionalInput(t),
    expectedVersion: t.int({ description: 'Refuse when the service has another version by now.' }),
  }),
  ids: { id: 'Service', ...ids },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('serviceDelete', {
  description:
    'Takes a service off sale and out of sight. Its orders stay. `serviceRestore` brings it back. SPP: delete service (10.5).',
  command: services.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The service.' }) }),
  ids: { id: 'Service' },
  errors: ['NotFoundError'],
  removes: 'Service',
});

mutation('serviceRestore', {
  description: 'Brings a deleted service back as it was. SPP has no such operation.',
  command: services.restore,
  input: (t) => ({ id: t.id({ required: true, description: 'The deleted service.' }) }),
  ids: { id: 'Service' },
  errors: ['NotFoundError'],
  returns,
});
