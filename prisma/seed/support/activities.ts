import { addHours } from '../../../src/kernel/time.ts';
import type { Catalogue, Studio } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import { activityTexts } from '../questions.ts';
import { fill } from '../wording.ts';

/** What the team noted about clients, most of it by those who look after them. */
export function writeActivities(
  studio: Studio,
  { team }: Catalogue,
  clients: readonly Client[],
  detailed: boolean,
): void {
  const { random, base, writer, history, organizationId } = studio;
  for (const client of clients) {
    const texts = random.sample(activityTexts, random.pick(detailed ? [0, 1, 2, 3, 3, 5] : [0, 0, 0, 1, 2, 3]));
    for (const text of texts) {
      const createdAt = new Date(random.int(client.createdAt.getTime(), base.getTime() - 1));
      const author = random.chance(0.8) ? client.manager : random.pick(team);
      const edited = addHours(createdAt, 1);
      const updatedAt = edited < base && random.chance(0.1) ? edited : createdAt;
      const wording = { client: client.firstName, company: client.company.name, mate: random.pick(team).firstName };
      const row = {
        id: random.uuid(createdAt),
        organization_id: organizationId,
        client_id: client.id,
        author_id: author.id,
        content: fill(text, wording),
        version: updatedAt > createdAt ? 2 : 1,
        created_at: createdAt,
        updated_at: updatedAt,
      };
      writer.write('client_activities', row);
      if (detailed) history.created('CLIENT_ACTIVITY', row, { kind: 'STAFF', id: author.id }, client.id);
    }
  }
}
