import type { Tools } from '../kernel/command.ts';
import type { Settings } from '../kernel/env.ts';
import { encodeId } from '../kernel/id.ts';
import type { Letter, MailKind } from '../kernel/mail.ts';
import { accountViewer, systemViewer } from '../kernel/viewer.ts';
import { restoreDays, restoreToken, senderOf } from './rules.ts';

type Owner = { firstName: string; lastName: string; email: string; accountId: string | null };

/** Where owners read their mail: their account's address, which may be newer than that of the person. */
async function addressOf({ database }: Pick<Tools, 'database'>, owner: Owner): Promise<Letter['to']> {
  const { firstName, lastName, email, accountId } = owner;
  const account =
    accountId === null
      ? null
      : await database.read(accountViewer(accountId), (db) =>
          db.account.findUnique({ where: { id: accountId }, select: { email: true } }),
        );
  return { name: `${firstName} ${lastName}`, address: account?.email ?? email };
}

/** What owners are told about their organizations. */
export function organizationMails({ database }: Pick<Tools, 'database'>, settings: Settings): MailKind[] {
  return [
    {
      name: 'organization.archived',
      compose: async ({ organizationId = '' }) => {
        const organization = await database.read(systemViewer(organizationId), (db) =>
          db.organization.findUnique({ where: { id: organizationId }, include: { owner: true } }),
        );
        if (!organization?.archivedAt || !organization.owner) return null;
        const { id, name, archivedAt, owner } = organization;
        const { secret, publicUrl } = settings;
        const url =
          secret === null
            ? null
            : `${publicUrl}/organization/restore?id=${encodeId('Organization', id)}&token=${restoreToken({ id, archivedAt }, secret)}`;
        return {
          to: await addressOf({ database }, owner),
          from: null,
          subject: `${name} is archived`,
          paragraphs: [
            `Hello ${owner.firstName},`,
            `You have archived ${name}. Nobody can sign in any more, and its pages and programs answer as if it were not there. Nothing was deleted.`,
          ],
          action: url === null ? null : { label: `Open ${name} again`, url },
          asides: [
            ...(url === null ? [] : [`The link is good for ${restoreDays} days.`]),
            'With another organization of the same account you can open it again at any time.',
          ],
        };
      },
    },
    {
      name: 'organization.owner',
      compose: async ({ organizationId = '', ownerId = '' }) => {
        const organization = await database.read(systemViewer(organizationId), (db) =>
          db.organization.findUnique({ where: { id: organizationId }, include: { owner: true } }),
        );
        // It may have been handed on again.
        if (!organization || organization.owner?.id !== ownerId) return null;
        const { name, owner } = organization;
        return {
          to: await addressOf({ database }, owner),
          from: senderOf(organization),
          subject: `${name} is yours`,
          paragraphs: [
            `Hello ${owner.firstName},`,
            `You own ${name} from now on. You alone can archive it, hand it on, and say which issuers vouch for its people.`,
          ],
          action: null,
          asides: [],
        };
      },
    },
  ];
}
