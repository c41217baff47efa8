import { enter, type Transaction } from '../../kernel/db.ts';
import { emit } from '../../kernel/events.ts';
import { randomCode } from '../../kernel/id.ts';
import { slugOf } from './rules.ts';

/** What a domain lays down for every organization that is founded, in its transaction. */
type Foundation = (tx: Transaction, organizationId: string) => Promise<unknown>;

const foundations: Foundation[] = [];

/** Law 1: the domains that have something to lay stand below this one. */
export function addFoundation(lay: Foundation): void {
  foundations.push(lay);
}

/**
 * Founds an organization and goes on in it: for commands that give it somebody to act there. Laws 1 and 2. Announces
 * `organization.created`.
 */
export async function found(tx: Transaction, name: string): Promise<{ id: string; slug: string }> {
  const [{ id }] = await tx.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
  await enter(tx, { organizationId: id, actor: null });
  const slug = await insert(tx, id, name);
  for (const lay of foundations) await lay(tx, id);
  await emit(tx, 'organization.created', { organization: id });
  return { id, slug };
}

// Which names are taken can't be seen from here: nobody sees another's organization. It is found out by trying.
async function insert(tx: Transaction, id: string, name: string): Promise<string> {
  const plain = slugOf(name);
  for (let slug = plain; ; slug = `${plain}-${randomCode(6).toLowerCase()}`) {
    const { count } = await tx.organization.createMany({ data: [{ id, name, slug }], skipDuplicates: true });
    if (count === 1) return slug;
  }
}
