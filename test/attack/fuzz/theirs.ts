import type pg from 'pg';
import { tenantTables } from '../../kit/fingerprint.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Finds, in JSON, any text of eight characters and more that stands in one organization's rows and in none of the other's. */
export async function textsOfOnly(owner: pg.Pool, organizationId: string, otherId: string): Promise<RegExp> {
  const [theirs, others] = [await textsOf(owner, organizationId), await textsOf(owner, otherId)];
  const texts = [...theirs].filter((text) => !others.has(text));
  // As whole words: "Field 14" is no part of "Field 148".
  return new RegExp(
    `(?<!\\w)(?:${texts.map((text) => RegExp.escape(JSON.stringify(text).slice(1, -1))).join('|')})(?!\\w)`,
  );
}

async function textsOf(owner: pg.Pool, organizationId: string): Promise<Set<string>> {
  const texts = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string') {
      // Ids are known to the attacker, who sends them; moments are everybody's.
      if (value.length >= 8 && !uuid.test(value) && Number.isNaN(Date.parse(value))) texts.add(value);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  for (const { from, where } of await tenantTables(owner)) {
    const { rows } = await owner.query<{ row: unknown }>(`select to_jsonb(t) as row from ${from} t where ${where}`, [
      organizationId,
    ]);
    collect(rows);
  }
  return texts;
}
