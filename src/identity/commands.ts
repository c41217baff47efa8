import type { Transaction } from '../kernel/db.ts';
import type { IssueList } from '../kernel/errors.ts';

/**
 * The team members that the ids name, in that order and each once. An id of nobody, or of a client, is an issue at its
 * place.
 */
export async function requireTeamMembers(
  tx: Transaction,
  issues: IssueList,
  path: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await tx.user.findMany({ where: { id: { in: [...ids] }, kind: 'STAFF' }, select: { id: true } });
  const known = new Set(found.map((user) => user.id));
  ids.forEach((id, index) => {
    if (!known.has(id)) issues.add([path, String(index)], 'NOT_FOUND', `${path}.${index} names no team member.`);
  });
  return [...new Set(ids)].filter((id) => known.has(id));
}
