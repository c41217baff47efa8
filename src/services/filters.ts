import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { enumType } from '../graphql/enums.ts';
import { sortInput } from '../graphql/pagination.ts';
import type { Recurrence } from './rules.ts';

export const ServiceRecurrence = enumType<Recurrence>('ServiceRecurrence', 'How a service is paid for.', {
  ONE_TIME: 'Once, its price. SPP: 0.',
  RECURRING: 'The first price for the first period, then the recurring price every period. SPP: 1.',
  TRIAL: 'A trial or set-up fee first, then as a recurring service. SPP: 2.',
});

const compare = comparatorsOf('Service');

export const serviceFilter = filterInput<'Service'>('ServiceFilter', 'Which services.', {
  id: compare.id('id', 'Service', 'By id.'),
  name: compare.text('name', 'By name.'),
  recurring: compare.code('recurring', ServiceRecurrence, 'By how it is paid for.'),
  isPublic: compare.boolean('isPublic', 'By whether clients see it. SPP: `public`.'),
  price: compare.decimal('price', 'By price, whatever the currency.'),
  currency: compare.text('currency', 'By currency.'),
  folderId: compare.id('folderId', 'ServiceFolder', 'By folder; `eq: null` finds the unfiled ones. SPP: `folder_id`.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
  isDeleted: compare.deleted('True: the deleted services, for those who may restore them, instead of the live ones.'),
});

export const serviceSort = sortInput<'Service'>('ServiceSort', {
  ID: {
    column: 'id',
    type: 'uuid',
    description: 'The id: the order in which services were entered, whatever their creation says.',
  },
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  NAME: { column: 'name', type: 'text', description: 'The name.' },
  POSITION: { column: 'position', type: 'integer', description: 'The place in lists. SPP: `sort_order`.' },
  PRICE: { column: 'price', type: 'decimal', nullable: true, description: 'The price, whatever the currency.' },
  RECURRING: { column: 'recurring', type: 'text', description: 'How it is paid for, in alphabetical order.' },
  IS_PUBLIC: {
    column: 'isPublic',
    type: 'boolean',
    description: 'Whether clients see it: no before yes. SPP: `public`.',
  },
});
