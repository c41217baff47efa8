import type { Reply, Target } from './target.ts';

/** Something that an attacker tries: what should come of it, and what came. */
export type Probe = {
  /** Whose list it is on. */
  source: string;
  name: string;
  expected: string;
  attack(target: Target): Promise<string>;
};

export const probesOf =
  (source: string) =>
  (name: string, expected: string, attack: Probe['attack']): Probe => ({ source, name, expected, attack });

/** What an answer comes to, in a word: the codes of its errors, the results of its mutations, or that it was answered. */
export function outcomeOf({ status, json }: Reply): string {
  const codes = json.errors?.map(({ extensions }) => extensions?.code ?? 'an error without a code');
  if (codes) return [...new Set(codes)].join(', ');
  if (json.data === undefined || json.data === null) return String(status);
  const results = Object.values(json.data)
    .flat()
    .map((result) => (result as { __typename?: string } | null)?.__typename ?? 'answered');
  return [...new Set(results)].join(', ') || 'answered';
}

/** What no answer may say: of the database, of our files, of where in them it happened. */
export const leaks =
  /\bat .*\.(ts|js|mjs):\d|node_modules|\/src\/|\bselect\s.+\sfrom\s|\binsert into\b|prisma|PostgreSQL|postgres:|pg_|violates|relation "|\bECONN[A-Z]+\b|Maximum call stack/i;

export const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** The words of a table's cell, no longer than one. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
