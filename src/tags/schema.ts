import { connectionType } from '../graphql/connections.ts';
import { objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { listField } from '../graphql/queries.ts';
import * as tags from './commands.ts';
import { tagFilter, tagSort } from './filters.ts';
import { visibleTags } from './policy.ts';

export const Tag = objectType('Tag', 'Tag', {
  description: 'A word that the team files orders under. Clients never see tags.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Tag'),
    name: field.column('name', 'The word. Unique in the organization, whatever the letter case.'),
    version: field.column('version', 'How often it was edited.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Tag', 'Tag', visibleTags);

listField('tags', {
  description: 'The tags, newest first. SPP: list tags (12.1).',
  model: 'Tag',
  type: connectionType(Tag, 'tags'),
  permission: 'tags.read',
  visible: visibleTags,
  filter: tagFilter,
  sort: tagSort,
});

const returns = { tag: { type: Tag, model: 'Tag', description: 'The tag as it is now.' } } as const;

mutation('tagCreate', {
  description: 'Makes a tag. Orders also make the tags that they name.',
  command: tags.create,
  input: (t) => ({ name: t.string({ required: true, description: 'The word: 1 to 255 characters.' }) }),
  errors: ['InvalidInputError'],
  returns,
});

mutation('tagUpdate', {
  description: 'Renames a tag, on everything that carries it.',
  command: tags.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The tag.' }),
    name: t.string({ required: true, description: 'The new word.' }),
    expectedVersion: t.int({ description: 'Refuse when the tag has another version by now.' }),
  }),
  ids: { id: 'Tag' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('tagDelete', {
  description: 'Removes a tag for good, from everything that carries it.',
  command: tags.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The tag.' }) }),
  ids: { id: 'Tag' },
  errors: ['NotFoundError'],
  removes: 'Tag',
});
