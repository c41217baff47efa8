import { addHours } from '../../../src/kernel/time.ts';
import { standardStatus } from '../../../src/tickets/rules.ts';
import type { Question, TicketStatusKind } from '../agency.ts';
import { type Catalogue, type Colleague, entity, type Studio, system } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import type { Actor } from '../history.ts';
import { orderTimes } from '../life.ts';
import { spread } from '../random.ts';
import type { Story } from '../story.ts';
import { fill } from '../wording.ts';
import { conversation, type Said, type Subject, standingOf } from './conversations.ts';
import { writeContactForm } from './forms.ts';

/** Where clients ask. */
export type HelpDesk = {
  studio: Studio;
  catalogue: Catalogue;
  detailed: boolean;
  logged: boolean;
  /** How many of the orders somebody asks about, from 0 to 1. */
  share: number;
  /** How many ask about something else. */
  general: number;
  opened: number;
};

type Plan = { count: number; detailed: boolean; logged: boolean };

export function openHelpDesk(studio: Studio, catalogue: Catalogue, { count, detailed, logged }: Plan): HelpDesk {
  for (const [position, status] of studio.agency.ticketStatuses.entries()) {
    const row = {
      ...entity(studio, studio.founded),
      code: status.code,
      name: status.name,
      kind: status.kind,
      position,
    };
    studio.writer.write('ticket_statuses', row);
    studio.history.created('TICKET_STATUS', row, system, null);
  }
  const general = Math.max(14, Math.ceil(count * 0.04));
  return { studio, catalogue, detailed, logged, share: Math.max(0.06, 6 / count), general, opened: 0 };
}

/** Now and then somebody asks about an order. */
export function askAbout(desk: HelpDesk, story: Story, order: { id: string }, invoiceNumber: string | null): void {
  const { random, agency, base } = desk.studio;
  if (!random.chance(desk.share)) return;
  const { life, client, people } = story;
  const from = life.createdAt.getTime() + 3_600_000;
  const until = Math.max(from + 1, life.activeUntil.getTime() + 3 * 86_400_000);
  const createdAt = new Date(random.int(from, until));
  if (createdAt >= base) return;
  const fitting = agency.questions.filter(({ about, subject }) => {
    return about === 'order' && (invoiceNumber !== null || !subject.includes('{invoice}'));
  });
  const wording = { ...story.wording, order: story.order.number, invoice: invoiceNumber ?? '' };
  const question = random.pickWeighted(fitting);
  writeTicket(desk, { client, question, createdAt, orderId: order.id, people, wording });
}

/** How the newest ones stand: there is work for today, and one of each, whatever chance says. */
const standings: readonly TicketStatusKind[] = [
  ...(['OPEN', 'PENDING', 'SNOOZED', 'OPEN', 'SPAM'] as const),
  ...(['OPEN', 'PENDING', 'OPEN', 'SNOOZED', 'OPEN', 'PENDING', 'OPEN'] as const),
];

/** The questions that are about no order. */
export function askOtherwise(desk: HelpDesk, clients: readonly Client[]): void {
  const { random, agency, base } = desk.studio;
  const times = orderTimes(random, base, desk.general);
  let known = 0;
  for (const [index, time] of times.entries()) {
    const fromEnd = desk.general - 1 - index;
    const standing = standings[fromEnd];
    // Not so new that nothing could have been said.
    const createdAt = standing ? addHours(base, -3 - random.between(7 * fromEnd, 7 * fromEnd + 5)) : new Date(time);
    while (known < clients.length && (clients[known] as Client).createdAt < createdAt) known += 1;
    const client = clients[Math.floor(Math.max(known, 1) * random.next() ** 1.4)] as Client;
    const isSpam = standing ? standing === 'SPAM' : random.chance(0.05);
    const fitting = agency.questions.filter(({ about }) => about === (isSpam ? 'spam' : undefined));
    const wording = {
      client: client.firstName,
      company: client.company.name,
      staff: client.manager.firstName,
      mate: random.pick(desk.catalogue.team).firstName,
    };
    const subject = { client, question: random.pickWeighted(fitting), createdAt, orderId: null, people: [], wording };
    writeTicket(desk, { ...subject, ...(standing && { standing }) });
  }
}

const remarks = [
  'Prefers to be called back.',
  'Ask {mate} if it comes up again.',
  'Third time this year: write it down in the guide.',
];
const browsers = ['Firefox 144 on Windows', 'Safari 26 on iPhone', 'Chrome 142 on macOS', 'Edge 142 on Windows'];
const sources = [
  { weight: 45, source: 'PORTAL' },
  { weight: 30, source: 'EMAIL' },
  { weight: 10, source: 'CONTACT_FORM' },
  { weight: 10, source: 'DASHBOARD' },
  { weight: 5, source: 'API' },
];

function writeTicket(desk: HelpDesk, subject: Subject): void {
  const { studio } = desk;
  const { random, writer, agency, organizationId, base } = studio;
  const { client, question, createdAt, wording } = subject;
  const said = conversation(studio, subject);
  const { kind, closedAt, snoozedUntil } = standingOf(studio, subject, said);
  const isAnswered = said.some(({ side }) => side !== 'client');
  const people = peopleOf(studio, subject, isAnswered);
  const source = kind === 'SPAM' ? 'EMAIL' : random.pickWeighted(sources).source;
  const statuses = agency.ticketStatuses.filter((status) => status.kind === kind);
  const code = (random.chance(0.85) ? statuses[0] : statuses.at(-1))?.code ?? standardStatus[kind].code;
  const lastAt = (said.at(-1) as Said).at;
  const deletedAt = kind === 'CLOSED' && random.chance(0.012) ? addHours(closedAt ?? lastAt, 40) : null;
  const row = {
    id: random.uuid(createdAt),
    organization_id: organizationId,
    number: `${random.code('ABCDEFGHJKLMNPQRSTUVWXYZ', 4)}${spread(desk.opened, 4)}`,
    subject: fill(question.subject, wording),
    client_id: client.id,
    order_id: subject.orderId,
    status_code: code,
    status_kind: kind,
    ...shownStatus(kind, code),
    source,
    note: random.chance(0.07) ? fill(random.pick(remarks), wording) : null,
    form_data: source === 'CONTACT_FORM' ? { 'Reply by': random.pick(['E-mail', 'Phone']) } : {},
    metadata: random.chance(0.25) ? { browser: random.pick(browsers) } : {},
    snoozed_until: snoozedUntil,
    closed_at: closedAt,
    last_message_at: lastAt,
    merged_into_id: null as string | null,
    version: 1 + said.filter(({ side }, index) => index > 0 && side !== 'note').length + (closedAt ? 1 : 0),
    created_at: createdAt,
    updated_at: closedAt ?? lastAt,
    deleted_at: deletedAt && deletedAt < base ? deletedAt : null,
  };
  if (row.deleted_at) row.updated_at = row.deleted_at;
  desk.opened += 1;
  writer.write('tickets', row);
  for (const { id } of people) {
    const link = { organization_id: organizationId, ticket_id: row.id, employee_id: id, created_at: createdAt };
    writer.write('ticket_employees', link);
  }
  for (const tag of tagsOf(desk, question)) {
    const link = { organization_id: organizationId, ticket_id: row.id, tag_id: tag, created_at: createdAt };
    writer.write('ticket_tags', link);
  }
  const colleague = people[0] ?? client.manager;
  for (const message of said) writeMessage(desk, row.id, message, message.side === 'client' ? client : colleague);
  if (source === 'CONTACT_FORM') writeContactForm(studio, row.id, createdAt, wording);
  if (desk.logged) writeHistory(desk, client, row, colleague);
  if (!subject.orderId && kind !== 'SPAM' && said.length > 1 && random.chance(0.06)) writeTwin(desk, subject, row);
}

/** As its client sees it: what the team does with a ticket is none of theirs. */
function shownStatus(kind: TicketStatusKind, code: number) {
  const isShown = kind === 'OPEN' || kind === 'CLOSED';
  return { shown_status_code: isShown ? code : standardStatus.OPEN.code, shown_status_kind: isShown ? kind : 'OPEN' };
}

function writeMessage({ studio }: HelpDesk, ticketId: string, { side, body, at }: Said, author: { id: string }): void {
  const { random, writer, organizationId, agency } = studio;
  const isAttached = /attach/i.test(body) && side === 'staff';
  writer.write('ticket_messages', {
    id: random.uuid(at),
    organization_id: organizationId,
    ticket_id: ticketId,
    author_id: author.id,
    body,
    staff_only: side === 'note',
    files: isAttached
      ? [`https://files.${agency.organization.slug}.example/tickets/${random.code('abcdefghkmnpqrstuvwxyz', 8)}.pdf`]
      : [],
    created_at: at,
  });
}

function peopleOf({ random }: Studio, { client, people, question }: Subject, isAnswered: boolean): Colleague[] {
  if (question.about === 'spam' || (!isAnswered && random.chance(0.5))) return [];
  const first = people[0] ?? client.manager;
  const second = people[1];
  return second && random.chance(0.25) ? [first, second] : [first];
}

function tagsOf({ studio, catalogue }: HelpDesk, { tags = [] }: Question): Set<string> {
  const { random, agency } = studio;
  const names = [...tags.filter(() => random.chance(0.8)), ...(random.chance(0.1) ? [random.pick(agency.tags)] : [])];
  return new Set(names.flatMap((name) => catalogue.tagIds.get(name) ?? []));
}

type TicketRow = {
  id: string;
  organization_id: string;
  number: string;
  subject: string;
  closed_at: Date | null;
  deleted_at: Date | null;
} & Record<string, string | number | Date | object | null>;

/** Who asked; and in detail who closed and deleted it. */
function writeHistory({ studio, detailed }: HelpDesk, client: Client, row: TicketRow, colleague: Colleague): void {
  const { history } = studio;
  const before = { status_code: standardStatus.OPEN.code, status_kind: 'OPEN', closed_at: null };
  const started = { ...row, ...before, snoozed_until: null, merged_into_id: null, deleted_at: null };
  const actor: Actor = { kind: 'STAFF', id: colleague.id };
  history.created('TICKET', started, row.source === 'DASHBOARD' ? actor : { kind: 'CLIENT', id: client.id }, client.id);
  if (!detailed) return;
  const change = { entity: 'TICKET' as const, row, actor, ownerId: client.id };
  if (row.closed_at) history.changed('UPDATED', { ...change, at: row.closed_at, before });
  if (row.deleted_at) history.changed('DELETED', { ...change, at: row.deleted_at, before: { deleted_at: null } });
}

/** The client asks once more, in a ticket of its own: it was merged into the first, with what it said. */
function writeTwin(desk: HelpDesk, subject: Subject, first: TicketRow): void {
  const { studio } = desk;
  const { random, writer, base } = studio;
  const { client, createdAt } = subject;
  const said = new Date(random.int(createdAt.getTime() + 60_000, (first.last_message_at as Date).getTime()));
  const mergedAt = addHours(said, 0.2);
  if (mergedAt >= base) return;
  const { code } = standardStatus.CLOSED;
  const body = random.pick([
    'Did my question reach you? I sent it through the portal.',
    'Same question again, this time by e-mail.',
  ]);
  writeMessage(desk, first.id, { side: 'client', body, at: said }, client);
  const row = {
    ...first,
    id: random.uuid(said),
    number: `${random.code('ABCDEFGHJKLMNPQRSTUVWXYZ', 4)}${spread(desk.opened, 4)}`,
    subject: `Re: ${first.subject}`,
    status_code: code,
    status_kind: 'CLOSED',
    ...shownStatus('CLOSED', code),
    source: 'EMAIL',
    note: null,
    form_data: {},
    snoozed_until: null,
    closed_at: mergedAt,
    last_message_at: said,
    merged_into_id: first.id,
    version: 2,
    created_at: said,
    updated_at: mergedAt,
    deleted_at: null,
  };
  desk.opened += 1;
  writer.write('tickets', row);
  if (desk.logged) writeHistory(desk, client, row, client.manager);
}
