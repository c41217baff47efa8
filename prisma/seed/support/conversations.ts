import { addDays, addHours } from '../../../src/kernel/time.ts';
import type { Line, Question, TicketStatusKind } from '../agency.ts';
import type { Colleague, Studio } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import { fill, type Wording } from '../wording.ts';

/** A question that somebody asks. */
export type Subject = {
  client: Client;
  question: Question;
  createdAt: Date;
  orderId: string | null;
  /** Who works on it, the one in charge first. */
  people: readonly Colleague[];
  wording: Wording;
  /** How it stands today, come what may. */
  standing?: TicketStatusKind;
};

/** A message, and who says it. */
export type Said = { side: Line[0]; body: string; at: Date };

/** How long people take, in hours. */
const paces = { staff: [0.3, 30], client: [1, 50], note: [0.1, 3] } as const;
const briskly = [0.2, 0.8] as const;

/** What has been said until today. */
export function conversation(studio: Studio, { question, createdAt, wording, standing }: Subject): Said[] {
  const { random, base } = studio;
  const { length } = question.lines;
  // One that is to be open is not answered yet; some are forgotten in the middle.
  const isForgotten = !standing && random.chance(0.06);
  const most = standing === 'OPEN' ? 1 : isForgotten ? random.int(1, length) : length;
  const said: Said[] = [];
  let at = createdAt;
  for (const [side, text] of question.lines.slice(0, most)) {
    const [least, longest] = standing ? briskly : paces[side];
    if (said.length > 0) at = addHours(at, random.between(least, longest));
    if (at >= base) break;
    said.push({ side, body: fill(text, wording), at });
  }
  return standing ? untilStaff(said, standing) : said;
}

/** One that waits for the client, or for a day, has the team's word last. */
function untilStaff(said: Said[], standing: TicketStatusKind): Said[] {
  if (standing !== 'PENDING' && standing !== 'SNOOZED') return said;
  const last = said.findLastIndex(({ side }) => side === 'staff');
  return said.slice(0, last + 1);
}

type Standing = { kind: TicketStatusKind; closedAt: Date | null; snoozedUntil: Date | null };

/** How it stands today, by who spoke last and when. */
export function standingOf(studio: Studio, { question, standing }: Subject, said: readonly Said[]): Standing {
  const { random, base } = studio;
  const nothing = { closedAt: null, snoozedUntil: null };
  if (question.about === 'spam') return { ...nothing, kind: 'SPAM' };
  const last = said.findLast(({ side }) => side !== 'note') as Said;
  const isOver = said.length === question.lines.length;
  // Thanks are answered by closing; an answer without thanks by waiting for a while.
  const silence = last.side === 'client' ? random.between(0.2, 30) : random.between(24, 240);
  const closedAt = addHours((said.at(-1) as Said).at, silence);
  if (!standing && isOver && closedAt < base) return { ...nothing, kind: 'CLOSED', closedAt };
  const kind = standing ?? (last.side === 'client' ? 'OPEN' : random.chance(0.3) ? 'SNOOZED' : 'PENDING');
  return { ...nothing, kind, snoozedUntil: kind === 'SNOOZED' ? wakingDay(studio) : null };
}

/** At eight in the morning, UTC, within three weeks. */
function wakingDay({ random, base }: Studio): Date {
  const at = addDays(base, random.int(1, 20));
  at.setUTCHours(8, 0, 0, 0);
  return at > base ? at : addDays(at, 1);
}
