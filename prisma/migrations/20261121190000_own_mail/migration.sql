-- What organizations say of their mails; whoever is given a role beside their own signs in anew; an account's second factor is
-- told in each organization as its own person's doing.
-- Part 1: tables, as Prisma writes them. Part 2: what Prisma can't say.

-- ---------------------------------------------------------------- Part 1

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "mail_color" VARCHAR(7),
ADD COLUMN     "mail_reply_to" VARCHAR(255),
ADD COLUMN     "mail_signature" VARCHAR(500);

-- ---------------------------------------------------------------- Part 2

alter table organizations
  add constraint organizations_mail_color_check check (mail_color ~ '^#[0-9a-f]{6}$');

-- A role beside one's own changes what one may do, too: who is given one, or loses one, signs in anew. One that has expired
-- gave nothing any more, and one that lasts longer than before gives nothing new.
create function end_sessions_of_assigned() returns trigger language plpgsql as $$
declare
  was boolean := tg_op <> 'INSERT' and coalesce(old.expires_at > now(), true);
  comes boolean := tg_op <> 'DELETE' and coalesce(new.expires_at > now(), true);
begin
  if (comes and not was) or (was and tg_op = 'DELETE') then
    update sessions set revoked_at = now() where user_id = coalesce(new.user_id, old.user_id) and revoked_at is null;
  end if;
  return null;
end
$$;
create trigger role_sessions after insert or delete or update of expires_at on user_roles
  for each row execute function end_sessions_of_assigned();

-- What an account does shows in each of its organizations, and was done there by its person there: of no other organization
-- does anybody read in the log who that is.
create or replace function keep_two_factor_of_users() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  actor_kind text := coalesce(current_setting('app.actor_kind', true), '');
  actor_id text := coalesce(current_setting('app.actor_id', true), '');
  person record;
begin
  for person in select u.id, u.kind from users u where u.account_id = new.id order by u.id loop
    perform set_config('app.actor_kind', person.kind, true), set_config('app.actor_id', person.id::text, true);
    update users set has_two_factor = new.totp_confirmed_at is not null where id = person.id;
  end loop;
  perform set_config('app.actor_kind', actor_kind, true), set_config('app.actor_id', actor_id, true);
  return null;
end
$$;
