import type { Transaction } from '../kernel/db.ts';

/**
 * Has a mail of this kind sent after commit, or none if there is none. Laws 1 and 2: `data` is ids, from which the kind
 * works out what to say.
 */
export async function queueMail(
  tx: Transaction,
  kind: `${string}.${string}`,
  data: Readonly<Record<string, string>>,
): Promise<void> {
  await tx.$executeRaw`
    select graphile_worker.add_job(
      'mail.send',
      json_build_object(
        'id', uuidv7(), 'kind', ${kind}::text, 'data', ${JSON.stringify(data)}::json,
        'organizationId', nullif(current_setting('app.organization_id', true), '')))`;
}
