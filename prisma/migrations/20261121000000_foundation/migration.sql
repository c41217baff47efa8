-- The first migration: what every later one stands on.
-- Part 1: functions and the app role. Part 2: tables, as Prisma writes them. Part 3: what Prisma can't say.

-- ---------------------------------------------------------------- Part 1

-- The functions below speak of tables that part 2 creates.
set check_function_bodies = off;

-- PostgreSQL 18 has uuidv7(); older servers get the same name.
do $$
begin
  if to_regprocedure('pg_catalog.uuidv7()') is null then
    execute $function$
      create function public.uuidv7() returns uuid language sql volatile parallel safe as $body$
        select encode(
          set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
              placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
              from 1 for 6),
            52, 1), 53, 1),
          'hex')::uuid
      $body$
    $function$;
  end if;
end
$$;

-- The role that serves requests: it owns nothing and row-level security binds it.
-- Deployments create their login role as a member of it, or let it log in.
do $$
begin
  if not exists (select from pg_roles where rolname = 'service_engine_app') then
    create role service_engine_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
end
$$;
grant usage on schema public to service_engine_app;

-- `updated_at` and `version`. The arguments name the bookkeeping columns, which move `updated_at` only:
-- a new message must make nobody's edit stale.
create function touch_row() returns trigger language plpgsql as $$
declare
  bookkeeping text[] := array['updated_at', 'version'] || tg_argv;
begin
  -- An update that says what already is changes nothing, the time of the last change included.
  if new is not distinct from old then
    return new;
  end if;
  new.updated_at := greatest(old.updated_at, now());
  if to_jsonb(new) - bookkeeping is distinct from to_jsonb(old) - bookkeeping then
    new.version := old.version + 1;
  else
    new.version := old.version;
  end if;
  return new;
end
$$;

-- Who acts, as kernel/db.ts has told the transaction.
create function log_change(
  organization uuid, entity_name text, entity uuid, owner uuid, event_name text, change jsonb
) returns void language sql security definer set search_path = public, pg_temp as $$
  insert into logs (organization_id, actor_kind, actor_id, token_id, request_id, entity, entity_id, owner_id, event, changes)
  values (
    organization,
    coalesce(nullif(current_setting('app.actor_kind', true), ''), 'SYSTEM'),
    nullif(current_setting('app.actor_id', true), '')::uuid,
    nullif(current_setting('app.token_id', true), '')::uuid,
    nullif(current_setting('app.request_id', true), ''),
    entity_name, entity, owner, event_name, change)
$$;
revoke execute on function log_change(uuid, text, uuid, uuid, text, jsonb) from public;

-- The client whose object a row is: the person, the client it names, or the client of its order or task.
create function owner_of_row(table_name text, row_data jsonb) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select case
    when table_name = 'users' then (row_data ->> 'id')::uuid
    when row_data ? 'client_id' then (row_data ->> 'client_id')::uuid
    when table_name = 'client_team_members' then (row_data ->> 'owner_id')::uuid
    when row_data ? 'order_id' then (select client_id from orders where id = (row_data ->> 'order_id')::uuid)
    when row_data ? 'task_id' then (
      select o.client_id from order_tasks t join orders o on o.id = t.order_id where t.id = (row_data ->> 'task_id')::uuid)
  end
$$;
revoke execute on function owner_of_row(text, jsonb) from public;

-- The audit of a table with an id: created, updated, deleted (also softly), restored.
-- Arguments: the entity's name, then the columns that are never written down (secrets and bookkeeping).
create function audit_row() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  silent text[] := array['id', 'organization_id', 'created_at', 'updated_at', 'version'] || tg_argv[1:];
  before jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) - silent end;
  after jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) - silent end;
  whole jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  change jsonb;
  -- One table holds two kinds of people; the log tells them apart.
  entity_name text := case when tg_table_name <> 'users' then tg_argv[0]
    when whole ->> 'kind' = 'CLIENT' then 'CLIENT' else 'TEAM_MEMBER' end;
  event_name text := case tg_op when 'INSERT' then 'CREATED' when 'DELETE' then 'DELETED' else 'UPDATED' end;
begin
  select coalesce(jsonb_object_agg(key, jsonb_build_object('before', before -> key, 'after', after -> key)), '{}')
    into change
    from (select jsonb_object_keys(before) union select jsonb_object_keys(after)) as keys (key)
    where coalesce(before -> key, 'null') is distinct from coalesce(after -> key, 'null');
  if tg_op = 'UPDATE' then
    if change = '{}' then
      return null;
    end if;
    if change ? 'deleted_at' then
      event_name := case when after ->> 'deleted_at' is null then 'RESTORED' else 'DELETED' end;
    end if;
  end if;
  perform log_change(
    coalesce((whole ->> 'organization_id')::uuid, (whole ->> 'id')::uuid), entity_name, (whole ->> 'id')::uuid,
    owner_of_row(tg_table_name, whole), event_name, change);
  return null;
end
$$;

-- The audit of a link table: an update of the row that holds the list.
-- Arguments: the holder's entity name, its column, the list's name, the linked column.
create function audit_link() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  whole jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  linked jsonb := whole -> tg_argv[3];
begin
  perform log_change(
    (whole ->> 'organization_id')::uuid, tg_argv[0], (whole ->> tg_argv[1])::uuid,
    owner_of_row(tg_table_name, whole), 'UPDATED',
    jsonb_build_object(tg_argv[2], case when tg_op = 'DELETE'
      then jsonb_build_object('before', linked, 'after', null)
      else jsonb_build_object('before', null, 'after', linked) end));
  return null;
end
$$;

-- Row-level security and the app role's rights: the same three lines for every tenant table.
-- An unset tenant means no rows. The scalar sub-select makes it one look-up per statement, not one per row.
create procedure protect_tenant_table(table_name regclass, privileges text default 'select, insert, update, delete')
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format(
    'create policy tenant on %s
       using (organization_id = (select nullif(current_setting(''app.organization_id'', true), '''')::uuid))
       with check (organization_id = (select nullif(current_setting(''app.organization_id'', true), '''')::uuid))',
    table_name);
  execute format('grant %s on %s to service_engine_app', privileges, table_name);
end
$$;

-- An entity: versioned, audited. `bookkeeping` columns move no version and are not logged; `secrets` are not logged.
create procedure track_entity(table_name regclass, entity text, bookkeeping text[] default '{}', secrets text[] default '{}')
language plpgsql as $$
declare
  quoted_bookkeeping text := (select string_agg(quote_literal(c), ', ') from unnest(bookkeeping) c);
  quoted_silent text := (select string_agg(quote_literal(c), ', ') from unnest(bookkeeping || secrets) c);
begin
  if exists (select from pg_attribute where attrelid = table_name and attname = 'version' and not attisdropped) then
    execute format('create trigger touch before update on %s for each row execute function touch_row(%s)',
      table_name, coalesce(quoted_bookkeeping, ''));
  end if;
  execute format('create trigger audit after insert or update or delete on %s for each row execute function audit_row(%s)',
    table_name, concat_ws(', ', quote_literal(entity), quoted_silent));
end
$$;

create procedure track_link(table_name regclass, entity text, entity_column text, list text, linked_column text)
language plpgsql as $$
begin
  execute format('create trigger audit after insert or delete on %s for each row execute function audit_link(%L, %L, %L, %L)',
    table_name, entity, entity_column, list, linked_column);
end
$$;
revoke execute on procedure protect_tenant_table(regclass, text) from public;
revoke execute on procedure track_entity(regclass, text, text[], text[]) from public;
revoke execute on procedure track_link(regclass, text, text, text, text) from public;

reset check_function_bodies;

-- ---------------------------------------------------------------- Part 2

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "addresses" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "line_1" VARCHAR(255),
    "line_2" VARCHAR(255),
    "city" VARCHAR(255),
    "state" VARCHAR(255),
    "postcode" VARCHAR(50),
    "country" CHAR(2),
    "first_name" VARCHAR(255),
    "last_name" VARCHAR(255),
    "tax_id" VARCHAR(100),
    "company_name" VARCHAR(255),
    "company_vat" VARCHAR(100),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "addresses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_managers" (
    "organization_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "manager_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "client_managers_pkey" PRIMARY KEY ("client_id","manager_id")
);

-- CreateTable
CREATE TABLE "client_team_members" (
    "organization_id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "member_id" UUID NOT NULL,
    "can_orders" BOOLEAN NOT NULL DEFAULT true,
    "can_tickets" BOOLEAN NOT NULL DEFAULT true,
    "can_invoices" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "client_team_members_pkey" PRIMARY KEY ("owner_id","member_id")
);

-- CreateTable
CREATE TABLE "client_search_terms" (
    "organization_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "term" TEXT NOT NULL,

    CONSTRAINT "client_search_terms_pkey" PRIMARY KEY ("client_id","term")
);

-- CreateTable
CREATE TABLE "events" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "type" VARCHAR(100) NOT NULL,
    "aggregate" VARCHAR(50) NOT NULL,
    "aggregate_id" UUID NOT NULL,
    "payload" JSONB NOT NULL DEFAULT '{}',
    "actor_id" UUID,
    "request_id" VARCHAR(64),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "filled_form_fields" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "type" VARCHAR(30) NOT NULL,
    "value" TEXT NOT NULL DEFAULT '',
    "form_field_id" UUID,
    "onboarding_form_id" UUID,
    "formable_type" VARCHAR(50),
    "formable_id" UUID,
    "submitted_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "filled_form_fields_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "roles" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(10) NOT NULL,
    "dashboard_access" SMALLINT NOT NULL DEFAULT 0,
    "order_access" SMALLINT NOT NULL DEFAULT 0,
    "order_management" SMALLINT NOT NULL DEFAULT 0,
    "ticket_access" SMALLINT NOT NULL DEFAULT 0,
    "ticket_management" SMALLINT NOT NULL DEFAULT 0,
    "invoice_access" SMALLINT NOT NULL DEFAULT 0,
    "invoice_management" SMALLINT NOT NULL DEFAULT 0,
    "clients" SMALLINT NOT NULL DEFAULT 0,
    "services" SMALLINT NOT NULL DEFAULT 0,
    "coupons" SMALLINT NOT NULL DEFAULT 0,
    "forms" SMALLINT NOT NULL DEFAULT 0,
    "messaging" SMALLINT NOT NULL DEFAULT 0,
    "affiliates" SMALLINT NOT NULL DEFAULT 0,
    "settings_company" BOOLEAN NOT NULL DEFAULT false,
    "settings_payments" BOOLEAN NOT NULL DEFAULT false,
    "settings_team" BOOLEAN NOT NULL DEFAULT false,
    "settings_modules" BOOLEAN NOT NULL DEFAULT false,
    "settings_integrations" BOOLEAN NOT NULL DEFAULT false,
    "settings_orders" BOOLEAN NOT NULL DEFAULT false,
    "settings_tickets" BOOLEAN NOT NULL DEFAULT false,
    "settings_accounts" BOOLEAN NOT NULL DEFAULT false,
    "settings_messages" BOOLEAN NOT NULL DEFAULT false,
    "settings_tags" BOOLEAN NOT NULL DEFAULT false,
    "settings_sidebar" BOOLEAN NOT NULL DEFAULT false,
    "settings_dashboard" BOOLEAN NOT NULL DEFAULT false,
    "settings_templates" BOOLEAN NOT NULL DEFAULT false,
    "settings_emails" BOOLEAN NOT NULL DEFAULT false,
    "settings_language" BOOLEAN NOT NULL DEFAULT false,
    "settings_logs" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "kind" VARCHAR(10) NOT NULL,
    "email" VARCHAR(255) NOT NULL,
    "first_name" VARCHAR(255) NOT NULL,
    "last_name" VARCHAR(255) NOT NULL,
    "status" VARCHAR(10) NOT NULL DEFAULT 'ACTIVE',
    "phone" VARCHAR(50),
    "company" VARCHAR(255),
    "tax_id" VARCHAR(100),
    "note" TEXT,
    "balance" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "opt_in" VARCHAR(50),
    "stripe_id" VARCHAR(255),
    "custom_fields" JSONB NOT NULL DEFAULT '{}',
    "affiliate_id" INTEGER,
    "affiliate_code" VARCHAR(20),
    "analytics_id" VARCHAR(255),
    "account_manager_id" UUID,
    "group_id" UUID,
    "address_id" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "prefix" VARCHAR(20) NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoices" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "number" VARCHAR(50) NOT NULL,
    "client_id" UUID NOT NULL,
    "status" VARCHAR(20) NOT NULL DEFAULT 'UNPAID',
    "total" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "paid_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "invoices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "logs" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" VARCHAR(10) NOT NULL,
    "actor_id" UUID,
    "token_id" UUID,
    "request_id" VARCHAR(64),
    "entity" VARCHAR(50) NOT NULL,
    "entity_id" UUID NOT NULL,
    "owner_id" UUID,
    "event" VARCHAR(20) NOT NULL,
    "changes" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "logs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_statuses" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "code" SMALLINT NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_statuses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "number" VARCHAR(50) NOT NULL,
    "client_id" UUID NOT NULL,
    "service_id" UUID,
    "service_name" VARCHAR(255) NOT NULL,
    "status_code" SMALLINT NOT NULL DEFAULT 0,
    "status_kind" VARCHAR(20) NOT NULL DEFAULT 'UNPAID',
    "price" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "quantity" INTEGER NOT NULL DEFAULT 1,
    "note" TEXT,
    "options" JSONB NOT NULL DEFAULT '{}',
    "form_data" JSONB NOT NULL DEFAULT '{}',
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "payment_processor" VARCHAR(50),
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "last_message_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_employees" (
    "organization_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "employee_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_employees_pkey" PRIMARY KEY ("order_id","employee_id")
);

-- CreateTable
CREATE TABLE "order_tags" (
    "organization_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "tag_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_tags_pkey" PRIMARY KEY ("order_id","tag_id")
);

-- CreateTable
CREATE TABLE "order_tasks" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "description" TEXT,
    "position" INTEGER NOT NULL DEFAULT 0,
    "is_public" BOOLEAN NOT NULL DEFAULT false,
    "for_client" BOOLEAN NOT NULL DEFAULT false,
    "is_complete" BOOLEAN NOT NULL DEFAULT false,
    "completed_by_id" UUID,
    "completed_at" TIMESTAMPTZ(3),
    "deadline_hours" INTEGER,
    "due_at" TIMESTAMPTZ(3),
    "effective_due_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_tasks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_task_employees" (
    "organization_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "employee_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_task_employees_pkey" PRIMARY KEY ("task_id","employee_id")
);

-- CreateTable
CREATE TABLE "order_messages" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "author_id" UUID,
    "body" TEXT NOT NULL,
    "staff_only" BOOLEAN NOT NULL DEFAULT false,
    "files" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_search_terms" (
    "organization_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "term" TEXT NOT NULL,

    CONSTRAINT "order_search_terms_pkey" PRIMARY KEY ("order_id","term")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "name" VARCHAR(255) NOT NULL,
    "slug" VARCHAR(100) NOT NULL,
    "domain" VARCHAR(255),
    "notification_email" VARCHAR(255),
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "time_zone" VARCHAR(64) NOT NULL DEFAULT 'UTC',
    "task_completion_moves_assignees" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_folders" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_folders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "services" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "folder_id" UUID,
    "name" VARCHAR(255) NOT NULL,
    "description" TEXT,
    "image" VARCHAR(500),
    "recurring" VARCHAR(10) NOT NULL DEFAULT 'ONE_TIME',
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "price" DECIMAL(19,4),
    "first_price" DECIMAL(19,4),
    "first_period_length" INTEGER,
    "first_period_unit" VARCHAR(5),
    "recurring_price" DECIMAL(19,4),
    "recurring_period_length" INTEGER,
    "recurring_period_unit" VARCHAR(5),
    "recurring_action" VARCHAR(20),
    "deadline_days" INTEGER,
    "is_public" BOOLEAN NOT NULL DEFAULT true,
    "position" INTEGER NOT NULL DEFAULT 0,
    "allows_multiple_orders" BOOLEAN NOT NULL DEFAULT true,
    "takes_requests" BOOLEAN NOT NULL DEFAULT false,
    "max_active_requests" INTEGER,
    "groups_quantities" BOOLEAN NOT NULL DEFAULT false,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "braintree_plan_id" VARCHAR(255),
    "hoth_product_key" VARCHAR(255),
    "hoth_package_name" VARCHAR(255),
    "provider_id" INTEGER,
    "provider_service_id" INTEGER,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "services_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_employees" (
    "organization_id" UUID NOT NULL,
    "service_id" UUID NOT NULL,
    "employee_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_employees_pkey" PRIMARY KEY ("service_id","employee_id")
);

-- CreateTable
CREATE TABLE "service_addons" (
    "organization_id" UUID NOT NULL,
    "parent_id" UUID NOT NULL,
    "addon_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_addons_pkey" PRIMARY KEY ("parent_id","addon_id")
);

-- CreateTable
CREATE TABLE "tags" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tags_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team_groups" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "team_groups_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "addresses_organization_id_idx" ON "addresses"("organization_id");

-- CreateIndex
CREATE INDEX "client_managers_organization_id_manager_id_client_id_idx" ON "client_managers"("organization_id", "manager_id", "client_id");

-- CreateIndex
CREATE UNIQUE INDEX "client_team_members_member_id_key" ON "client_team_members"("member_id");

-- CreateIndex
CREATE INDEX "client_team_members_organization_id_owner_id_idx" ON "client_team_members"("organization_id", "owner_id");

-- CreateIndex
CREATE INDEX "client_search_terms_organization_id_term_client_id_idx" ON "client_search_terms"("organization_id", "term", "client_id");

-- CreateIndex
CREATE UNIQUE INDEX "events_sequence_key" ON "events"("sequence");

-- CreateIndex
CREATE INDEX "events_organization_id_aggregate_id_sequence_idx" ON "events"("organization_id", "aggregate_id", "sequence");

-- CreateIndex
CREATE INDEX "filled_form_fields_organization_id_order_id_created_at_id_idx" ON "filled_form_fields"("organization_id", "order_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "roles_organization_id_id_key" ON "roles"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "roles_organization_id_id_kind_key" ON "roles"("organization_id", "id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "users_address_id_key" ON "users"("address_id");

-- CreateIndex
CREATE INDEX "users_organization_id_kind_created_at_id_idx" ON "users"("organization_id", "kind", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "users_organization_id_kind_email_id_idx" ON "users"("organization_id", "kind", "email", "id");

-- CreateIndex
CREATE INDEX "users_organization_id_kind_first_name_id_idx" ON "users"("organization_id", "kind", "first_name", "id");

-- CreateIndex
CREATE INDEX "users_organization_id_kind_last_name_id_idx" ON "users"("organization_id", "kind", "last_name", "id");

-- CreateIndex
CREATE INDEX "users_role_id_idx" ON "users"("role_id");

-- CreateIndex
CREATE INDEX "users_group_id_idx" ON "users"("group_id");

-- CreateIndex
CREATE INDEX "users_account_manager_id_idx" ON "users"("account_manager_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_organization_id_id_key" ON "users"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "users_organization_id_affiliate_code_key" ON "users"("organization_id", "affiliate_code");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_token_hash_key" ON "api_tokens"("token_hash");

-- CreateIndex
CREATE INDEX "api_tokens_organization_id_created_at_id_idx" ON "api_tokens"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "api_tokens_user_id_idx" ON "api_tokens"("user_id");

-- CreateIndex
CREATE INDEX "api_tokens_role_id_idx" ON "api_tokens"("role_id");

-- CreateIndex
CREATE INDEX "invoices_organization_id_client_id_created_at_id_idx" ON "invoices"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "invoices_organization_id_number_key" ON "invoices"("organization_id", "number");

-- CreateIndex
CREATE INDEX "logs_organization_id_created_at_id_idx" ON "logs"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "logs_organization_id_entity_entity_id_created_at_id_idx" ON "logs"("organization_id", "entity", "entity_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "logs_organization_id_actor_id_created_at_id_idx" ON "logs"("organization_id", "actor_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "logs_organization_id_owner_id_created_at_id_idx" ON "logs"("organization_id", "owner_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "order_statuses_organization_id_code_key" ON "order_statuses"("organization_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "order_statuses_organization_id_code_kind_key" ON "order_statuses"("organization_id", "code", "kind");

-- CreateIndex
CREATE INDEX "orders_organization_id_client_id_created_at_id_idx" ON "orders"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "orders_organization_id_service_id_created_at_id_idx" ON "orders"("organization_id", "service_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "orders_service_id_idx" ON "orders"("service_id");

-- CreateIndex
CREATE UNIQUE INDEX "orders_organization_id_id_key" ON "orders"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "orders_organization_id_number_key" ON "orders"("organization_id", "number");

-- CreateIndex
CREATE INDEX "order_employees_organization_id_employee_id_order_id_idx" ON "order_employees"("organization_id", "employee_id", "order_id");

-- CreateIndex
CREATE INDEX "order_tags_organization_id_tag_id_order_id_idx" ON "order_tags"("organization_id", "tag_id", "order_id");

-- CreateIndex
CREATE INDEX "order_tasks_organization_id_order_id_created_at_id_idx" ON "order_tasks"("organization_id", "order_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "order_tasks_organization_id_order_id_position_created_at_id_idx" ON "order_tasks"("organization_id", "order_id", "position", "created_at", "id");

-- CreateIndex
CREATE INDEX "order_tasks_completed_by_id_idx" ON "order_tasks"("completed_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_tasks_organization_id_id_key" ON "order_tasks"("organization_id", "id");

-- CreateIndex
CREATE INDEX "order_task_employees_organization_id_employee_id_task_id_idx" ON "order_task_employees"("organization_id", "employee_id", "task_id");

-- CreateIndex
CREATE INDEX "order_messages_organization_id_order_id_created_at_id_idx" ON "order_messages"("organization_id", "order_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "order_messages_author_id_idx" ON "order_messages"("author_id");

-- CreateIndex
CREATE INDEX "order_search_terms_organization_id_term_order_id_idx" ON "order_search_terms"("organization_id", "term", "order_id");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_slug_key" ON "organizations"("slug");

-- CreateIndex
CREATE INDEX "service_folders_organization_id_position_id_idx" ON "service_folders"("organization_id", "position", "id");

-- CreateIndex
CREATE INDEX "services_folder_id_idx" ON "services"("folder_id");

-- CreateIndex
CREATE UNIQUE INDEX "services_organization_id_id_key" ON "services"("organization_id", "id");

-- CreateIndex
CREATE INDEX "service_employees_organization_id_employee_id_service_id_idx" ON "service_employees"("organization_id", "employee_id", "service_id");

-- CreateIndex
CREATE INDEX "service_addons_organization_id_addon_id_parent_id_idx" ON "service_addons"("organization_id", "addon_id", "parent_id");

-- CreateIndex
CREATE INDEX "tags_organization_id_created_at_id_idx" ON "tags"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tags_organization_id_name_id_idx" ON "tags"("organization_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "tags_organization_id_id_key" ON "tags"("organization_id", "id");

-- CreateIndex
CREATE INDEX "team_groups_organization_id_name_idx" ON "team_groups"("organization_id", "name");

-- AddForeignKey
ALTER TABLE "addresses" ADD CONSTRAINT "addresses_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_managers" ADD CONSTRAINT "client_managers_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_managers" ADD CONSTRAINT "client_managers_organization_id_manager_id_fkey" FOREIGN KEY ("organization_id", "manager_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_team_members" ADD CONSTRAINT "client_team_members_organization_id_owner_id_fkey" FOREIGN KEY ("organization_id", "owner_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_team_members" ADD CONSTRAINT "client_team_members_organization_id_member_id_fkey" FOREIGN KEY ("organization_id", "member_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_search_terms" ADD CONSTRAINT "client_search_terms_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "filled_form_fields" ADD CONSTRAINT "filled_form_fields_organization_id_order_id_fkey" FOREIGN KEY ("organization_id", "order_id") REFERENCES "orders"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "roles" ADD CONSTRAINT "roles_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_organization_id_role_id_kind_fkey" FOREIGN KEY ("organization_id", "role_id", "kind") REFERENCES "roles"("organization_id", "id", "kind") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "addresses"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "team_groups"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_account_manager_id_fkey" FOREIGN KEY ("account_manager_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_organization_id_role_id_fkey" FOREIGN KEY ("organization_id", "role_id") REFERENCES "roles"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "logs" ADD CONSTRAINT "logs_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_statuses" ADD CONSTRAINT "order_statuses_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "services"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_organization_id_status_code_status_kind_fkey" FOREIGN KEY ("organization_id", "status_code", "status_kind") REFERENCES "order_statuses"("organization_id", "code", "kind") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_employees" ADD CONSTRAINT "order_employees_organization_id_order_id_fkey" FOREIGN KEY ("organization_id", "order_id") REFERENCES "orders"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_employees" ADD CONSTRAINT "order_employees_organization_id_employee_id_fkey" FOREIGN KEY ("organization_id", "employee_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_tags" ADD CONSTRAINT "order_tags_organization_id_order_id_fkey" FOREIGN KEY ("organization_id", "order_id") REFERENCES "orders"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_tags" ADD CONSTRAINT "order_tags_organization_id_tag_id_fkey" FOREIGN KEY ("organization_id", "tag_id") REFERENCES "tags"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_tasks" ADD CONSTRAINT "order_tasks_organization_id_order_id_fkey" FOREIGN KEY ("organization_id", "order_id") REFERENCES "orders"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_tasks" ADD CONSTRAINT "order_tasks_completed_by_id_fkey" FOREIGN KEY ("completed_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_task_employees" ADD CONSTRAINT "order_task_employees_organization_id_task_id_fkey" FOREIGN KEY ("organization_id", "task_id") REFERENCES "order_tasks"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_task_employees" ADD CONSTRAINT "order_task_employees_organization_id_employee_id_fkey" FOREIGN KEY ("organization_id", "employee_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_messages" ADD CONSTRAINT "order_messages_organization_id_order_id_fkey" FOREIGN KEY ("organization_id", "order_id") REFERENCES "orders"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_messages" ADD CONSTRAINT "order_messages_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_search_terms" ADD CONSTRAINT "order_search_terms_organization_id_order_id_fkey" FOREIGN KEY ("organization_id", "order_id") REFERENCES "orders"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_folders" ADD CONSTRAINT "service_folders_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "services" ADD CONSTRAINT "services_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "services" ADD CONSTRAINT "services_folder_id_fkey" FOREIGN KEY ("folder_id") REFERENCES "service_folders"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_employees" ADD CONSTRAINT "service_employees_organization_id_service_id_fkey" FOREIGN KEY ("organization_id", "service_id") REFERENCES "services"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_employees" ADD CONSTRAINT "service_employees_organization_id_employee_id_fkey" FOREIGN KEY ("organization_id", "employee_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_addons" ADD CONSTRAINT "service_addons_organization_id_parent_id_fkey" FOREIGN KEY ("organization_id", "parent_id") REFERENCES "services"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_addons" ADD CONSTRAINT "service_addons_organization_id_addon_id_fkey" FOREIGN KEY ("organization_id", "addon_id") REFERENCES "services"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tags" ADD CONSTRAINT "tags_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_groups" ADD CONSTRAINT "team_groups_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ---------------------------------------------------------------- Part 3

-- Checks: the laws that no code path may break.
alter table organizations
  add constraint organizations_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  add constraint organizations_name_check check (btrim(name) <> ''),
  add constraint organizations_currency_check check (currency ~ '^[A-Z]{3}$');

alter table roles
  add constraint roles_kind_check check (kind = case when dashboard_access > 0 then 'STAFF' else 'CLIENT' end),
  add constraint roles_name_check check (btrim(name) <> ''),
  add constraint roles_grades_check check (
    dashboard_access between 0 and 3 and order_access between 0 and 3 and order_management between 0 and 3
    and ticket_access between 0 and 3 and ticket_management between 0 and 3
    and invoice_access between 0 and 3 and invoice_management between 0 and 3
    and clients between 0 and 3 and services between 0 and 3 and coupons between 0 and 3
    and forms between 0 and 3 and messaging between 0 and 3 and affiliates between 0 and 3);
create unique index roles_organization_id_lower_name_key on roles (organization_id, lower(name));

alter table users
  add constraint users_status_check check (status in ('ACTIVE', 'INACTIVE')),
  add constraint users_email_check check (email = lower(email) and email like '%_@_%'),
  add constraint users_names_check check (btrim(first_name) <> '' and btrim(last_name) <> ''),
  add constraint users_balance_check check (balance >= 0),
  add constraint users_currency_check check (currency ~ '^[A-Z]{3}$'),
  add constraint users_custom_fields_check check (jsonb_typeof(custom_fields) = 'object'),
  add constraint users_account_manager_check check (account_manager_id <> id);
create unique index users_organization_id_email_key on users (organization_id, lower(email));

alter table api_tokens
  add constraint api_tokens_token_hash_check check (octet_length(token_hash) = 32),
  add constraint api_tokens_name_check check (btrim(name) <> '');

alter table addresses add constraint addresses_country_check check (country ~ '^[A-Z]{2}$');
alter table client_managers add constraint client_managers_self_check check (client_id <> manager_id);
alter table client_team_members add constraint client_team_members_self_check check (owner_id <> member_id);

alter table team_groups add constraint team_groups_name_check check (btrim(name) <> '');
create unique index team_groups_organization_id_lower_name_key on team_groups (organization_id, lower(name));

alter table tags add constraint tags_name_check check (name = btrim(name) and name <> '');
create unique index tags_organization_id_lower_name_key on tags (organization_id, lower(name));

alter table service_folders add constraint service_folders_name_check check (btrim(name) <> '');
create unique index service_folders_organization_id_lower_name_key on service_folders (organization_id, lower(name));

alter table services
  add constraint services_name_check check (btrim(name) <> ''),
  add constraint services_recurring_check check (recurring in ('ONE_TIME', 'RECURRING', 'TRIAL')),
  add constraint services_currency_check check (currency ~ '^[A-Z]{3}$'),
  add constraint services_prices_check check (price >= 0 and first_price >= 0 and recurring_price >= 0),
  add constraint services_period_units_check check (
    first_period_unit in ('DAY', 'WEEK', 'MONTH', 'YEAR') and recurring_period_unit in ('DAY', 'WEEK', 'MONTH', 'YEAR')),
  add constraint services_period_lengths_check check (first_period_length >= 1 and recurring_period_length >= 1),
  add constraint services_recurring_terms_check check (
    recurring = 'ONE_TIME'
    or (recurring_price is not null and recurring_period_length is not null and recurring_period_unit is not null)),
  add constraint services_recurring_action_check check (
    recurring_action in ('NONE', 'CREATE_ORDER', 'REOPEN_ORDER', 'CLIENT_REQUESTS')),
  add constraint services_deadline_days_check check (deadline_days >= 0),
  add constraint services_max_active_requests_check check (max_active_requests >= 0),
  add constraint services_metadata_check check (jsonb_typeof(metadata) = 'object');
create index services_live_created_at_idx on services (organization_id, created_at desc, id desc) where deleted_at is null;
create index services_live_name_idx on services (organization_id, name, id) where deleted_at is null;
create index services_live_position_idx on services (organization_id, position, id) where deleted_at is null;
create index services_live_price_idx on services (organization_id, price, id) where deleted_at is null;
create index services_live_folder_idx on services (organization_id, folder_id, position, id) where deleted_at is null;
alter table service_addons add constraint service_addons_self_check check (parent_id <> addon_id);

alter table order_statuses
  add constraint order_statuses_kind_check check (kind in ('UNPAID', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'ON_HOLD')),
  add constraint order_statuses_code_check check (code >= 0),
  add constraint order_statuses_name_check check (btrim(name) <> '');
create unique index order_statuses_organization_id_lower_name_key on order_statuses (organization_id, lower(name));

alter table orders
  add constraint orders_number_check check (btrim(number) <> ''),
  add constraint orders_service_name_check check (btrim(service_name) <> ''),
  add constraint orders_quantity_check check (quantity >= 1),
  add constraint orders_price_check check (price >= 0),
  add constraint orders_currency_check check (currency ~ '^[A-Z]{3}$'),
  add constraint orders_documents_check check (
    jsonb_typeof(options) = 'object' and jsonb_typeof(form_data) = 'object' and jsonb_typeof(metadata) = 'object');
-- Each list view of live orders; the deleted ones are few and have their own.
create index orders_live_created_at_idx on orders (organization_id, created_at desc, id desc) where deleted_at is null;
create index orders_live_updated_at_idx on orders (organization_id, updated_at desc, id desc) where deleted_at is null;
create index orders_live_due_at_idx on orders (organization_id, due_at, id) where deleted_at is null;
create index orders_live_number_idx on orders (organization_id, number, id) where deleted_at is null;
create index orders_live_status_kind_idx on orders (organization_id, status_kind, created_at desc, id desc) where deleted_at is null;
create index orders_live_status_code_idx on orders (organization_id, status_code, id) where deleted_at is null;
create index orders_live_price_idx on orders (organization_id, price, id) where deleted_at is null;
create index orders_live_quantity_idx on orders (organization_id, quantity, id) where deleted_at is null;
create index orders_deleted_idx on orders (organization_id, created_at desc, id desc) where deleted_at is not null;

alter table order_tasks
  add constraint order_tasks_name_check check (btrim(name) <> ''),
  add constraint order_tasks_deadline_check check (deadline_hours is null or due_at is null),
  add constraint order_tasks_deadline_hours_check check (deadline_hours >= 0),
  add constraint order_tasks_completion_check check ((completed_at is not null) = is_complete),
  add constraint order_tasks_completed_by_check check (completed_by_id is null or is_complete);
alter table order_messages add constraint order_messages_body_check check (btrim(body) <> '');
create index order_messages_public_idx on order_messages (organization_id, order_id, created_at desc, id desc) where not staff_only;

alter table filled_form_fields
  add constraint filled_form_fields_name_check check (btrim(name) <> ''),
  add constraint filled_form_fields_type_check check (
    type in ('TEXT', 'TEXTAREA', 'CHECKBOX', 'DATA_DROPDOWN', 'DATA_SPREADSHEET', 'FILE'));

alter table invoices
  add constraint invoices_status_check check (status in ('DRAFT', 'UNPAID', 'PAID', 'REFUNDED', 'CANCELLED', 'PARTIALLY_PAID')),
  add constraint invoices_total_check check (total >= 0),
  add constraint invoices_currency_check check (currency ~ '^[A-Z]{3}$');
create index invoices_paid_idx on invoices (organization_id, client_id) where deleted_at is null and paid_at is not null;

alter table logs
  add constraint logs_event_check check (event in ('CREATED', 'UPDATED', 'DELETED', 'RESTORED')),
  add constraint logs_actor_kind_check check (actor_kind in ('STAFF', 'CLIENT', 'TOKEN', 'SYSTEM'));
create index events_undelivered_idx on events (organization_id, sequence) where delivered_at is null;

-- Search: the words of a text, lower-case, each also without its punctuation ("o'neil" is found by "oneil").
create function search_words(variadic texts text[]) returns setof text language sql immutable parallel safe as $$
  select distinct left(word, 64)
    from unnest(texts) as given (text),
    lateral (
      select word from regexp_split_to_table(lower(text), '\s+') as word
      union all select word from regexp_split_to_table(lower(text), '[^[:alnum:]]+') as word
      union all select regexp_replace(word, '[^[:alnum:]]+', '', 'g') from regexp_split_to_table(lower(text), '\s+') as word
    ) as words
    where word <> ''
$$;
-- A prefix search compares with >= and <, which only agree with "starts with" byte by byte.
alter table client_search_terms alter column term type text collate "C";
alter table order_search_terms alter column term type text collate "C";

create function keep_order_search_terms() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    delete from order_search_terms where order_id = new.id;
  end if;
  insert into order_search_terms (organization_id, order_id, term)
    select new.organization_id, new.id, word
      from users c, lateral search_words(new.number, c.first_name, c.last_name, c.email, c.company) as word
      where c.id = new.client_id
    on conflict do nothing;
  return null;
end
$$;
create trigger search_terms after insert or update of number, client_id on orders
  for each row execute function keep_order_search_terms();

create function keep_client_search_terms() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if (new.first_name, new.last_name, new.email, new.company) is not distinct from
       (old.first_name, old.last_name, old.email, old.company) then
      return null;
    end if;
    delete from client_search_terms where client_id = new.id;
    delete from order_search_terms where order_id in (select id from orders where client_id = new.id and organization_id = new.organization_id);
    insert into order_search_terms (organization_id, order_id, term)
      select o.organization_id, o.id, word
        from orders o, lateral search_words(o.number, new.first_name, new.last_name, new.email, new.company) as word
        where o.organization_id = new.organization_id and o.client_id = new.id
      on conflict do nothing;
  end if;
  insert into client_search_terms (organization_id, client_id, term)
    select new.organization_id, new.id, word
      from search_words(new.first_name, new.last_name, new.email, new.company) as word
    on conflict do nothing;
  return null;
end
$$;
create trigger search_terms after insert or update of first_name, last_name, email, company on users
  for each row execute function keep_client_search_terms();
revoke execute on function keep_order_search_terms() from public;
revoke execute on function keep_client_search_terms() from public;

-- Tenancy. Organizations are their own tenant.
alter table organizations enable row level security;
create policy tenant on organizations
  using (id = (select nullif(current_setting('app.organization_id', true), '')::uuid))
  with check (id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
grant select, update on organizations to service_engine_app;

call protect_tenant_table('roles');
call protect_tenant_table('users');
call protect_tenant_table('api_tokens');
call protect_tenant_table('addresses');
call protect_tenant_table('client_managers');
call protect_tenant_table('client_team_members');
call protect_tenant_table('client_search_terms', 'select');
call protect_tenant_table('team_groups');
call protect_tenant_table('tags');
call protect_tenant_table('service_folders');
call protect_tenant_table('services');
call protect_tenant_table('service_employees');
call protect_tenant_table('service_addons');
call protect_tenant_table('order_statuses');
call protect_tenant_table('orders');
call protect_tenant_table('order_employees');
call protect_tenant_table('order_tags');
call protect_tenant_table('order_tasks');
call protect_tenant_table('order_task_employees');
call protect_tenant_table('order_messages');
call protect_tenant_table('order_search_terms', 'select');
call protect_tenant_table('filled_form_fields');
call protect_tenant_table('invoices');
-- Append-only: the audit triggers write it as their owner, the app role only reads.
call protect_tenant_table('logs', 'select');
call protect_tenant_table('events', 'select, insert, update');
grant usage on sequence events_sequence_seq to service_engine_app;

-- Versions and audit.
call track_entity('organizations', 'ORGANIZATION');
call track_entity('roles', 'ROLE');
call track_entity('users', 'USER', bookkeeping => '{affiliate_code}');
call track_entity('api_tokens', 'API_TOKEN', bookkeeping => '{last_used_at}', secrets => '{token_hash}');
call track_entity('addresses', 'ADDRESS');
call track_entity('team_groups', 'TEAM_GROUP');
call track_entity('tags', 'TAG');
call track_entity('service_folders', 'SERVICE_FOLDER');
call track_entity('services', 'SERVICE');
call track_entity('order_statuses', 'ORDER_STATUS');
call track_entity('orders', 'ORDER', bookkeeping => '{last_message_at}');
call track_entity('order_tasks', 'ORDER_TASK', bookkeeping => '{effective_due_at}');
call track_entity('order_messages', 'ORDER_MESSAGE');
call track_entity('filled_form_fields', 'FILLED_FORM_FIELD');
call track_entity('invoices', 'INVOICE');
call track_link('client_managers', 'CLIENT', 'client_id', 'managers', 'manager_id');
call track_link('client_team_members', 'CLIENT', 'owner_id', 'team_members', 'member_id');
call track_link('service_employees', 'SERVICE', 'service_id', 'employees', 'employee_id');
call track_link('service_addons', 'SERVICE', 'addon_id', 'addon_to', 'parent_id');
call track_link('order_employees', 'ORDER', 'order_id', 'employees', 'employee_id');
call track_link('order_tags', 'ORDER', 'order_id', 'tags', 'tag_id');
call track_link('order_task_employees', 'ORDER_TASK', 'task_id', 'employees', 'employee_id');

-- The one look-up before a tenant is known: who a bearer token is. It answers the least that is needed and
-- notes the use, at most once a minute.
create function authenticate_api_token(hash bytea)
returns table (
  organization_id uuid, token_id uuid, user_id uuid, user_kind text, group_id uuid, role_id uuid, role jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  return query
    select t.organization_id, t.id, u.id, u.kind::text, u.group_id, r.id, to_jsonb(r)
      from api_tokens t
      join users u on u.id = t.user_id and u.status = 'ACTIVE'
      join roles r on r.id = t.role_id
      where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > now());
  update api_tokens t set last_used_at = now()
    where t.token_hash = hash and (t.last_used_at is null or t.last_used_at < now() - interval '1 minute');
end
$$;
revoke execute on function authenticate_api_token(bytea) from public;
grant execute on function authenticate_api_token(bytea) to service_engine_app;
