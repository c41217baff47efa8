import { expect, test } from 'vitest';
import { testDatabase } from '../kit/db.ts';

/**
 * What is unique across organizations, with the reason why a collision tells nobody anything of somebody else's. All other
 * unique indexes have the tenant in them, so that nobody can even collide with another organization.
 */
const acrossTenants: Record<string, string> = {
  account_codes_token_hash_key: 'random',
  account_identities_account_id_issuer_key: 'of one account, which is its own only viewer',
  account_identities_issuer_subject_key: 'whoever gives it has proven to the issuer that it is theirs',
  accounts_email_key: 'signing up, or changing an address, answers the same whether it is taken; see identity/sign-up',
  api_tokens_replaced_by_id_key: 'names a row that the command has just made',
  api_tokens_token_hash_key: 'random',
  events_sequence_key: 'counted by the database',
  invitations_token_hash_key: 'random',
  invoices_access_key_key: 'random',
  magic_links_token_hash_key: 'random',
  organizations_slug_key: 'made of the name by the engine, longer where that is taken: a part of addresses, and public',
  recovery_codes_account_id_code_hash_key: 'of one account',
  sessions_token_hash_key: 'random',
  sign_ups_token_hash_key: 'random',
  subscriptions_invoice_id_key: 'the engine names it, a row that it has just made',
  subscriptions_open_invoice_id_key: 'the engine names it, a row that it has just made',
  subscriptions_open_payment_id_key: 'the engine names it, a row that it has just made',
  user_roles_user_id_role_id_key: 'names rows of the same organization, by composite foreign keys',
  users_address_id_key: 'an address is made with its person',
};

test('what is unique is so within an organization, or tells nothing', async () => {
  const { owner } = await testDatabase();
  const { rows } = await owner.query<{ name: string }>(`
    select i.relname as name
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class t on t.oid = x.indrelid
    where t.relnamespace = 'public'::regnamespace and x.indisunique and not x.indisprimary
      and t.relname <> '_prisma_migrations'
      and not exists (
        select from pg_attribute a
        where a.attrelid = t.oid and a.attnum = any(x.indkey) and a.attname in ('organization_id'))
    order by 1`);
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(acrossTenants).sort());
});
