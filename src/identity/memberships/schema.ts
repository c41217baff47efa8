import { builder } from '../../graphql/builder.ts';
import { extendType } from '../../graphql/fields.ts';
import { figuresOf, figureType } from '../../graphql/figures.ts';
import { mutation } from '../../graphql/mutations.ts';
import { encodeId } from '../../kernel/id.ts';
import { requireViewer, type Viewer } from '../../kernel/viewer.ts';
import { Organization } from '../../organizations/schema.ts';
import { UserKind } from '../roles/schema.ts';
import { User, ViewerType } from '../schema.ts';
import { deliverSession, sessionFields, surroundings } from '../sessions/delivery/schema.ts';
import * as memberships from './commands.ts';
import { organizationsOf } from './loaders.ts';

const ViewerOrganization = figureType('ViewerOrganization', {
  description: 'An organization that the viewer’s account has somebody in.',
  fields: (figure) => ({
    organizationId: figure.value('organization', 'ID', 'The organization’s id: switch to it to see more.'),
    name: figure.value('name', 'String', 'Its name.'),
    slug: figure.value('slug', 'String', 'Its name in addresses.'),
    kind: figure.value('user_kind', UserKind, 'On which side of its counter the account’s person stands.'),
    isCurrent: figure.value('is_current', 'Boolean', 'Whether it is the viewer’s organization.'),
    isOwner: figure.value('is_owner', 'Boolean', 'Whether the account’s person owns it.'),
    archivedAt: figure.value('archived_at', 'DateTime', 'Since when it is closed. Null while it is open.', {
      nullable: true,
    }),
  }),
});

builder.objectFields(ViewerType, (t) => ({
  organizations: t.field({
    type: [ViewerOrganization],
    nullable: false,
    description:
      'Every organization that the viewer’s account may act in, by name, and the closed ones that it owns. Of a token, and of a session that is no account’s, the viewer’s own.',
    ...(figuresOf((viewer: Viewer) => {
      requireViewer(viewer);
      return organizationsOf(viewer);
    }) as object),
  } as never),
}));

extendType(Organization, 'Organization', (field) => ({
  owner: field.person(
    'ownerId',
    User,
    'Who owns it: an administrator, who alone can close it, hand it on, and say which issuers vouch for its people.',
  ),
}));

mutation('organizationCreate', {
  description:
    'Founds another organization, with the viewer’s account as its owner. It has what every organization has at first; `sessionSwitch` goes there. An account owns five at most. Refused for who is signed in to no account (NO_ACCOUNT).',
  command: memberships.create,
  input: (t) => ({
    name: t.string({ required: true, description: 'The name that clients will know: 1 to 255 characters.' }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  extra: (t) => ({
    organizationId: t.id({
      nullable: false,
      description: 'The new organization’s id. It is another than the viewer’s: switch to see it.',
      resolve: ({ id }) => encodeId('Organization', id),
    }),
    name: t.string({ nullable: false, description: 'Its name.', resolve: ({ name }) => name }),
  }),
});

mutation('sessionSwitch', {
  description:
    'Goes on in another organization of the viewer’s account: gives a session there and ends the one of the request. It ends when that would have ended, at the latest. Refused for who is signed in to no account (NO_ACCOUNT).',
  command: memberships.switchTo,
  provide: surroundings,
  input: (t) => ({
    organizationId: t.id({ required: true, description: 'Where to go on.' }),
  }),
  ids: { organizationId: 'Organization' },
  errors: ['InvalidInputError', 'InvalidStateError'],
  deliver: deliverSession,
  extra: (t) => ({
    ...sessionFields(t as never),
    organizationId: t.id({
      nullable: false,
      description: 'The organization that the session is in.',
      resolve: ({ organizationId }) => encodeId('Organization', organizationId),
    }),
  }),
});

mutation('organizationLeave', {
  description:
    'Leaves the viewer’s organization. A team member may not act there any more; a client stays one, without an account. What they did stays; their sessions and API tokens there end. Its owner can’t leave (IS_THE_OWNER). Refused for who is signed in to no account (NO_ACCOUNT).',
  command: memberships.leave,
  input: (t) => ({
    name: t.string({
      required: true,
      description: 'The organization’s name, as proof that it is the one that is meant.',
    }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError'],
  extra: (t) => ({
    leftId: t.id({
      nullable: false,
      description: 'The organization that the viewer has left.',
      resolve: ({ id }) => encodeId('Organization', id),
    }),
  }),
});

mutation('organizationTransferOwnership', {
  description:
    'Makes another active administrator the owner of the viewer’s organization. Only the owner may, signed in (NOT_THE_OWNER), with the account’s password where it has one (WRONG_PASSWORD). Refused for who is no administrator (NOT_AN_ADMINISTRATOR), has no account (NO_ACCOUNT), and for who is signed in to none.',
  command: memberships.transferOwnership,
  provide: surroundings,
  input: (t) => ({
    ownerId: t.id({ required: true, description: 'The team member who is to own it.' }),
    password: t.string({ description: 'The password of the viewer’s account. Needed where it has one.' }),
  }),
  ids: { ownerId: 'TeamMember' },
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  returns: {
    organization: { type: Organization, model: 'Organization', description: 'The organization as it is now.' },
  },
});
