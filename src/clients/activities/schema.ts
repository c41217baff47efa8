import { connectionType } from '../../graphql/connections.ts';
import { extendType, objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { newestFirst } from '../../graphql/pagination.ts';
import { singleField } from '../../graphql/queries.ts';
import { User } from '../../identity/schema.ts';
import { decodeId } from '../../kernel/id.ts';
import { visibleActivities } from '../policy.ts';
import { Client } from '../schema.ts';
import * as activities from './commands.ts';

const ClientActivity = objectType('ClientActivity', 'ClientActivity', {
  description: 'What the team noted about a client: a call, an agreement, a plan. Clients never see any.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('ClientActivity'),
    client: field.relation('client', 'The client whom it is about.', { type: Client }),
    content: field.column('content', 'What was noted.'),
    author: field.person('authorId', User, 'Who noted it. Null once the person is deleted.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was noted.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('ClientActivity', 'ClientActivity', visibleActivities);

extendType(Client, 'User', (field) => ({
  activities: field.connection<'ClientActivity'>(
    'activities',
    'What the team noted about the client, newest first. Empty for clients. SPP: list client activities (16.1).',
    { type: connectionType(ClientActivity, 'client activities'), where: visibleActivities, order: newestFirst },
  ),
}));

singleField('clientActivity', {
  description: 'One activity of a client. SPP: retrieve client activity (16.3).',
  model: 'ClientActivity',
  type: ClientActivity,
  permission: 'clientActivities.read',
  idDescription: 'The activity.',
  find: (viewer, { id }) => {
    const uuid = decodeId('ClientActivity', id ?? '');
    return uuid === null ? null : { AND: [visibleActivities(viewer), { id: uuid }] };
  },
});

const returns = {
  clientActivity: { type: ClientActivity, model: 'ClientActivity', description: 'The activity as it is now.' },
} as const;

mutation('clientActivityCreate', {
  description: 'Notes something about a client, in the viewer’s name. SPP: create client activity (16.2).',
  command: activities.create,
  input: (t) => ({
    clientId: t.id({ required: true, description: 'The client whom it is about.' }),
    content: t.string({ required: true, description: 'What is noted: 1 to 10 000 characters.' }),
  }),
  ids: { clientId: 'Client' },
  errors: ['NotFoundError', 'InvalidInputError'],
  returns,
});

mutation('clientActivityUpdate', {
  description: 'Changes what was noted. The author stays. SPP: update client activity (16.4).',
  command: activities.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The activity.' }),
    content: t.string({ description: 'What is noted: 1 to 10 000 characters.' }),
    expectedVersion: t.int({ description: 'Refuse when the activity has another version by now.' }),
  }),
  ids: { id: 'ClientActivity' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('clientActivityDelete', {
  description: 'Removes an activity for good. SPP: delete client activity (16.5).',
  command: activities.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The activity.' }) }),
  ids: { id: 'ClientActivity' },
  errors: ['NotFoundError'],
  removes: 'ClientActivity',
});
