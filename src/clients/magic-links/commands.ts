import { createSession } from '../../identity/sessions/commands.ts';
import type { Device } from '../../identity/sessions/rules.ts';
import { command } from '../../kernel/command.ts';
import type { Database } from '../../kernel/db.ts';
import type { Settings } from '../../kernel/env.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { addHours, now } from '../../kernel/time.ts';
import { hashToken } from '../../kernel/tokens.ts';
import { anonymousViewer, organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { lockClient } from '../commands.ts';
import * as rules from './rules.ts';

/** A link for a client. Laws 1 to 4. Announces `magic_link.created` when it is a new one. */
export const create = command(
  'magicLinks.create',
  async (tx, viewer, { clientId, settings }: { clientId: string; settings: Settings }) => {
    const { secret, publicUrl } = settings;
    if (secret === null) {
      throw new InvalidStateError('The server has no secret to make magic links with.', 'MAGIC_LINKS_NOT_CONFIGURED');
    }
    const member = await tx.user.findFirst({ where: { id: clientId, kind: 'STAFF' } });
    if (member) rules.checkReceiver(member);
    // So of several calls at once the first makes the link, and the others find it.
    const client = await lockClient(tx, viewer, clientId, 'magicLinks.create', ['clientId']);
    rules.checkReceiver(client);

    const at = now();
    const good = await tx.magicLink.findFirst({
      where: { userId: client.id, usedAt: null, expiresAt: { gt: at } },
      orderBy: { expiresAt: 'desc' },
    });
    const told = (id: string, expiresAt: Date, token: string) => ({
      id,
      expiresAt,
      link: rules.linkTo(token, publicUrl),
    });
    if (good) {
      const token = rules.tokenOf(good, secret);
      // One that was made with another secret can't be told again.
      if (hashToken(token).equals(good.tokenHash)) return told(good.id, good.expiresAt, token);
    }
    const [row] = await tx.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
    const link = { id: row.id, expiresAt: addHours(at, rules.linkHours) };
    const token = rules.tokenOf(link, secret);
    await tx.magicLink.create({
      data: { ...link, organizationId: organizationOf(viewer), userId: client.id, tokenHash: hashToken(token) },
      select: { id: true },
    });
    await emit(tx, 'magic_link.created', { magicLink: link.id }, { clientId: client.id });
    return told(link.id, link.expiresAt, token);
  },
);

/** A link that is good, and whom it lets in where. */
export type GoodLink = {
  id: string;
  organizationId: string;
  clientId: string;
  organizationName: string;
  organizationDomain: string | null;
  clientName: string;
};

/** The link that the token opens; null when it opens none, whatever the reason. Law 5: changes nothing. */
export async function find(database: Database, token: string): Promise<GoodLink | null> {
  if (!rules.isToken(token)) return null;
  const { rows } = await database.pool.query<GoodLink>(
    `select link_id as id, organization_id as "organizationId", user_id as "clientId",
       organization_name as "organizationName", organization_domain as "organizationDomain", client_name as "clientName"
     from find_magic_link($1, $2)`,
    [hashToken(token), now()],
  );
  return rows[0] ?? null;
}

/** Who holds a good link is its client, and may do one thing: use it. */
export function holderOf({ organizationId, clientId }: GoodLink, requestId: string): Viewer {
  return {
    ...anonymousViewer(requestId),
    kind: 'CLIENT',
    side: 'CLIENT',
    organizationId,
    userId: clientId,
    permissions: { 'magicLinks.use': 1 },
  };
}

/** Uses a link up, and signs its client in. Law 2. Announces `magic_link.used` and `session.created`. */
export const use = command('magicLinks.use', async (tx, viewer, { id, device }: { id: string; device: Device }) => {
  const at = now();
  const clientId = viewer.userId ?? '';
  // One statement, so that of several at once one finds it unused.
  const { count } = await tx.magicLink.updateMany({
    where: {
      id,
      userId: clientId,
      usedAt: null,
      expiresAt: { gt: at },
      user: { status: 'ACTIVE', hasTwoFactor: false },
    },
    data: { usedAt: at },
  });
  if (count === 0) throw new InvalidStateError('The link is not good any more.', 'MAGIC_LINK_SPENT');
  await emit(tx, 'magic_link.used', { magicLink: id }, { clientId });
  return await createSession(tx, { organizationId: organizationOf(viewer), userId: clientId }, device);
});
