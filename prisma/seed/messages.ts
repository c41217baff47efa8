import { asides, closings, type Line, openings, stops } from './agency.ts';
import type { Studio } from './catalogue.ts';
import type { Random } from './random.ts';
import type { Story } from './story.ts';
import { fill } from './wording.ts';

/** Writes the order's conversation. Answers when the last message came, or null when nobody wrote. */
export function writeMessages({ random, writer, organizationId, agency }: Studio, story: Story): Date | null {
  const { order, life, people, client, wording } = story;
  const lines = conversation(random, story);
  const from = life.createdAt.getTime() + 60_000;
  const until = Math.max(life.activeUntil.getTime(), from + 1);
  const times = lines.map(() => random.int(from, until)).sort((one, other) => one - other);
  let last: Date | null = null;
  for (const [index, [side, text]] of lines.entries()) {
    const createdAt = new Date(Math.min(times[index] as number, life.activeUntil.getTime()));
    const colleague = side === 'note' && people.length > 1 && random.chance(0.4) ? people[1] : people[0];
    writer.write('order_messages', {
      id: random.uuid(createdAt),
      organization_id: organizationId,
      order_id: order.id,
      author_id: side === 'client' ? client.id : (colleague ?? client.manager).id,
      body: fill(text, wording),
      staff_only: side === 'note',
      files:
        side !== 'note' && random.chance(0.07)
          ? [`https://files.${agency.organization.slug}.example/orders/${order.number}/${wording.slug}.pdf`]
          : [],
      created_at: createdAt,
    });
    last = createdAt;
  }
  return last;
}

/** Pieces that follow each other sensibly: how it began, the work itself, what the team noted, how it ended. */
function conversation(random: Random, { life, item, detailed }: Story): Line[] {
  const likely = (inSmall: number, inBulk: number) => random.chance(detailed ? inSmall : inBulk);
  const lines: Line[] = [];
  if (likely(0.85, 0.55)) lines.push(...random.pick(openings));
  if (item && life.startedAt) {
    const threads = random.sample(item.work.threads, likely(0.45, 0.05) ? 2 : likely(0.8, 0.5) ? 1 : 0);
    for (const thread of threads) lines.push(...thread);
  }
  if (life.startedAt && likely(0.55, 0.25)) lines.push(random.pick(asides));
  if (life.kind === 'ON_HOLD' || life.kind === 'CANCELLED') lines.push(...random.pick(stops[life.kind]));
  if (life.kind === 'COMPLETED' && likely(0.7, 0.25)) lines.push(...random.pick(closings));
  return lines;
}
