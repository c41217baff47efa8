import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import { visibleFolders } from '../policy.ts';
import * as folders from './commands.ts';

export const ServiceFolder = objectType('ServiceFolder', 'ServiceFolder', {
  description: 'A folder of the team’s list of services. Folders are flat.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('ServiceFolder'),
    name: field.column('name', 'Its name. Unique in the organization, whatever the letter case.'),
    position: field.column('position', 'Its place in lists: lower first. SPP: `sort_order`.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('ServiceFolder', 'ServiceFolder', visibleFolders);

listField('serviceFolders', {
  description: 'The folders of services, by position.',
  model: 'ServiceFolder',
  type: connectionType(ServiceFolder, 'folders of services'),
  permission: 'serviceFolders.read',
  visible: visibleFolders,
  order: [{ key: { column: 'position', type: 'integer' }, direction: 'asc' }],
});

const returns = {
  serviceFolder: { type: ServiceFolder, model: 'ServiceFolder', description: 'The folder as it is now.' },
} as const;

mutation('serviceFolderCreate', {
  description: 'Makes a folder of services.',
  command: folders.create,
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name: 1 to 255 characters, unique in the organization.' }),
    position: t.int({ description: 'Its place in lists, 0 without it.' }),
  }),
  errors: ['InvalidInputError'],
  returns,
});

mutation('serviceFolderUpdate', {
  description: 'Renames or moves a folder of services.',
  command: folders.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The folder.' }),
    name: t.string({ description: 'Its name.' }),
    position: t.int({ description: 'Its place in lists.' }),
    expectedVersion: t.int({ description: 'Refuse when the folder has another version by now.' }),
  }),
  ids: { id: 'ServiceFolder' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('serviceFolderDelete', {
  description: 'Removes a folder for good. Its services stay, unfiled.',
  command: folders.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The folder.' }) }),
  ids: { id: 'ServiceFolder' },
  errors: ['NotFoundError'],
  removes: 'ServiceFolder',
});
