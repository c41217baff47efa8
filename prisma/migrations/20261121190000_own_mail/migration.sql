-- What organizations say of their mails; whoever is given a role beside their own signs in anew.
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
