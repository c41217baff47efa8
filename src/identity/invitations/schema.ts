import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import { Role, UserKind } from '../roles/schema.ts';
import { User } from '../schema.ts';
import { deliverSession, deviceName, sessionFields, surroundings } from '../sessions/delivery/schema.ts';
import { organizationFields } from '../sign-in/schema.ts';
import * as acceptance from './acceptance/commands.ts';
import * as invitations from './commands.ts';
import { InvitationStatusRef, invitationFilter, invitationSort } from './filters.ts';
import { visibleInvitations } from './policy.ts';

export const Invitation = objectType('Invitation', 'Invitation', {
  description: 'Somebody is asked to join: the team, or the portal as the client that they are.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Invitation'),
    kind: field.code('kind', UserKind, 'Whether it is to the team, or to a client.'),
    email: field.column('email', 'Who is asked, in lower case. Whoever accepts has an account with this address.'),
    status: field.code('status', InvitationStatusRef, 'What has become of it.'),
    role: field.relation('role', 'What the person will be able to do. Null once that role is deleted.', { type: Role }),
    user: field.person(
      'userId',
      User,
      'Who comes of it: the client, or the team member. Null while nobody of the team has come.',
    ),
    inviter: field.person('inviterId', User, 'Who asked. Null when that person is deleted.'),
    sentAt: field.column('sentAt', 'When the mail was last asked for.'),
    expiresAt: field.column('expiresAt', 'Until when it is good.'),
    acceptedAt: field.column('acceptedAt', 'When it was accepted. Null unless it was.'),
    declinedAt: field.column('declinedAt', 'When it was declined. Null unless it was.'),
    revokedAt: field.column('revokedAt', 'When it was taken back. Null unless it was.'),
    version: field.column('version', 'How often it was changed.'),
    createdAt: field.column('createdAt', 'When it was sent first.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Invitation', 'Invitation', visibleInvitations);

listField('invitations', {
  description:
    'Invitations, newest first: those to the team for who may send such, those to clients for who may send them to all; whoever may do that for some clients sees their own.',
  model: 'Invitation',
  type: connectionType(Invitation, 'invitations'),
  permission: 'invitations.read',
  visible: visibleInvitations,
  filter: invitationFilter,
  sort: invitationSort,
});

/** What is answered about an invitation by who may send some. */
export const returnsInvitation = {
  invitation: { type: Invitation, model: 'Invitation', description: 'The invitation as it is now.' },
} as const;

mutation('invitationCreate', {
  description:
    'Asks somebody by mail to join the team. The link is good once, for seven days. Nothing is told about whether the address has an account. Who was of the team before, or has no account yet, is asked to come as who they are. Refused by a server without a secret (LINKS_NOT_CONFIGURED).',
  command: invitations.create,
  provide: ({ settings }) => ({ settings }),
  input: (t) => ({
    email: t.field({ type: 'EmailAddress', required: true, description: 'Who is asked.' }),
    roleId: t.id({
      required: true,
      description: 'What they will be able to do: a role of the team, no more than the viewer has.',
    }),
    groupId: t.id({ description: 'The group that they will be in. Without it: none.' }),
  }),
  ids: { roleId: 'Role', groupId: 'TeamGroup' },
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  returns: returnsInvitation,
});

mutation('invitationResend', {
  description:
    'Sends an invitation again, which is good for another seven days; the link of the mail before ends. Refused when it waits no more (NOT_PENDING), and within five minutes (TOO_SOON).',
  command: invitations.resend,
  provide: ({ settings }) => ({ settings }),
  input: (t) => ({ id: t.id({ required: true, description: 'The invitation.' }) }),
  ids: { id: 'Invitation' },
  errors: ['NotFoundError', 'InvalidStateError'],
  returns: returnsInvitation,
});

mutation('invitationRevoke', {
  description:
    'Takes an invitation back: its link opens nothing any more. Refused when it waits no more (NOT_PENDING).',
  command: invitations.revoke,
  input: (t) => ({ id: t.id({ required: true, description: 'The invitation.' }) }),
  ids: { id: 'Invitation' },
  errors: ['NotFoundError', 'InvalidStateError'],
  returns: returnsInvitation,
});

const token = 'The token in the link that was sent.';

mutation('invitationAccept', {
  description:
    'Accepts an invitation and signs in to its organization. Who is signed in to the account with the invited address needs the token only, and the session of the request ends; an account with another address is refused (ANOTHER_ADDRESS). Who has such an account and is not signed in to it gives its password (WRONG_CREDENTIALS), and a code where it asks for one (TWO_FACTOR_NEEDED, WRONG_CODE). Who has none makes one: with a name, unless it is known, and a password. A link that is not good any more is refused, whatever the reason (LINK_SPENT).',
  command: acceptance.accept,
  provide: surroundings,
  input: (t) => ({
    token: t.string({ required: true, description: token }),
    firstName: t.string({ description: 'Of who has no account: the first name, 1 to 255 characters.' }),
    lastName: t.string({ description: 'Of who has no account: the last name, 1 to 255 characters.' }),
    password: t.string({
      description:
        'Of who is not signed in to the account: its password, or the one that a new account is to have. With it, whoever is signed in does not matter.',
    }),
    code: t.string({ description: 'A code of the authenticator, or a recovery code, where the account asks for one.' }),
    deviceName: deviceName(t),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  deliver: deliverSession,
  extra: (t) => ({ ...sessionFields(t as never), ...organizationFields(t as never) }),
});

mutation('invitationDecline', {
  description:
    'Says no to an invitation. A link that is not good any more is refused, whatever the reason (LINK_SPENT).',
  command: acceptance.decline,
  provide: surroundings,
  input: (t) => ({ token: t.string({ required: true, description: token }) }),
  errors: ['InvalidStateError', 'LimitReachedError'],
  extra: (t) => ({
    organizationName: t.string({
      nullable: false,
      description: 'Whose invitation it was.',
      resolve: ({ organizationName }) => organizationName,
    }),
  }),
});
