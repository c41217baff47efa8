-- Indexes for lists that had to read more than they show. Found by test/guards/plans.test.ts.
-- Part 1: what Prisma can say. Part 2: what it can't.

-- ---------------------------------------------------------------- Part 1

-- DropIndex
DROP INDEX "logs_organization_id_entity_entity_id_created_at_id_idx";

-- CreateIndex
CREATE INDEX "users_organization_id_kind_status_id_idx" ON "users"("organization_id", "kind", "status", "id");

-- CreateIndex
CREATE INDEX "users_organization_id_kind_status_created_at_id_idx" ON "users"("organization_id", "kind", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "users_organization_id_kind_balance_id_idx" ON "users"("organization_id", "kind", "balance", "id");

-- CreateIndex
CREATE INDEX "logs_organization_id_entity_id_created_at_id_idx" ON "logs"("organization_id", "entity_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "logs_organization_id_entity_created_at_id_idx" ON "logs"("organization_id", "entity", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "logs_organization_id_event_created_at_id_idx" ON "logs"("organization_id", "event", "created_at" DESC, "id" DESC);

-- ---------------------------------------------------------------- Part 2

create index orders_live_client_idx on orders (organization_id, client_id, id) where deleted_at is null;
create index orders_live_service_idx on orders (organization_id, service_id, id) where deleted_at is null;
create index orders_live_status_code_created_at_idx on orders (organization_id, status_code, created_at desc, id desc) where deleted_at is null;
create index orders_live_status_kind_due_at_idx on orders (organization_id, status_kind, due_at, id) where deleted_at is null;
