import { randomBytes } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../../src/generated/prisma/client.ts';
import { sessionPrefix } from '../../../src/identity/authentication.ts';
import { randomCode } from '../../../src/kernel/id.ts';
import { hashToken, newToken } from '../../../src/kernel/tokens.ts';
import { unique } from '../unique.ts';

type WithId = { id: string };
type MakeClient = () => Promise<WithId>;

export const ticketStatuses = [
  { code: 1, name: 'Open', kind: 'OPEN' },
  { code: 2, name: 'Pending', kind: 'PENDING' },
  { code: 3, name: 'Closed', kind: 'CLOSED' },
  { code: 4, name: 'Snoozed', kind: 'SNOOZED' },
  { code: 5, name: 'Spam', kind: 'SPAM' },
] as const;
export type TicketStatusKind = (typeof ticketStatuses)[number]['kind'];

/** Tickets, and what the team knows and says beside orders. Rows as they are. */
export function supportBuilders(rows: PrismaClient, organizationId: string, newClient: MakeClient) {
  type TicketFields = Omit<
    Partial<Prisma.TicketUncheckedCreateInput>,
    'employees' | 'tags' | 'client' | 'order' | 'status'
  > & {
    client?: WithId;
    order?: WithId;
    status?: TicketStatusKind;
    employees?: WithId[];
    tags?: WithId[];
  };

  /** An open ticket, of a client made for it unless one is given. */
  async function ticket(given: TicketFields = {}) {
    const { client, order, status = 'OPEN', employees = [], tags = [], ...fields } = given;
    const { code } = ticketStatuses.find(({ kind }) => kind === status) as (typeof ticketStatuses)[number];
    const made = await rows.ticket.create({
      data: {
        organizationId,
        number: randomCode(8),
        subject: `Ticket ${unique()}`,
        clientId: fields.clientId ?? (client ?? (await newClient())).id,
        orderId: order?.id,
        statusCode: code,
        statusKind: status,
        ...(status === 'CLOSED' ? { closedAt: new Date() } : {}),
        ...fields,
      } as Prisma.TicketUncheckedCreateInput,
    });
    await rows.ticketEmployee.createMany({
      data: employees.map((employee) => ({ organizationId, ticketId: made.id, employeeId: employee.id })),
    });
    await rows.ticketTag.createMany({
      data: tags.map((tag) => ({ organizationId, ticketId: made.id, tagId: tag.id })),
    });
    return {
      ...made,
      message: (fields: MessageFields = {}) => ticketMessage(made, fields),
      formField: (fields: Partial<Prisma.FilledFormFieldUncheckedCreateInput> = {}) => ticketFormField(made, fields),
    };
  }

  type MessageFields = Partial<Prisma.TicketMessageUncheckedCreateInput> & { author?: WithId };
  const ticketMessage = (of: WithId, { author, ...fields }: MessageFields = {}) =>
    rows.ticketMessage.create({
      data: { organizationId, ticketId: of.id, authorId: author?.id, body: `Message ${unique()}`, ...fields },
    });

  const ticketFormField = (of: WithId, fields: Partial<Prisma.FilledFormFieldUncheckedCreateInput> = {}) =>
    rows.filledFormField.create({
      data: { organizationId, ticketId: of.id, name: `Field ${unique()}`, type: 'TEXT', value: 'an answer', ...fields },
    });

  const ticketStatus = (fields: { code: number; name: string; kind: TicketStatusKind }) =>
    rows.ticketStatus.create({ data: { organizationId, position: fields.code, ...fields } });

  type ActivityFields = Partial<Prisma.ClientActivityUncheckedCreateInput> & { client: WithId; author?: WithId };
  const activity = ({ client, author, ...fields }: ActivityFields) =>
    rows.clientActivity.create({
      data: { organizationId, clientId: client.id, authorId: author?.id, content: `Note ${unique()}`, ...fields },
    });

  type SessionFields = Partial<Prisma.SessionUncheckedCreateInput> & { user: WithId & { accountId?: string | null } };
  /** Somebody who is signed in, and the secret that says so. */
  async function session({ user, ...fields }: SessionFields) {
    const secret = newToken(sessionPrefix);
    const made = await rows.session.create({
      data: {
        organizationId,
        userId: user.id,
        accountId: user.accountId,
        tokenHash: hashToken(secret),
        expiresAt: new Date(Date.now() + 86_400_000),
        ...fields,
      },
    });
    return { ...made, secret };
  }

  type LinkFields = Partial<Prisma.MagicLinkUncheckedCreateInput> & { client: WithId };
  const magicLink = ({ client, ...fields }: LinkFields) =>
    rows.magicLink.create({
      data: {
        organizationId,
        userId: client.id,
        tokenHash: randomBytes(32),
        expiresAt: new Date(Date.now() + 7_200_000),
        ...fields,
      },
    });

  return { ticket, ticketMessage, ticketFormField, ticketStatus, activity, session, magicLink };
}
