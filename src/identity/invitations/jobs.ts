import { act, type Tools } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import { defineJob, type Job } from '../../kernel/jobs.ts';
import type { Letter, MailKind, Sender } from '../../kernel/mail.ts';
import { now } from '../../kernel/time.ts';
import { hashToken } from '../../kernel/tokens.ts';
import { systemViewer } from '../../kernel/viewer.ts';
import { harmless, toStrangers } from '../../mail/rules.ts';
import { senderOf } from '../../organizations/rules.ts';
import { mayAskForLink } from '../attempts/commands.ts';
import { linkTo, requireSecret, tokenOf } from '../codes/rules.ts';
import { expire } from './commands.ts';

/** The mail that asks somebody. It is written when it is sent, from what is so then. */
export function invitationMails({ database }: Pick<Tools, 'database'>, settings: Settings): MailKind[] {
  return [
    {
      name: 'invitation.sent',
      compose: async ({ organizationId = '', invitationId = '' }) => {
        const invitation = await database.read(systemViewer(organizationId), (db) =>
          db.invitation.findUnique({
            where: { id: invitationId },
            include: { organization: true, inviter: true, user: true },
          }),
        );
        if (invitation?.status !== 'PENDING' || invitation.organization.archivedAt !== null) return null;
        const token = tokenOf('INVITATION', invitation, requireSecret(settings.secret));
        // It was sent again meanwhile, or made with another secret.
        if (!hashToken(token).equals(invitation.tokenHash) || invitation.expiresAt <= now()) return null;
        const { email, kind, organization, inviter, user } = invitation;
        // Whoever asks an address again and again fills nobody's mailbox: it is tried again later.
        if (!(await mayAskForLink(database, email, null))) throw new Error('Too many links were sent to this address.');
        return invitationLetter({
          email,
          isClient: kind === 'CLIENT',
          sender: senderOf(organization),
          inviter: inviter && `${inviter.firstName} ${inviter.lastName}`,
          name: user?.firstName ?? null,
          url: linkTo('INVITATION', token, settings.publicUrl),
        });
      },
    },
  ];
}

type Written = {
  email: string;
  isClient: boolean;
  sender: Sender;
  inviter: string | null;
  name: string | null;
  url: string;
};

// Whoever founds an organization can have mail sent to anybody: what they have called it, and themselves, is no link.
function invitationLetter({ email, isClient, url, sender, ...words }: Written): Letter {
  const said = (text: string | null) => (text === null ? null : harmless(text));
  const from = toStrangers(sender);
  const [inviter, name] = [said(words.inviter), said(words.name)];
  const where = from?.name ?? 'an organization';
  const who = inviter ?? 'Somebody';
  return {
    to: { name: name ?? '', address: email },
    from,
    subject: isClient ? `Your access to ${where}` : `Join the team of ${where}`,
    paragraphs: [
      name === null ? 'Hello,' : `Hello ${name},`,
      isClient
        ? `${who} of ${where} invites you to its portal, where you see your orders, tickets and invoices.`
        : `${who} invites you to join the team of ${where}.`,
    ],
    action: { label: 'Look at the invitation', url },
    asides: [
      'The link works once, and for seven days.',
      'You don’t know who that is, or don’t want to come? Then ignore this mail, or decline on the page that it opens.',
    ],
  };
}

const mostAtOnce = 200;

/** Ends invitations whose time is over. */
export function expireInvitations(tools: Tools): Job {
  return defineJob(
    'invitations.expire',
    async () => {
      const { rows } = await tools.database.pool.query<{ organizationId: string; id: string }>(
        'select organization_id as "organizationId", id from due_invitations($1, $2)',
        [now(), mostAtOnce],
      );
      for (const { organizationId, id } of rows) await act(tools, systemViewer(organizationId), expire, { id });
    },
    { schedule: '*/10 * * * *' },
  );
}
