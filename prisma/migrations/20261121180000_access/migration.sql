-- Who may do what: roles that are assigned for some time, teams of clients with rights, tokens with scopes and limits.
-- Part 1: tables, as Prisma writes them. Part 2: what Prisma can't say.

-- ---------------------------------------------------------------- Part 1

-- DropIndex
DROP INDEX "client_team_members_member_id_key";

-- DropIndex
DROP INDEX "client_team_members_organization_id_owner_id_idx";

-- AlterTable
ALTER TABLE "api_tokens" ADD COLUMN     "cost_per_minute" INTEGER,
ADD COLUMN     "mode" VARCHAR(10) NOT NULL DEFAULT 'LIVE',
ADD COLUMN     "replaced_by_id" UUID,
ADD COLUMN     "requests_per_minute" INTEGER,
ADD COLUMN     "scopes" VARCHAR(50)[] DEFAULT ARRAY['*']::VARCHAR(50)[],
ALTER COLUMN "role_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "client_team_members" DROP CONSTRAINT "client_team_members_pkey",
ADD COLUMN     "id" UUID NOT NULL DEFAULT uuidv7(),
ADD COLUMN     "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1,
ADD CONSTRAINT "client_team_members_pkey" PRIMARY KEY ("id");

-- CreateTable
CREATE TABLE "user_roles" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "kind" VARCHAR(10) NOT NULL DEFAULT 'STAFF',
    "assigned_by_id" UUID,
    "assigned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_roles_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "user_roles_organization_id_created_at_id_idx" ON "user_roles"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "user_roles_organization_id_user_id_created_at_id_idx" ON "user_roles"("organization_id", "user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "user_roles_role_id_idx" ON "user_roles"("role_id");

-- CreateIndex
CREATE INDEX "user_roles_assigned_by_id_idx" ON "user_roles"("assigned_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_roles_user_id_role_id_key" ON "user_roles"("user_id", "role_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_replaced_by_id_key" ON "api_tokens"("replaced_by_id");

-- CreateIndex
CREATE INDEX "client_team_members_organization_id_owner_id_created_at_id_idx" ON "client_team_members"("organization_id", "owner_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "client_team_members_organization_id_member_id_key" ON "client_team_members"("organization_id", "member_id");

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_organization_id_role_id_kind_fkey" FOREIGN KEY ("organization_id", "role_id", "kind") REFERENCES "roles"("organization_id", "id", "kind") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_assigned_by_id_fkey" FOREIGN KEY ("assigned_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_replaced_by_id_fkey" FOREIGN KEY ("replaced_by_id") REFERENCES "api_tokens"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- ---------------------------------------------------------------- Part 2

alter table api_tokens
  alter column scopes set not null,
  add constraint api_tokens_mode_check check (mode in ('LIVE', 'TEST')),
  add constraint api_tokens_scopes_check check (cardinality(scopes) between 1 and 100 and array_position(scopes, null) is null),
  add constraint api_tokens_limits_check check (requests_per_minute >= 1 and cost_per_minute >= 1),
  -- A token that works has its role; one that has ended does not hold the role's deletion up.
  add constraint api_tokens_role_check check (role_id is not null or revoked_at is not null),
  add constraint api_tokens_replaced_by_check check (replaced_by_id <> id);
alter table user_roles add constraint user_roles_kind_check check (kind = 'STAFF');

-- Tenancy, versions and audit. Whoever belongs to a client's team has rights that change: an object now, no link any more.
call protect_tenant_table('user_roles');
call track_entity('user_roles', 'ROLE_ASSIGNMENT');
drop trigger audit on client_team_members;
call track_entity('client_team_members', 'CLIENT_TEAM_MEMBER');

-- The look-ups before a tenant is known. Each answers the least that is needed.

-- Who a bearer token is, with the role that it acts in and the role that its person has: it never does more than either. Its use
-- is noted at most once a minute.
drop function authenticate_api_token(bytea);
create function authenticate_api_token(hash bytea)
returns table (
  organization_id uuid, token_id uuid, mode text, scopes text[], requests_per_minute int, cost_per_minute int,
  user_id uuid, group_id uuid, role_id uuid, token_role jsonb, role jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  return query
    select t.organization_id, t.id, t.mode::text, t.scopes::text[], t.requests_per_minute, t.cost_per_minute,
        u.id, u.group_id, tr.id, to_jsonb(tr), to_jsonb(r)
      from api_tokens t
      join organizations o on o.id = t.organization_id and o.archived_at is null
      join users u on u.id = t.user_id and u.status = 'ACTIVE'
      join roles r on r.id = u.role_id
      join roles tr on tr.id = t.role_id
      where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > now());
  update api_tokens t set last_used_at = now()
    where t.token_hash = hash and (t.last_used_at is null or t.last_used_at < now() - interval '1 minute');
end
$$;

-- What a person may do beyond the role of their own, right now: of a team member the highest of all grades that roles in force
-- give; of a client whose account it may use, and for what, and who belongs to its own team. Asked in one statement with who
-- the person is.
create function standing_of(person uuid, own jsonb)
returns table (
  role jsonb, team_owner_id uuid, can_orders boolean, can_tickets boolean, can_invoices boolean, team_member_ids uuid[]
) language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if own ->> 'kind' = 'CLIENT' then
    return query
      select own, o.id, m.can_orders, m.can_tickets, m.can_invoices, array(
          select t.member_id from client_team_members t
            where t.organization_id = (own ->> 'organization_id')::uuid and t.owner_id = person order by t.member_id)
        from (select) as one
        left join client_team_members m on m.organization_id = (own ->> 'organization_id')::uuid and m.member_id = person
        -- The account of a client that may not act is closed to its team, too.
        left join users o on o.id = m.owner_id and o.status = 'ACTIVE';
  elsif exists (select from user_roles a where a.user_id = person and (a.expires_at is null or a.expires_at > now())) then
    return query
      select own || jsonb_object_agg(highest.area, highest.grade), null::uuid, null::boolean, null::boolean, null::boolean, null::uuid[]
        from (
          select distinct on (granted.key) granted.key as area, granted.value as grade
            from (
              select own as granting
              union all
              select to_jsonb(r) from user_roles a join roles r on r.id = a.role_id
                where a.user_id = person and (a.expires_at is null or a.expires_at > now())
            ) as roles_in_force, jsonb_each(granting) as granted
            where jsonb_typeof(granted.value) in ('number', 'boolean') and granted.key not in ('version', 'is_system')
            order by granted.key, granted.value desc
        ) as highest;
  else
    return query select own, null::uuid, null::boolean, null::boolean, null::boolean, null::uuid[];
  end if;
end
$$;
revoke execute on function authenticate_api_token(bytea) from public;
revoke execute on function standing_of(uuid, jsonb) from public;
grant execute on function authenticate_api_token(bytea) to service_engine_app;
grant execute on function standing_of(uuid, jsonb) to service_engine_app;
