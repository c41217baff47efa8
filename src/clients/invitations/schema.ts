import { mutation } from '../../graphql/mutations.ts';
import { returnsInvitation } from '../../identity/invitations/schema.ts';
import * as invitations from './commands.ts';

mutation('clientInvite', {
  description:
    'Asks a client by mail to the portal: with an account it signs in there by itself. The link is good once, for seven days. Refused for a client that may not act (INACTIVE) or has an account (HAS_ACCOUNT), while an invitation waits (INVITED), and by a server without a secret (LINKS_NOT_CONFIGURED).',
  command: invitations.invite,
  provide: ({ settings }) => ({ settings }),
  input: (t) => ({ id: t.id({ required: true, description: 'The client.' }) }),
  ids: { id: 'Client' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  returns: returnsInvitation,
});
