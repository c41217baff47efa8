-- Accounts: logins that stand behind people, with their second factors, codes and sign-ups; and what was tried in vain.
-- Part 1: tables, as Prisma writes them. Part 2: what Prisma can't say.

-- ---------------------------------------------------------------- Part 1

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "session_hours" INTEGER NOT NULL DEFAULT 24,
ADD COLUMN     "session_idle_minutes" INTEGER NOT NULL DEFAULT 30;

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "device" VARCHAR(100),
ADD COLUMN     "rotations" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "account_id" UUID;

-- CreateTable
CREATE TABLE "accounts" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "email" VARCHAR(255) NOT NULL,
    "verified_at" TIMESTAMPTZ(3),
    "password_hash" VARCHAR(255),
    "status" VARCHAR(10) NOT NULL DEFAULT 'ACTIVE',
    "totp_secret" BYTEA,
    "totp_key_id" VARCHAR(50),
    "totp_confirmed_at" TIMESTAMPTZ(3),
    "totp_last_step" INTEGER,
    "display_name" VARCHAR(255) NOT NULL,
    "avatar_url" VARCHAR(2000),
    "time_zone" VARCHAR(64),
    "locale" VARCHAR(35),
    "date_format" VARCHAR(20),
    "time_format" VARCHAR(20),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_codes" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "account_id" UUID NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "email" VARCHAR(255) NOT NULL,
    "replaced_email" VARCHAR(255),
    "token_hash" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recovery_codes" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "account_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "recovery_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_ups" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "email" VARCHAR(255) NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "password_hash" VARCHAR(255) NOT NULL,
    "first_name" VARCHAR(255) NOT NULL,
    "last_name" VARCHAR(255) NOT NULL,
    "organization_name" VARCHAR(255) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_ups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt_counters" (
    "key" BYTEA NOT NULL,
    "failures" TIMESTAMPTZ(3)[],
    "locked_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attempt_counters_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "accounts_email_key" ON "accounts"("email");

-- CreateIndex
CREATE UNIQUE INDEX "account_codes_token_hash_key" ON "account_codes"("token_hash");

-- CreateIndex
CREATE INDEX "account_codes_account_id_idx" ON "account_codes"("account_id");

-- CreateIndex
CREATE INDEX "account_codes_expires_at_idx" ON "account_codes"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "recovery_codes_account_id_code_hash_key" ON "recovery_codes"("account_id", "code_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sign_ups_token_hash_key" ON "sign_ups"("token_hash");

-- CreateIndex
CREATE INDEX "sign_ups_expires_at_idx" ON "sign_ups"("expires_at");

-- CreateIndex
CREATE INDEX "attempt_counters_updated_at_idx" ON "attempt_counters"("updated_at");

-- CreateIndex
CREATE INDEX "users_account_id_idx" ON "users"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_organization_id_account_id_key" ON "users"("organization_id", "account_id");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_codes" ADD CONSTRAINT "account_codes_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ---------------------------------------------------------------- Part 2

alter table organizations
  add constraint organizations_session_idle_check check (session_idle_minutes between 5 and 43200),
  add constraint organizations_session_hours_check check (session_hours between 1 and 2160);

alter table accounts
  add constraint accounts_email_check check (email = lower(email) and email <> ''),
  add constraint accounts_status_check check (status in ('ACTIVE', 'INACTIVE')),
  add constraint accounts_display_name_check check (btrim(display_name) <> ''),
  add constraint accounts_password_check check (password_hash like '$argon2id$%'),
  add constraint accounts_totp_check check (
    (totp_secret is null) = (totp_key_id is null) and (totp_confirmed_at is null or totp_secret is not null)),
  add constraint accounts_formats_check check (
    date_format in ('YEAR_MONTH_DAY', 'DAY_MONTH_YEAR', 'MONTH_DAY_YEAR') and time_format in ('HOURS_24', 'HOURS_12'));
alter table account_codes
  add constraint account_codes_kind_check check (kind in ('VERIFY_EMAIL', 'RESET_PASSWORD')),
  add constraint account_codes_token_hash_check check (octet_length(token_hash) = 32);
alter table recovery_codes add constraint recovery_codes_code_hash_check check (octet_length(code_hash) = 32);
alter table sign_ups
  add constraint sign_ups_email_check check (email = lower(email) and email <> ''),
  add constraint sign_ups_password_check check (password_hash like '$argon2id$%'),
  add constraint sign_ups_token_hash_check check (octet_length(token_hash) = 32);
alter table attempt_counters
  alter column failures set not null,
  add constraint attempt_counters_key_check check (octet_length(key) = 32);

-- Password, second factor and proof are no edits of the profile.
create trigger touch before update on accounts for each row execute function touch_row(
  'verified_at', 'password_hash', 'totp_secret', 'totp_key_id', 'totp_confirmed_at', 'totp_last_step');

-- Whose rows are whose. The transaction of an account says which it is: it sees its own, and nobody ever sees a list.
create procedure protect_account_table(table_name regclass, account_column text, privileges text) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format(
    'create policy account on %s
       using (%I = (select nullif(current_setting(''app.account_id'', true), '''')::uuid))
       with check (%I = (select nullif(current_setting(''app.account_id'', true), '''')::uuid))',
    table_name, account_column, account_column);
  execute format('grant %s on %s to service_engine_app', privileges, table_name);
end
$$;
revoke execute on procedure protect_account_table(regclass, text, text) from public;
call protect_account_table('accounts', 'id', 'select, insert, update');
call protect_account_table('account_codes', 'account_id', 'select, insert, update');
call protect_account_table('recovery_codes', 'account_id', 'select, insert, update, delete');
-- Only through the functions below.
alter table sign_ups enable row level security;
alter table attempt_counters enable row level security;

-- Whoever signs up founds an organization: the transaction's own, as the policy has it.
grant insert on organizations to service_engine_app;

-- A person gets an account by the account's own doing, and shows whether that asks for a second factor.
create function keep_account_of_user() returns trigger language plpgsql as $$
begin
  if new.account_id is null or (tg_op = 'UPDATE' and new.account_id is not distinct from old.account_id) then
    return new;
  end if;
  if row_security_active('users') and new.account_id is distinct from nullif(current_setting('app.account_id', true), '')::uuid then
    raise insufficient_privilege using message = 'a person can only be tied to the account that acts';
  end if;
  new.has_two_factor := (select totp_confirmed_at is not null from accounts where id = new.account_id);
  return new;
end
$$;
create trigger account before insert or update of account_id on users for each row execute function keep_account_of_user();
create function keep_two_factor_of_users() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update users set has_two_factor = new.totp_confirmed_at is not null where account_id = new.id;
  return null;
end
$$;
revoke execute on function keep_two_factor_of_users() from public;
create trigger two_factor after update of totp_confirmed_at on accounts for each row
  when ((new.totp_confirmed_at is null) <> (old.totp_confirmed_at is null)) execute function keep_two_factor_of_users();

-- Who is given another role signs in anew, whatever changed the role.
create function end_sessions_of_user() returns trigger language plpgsql as $$
begin
  update sessions set revoked_at = now() where user_id = new.id and revoked_at is null;
  return null;
end
$$;
create trigger role_sessions after update of role_id on users for each row
  when (new.role_id <> old.role_id) execute function end_sessions_of_user();

-- The look-ups before an account or a tenant is known. Each answers the least that is needed.

-- Who a session's token is, and for which account. How long a session lasts unused is its organization's to say; its use is
-- noted at most once a minute.
drop function authenticate_session(bytea);
create function authenticate_session(hash bytea)
returns table (
  organization_id uuid, session_id uuid, expires_at timestamptz, idle_expires_at timestamptz, idle_minutes int, rotations int,
  user_id uuid, user_kind text, account_id uuid, group_id uuid, role_id uuid, role jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  update sessions s set last_used_at = now()
    from organizations o
    where o.id = s.organization_id and s.token_hash = hash and s.revoked_at is null and s.expires_at > now()
      and s.last_used_at > now() - make_interval(mins => o.session_idle_minutes)
      and s.last_used_at <= now() - interval '1 minute';
  return query
    select s.organization_id, s.id, s.expires_at, s.last_used_at + make_interval(mins => o.session_idle_minutes),
        o.session_idle_minutes, s.rotations, u.id, u.kind::text, u.account_id, u.group_id, r.id, to_jsonb(r)
      from sessions s
      join organizations o on o.id = s.organization_id
      join users u on u.id = s.user_id and u.status = 'ACTIVE'
      join roles r on r.id = u.role_id
      where s.token_hash = hash and s.revoked_at is null and s.expires_at > now()
        and s.last_used_at > now() - make_interval(mins => o.session_idle_minutes)
        and not exists (select from accounts a where a.id = u.account_id and a.status <> 'ACTIVE');
end
$$;

-- The account that signs in with an address, and what its password is compared with.
create function find_account(address text) returns table (account_id uuid, password_hash text)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.password_hash::text from accounts a where a.email = address and a.status = 'ACTIVE'
$$;

-- The same by the digest of the address, for who was asked to write to it.
create function email_digest(address text) returns bytea language sql immutable strict parallel safe as $$
  select sha256(convert_to(address, 'UTF8'))
$$;
create index accounts_email_digest_idx on accounts (email_digest(email::text));
create function find_account_by_digest(digest bytea) returns table (account_id uuid, email text)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.email::text from accounts a where email_digest(a.email::text) = digest and a.status = 'ACTIVE'
$$;

-- As whom, and where, the account of the transaction may act, or might if it were active; where it did last first.
create function people_of_account()
returns table (
  organization_id uuid, organization_name text, organization_slug text, user_id uuid, user_kind text, is_active boolean
) language sql stable security definer set search_path = public, pg_temp as $$
  select o.id, o.name::text, o.slug::text, u.id, u.kind::text, u.status = 'ACTIVE'
    from users u
    join organizations o on o.id = u.organization_id
    where u.account_id = nullif(current_setting('app.account_id', true), '')::uuid
    order by (select max(s.last_used_at) from sessions s where s.organization_id = o.id and s.user_id = u.id) desc nulls last,
      u.created_at, u.id
$$;

-- What the link in a mail does, while it is good.
create function find_account_code(hash bytea, at timestamptz)
returns table (account_id uuid, code_id uuid, kind text, email text)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.account_id, c.id, c.kind::text, c.email::text
    from account_codes c
    join accounts a on a.id = c.account_id and a.status = 'ACTIVE'
    where c.token_hash = hash and c.used_at is null and c.expires_at > at
$$;

-- Sign-ups are nobody's: what is done with one is done here.
create function add_sign_up(
  sign_up uuid, address text, hash bytea, password text, first text, last text, organization text, expires timestamptz
) returns void language sql security definer set search_path = public, pg_temp as $$
  insert into sign_ups (id, email, token_hash, password_hash, first_name, last_name, organization_name, expires_at)
    values (sign_up, address, hash, password, first, last, organization, expires)
$$;
create function find_sign_up(hash bytea, at timestamptz)
returns table (sign_up_id uuid, email text, organization_name text, password_hash text)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, s.email::text, s.organization_name::text, s.password_hash::text
    from sign_ups s where s.token_hash = hash and s.expires_at > at
$$;
-- For the mail that has the link; or, to somebody who has an account already, that says so.
create function sign_up_to_tell(sign_up uuid) returns table (
  email text, first_name text, organization_name text, token_hash bytea, expires_at timestamptz, has_account boolean
) language sql stable security definer set search_path = public, pg_temp as $$
  select s.email::text, s.first_name::text, s.organization_name::text, s.token_hash, s.expires_at,
      exists (select from accounts a where a.email = s.email)
    from sign_ups s where s.id = sign_up
$$;
-- Once: who takes it has it.
create function take_sign_up(sign_up uuid, at timestamptz)
returns table (email text, password_hash text, first_name text, last_name text, organization_name text)
language sql volatile security definer set search_path = public, pg_temp as $$
  delete from sign_ups s where s.id = sign_up and s.expires_at > at
    returning s.email::text, s.password_hash::text, s.first_name::text, s.last_name::text, s.organization_name::text
$$;

-- What may fail only so often. Each of the keys (what is counted) takes `mosts` failures within `windows`; the last of them
-- locks it for `locks`. A try counts as a failure until it is taken back: of many at once no more are let in than may fail.
-- Answers nothing, or which of the keys is locked longest and until when.
create function begin_attempt(keys bytea[], mosts int[], windows interval[], locks interval[], at timestamptz)
returns table (locked_key bytea, until timestamptz)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  -- In one order, so that several at once wait for each other and not for ever.
  insert into attempt_counters (key, failures, updated_at)
    select given.key, '{}', at from unnest(keys) as given (key) order by given.key
    on conflict do nothing;
  perform from attempt_counters c where c.key = any (keys) order by c.key for update;
  return query
    select c.key, c.locked_until from attempt_counters c where c.key = any (keys) and c.locked_until > at
      order by c.locked_until desc, c.key limit 1;
  if found then
    return;
  end if;
  update attempt_counters c
    set failures = recent.failures || at,
      locked_until = case when cardinality(recent.failures) + 1 >= given.most then at + given.lock end,
      updated_at = at
    from unnest(keys, mosts, windows, locks) as given (key, most, span, lock),
      lateral (
        select coalesce(array_agg(failure order by failure), '{}') as failures
          from attempt_counters counted, unnest(counted.failures) as failure
          where counted.key = given.key and failure > at - given.span) as recent
    where c.key = given.key;
end
$$;
-- Takes a try back that was no failure, and so a lock that counted it; of the keys in `forgotten` every failure before, too.
create function take_back_attempt(keys bytea[], forgotten bytea[], begun timestamptz)
returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform from attempt_counters c where c.key = any (keys) order by c.key for update;
  update attempt_counters c
    set locked_until = null,
      failures = case when c.key = any (forgotten) then '{}'
        else c.failures[:array_position(c.failures, begun) - 1] || c.failures[array_position(c.failures, begun) + 1:] end
    where c.key = any (keys) and (begun = any (c.failures) or c.key = any (forgotten));
end
$$;

-- What ended long ago and is of no use to anybody: some of it. Answers how many rows it was.
create function remove_stale_access(at timestamptz, most int) returns int
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  long_ago timestamptz := at - interval '30 days';
  removed int;
  total int := 0;
begin
  delete from sessions where id in (
    select s.id from sessions s where s.expires_at < long_ago or s.revoked_at < long_ago limit most);
  get diagnostics removed = row_count;
  total := total + removed;
  delete from magic_links where id in (select l.id from magic_links l where l.expires_at < long_ago limit most);
  get diagnostics removed = row_count;
  total := total + removed;
  delete from account_codes where id in (select c.id from account_codes c where c.expires_at < long_ago limit most);
  get diagnostics removed = row_count;
  total := total + removed;
  delete from sign_ups where id in (select s.id from sign_ups s where s.expires_at < at limit most);
  get diagnostics removed = row_count;
  total := total + removed;
  delete from attempt_counters where key in (
    select c.key from attempt_counters c where c.updated_at < at - interval '1 day' limit most);
  get diagnostics removed = row_count;
  return total + removed;
end
$$;

do $$
declare
  name text;
begin
  foreach name in array array[
    'authenticate_session(bytea)', 'find_account(text)', 'find_account_by_digest(bytea)', 'people_of_account()', 'find_account_code(bytea, timestamptz)',
    'add_sign_up(uuid, text, bytea, text, text, text, text, timestamptz)', 'find_sign_up(bytea, timestamptz)',
    'sign_up_to_tell(uuid)', 'take_sign_up(uuid, timestamptz)',
    'begin_attempt(bytea[], int[], interval[], interval[], timestamptz)', 'take_back_attempt(bytea[], bytea[], timestamptz)',
    'remove_stale_access(timestamptz, int)'] loop
    execute format('revoke execute on function %s from public', name);
    execute format('grant execute on function %s to service_engine_app', name);
  end loop;
end
$$;
