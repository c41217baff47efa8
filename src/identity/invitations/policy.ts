import type { Prisma } from '../../generated/prisma/client.ts';
import { gradeOf, type Viewer } from '../../kernel/viewer.ts';
import { nothing } from '../policy.ts';

/**
 * Those to the team are seen by who may send such; those of clients by who may send them to all clients, else by who has sent
 * them.
 */
export function visibleInvitations(viewer: Viewer): Prisma.InvitationWhereInput {
  const toTeam = gradeOf(viewer, 'invitations.create') > 0;
  const ofClients = gradeOf(viewer, 'clients.invite');
  const seen: Prisma.InvitationWhereInput[] = [
    ...(toTeam ? [{ kind: 'STAFF' }] : []),
    ...(ofClients === 3 ? [{ kind: 'CLIENT' }] : []),
    ...(ofClients > 0 && ofClients < 3 ? [{ kind: 'CLIENT', inviterId: viewer.userId ?? '' }] : []),
  ];
  if (seen.length === 0) return nothing;
  return seen.length === 1 ? (seen[0] as Prisma.InvitationWhereInput) : { OR: seen };
}
