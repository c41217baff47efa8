import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { sortInput } from '../graphql/pagination.ts';

const compare = comparatorsOf('Tag');

export const tagFilter = filterInput<'Tag'>('TagFilter', 'Which tags.', {
  id: compare.id('id', 'Tag', 'By id.'),
  name: compare.text('name', 'By name.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
});

export const tagSort = sortInput<'Tag'>('TagSort', {
  NAME: { column: 'name', type: 'text', description: 'The name.' },
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
});
