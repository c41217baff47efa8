import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { enumType } from '../graphql/enums.ts';
import { sortInput } from '../graphql/pagination.ts';
import type { Status } from './rules.ts';

export const SubscriptionStatus = enumType<Status>('SubscriptionStatus', 'How a subscription stands.', {
  CANCELED: 'Somebody ended it. SPP: 0.',
  ACTIVE: 'It renews when its period ends. SPP: 1.',
  PAUSED: 'It does not renew until it is resumed. SPP: 2.',
  PAST_DUE: 'Its renewal could not be charged; it is tried again. SPP: 3.',
  EXPIRED: 'The last try failed, too: it has ended. SPP: 4.',
});

const compare = comparatorsOf('Subscription');

export const subscriptionFilter = filterInput<'Subscription'>('SubscriptionFilter', 'Which subscriptions.', {
  id: compare.id('id', 'Subscription', 'By id.'),
  number: compare.text('number', 'By number.'),
  clientId: compare.id('clientId', 'Client', 'By client. SPP: `user_id`.'),
  status: compare.code('status', SubscriptionStatus, 'By status.'),
  currentPeriodEnd: compare.instant('currentPeriodEnd', 'By the end of the current period. SPP: `current_period_end`.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
});

export const subscriptionSort = sortInput<'Subscription'>('SubscriptionSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  CURRENT_PERIOD_END: {
    column: 'currentPeriodEnd',
    type: 'instant',
    description: 'The end of the current period. SPP: `current_period_end`.',
  },
  NUMBER: { column: 'number', type: 'text', description: 'The number.' },
});
