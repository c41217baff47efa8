-- Organizations have an owner and can be closed; others vouch for their people; people are asked to join.
-- Part 1: tables, as Prisma writes them. Part 2: what Prisma can't say.

-- ---------------------------------------------------------------- Part 1

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "archived_at" TIMESTAMPTZ(3),
ADD COLUMN     "owner_id" UUID;

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "account_id" UUID DEFAULT (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid,
ADD COLUMN     "issuer_id" UUID;

-- CreateTable
CREATE TABLE "issuers" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "address" VARCHAR(500) NOT NULL,
    "application_id" VARCHAR(255) NOT NULL,
    "application_secret" BYTEA,
    "key_id" VARCHAR(50),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "issuers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_identities" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "subject" VARCHAR(255) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_identities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_identities" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "account_id" UUID NOT NULL,
    "issuer" VARCHAR(500) NOT NULL,
    "subject" VARCHAR(255) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_identities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitations" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "kind" VARCHAR(10) NOT NULL,
    "email" VARCHAR(255) NOT NULL,
    "role_id" UUID,
    "group_id" UUID,
    "user_id" UUID,
    "inviter_id" UUID,
    "token_hash" BYTEA NOT NULL,
    "status" VARCHAR(10) NOT NULL DEFAULT 'PENDING',
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "declined_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "issuers_organization_id_created_at_id_idx" ON "issuers"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "issuers_organization_id_id_key" ON "issuers"("organization_id", "id");

-- CreateIndex
CREATE INDEX "user_identities_organization_id_user_id_idx" ON "user_identities"("organization_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_identities_organization_id_issuer_id_subject_key" ON "user_identities"("organization_id", "issuer_id", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "user_identities_organization_id_issuer_id_user_id_key" ON "user_identities"("organization_id", "issuer_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "account_identities_issuer_subject_key" ON "account_identities"("issuer", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "account_identities_account_id_issuer_key" ON "account_identities"("account_id", "issuer");

-- CreateIndex
CREATE UNIQUE INDEX "invitations_token_hash_key" ON "invitations"("token_hash");

-- CreateIndex
CREATE INDEX "invitations_organization_id_created_at_id_idx" ON "invitations"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "invitations_organization_id_status_created_at_id_idx" ON "invitations"("organization_id", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "invitations_role_id_idx" ON "invitations"("role_id");

-- CreateIndex
CREATE INDEX "invitations_group_id_idx" ON "invitations"("group_id");

-- CreateIndex
CREATE INDEX "invitations_user_id_idx" ON "invitations"("user_id");

-- CreateIndex
CREATE INDEX "invitations_inviter_id_idx" ON "invitations"("inviter_id");

-- CreateIndex
CREATE INDEX "sessions_account_id_idx" ON "sessions"("account_id");

-- CreateIndex
CREATE INDEX "sessions_organization_id_issuer_id_idx" ON "sessions"("organization_id", "issuer_id");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_organization_id_issuer_id_fkey" FOREIGN KEY ("organization_id", "issuer_id") REFERENCES "issuers"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuers" ADD CONSTRAINT "issuers_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_identities" ADD CONSTRAINT "user_identities_organization_id_issuer_id_fkey" FOREIGN KEY ("organization_id", "issuer_id") REFERENCES "issuers"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_identities" ADD CONSTRAINT "user_identities_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_identities" ADD CONSTRAINT "account_identities_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organization_id_role_id_kind_fkey" FOREIGN KEY ("organization_id", "role_id", "kind") REFERENCES "roles"("organization_id", "id", "kind") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "team_groups"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_inviter_id_fkey" FOREIGN KEY ("inviter_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_id_owner_id_fkey" FOREIGN KEY ("id", "owner_id") REFERENCES "users"("organization_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- ---------------------------------------------------------------- Part 2

-- What stood before: the administrator who was there first owns it.
update organizations o set owner_id = (
  select u.id from users u join roles r on r.id = u.role_id
    where u.organization_id = o.id and u.status = 'ACTIVE' and r.is_system and r.kind = 'STAFF'
    order by u.created_at, u.id limit 1);

alter table issuers
  add constraint issuers_name_check check (btrim(name) <> ''),
  add constraint issuers_address_check check (address ~ '^https?://[^[:space:]?#]+$'),
  add constraint issuers_secret_check check ((application_secret is null) = (key_id is null));
create unique index issuers_organization_id_lower_name_key on issuers (organization_id, lower(name));
alter table user_identities add constraint user_identities_subject_check check (subject <> '');
alter table account_identities add constraint account_identities_subject_check check (subject <> '');
alter table invitations
  add constraint invitations_kind_check check (kind in ('STAFF', 'CLIENT')),
  add constraint invitations_email_check check (email = lower(email) and email like '%_@_%'),
  add constraint invitations_status_check check (status in ('PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED')),
  add constraint invitations_token_hash_check check (octet_length(token_hash) = 32),
  add constraint invitations_ended_check check (
    (accepted_at is not null) = (status = 'ACCEPTED') and (declined_at is not null) = (status = 'DECLINED')
    and (revoked_at is not null) = (status = 'REVOKED')),
  -- One that waits has its role; one that has ended does not hold the role's deletion up.
  add constraint invitations_role_check check (role_id is not null or status <> 'PENDING'),
  add constraint invitations_client_check check (kind <> 'CLIENT' or user_id is not null),
  add constraint invitations_group_check check (group_id is null or kind = 'STAFF');
-- An address is asked once at a time.
create unique index invitations_pending_key on invitations (organization_id, email) where status = 'PENDING';
create index invitations_pending_expires_at_idx on invitations (expires_at) where status = 'PENDING';

-- Whoever owns an organization stays what owners are, whatever is about to change it. That they stay at all, the foreign key sees
-- to.
create function keep_owner() returns trigger language plpgsql as $$
begin
  if exists (select from organizations o where o.id = old.organization_id and o.owner_id = old.id) then
    raise check_violation using message = 'the owner of an organization stays an active administrator', constraint = 'organizations_owner_check';
  end if;
  return new;
end
$$;
create trigger owner before update of status, role_id, kind, account_id on users for each row
  when (new.status <> 'ACTIVE' or new.role_id <> old.role_id or new.kind <> old.kind
    or (old.account_id is not null and new.account_id is distinct from old.account_id))
  execute function keep_owner();
create function check_owner() returns trigger language plpgsql as $$
begin
  if not exists (
    select from users u join roles r on r.id = u.role_id
      where u.id = new.owner_id and u.status = 'ACTIVE' and r.is_system and r.kind = 'STAFF') then
    raise check_violation using message = 'an organization is owned by one of its active administrators', constraint = 'organizations_owner_check';
  end if;
  return new;
end
$$;
create trigger owner before update of owner_id on organizations for each row
  when (new.owner_id is not null and new.owner_id is distinct from old.owner_id) execute function check_owner();

-- Tenancy, versions and audit.
call protect_tenant_table('issuers');
call protect_tenant_table('user_identities');
call protect_tenant_table('invitations');
call protect_account_table('account_identities', 'account_id', 'select, insert, update, delete');
call track_entity('issuers', 'ISSUER', secrets => '{application_secret}');
call track_entity('user_identities', 'USER_IDENTITY', bookkeeping => '{last_used_at}');
call track_entity('invitations', 'INVITATION', bookkeeping => '{sent_at}', secrets => '{token_hash}');

-- The look-ups before a tenant is known. Each answers the least that is needed. An organization that is closed is not found.

create function is_open(organization uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from organizations o where o.id = organization and o.archived_at is null)
$$;

create or replace function authenticate_api_token(hash bytea)
returns table (
  organization_id uuid, token_id uuid, user_id uuid, user_kind text, group_id uuid, role_id uuid, role jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  return query
    select t.organization_id, t.id, u.id, u.kind::text, u.group_id, r.id, to_jsonb(r)
      from api_tokens t
      join organizations o on o.id = t.organization_id and o.archived_at is null
      join users u on u.id = t.user_id and u.status = 'ACTIVE'
      join roles r on r.id = t.role_id
      where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > now());
  update api_tokens t set last_used_at = now()
    where t.token_hash = hash and (t.last_used_at is null or t.last_used_at < now() - interval '1 minute');
end
$$;

-- Whose account it is stands in the session itself: a magic link and an organization's own issuer let the person in, and not the
-- account behind it, which may be somebody elsewhere, too.
create or replace function authenticate_session(hash bytea)
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
        o.session_idle_minutes, s.rotations, u.id, u.kind::text, s.account_id, u.group_id, r.id, to_jsonb(r)
      from sessions s
      join organizations o on o.id = s.organization_id and o.archived_at is null
      join users u on u.id = s.user_id and u.status = 'ACTIVE'
      join roles r on r.id = u.role_id
      where s.token_hash = hash and s.revoked_at is null and s.expires_at > now()
        and s.last_used_at > now() - make_interval(mins => o.session_idle_minutes)
        and (s.account_id is null or s.account_id = u.account_id)
        and not exists (select from accounts a where a.id = u.account_id and a.status <> 'ACTIVE');
end
$$;

-- Nor does an account act in one; what it is signed in with there ends with everything else.
create or replace function people_of_account()
returns table (
  organization_id uuid, organization_name text, organization_slug text, user_id uuid, user_kind text, is_active boolean
) language sql stable security definer set search_path = public, pg_temp as $$
  select o.id, o.name::text, o.slug::text, u.id, u.kind::text, u.status = 'ACTIVE' and o.archived_at is null
    from users u
    join organizations o on o.id = u.organization_id
    where u.account_id = nullif(current_setting('app.account_id', true), '')::uuid
    order by (select max(s.last_used_at) from sessions s where s.organization_id = o.id and s.user_id = u.id) desc nulls last,
      u.created_at, u.id
$$;

-- Every organization that the account of the transaction has somebody in who may act, and the archived ones that it may open again.
create function organizations_of_account()
returns table (
  organization_id uuid, name text, slug text, user_id uuid, user_kind text, is_owner boolean, archived_at timestamptz
) language sql stable security definer set search_path = public, pg_temp as $$
  select o.id, o.name::text, o.slug::text, u.id, u.kind::text, o.owner_id is not distinct from u.id, o.archived_at
    from users u
    join organizations o on o.id = u.organization_id
    where u.account_id = nullif(current_setting('app.account_id', true), '')::uuid and u.status = 'ACTIVE'
      and (o.archived_at is null or o.owner_id = u.id)
$$;

create or replace function find_magic_link(hash bytea, at timestamptz)
returns table (
  organization_id uuid, link_id uuid, user_id uuid, organization_name text, organization_domain text, client_name text
) language sql stable security definer set search_path = public, pg_temp as $$
  select l.organization_id, l.id, l.user_id, o.name::text, o.domain::text, u.first_name || ' ' || u.last_name
    from magic_links l
    join users u on u.id = l.user_id and u.kind = 'CLIENT' and u.status = 'ACTIVE' and not u.has_two_factor
    join organizations o on o.id = l.organization_id and o.archived_at is null
    where l.token_hash = hash and l.used_at is null and l.expires_at > at
$$;

create or replace function find_public_invoice(invoice_number text, key text)
returns table (organization_id uuid, invoice_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.organization_id, i.id from invoices i
    where i.access_key = key::bpchar and i.number = invoice_number and i.deleted_at is null and i.status <> 'DRAFT'
      and is_open(i.organization_id)
$$;

create or replace function due_subscriptions(at timestamptz, most int) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.organization_id, s.id from subscriptions s
    where s.next_action_at <= at and is_open(s.organization_id) order by s.next_action_at limit most
$$;
create or replace function due_tickets(at timestamptz, most int) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.organization_id, t.id from tickets t
    where t.snoozed_until <= at and t.deleted_at is null and is_open(t.organization_id) order by t.snoozed_until limit most
$$;
create or replace function unsettled_payments(before timestamptz, most int) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.organization_id, p.id from payments p
    where p.status = 'PROCESSING' and p.created_at <= before and is_open(p.organization_id)
    order by p.created_at limit most
$$;

-- An invitation that waits, for whoever has its link, who reads what is sent to its address.
create function find_invitation(hash bytea, at timestamptz)
returns table (
  invitation_id uuid, organization_id uuid, organization_name text, kind text, email text, inviter_name text, person_name text,
  has_account boolean
) language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.organization_id, o.name::text, i.kind::text, i.email::text, inviter.first_name || ' ' || inviter.last_name,
      person.first_name || ' ' || person.last_name,
      exists (select from accounts a where a.email = i.email and a.status = 'ACTIVE')
    from invitations i
    join organizations o on o.id = i.organization_id and o.archived_at is null
    left join users inviter on inviter.organization_id = i.organization_id and inviter.id = i.inviter_id
    left join users person on person.organization_id = i.organization_id and person.id = i.user_id
    where i.token_hash = hash and i.status = 'PENDING' and i.expires_at > at
$$;

create function due_invitations(at timestamptz, most int) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.organization_id, i.id from invitations i
    where i.status = 'PENDING' and i.expires_at <= at and is_open(i.organization_id) order by i.expires_at limit most
$$;

-- An issuer of an organization's own, for whoever is sent to it.
create function find_issuer(issuer uuid)
returns table (
  organization_id uuid, name text, address text, application_id text, application_secret bytea, key_id text
) language sql stable security definer set search_path = public, pg_temp as $$
  select i.organization_id, i.name::text, i.address::text, i.application_id::text, i.application_secret, i.key_id::text
    from issuers i where i.id = issuer and is_open(i.organization_id)
$$;

-- For the buttons of a page where people sign in: the issuers of an organization, by its name in addresses.
create function issuers_of(organization_slug text) returns table (issuer_id uuid, name text)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.id, i.name::text
    from organizations o join issuers i on i.organization_id = o.id
    where o.slug = organization_slug and o.archived_at is null order by i.name, i.id
$$;

-- The account that an issuer of the deployment means by a subject.
create function find_account_of_identity(issuer_address text, subject_name text) returns table (account_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.account_id from account_identities i
    where i.issuer = issuer_address and i.subject = subject_name
$$;

-- An organization that is closed, and who may open it again.
create function find_archived_organization(organization uuid)
returns table (name text, archived_at timestamptz, owner_id uuid, owner_account_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.name::text, o.archived_at, u.id, u.account_id
    from organizations o left join users u on u.organization_id = o.id and u.id = o.owner_id
    where o.id = organization and o.archived_at is not null
$$;

do $$
declare
  name text;
begin
  foreach name in array array[
    'is_open(uuid)', 'organizations_of_account()', 'find_archived_organization(uuid)', 'find_issuer(uuid)', 'issuers_of(text)',
    'find_invitation(bytea, timestamptz)', 'due_invitations(timestamptz, int)', 'find_account_of_identity(text, text)'] loop
    execute format('revoke execute on function %s from public', name);
    execute format('grant execute on function %s to service_engine_app', name);
  end loop;
end
$$;
