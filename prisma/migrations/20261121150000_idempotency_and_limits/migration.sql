-- Keys that make a mutation happen once, buckets of points that everybody's requests are paid from, and versions that rise
-- with the lists of a row.

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "organization_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "operation" VARCHAR(100) NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "steps" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "has_effect" BOOLEAN NOT NULL DEFAULT true,
    "outcome" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "claimed_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("organization_id","principal_id","operation","key_hash")
);

-- CreateTable
-- Unlogged: after a crash of PostgreSQL everybody's bucket is full again, which is worth half of the writing.
CREATE UNLOGGED TABLE "rate_buckets" (
    "key" VARCHAR(150) NOT NULL,
    "points" DECIMAL(19,4) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_buckets_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma can't say.

call protect_tenant_table('idempotency_keys');

-- Nobody but the function below reads or writes it: an address has no organization whose row it could be.
alter table rate_buckets enable row level security;

-- Brings buckets up to date, and takes from them. Of each entry of `given`: `used` was spent already and is taken in any case;
-- `wanted` is taken if that much is left, and otherwise nothing of it. A bucket holds `capacity` and fills within a minute; one
-- that is overdrawn is so by its capacity at most.
create function settle_rates(given jsonb, at timestamptz)
returns table (place int, points numeric, granted boolean)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  entry record;
  bucket record;
  level numeric;
begin
  -- In one order, so that no two of these wait for each other crosswise.
  for entry in
    select e.* from jsonb_to_recordset(given)
      as e (place int, key text, capacity numeric, used numeric, wanted numeric)
      order by e.key collate "C", e.place
  loop
    insert into rate_buckets as b (key, points, updated_at) values (entry.key, entry.capacity, at) on conflict do nothing;
    select b.points, b.updated_at into bucket from rate_buckets b where b.key = entry.key for update;
    level := least(entry.capacity, bucket.points
        + greatest(0, extract(epoch from at - bucket.updated_at)) * entry.capacity / 60) - entry.used;
    level := greatest(least(entry.capacity, level), -entry.capacity);
    granted := level >= entry.wanted;
    if granted then
      level := level - entry.wanted;
    end if;
    update rate_buckets b set points = level, updated_at = greatest(b.updated_at, at) where b.key = entry.key;
    place := entry.place;
    points := level;
    return next;
  end loop;
end
$$;

-- What nobody needs any more, so many rows at once.
create function forget_idempotency_keys(before timestamptz, most int) returns int
language sql volatile security definer set search_path = public, pg_temp as $$
  with gone as (
    delete from idempotency_keys where ctid = any (array(
      select k.ctid from idempotency_keys k where k.created_at <= before order by k.created_at limit most for update skip locked))
    returning 1)
  select count(*)::int from gone
$$;
create function forget_rate_buckets(before timestamptz) returns int
language sql volatile security definer set search_path = public, pg_temp as $$
  with gone as (delete from rate_buckets where updated_at <= before returning 1)
  select count(*)::int from gone
$$;
revoke execute on function settle_rates(jsonb, timestamptz) from public;
revoke execute on function forget_idempotency_keys(timestamptz, int) from public;
revoke execute on function forget_rate_buckets(timestamptz) from public;
grant execute on function settle_rates(jsonb, timestamptz) to service_engine_app;
grant execute on function forget_idempotency_keys(timestamptz, int) to service_engine_app;
grant execute on function forget_rate_buckets(timestamptz) to service_engine_app;

-- As before, but for one thing: who replaces a list of a row (its people, its tags) raises the row's version by hand, and that
-- counts as an edit, of one step together with whatever else the statement edits.
create or replace function touch_row() returns trigger language plpgsql as $$
declare
  bookkeeping text[] := array['updated_at', 'version'] || tg_argv;
begin
  -- An update that says what already is changes nothing, the time of the last change included.
  if new is not distinct from old then
    return new;
  end if;
  new.updated_at := greatest(old.updated_at, now());
  if new.version <> old.version or to_jsonb(new) - bookkeeping is distinct from to_jsonb(old) - bookkeeping then
    new.version := old.version + 1;
  else
    new.version := old.version;
  end if;
  return new;
end
$$;
