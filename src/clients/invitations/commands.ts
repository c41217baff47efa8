import { requireSecret } from '../../identity/codes/rules.ts';
import { invite as ask, uniques } from '../../identity/invitations/commands.ts';
import { checkClient } from '../../identity/invitations/rules.ts';
import { command } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import { lockClient } from '../commands.ts';

/** Asks a client to the portal, as the client that it is. Announces `invitation.created`. */
export const invite = command(
  'clients.invite',
  async (tx, viewer, { id, settings }: { id: string; settings: Settings }) => {
    const secret = requireSecret(settings.secret);
    const client = await lockClient(tx, viewer, id, 'clients.invite');
    checkClient(client);
    const { email, roleId } = client;
    return await ask(tx, viewer, { kind: 'CLIENT', email, roleId, groupId: null, userId: id }, secret);
  },
  uniques,
);
