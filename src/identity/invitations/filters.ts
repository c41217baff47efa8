import { comparatorsOf, filterInput } from '../../graphql/comparators.ts';
import { enumType } from '../../graphql/enums.ts';
import { sortInput } from '../../graphql/pagination.ts';
import { UserKind } from '../roles/schema.ts';
import type { InvitationStatus } from './rules.ts';

export const InvitationStatusRef = enumType<InvitationStatus>('InvitationStatus', 'What has become of an invitation.', {
  PENDING: 'It waits, for as long as it is good.',
  ACCEPTED: 'Somebody has come.',
  DECLINED: 'Somebody does not want to come.',
  REVOKED: 'It was taken back.',
  EXPIRED: 'Nobody has answered in time.',
});

const compare = comparatorsOf('Invitation');

export const invitationFilter = filterInput<'Invitation'>('InvitationFilter', 'Which invitations.', {
  id: compare.id('id', 'Invitation', 'By id.'),
  kind: compare.code('kind', UserKind, 'By whether they are to the team or to clients.'),
  email: compare.text('email', 'By the address.'),
  status: compare.code('status', InvitationStatusRef, 'By what has become of them.'),
  inviterId: compare.id('inviterId', 'TeamMember', 'By who sent them.'),
  expiresAt: compare.instant('expiresAt', 'By until when they are good.'),
  createdAt: compare.instant('createdAt', 'By when they were sent first.'),
});

export const invitationSort = sortInput<'Invitation'>('InvitationSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'When they were sent first.' },
});
