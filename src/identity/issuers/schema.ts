import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import * as issuers from './commands.ts';
import { visibleIssuers } from './policy.ts';

const Issuer = objectType('Issuer', 'Issuer', {
  description:
    'Who vouches for the organization’s people, by OpenID Connect: its own, such as the directory of a company. A session that it gives is the person’s in this organization, and leads to no other.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Issuer'),
    name: field.column('name', 'What its button says. Unique in the organization, whatever the letter case.'),
    address: field.column(
      'address',
      'Where it tells about itself, letter by letter as it calls itself. It never changes.',
    ),
    applicationId: field.column('applicationId', 'What it calls us: OAuth’s client id.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was added.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Issuer', 'Issuer', visibleIssuers);

listField('issuers', {
  description: 'The issuers of the organization’s own, newest first.',
  model: 'Issuer',
  type: connectionType(Issuer, 'issuers'),
  permission: 'issuers.read',
  visible: visibleIssuers,
});

const returns = { issuer: { type: Issuer, model: 'Issuer', description: 'The issuer as it is now.' } } as const;

const secretMeaning = 'The secret that it gave us: OAuth’s client secret. It is kept encrypted and never told again.';

mutation('issuerCreate', {
  description:
    'Adds an issuer of the organization’s own, which is asked about itself first. Whoever it vouches for by a verified e-mail address can sign in as the active person who has it. Only the owner may, signed in (NOT_THE_OWNER).',
  command: issuers.create,
  input: (t) => ({
    name: t.string({ required: true, description: 'What its button says: 1 to 100 characters.' }),
    address: t.string({
      required: true,
      description:
        'Where it tells about itself, such as https://accounts.google.com: letter by letter as it calls itself.',
    }),
    applicationId: t.string({ required: true, description: 'What it calls us: OAuth’s client id.' }),
    applicationSecret: t.string({ description: `${secretMeaning} None where it asks for none.` }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  returns,
});

mutation('issuerUpdate', {
  description:
    'Changes an issuer’s name, or what we are to it. An absent field stays. Its address never changes: delete it, and add another. Only the owner may, signed in (NOT_THE_OWNER).',
  command: issuers.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The issuer.' }),
    name: t.string({ description: 'What its button says.' }),
    applicationId: t.string({ description: 'What it calls us.' }),
    applicationSecret: t.string({ description: `${secretMeaning} Null: it asks for none.` }),
    expectedVersion: t.int({ description: 'Refuse when the issuer has another version by now.' }),
  }),
  ids: { id: 'Issuer' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns,
});

mutation('issuerDelete', {
  description:
    'Deletes an issuer, and ends at once the sessions that it vouched for. Only the owner may, signed in (NOT_THE_OWNER).',
  command: issuers.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The issuer.' }) }),
  ids: { id: 'Issuer' },
  errors: ['NotFoundError', 'InvalidStateError'],
  removes: 'Issuer',
});
