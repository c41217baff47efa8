import { Client } from '../clients/schema.ts';
import { connectionType } from '../graphql/connections.ts';
import { extendType, objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { newestFirst } from '../graphql/pagination.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { decodeId } from '../kernel/id.ts';
import { Order, ordersBeneath } from '../orders/schema.ts';
import { PeriodUnitRef } from '../services/schema.ts';
import * as subscriptions from './commands.ts';
import { SubscriptionStatus, subscriptionFilter, subscriptionSort } from './filters.ts';
import { visibleSubscriptions } from './policy.ts';

export const Subscription = objectType('Subscription', 'Subscription', {
  description:
    'What a client pays again and again. It begins when a recurring invoice is paid; nobody creates or deletes it.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Subscription'),
    number: field.column('number', 'Its number for people: 8 upper-case letters and digits.'),
    client: field.relation('client', 'Who pays.', { type: Client }),
    status: field.code('status', SubscriptionStatus, 'How it stands.'),
    amount: field.money(
      'amount',
      'currency',
      'What one period costs, without tax and coupon: as its newest invoice was made.',
    ),
    periodLength: field.column('periodLength', 'How long a period is. SPP: `r_period_l`.'),
    periodUnit: field.code('periodUnit', PeriodUnitRef, 'What it is counted in. SPP: `r_period_t`.'),
    currentPeriodStart: field.column('currentPeriodStart', 'When the period that is paid for began.'),
    currentPeriodEnd: field.column(
      'currentPeriodEnd',
      'When the period that is paid for ends, and it renews. SPP: `current_period_end`.',
    ),
    cancelAtPeriodEnd: field.column('cancelAtPeriodEnd', 'Whether it ends then instead of renewing.'),
    paymentCount: field.column(
      'paymentCount',
      'How many of its invoices were paid, the first included. SPP: `payment_count`.',
    ),
    failedAttempts: field.column(
      'failedAttempts',
      'How often its open renewal could not be charged. 0 when all is well.',
    ),
    nextActionAt: field.column(
      'nextActionAt',
      'When it is renewed, ended, or its charge is tried again. Null when nothing is planned: it waits for a payment by hand, is paused or has ended.',
    ),
    pausedAt: field.column('pausedAt', 'When it was paused. Null unless it is.'),
    endedAt: field.column('endedAt', 'When it was canceled or expired. Null unless it has ended.'),
    processorId: field.column(
      'processorId',
      'Its id at a processor that bills by itself, from an old integration. Null otherwise. SPP: `processor_id`.',
      { staffOnly: true },
    ),
    orders: field.connection<'Order'>(
      'orders',
      'The orders that its payments made, as far as the viewer may see them, newest first. SPP answers their numbers as `orders`.',
      ordersBeneath,
    ),
    version: field.column('version', 'How often it was changed. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it began.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Subscription', 'Subscription', visibleSubscriptions);

const subscriptionsConnection = connectionType(Subscription, 'subscriptions');

listField('subscriptions', {
  description: 'The subscriptions that the viewer may see, newest first. SPP: list subscriptions (11.1).',
  model: 'Subscription',
  type: subscriptionsConnection,
  permission: 'subscriptions.read',
  visible: visibleSubscriptions,
  filter: subscriptionFilter,
  sort: subscriptionSort,
});

singleField('subscription', {
  description: 'One subscription, by id or number. SPP: retrieve subscription (11.2).',
  model: 'Subscription',
  type: Subscription,
  permission: 'subscriptions.read',
  idDescription: 'The subscription’s id; its number is accepted, too.',
  numberDescription: 'The subscription’s number. Give this or `id`.',
  find: (viewer, { id, number }) => {
    // No number has a NUL, and PostgreSQL takes none to compare with.
    if (id?.includes('\0') || number?.includes('\0')) return null;
    const uuid = id == null ? null : decodeId('Subscription', id);
    const named = id == null ? {} : uuid === null ? { number: id } : { id: uuid };
    return { AND: [visibleSubscriptions(viewer), named, number == null ? {} : { number }] };
  },
});

extendType(Client, 'User', (field) => ({
  subscriptions: field.connection<'Subscription'>(
    'subscriptions',
    'What the client pays again and again, as far as the viewer may see it, newest first.',
    { type: subscriptionsConnection, where: visibleSubscriptions, order: newestFirst, sort: subscriptionSort },
  ),
}));

extendType(Order, 'Order', (field) => ({
  subscription: field.relation(
    'subscription',
    'The subscription whose payment made it. Null without one, or when the viewer may not see it.',
    { type: Subscription, visible: visibleSubscriptions },
  ),
}));

// ------------------------------------------------------------------ mutations

const returns = {
  subscription: { type: Subscription, model: 'Subscription', description: 'The subscription as it is now.' },
} as const;
const ids = { id: 'Subscription' } as const;
const errors = ['NotFoundError', 'InvalidStateError', 'ConflictError'] as const;
const idDescription = 'The subscription, by id or number.';
const versionDescription = 'Refuse when the subscription has another version by now.';

mutation('subscriptionUpdate', {
  description:
    'Writes the status of a subscription. CANCELED ends it at once, PAUSED pauses it, ACTIVE resumes it; PAST_DUE and EXPIRED are the engine’s own, and may be written. SPP: update subscription (11.3).',
  command: subscriptions.update,
  input: (t) => ({
    id: t.id({ required: true, description: idDescription }),
    status: t.field({
      type: SubscriptionStatus,
      description: 'How it is to stand. Absent, null or the status that it has: nothing happens.',
    }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
  ids,
  errors,
  returns,
});

mutation('subscriptionCancel', {
  description:
    'Ends a subscription: no further invoice is made. One that is owed stays owed. SPP: update subscription (11.3) to 0.',
  command: subscriptions.cancel,
  input: (t) => ({
    id: t.id({ required: true, description: idDescription }),
    atPeriodEnd: t.boolean({
      description:
        'True: when the period that is paid for ends; `subscriptionResume` takes it back. Without it at once.',
    }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
  ids,
  errors,
  returns,
});

mutation('subscriptionPause', {
  description:
    'Stops the renewals of an active or past-due subscription, until it is resumed. SPP: update subscription (11.3) to 2.',
  command: subscriptions.pause,
  input: (t) => ({
    id: t.id({ required: true, description: idDescription }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
  ids,
  errors,
  returns,
});

mutation('subscriptionResume', {
  description:
    'Lets a subscription that is paused, past due or has ended go on, or takes back that it is to end. When its period is over it is due at once, and its billing date moves. SPP: update subscription (11.3) to 1.',
  command: subscriptions.resume,
  input: (t) => ({
    id: t.id({ required: true, description: idDescription }),
    expectedVersion: t.int({ description: versionDescription }),
  }),
  ids,
  errors,
  returns,
});
