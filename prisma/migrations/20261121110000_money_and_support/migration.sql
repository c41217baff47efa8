-- Invoices and their payments, coupons, subscriptions, tickets, activities, magic links and sessions.
-- Part 1: tables, as Prisma writes them. Part 2: what Prisma can't say.

-- ---------------------------------------------------------------- Part 1

-- AlterTable
ALTER TABLE "filled_form_fields" ADD COLUMN     "ticket_id" UUID,
ALTER COLUMN "order_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "invoices" ADD COLUMN     "access_key" CHAR(32) NOT NULL DEFAULT encode(uuid_send(gen_random_uuid()), 'hex'),
ADD COLUMN     "amount_paid" DECIMAL(19,4) NOT NULL DEFAULT 0,
ADD COLUMN     "amount_refunded" DECIMAL(19,4) NOT NULL DEFAULT 0,
ADD COLUMN     "billing_address" JSONB,
ADD COLUMN     "coupon_id" UUID,
ADD COLUMN     "credit" DECIMAL(19,4) NOT NULL DEFAULT 0,
ADD COLUMN     "due_at" TIMESTAMPTZ(3),
ADD COLUMN     "employee_id" UUID,
ADD COLUMN     "ip_address" VARCHAR(45),
ADD COLUMN     "location_confirmed" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "note" TEXT,
ADD COLUMN     "number_prefix" VARCHAR(20),
ADD COLUMN     "payment_processor" VARCHAR(50),
ADD COLUMN     "period_length" INTEGER,
ADD COLUMN     "period_unit" VARCHAR(5),
ADD COLUMN     "reason" VARCHAR(255),
ADD COLUMN     "subscription_id" UUID,
ADD COLUMN     "subtotal" DECIMAL(19,4) NOT NULL DEFAULT 0,
ADD COLUMN     "tax" DECIMAL(19,4) NOT NULL DEFAULT 0,
ADD COLUMN     "tax_name" VARCHAR(100),
ADD COLUMN     "tax_rate" DECIMAL(19,4) NOT NULL DEFAULT 0,
ADD COLUMN     "tax_type" VARCHAR(10) NOT NULL DEFAULT 'NONE',
ADD COLUMN     "transaction_id" VARCHAR(255),
ALTER COLUMN "client_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "invoice_id" UUID,
ADD COLUMN     "subscription_id" UUID;

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "dunning_days" INTEGER[] DEFAULT ARRAY[1, 3, 5, 7]::INTEGER[],
ADD COLUMN     "invoice_prefix" VARCHAR(20) NOT NULL DEFAULT 'INV-',
ADD COLUMN     "invoice_sender" TEXT,
ADD COLUMN     "payment_term_days" INTEGER NOT NULL DEFAULT 14,
ADD COLUMN     "tax_name" VARCHAR(100) NOT NULL DEFAULT 'Tax',
ADD COLUMN     "test_payments" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "ticket_replies_move_status" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "has_two_factor" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "referred_by_id" UUID;

-- CreateTable
CREATE TABLE "client_activities" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "author_id" UUID,
    "content" VARCHAR(10000) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "client_activities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupons" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "code" VARCHAR(100) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "description" TEXT,
    "discounts" JSONB NOT NULL DEFAULT '[]',
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "expires_at" TIMESTAMPTZ(3),
    "new_customers" BOOLEAN NOT NULL DEFAULT false,
    "single_use" BOOLEAN NOT NULL DEFAULT false,
    "single_quantity" BOOLEAN NOT NULL DEFAULT false,
    "duration" VARCHAR(20) NOT NULL DEFAULT 'FIRST_PAYMENT',
    "usage_limit" INTEGER,
    "minimum_amount" DECIMAL(19,4),
    "used_count" INTEGER NOT NULL DEFAULT 0,
    "affiliate_id" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "coupons_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "magic_links" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "magic_links_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "ip_address" VARCHAR(45),
    "user_agent" VARCHAR(500),
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_items" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "order_id" UUID,
    "service_id" UUID,
    "position" INTEGER NOT NULL DEFAULT 0,
    "name" VARCHAR(255) NOT NULL,
    "description" TEXT,
    "quantity" INTEGER NOT NULL DEFAULT 1,
    "amount" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "discount" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "coupon_discount" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "renewal_discount" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "total" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "options" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoice_items_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_counters" (
    "organization_id" UUID NOT NULL,
    "next" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "invoice_counters_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "invoice_search_terms" (
    "organization_id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "term" TEXT NOT NULL,

    CONSTRAINT "invoice_search_terms_pkey" PRIMARY KEY ("invoice_id","term")
);

-- CreateTable
CREATE TABLE "payments" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "subscription_id" UUID,
    "payment_method_id" UUID,
    "kind" VARCHAR(10) NOT NULL,
    "status" VARCHAR(10) NOT NULL DEFAULT 'SUCCEEDED',
    "amount" DECIMAL(19,4) NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "processor" VARCHAR(50) NOT NULL,
    "transaction_id" VARCHAR(255),
    "refunded_payment_id" UUID,
    "failure_code" VARCHAR(50),
    "failure_message" VARCHAR(500),
    "note" TEXT,
    "ip_address" VARCHAR(45),
    "settled_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "payments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_methods" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "processor" VARCHAR(10) NOT NULL,
    "processor_id" VARCHAR(255) NOT NULL,
    "brand" VARCHAR(50),
    "last_4" VARCHAR(4),
    "expiry_month" SMALLINT,
    "expiry_year" SMALLINT,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "detached_at" TIMESTAMPTZ(3),

    CONSTRAINT "payment_methods_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credit_entries" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "kind" VARCHAR(10) NOT NULL,
    "amount" DECIMAL(19,4) NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "balance" DECIMAL(19,4) NOT NULL,
    "invoice_id" UUID,
    "author_id" UUID,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stripe_accounts" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "publishable_key" VARCHAR(255) NOT NULL,
    "secret_key" BYTEA NOT NULL,
    "webhook_secrets" BYTEA NOT NULL,
    "key_id" VARCHAR(50) NOT NULL,
    "secret_key_last_4" VARCHAR(4) NOT NULL,
    "webhook_secrets_last_4" TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stripe_accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "processor_events" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "processor" VARCHAR(10) NOT NULL,
    "event_id" VARCHAR(255) NOT NULL,
    "type" VARCHAR(100) NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "processor_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscriptions" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "number" VARCHAR(50) NOT NULL,
    "client_id" UUID NOT NULL,
    "status" VARCHAR(10) NOT NULL DEFAULT 'ACTIVE',
    "invoice_id" UUID,
    "payment_method_id" UUID,
    "processor_id" VARCHAR(255),
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "amount" DECIMAL(19,4) NOT NULL DEFAULT 0,
    "period_length" INTEGER NOT NULL,
    "period_unit" VARCHAR(5) NOT NULL,
    "anchor_at" TIMESTAMPTZ(3) NOT NULL,
    "period_count" INTEGER NOT NULL DEFAULT 1,
    "current_period_start" TIMESTAMPTZ(3) NOT NULL,
    "current_period_end" TIMESTAMPTZ(3) NOT NULL,
    "payment_count" INTEGER NOT NULL DEFAULT 0,
    "cancel_at_period_end" BOOLEAN NOT NULL DEFAULT false,
    "open_invoice_id" UUID,
    "open_payment_id" UUID,
    "failed_attempts" INTEGER NOT NULL DEFAULT 0,
    "next_action_at" TIMESTAMPTZ(3),
    "paused_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket_statuses" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "code" SMALLINT NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ticket_statuses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tickets" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "number" VARCHAR(50) NOT NULL,
    "subject" VARCHAR(255) NOT NULL,
    "client_id" UUID NOT NULL,
    "order_id" UUID,
    "status_code" SMALLINT NOT NULL DEFAULT 1,
    "status_kind" VARCHAR(20) NOT NULL DEFAULT 'OPEN',
    "shown_status_code" SMALLINT NOT NULL DEFAULT 1,
    "shown_status_kind" VARCHAR(20) NOT NULL DEFAULT 'OPEN',
    "source" VARCHAR(20) NOT NULL DEFAULT 'API',
    "note" TEXT,
    "form_data" JSONB NOT NULL DEFAULT '{}',
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "snoozed_until" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "last_message_at" TIMESTAMPTZ(3),
    "merged_into_id" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "tickets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket_employees" (
    "organization_id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "employee_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ticket_employees_pkey" PRIMARY KEY ("ticket_id","employee_id")
);

-- CreateTable
CREATE TABLE "ticket_tags" (
    "organization_id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "tag_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ticket_tags_pkey" PRIMARY KEY ("ticket_id","tag_id")
);

-- CreateTable
CREATE TABLE "ticket_messages" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "organization_id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "author_id" UUID,
    "body" TEXT NOT NULL,
    "staff_only" BOOLEAN NOT NULL DEFAULT false,
    "files" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ticket_messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket_search_terms" (
    "organization_id" UUID NOT NULL,
    "ticket_id" UUID NOT NULL,
    "term" TEXT NOT NULL,

    CONSTRAINT "ticket_search_terms_pkey" PRIMARY KEY ("ticket_id","term")
);

-- CreateIndex
CREATE INDEX "client_activities_organization_id_client_id_created_at_id_idx" ON "client_activities"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "client_activities_author_id_idx" ON "client_activities"("author_id");

-- CreateIndex
CREATE INDEX "coupons_affiliate_id_idx" ON "coupons"("affiliate_id");

-- CreateIndex
CREATE UNIQUE INDEX "coupons_organization_id_id_key" ON "coupons"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "magic_links_token_hash_key" ON "magic_links"("token_hash");

-- CreateIndex
CREATE INDEX "magic_links_organization_id_user_id_expires_at_idx" ON "magic_links"("organization_id", "user_id", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions"("token_hash");

-- CreateIndex
CREATE INDEX "sessions_organization_id_user_id_created_at_id_idx" ON "sessions"("organization_id", "user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "invoice_items_organization_id_invoice_id_position_id_idx" ON "invoice_items"("organization_id", "invoice_id", "position", "id");

-- CreateIndex
CREATE INDEX "invoice_items_order_id_idx" ON "invoice_items"("order_id");

-- CreateIndex
CREATE INDEX "invoice_items_service_id_idx" ON "invoice_items"("service_id");

-- CreateIndex
CREATE INDEX "invoice_search_terms_organization_id_term_invoice_id_idx" ON "invoice_search_terms"("organization_id", "term", "invoice_id");

-- CreateIndex
CREATE INDEX "payments_organization_id_invoice_id_created_at_id_idx" ON "payments"("organization_id", "invoice_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "payments_organization_id_client_id_created_at_id_idx" ON "payments"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "payments_organization_id_created_at_id_idx" ON "payments"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "payments_organization_id_kind_created_at_id_idx" ON "payments"("organization_id", "kind", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "payments_organization_id_status_created_at_id_idx" ON "payments"("organization_id", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "payments_organization_id_amount_id_idx" ON "payments"("organization_id", "amount", "id");

-- CreateIndex
CREATE INDEX "payments_organization_id_subscription_id_created_at_id_idx" ON "payments"("organization_id", "subscription_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "payments_subscription_id_idx" ON "payments"("subscription_id");

-- CreateIndex
CREATE INDEX "payments_payment_method_id_idx" ON "payments"("payment_method_id");

-- CreateIndex
CREATE INDEX "payments_refunded_payment_id_idx" ON "payments"("refunded_payment_id");

-- CreateIndex
CREATE UNIQUE INDEX "payments_organization_id_id_key" ON "payments"("organization_id", "id");

-- CreateIndex
CREATE INDEX "payment_methods_organization_id_client_id_created_at_id_idx" ON "payment_methods"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "payment_methods_organization_id_id_key" ON "payment_methods"("organization_id", "id");

-- CreateIndex
CREATE INDEX "credit_entries_organization_id_client_id_created_at_id_idx" ON "credit_entries"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "credit_entries_invoice_id_idx" ON "credit_entries"("invoice_id");

-- CreateIndex
CREATE INDEX "credit_entries_author_id_idx" ON "credit_entries"("author_id");

-- CreateIndex
CREATE UNIQUE INDEX "stripe_accounts_organization_id_key" ON "stripe_accounts"("organization_id");

-- CreateIndex
CREATE UNIQUE INDEX "processor_events_organization_id_processor_event_id_key" ON "processor_events"("organization_id", "processor", "event_id");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_invoice_id_key" ON "subscriptions"("invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_open_invoice_id_key" ON "subscriptions"("open_invoice_id");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_open_payment_id_key" ON "subscriptions"("open_payment_id");

-- CreateIndex
CREATE INDEX "subscriptions_organization_id_created_at_id_idx" ON "subscriptions"("organization_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "subscriptions_organization_id_client_id_created_at_id_idx" ON "subscriptions"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "subscriptions_organization_id_status_created_at_id_idx" ON "subscriptions"("organization_id", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "subscriptions_organization_id_current_period_end_id_idx" ON "subscriptions"("organization_id", "current_period_end", "id");

-- CreateIndex
CREATE INDEX "subscriptions_organization_id_status_current_period_end_id_idx" ON "subscriptions"("organization_id", "status", "current_period_end", "id");

-- CreateIndex
CREATE INDEX "subscriptions_next_action_at_idx" ON "subscriptions"("next_action_at");

-- CreateIndex
CREATE INDEX "subscriptions_payment_method_id_idx" ON "subscriptions"("payment_method_id");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_organization_id_id_key" ON "subscriptions"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_organization_id_number_key" ON "subscriptions"("organization_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "ticket_statuses_organization_id_code_key" ON "ticket_statuses"("organization_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "ticket_statuses_organization_id_code_kind_key" ON "ticket_statuses"("organization_id", "code", "kind");

-- CreateIndex
CREATE INDEX "tickets_organization_id_client_id_created_at_id_idx" ON "tickets"("organization_id", "client_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_organization_id_order_id_created_at_id_idx" ON "tickets"("organization_id", "order_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_order_id_idx" ON "tickets"("order_id");

-- CreateIndex
CREATE INDEX "tickets_merged_into_id_idx" ON "tickets"("merged_into_id");

-- CreateIndex
CREATE UNIQUE INDEX "tickets_organization_id_id_key" ON "tickets"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "tickets_organization_id_number_key" ON "tickets"("organization_id", "number");

-- CreateIndex
CREATE INDEX "ticket_employees_organization_id_employee_id_ticket_id_idx" ON "ticket_employees"("organization_id", "employee_id", "ticket_id");

-- CreateIndex
CREATE INDEX "ticket_tags_organization_id_tag_id_ticket_id_idx" ON "ticket_tags"("organization_id", "tag_id", "ticket_id");

-- CreateIndex
CREATE INDEX "ticket_messages_organization_id_ticket_id_created_at_id_idx" ON "ticket_messages"("organization_id", "ticket_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "ticket_messages_author_id_idx" ON "ticket_messages"("author_id");

-- CreateIndex
CREATE INDEX "ticket_search_terms_organization_id_term_ticket_id_idx" ON "ticket_search_terms"("organization_id", "term", "ticket_id");

-- CreateIndex
CREATE INDEX "filled_form_fields_organization_id_ticket_id_created_at_id_idx" ON "filled_form_fields"("organization_id", "ticket_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "invoices_organization_id_subscription_id_created_at_id_idx" ON "invoices"("organization_id", "subscription_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "invoices_access_key_key" ON "invoices"("access_key");

-- CreateIndex
CREATE INDEX "invoices_employee_id_idx" ON "invoices"("employee_id");

-- CreateIndex
CREATE INDEX "invoices_coupon_id_idx" ON "invoices"("coupon_id");

-- CreateIndex
CREATE INDEX "invoices_subscription_id_idx" ON "invoices"("subscription_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_organization_id_id_key" ON "invoices"("organization_id", "id");

-- CreateIndex
CREATE INDEX "orders_invoice_id_idx" ON "orders"("invoice_id");

-- CreateIndex
CREATE INDEX "orders_subscription_id_idx" ON "orders"("subscription_id");

-- CreateIndex
CREATE INDEX "users_referred_by_id_idx" ON "users"("referred_by_id");

-- AddForeignKey
ALTER TABLE "client_activities" ADD CONSTRAINT "client_activities_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_activities" ADD CONSTRAINT "client_activities_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_affiliate_id_fkey" FOREIGN KEY ("affiliate_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "filled_form_fields" ADD CONSTRAINT "filled_form_fields_organization_id_ticket_id_fkey" FOREIGN KEY ("organization_id", "ticket_id") REFERENCES "tickets"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_referred_by_id_fkey" FOREIGN KEY ("referred_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "magic_links" ADD CONSTRAINT "magic_links_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_employee_id_fkey" FOREIGN KEY ("employee_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_coupon_id_fkey" FOREIGN KEY ("coupon_id") REFERENCES "coupons"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_items" ADD CONSTRAINT "invoice_items_organization_id_invoice_id_fkey" FOREIGN KEY ("organization_id", "invoice_id") REFERENCES "invoices"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_items" ADD CONSTRAINT "invoice_items_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_items" ADD CONSTRAINT "invoice_items_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "services"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_counters" ADD CONSTRAINT "invoice_counters_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_search_terms" ADD CONSTRAINT "invoice_search_terms_organization_id_invoice_id_fkey" FOREIGN KEY ("organization_id", "invoice_id") REFERENCES "invoices"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoices"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_organization_id_invoice_id_fkey" FOREIGN KEY ("organization_id", "invoice_id") REFERENCES "invoices"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_payment_method_id_fkey" FOREIGN KEY ("payment_method_id") REFERENCES "payment_methods"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_refunded_payment_id_fkey" FOREIGN KEY ("refunded_payment_id") REFERENCES "payments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment_methods" ADD CONSTRAINT "payment_methods_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_entries" ADD CONSTRAINT "credit_entries_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_entries" ADD CONSTRAINT "credit_entries_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoices"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_entries" ADD CONSTRAINT "credit_entries_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stripe_accounts" ADD CONSTRAINT "stripe_accounts_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processor_events" ADD CONSTRAINT "processor_events_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoices"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_open_invoice_id_fkey" FOREIGN KEY ("open_invoice_id") REFERENCES "invoices"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_open_payment_id_fkey" FOREIGN KEY ("open_payment_id") REFERENCES "payments"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payments" ADD CONSTRAINT "payments_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_payment_method_id_fkey" FOREIGN KEY ("payment_method_id") REFERENCES "payment_methods"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_statuses" ADD CONSTRAINT "ticket_statuses_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_organization_id_client_id_fkey" FOREIGN KEY ("organization_id", "client_id") REFERENCES "users"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_organization_id_status_code_status_kind_fkey" FOREIGN KEY ("organization_id", "status_code", "status_kind") REFERENCES "ticket_statuses"("organization_id", "code", "kind") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_organization_id_shown_status_code_shown_status_kin_fkey" FOREIGN KEY ("organization_id", "shown_status_code", "shown_status_kind") REFERENCES "ticket_statuses"("organization_id", "code", "kind") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_merged_into_id_fkey" FOREIGN KEY ("merged_into_id") REFERENCES "tickets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_employees" ADD CONSTRAINT "ticket_employees_organization_id_ticket_id_fkey" FOREIGN KEY ("organization_id", "ticket_id") REFERENCES "tickets"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_employees" ADD CONSTRAINT "ticket_employees_organization_id_employee_id_fkey" FOREIGN KEY ("organization_id", "employee_id") REFERENCES "users"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_tags" ADD CONSTRAINT "ticket_tags_organization_id_ticket_id_fkey" FOREIGN KEY ("organization_id", "ticket_id") REFERENCES "tickets"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_tags" ADD CONSTRAINT "ticket_tags_organization_id_tag_id_fkey" FOREIGN KEY ("organization_id", "tag_id") REFERENCES "tags"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_messages" ADD CONSTRAINT "ticket_messages_organization_id_ticket_id_fkey" FOREIGN KEY ("organization_id", "ticket_id") REFERENCES "tickets"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_messages" ADD CONSTRAINT "ticket_messages_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_search_terms" ADD CONSTRAINT "ticket_search_terms_organization_id_ticket_id_fkey" FOREIGN KEY ("organization_id", "ticket_id") REFERENCES "tickets"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ---------------------------------------------------------------- Part 2

alter table invoices alter column access_key drop default;

-- What stood before: invoices that had a total only, balances without a ledger, organizations without ticket statuses.
update invoices set subtotal = total, amount_paid = case when paid_at is null then 0 else total end;
insert into credit_entries (organization_id, client_id, kind, amount, currency, balance, note)
  select organization_id, id, 'GRANT', balance, currency, balance, 'The balance before the ledger began.'
    from users where balance <> 0;
insert into ticket_statuses (organization_id, code, name, kind, position)
  select organizations.id, standard.code, standard.name, standard.kind, standard.code - 1
    from organizations,
    lateral (values
      (1, 'Open', 'OPEN'), (2, 'Pending', 'PENDING'), (3, 'Closed', 'CLOSED'), (4, 'Snoozed', 'SNOOZED'), (5, 'Spam', 'SPAM')
    ) as standard (code, name, kind);

alter table organizations
  add constraint organizations_payment_term_check check (payment_term_days between 0 and 3650),
  add constraint organizations_dunning_days_check check (
    cardinality(dunning_days) between 0 and 20 and 1 <= all (dunning_days) and 365 >= all (dunning_days));
alter table users add constraint users_referred_by_check check (referred_by_id <> id);

alter table coupons
  add constraint coupons_code_check check (code = btrim(code) and code <> ''),
  add constraint coupons_type_check check (type in ('PERCENTAGE', 'FIXED')),
  add constraint coupons_duration_check check (duration in ('FIRST_PAYMENT', 'FOREVER')),
  add constraint coupons_discounts_check check (jsonb_typeof(discounts) = 'array'),
  add constraint coupons_currency_check check (currency ~ '^[A-Z]{3}$'),
  add constraint coupons_usage_check check (usage_limit >= 1 and used_count >= 0 and used_count <= coalesce(usage_limit, used_count)),
  add constraint coupons_minimum_amount_check check (minimum_amount >= 0);
create unique index coupons_organization_id_code_key on coupons (organization_id, lower(code)) where deleted_at is null;
create index coupons_live_created_at_idx on coupons (organization_id, created_at desc, id desc) where deleted_at is null;
create index coupons_live_code_idx on coupons (organization_id, code, id) where deleted_at is null;
create index coupons_live_expires_at_idx on coupons (organization_id, expires_at, id) where deleted_at is null;
create index coupons_live_used_count_idx on coupons (organization_id, used_count, id) where deleted_at is null;
create index coupons_deleted_idx on coupons (organization_id, created_at desc, id desc) where deleted_at is not null;

alter table invoices
  add constraint invoices_number_check check (btrim(number) <> ''),
  add constraint invoices_tax_type_check check (tax_type in ('NONE', 'FIXED', 'PERCENT')),
  add constraint invoices_amounts_check check (
    subtotal >= 0 and tax_rate >= 0 and tax >= 0 and credit >= 0 and amount_paid >= 0
    and amount_refunded between 0 and amount_paid + credit),
  add constraint invoices_total_is_sum_check check (total = greatest(0, subtotal + tax - credit)),
  add constraint invoices_paid_check check (
    case status when 'PAID' then paid_at is not null when 'REFUNDED' then true else paid_at is null end),
  add constraint invoices_client_check check (client_id is not null or status in ('DRAFT', 'CANCELLED')),
  add constraint invoices_period_check check (
    (period_length is null) = (period_unit is null) and period_length >= 1 and period_unit in ('DAY', 'WEEK', 'MONTH', 'YEAR')),
  add constraint invoices_billing_address_check check (jsonb_typeof(billing_address) = 'object'),
  add constraint invoices_access_key_check check (access_key ~ '^[0-9a-f]{32}$');
create index invoices_live_created_at_idx on invoices (organization_id, created_at desc, id desc) where deleted_at is null;
create index invoices_live_number_idx on invoices (organization_id, number, id) where deleted_at is null;
create index invoices_live_due_at_idx on invoices (organization_id, due_at, id) where deleted_at is null;
create index invoices_live_paid_at_idx on invoices (organization_id, paid_at, id) where deleted_at is null;
create index invoices_live_total_idx on invoices (organization_id, total, id) where deleted_at is null;
create index invoices_live_status_idx on invoices (organization_id, status, id) where deleted_at is null;
create index invoices_live_status_created_at_idx on invoices (organization_id, status, created_at desc, id desc) where deleted_at is null;
create index invoices_live_status_due_at_idx on invoices (organization_id, status, due_at, id) where deleted_at is null;
create index invoices_live_client_idx on invoices (organization_id, client_id, id) where deleted_at is null;
create index invoices_live_employee_idx on invoices (organization_id, employee_id, created_at desc, id desc)
  where deleted_at is null and employee_id is not null;
create index invoices_live_coupon_idx on invoices (organization_id, coupon_id, created_at desc, id desc)
  where deleted_at is null and coupon_id is not null;
create index invoices_deleted_idx on invoices (organization_id, created_at desc, id desc) where deleted_at is not null;

alter table invoice_items
  add constraint invoice_items_name_check check (btrim(name) <> ''),
  add constraint invoice_items_quantity_check check (quantity >= 1),
  add constraint invoice_items_amounts_check check (
    amount >= 0 and discount >= 0 and coupon_discount >= 0 and renewal_discount >= 0
    and total = quantity * amount - discount - coupon_discount and total >= 0),
  add constraint invoice_items_options_check check (jsonb_typeof(options) = 'object');
alter table invoice_counters add constraint invoice_counters_next_check check (next >= 1);

alter table subscriptions
  add constraint subscriptions_status_check check (status in ('CANCELED', 'ACTIVE', 'PAUSED', 'PAST_DUE', 'EXPIRED')),
  add constraint subscriptions_period_check check (
    period_length >= 1 and period_unit in ('DAY', 'WEEK', 'MONTH', 'YEAR') and period_count >= 0
    and current_period_end > current_period_start),
  add constraint subscriptions_counts_check check (payment_count >= 0 and failed_attempts >= 0),
  add constraint subscriptions_amount_check check (amount >= 0),
  add constraint subscriptions_paused_check check ((paused_at is not null) = (status = 'PAUSED')),
  add constraint subscriptions_ended_check check ((ended_at is not null) = (status in ('CANCELED', 'EXPIRED'))),
  add constraint subscriptions_next_action_check check (next_action_at is null or ended_at is null);

alter table payments
  add constraint payments_kind_check check (kind in ('CHARGE', 'MANUAL', 'CREDIT', 'REFUND')),
  add constraint payments_status_check check (status in ('PROCESSING', 'SUCCEEDED', 'FAILED')),
  add constraint payments_amount_check check (amount > 0 or (amount = 0 and kind in ('MANUAL', 'CREDIT'))),
  add constraint payments_currency_check check (currency ~ '^[A-Z]{3}$'),
  add constraint payments_settled_check check ((settled_at is not null) = (status = 'SUCCEEDED')),
  add constraint payments_refund_check check (refunded_payment_id is null or kind = 'REFUND');
-- The same movement at a processor is recorded once. The cast is what PostgreSQL adds: so the definition that it gives out
-- makes the same index again, which the seed relies on.
create unique index payments_transaction_key on payments (organization_id, processor, kind, transaction_id)
  where transaction_id is not null and kind::text in ('CHARGE', 'REFUND');
-- One charge of an invoice at a time.
create unique index payments_processing_key on payments (organization_id, invoice_id) where status = 'PROCESSING';
create index payments_processing_idx on payments (created_at) where status = 'PROCESSING';

-- For reports, which sum and count: with all that they look at, so that they read no rows.
create index payments_settled_at_idx on payments (organization_id, settled_at) include (client_id, currency, kind, amount)
  where status = 'SUCCEEDED';
create index orders_live_completed_at_idx on orders (organization_id, completed_at, id) include (service_id, created_at, started_at)
  where deleted_at is null and completed_at is not null;
create index order_tasks_open_idx on order_tasks (organization_id, order_id, id) include (for_client, effective_due_at)
  where not is_complete;
-- The payments of a subscription are those about its invoices: the first one's come before there is a subscription.
create function keep_subscription_of_payment() returns trigger language plpgsql as $$
begin
  new.subscription_id := (select subscription_id from invoices where id = new.invoice_id);
  return new;
end
$$;
create trigger subscription before insert on payments for each row execute function keep_subscription_of_payment();
create function keep_payments_of_subscription() returns trigger language plpgsql as $$
begin
  update payments set subscription_id = new.subscription_id where invoice_id = new.id;
  return null;
end
$$;
create trigger payments_of_subscription after update of subscription_id on invoices for each row
  when (new.subscription_id is distinct from old.subscription_id) execute function keep_payments_of_subscription();

alter table payment_methods
  add constraint payment_methods_processor_check check (processor in ('STRIPE', 'TEST')),
  add constraint payment_methods_expiry_check check (expiry_month between 1 and 12 and expiry_year between 2000 and 9999);
create unique index payment_methods_processor_id_key on payment_methods (organization_id, client_id, processor, processor_id)
  where detached_at is null;
create unique index payment_methods_default_key on payment_methods (organization_id, client_id)
  where is_default and detached_at is null;

alter table credit_entries
  add constraint credit_entries_kind_check check (kind in ('GRANT', 'SPEND', 'REFUND', 'ADJUST')),
  add constraint credit_entries_amount_check check (amount <> 0 and case kind when 'SPEND' then amount < 0 when 'ADJUST' then true else amount > 0 end),
  add constraint credit_entries_balance_check check (balance >= 0);

alter table stripe_accounts alter column webhook_secrets_last_4 set not null;

alter table ticket_statuses
  add constraint ticket_statuses_kind_check check (kind in ('OPEN', 'PENDING', 'CLOSED', 'SNOOZED', 'SPAM')),
  add constraint ticket_statuses_code_check check (code >= 1),
  add constraint ticket_statuses_name_check check (btrim(name) <> '');
create unique index ticket_statuses_organization_id_lower_name_key on ticket_statuses (organization_id, lower(name));
alter table tickets
  add constraint tickets_number_check check (btrim(number) <> ''),
  add constraint tickets_subject_check check (btrim(subject) <> ''),
  add constraint tickets_source_check check (source in ('API', 'DASHBOARD', 'PORTAL', 'EMAIL', 'CONTACT_FORM')),
  add constraint tickets_closed_check check ((closed_at is not null) = (status_kind = 'CLOSED')),
  add constraint tickets_snoozed_check check (snoozed_until is null or status_kind = 'SNOOZED'),
  add constraint tickets_merged_check check (merged_into_id is null or (merged_into_id <> id and status_kind = 'CLOSED')),
  add constraint tickets_documents_check check (jsonb_typeof(form_data) = 'object' and jsonb_typeof(metadata) = 'object');
create index tickets_live_created_at_idx on tickets (organization_id, created_at desc, id desc) where deleted_at is null;
create index tickets_live_updated_at_idx on tickets (organization_id, updated_at desc, id desc) where deleted_at is null;
create index tickets_live_last_message_at_idx on tickets (organization_id, last_message_at, id) where deleted_at is null;
create index tickets_live_number_idx on tickets (organization_id, number, id) where deleted_at is null;
create index tickets_live_subject_idx on tickets (organization_id, subject, id) where deleted_at is null;
create index tickets_live_status_code_idx on tickets (organization_id, status_code, id) where deleted_at is null;
create index tickets_live_status_code_created_at_idx on tickets (organization_id, status_code, created_at desc, id desc)
  where deleted_at is null;
create index tickets_live_status_kind_idx on tickets (organization_id, status_kind, created_at desc, id desc) where deleted_at is null;
create index tickets_live_client_idx on tickets (organization_id, client_id, id) where deleted_at is null;
create index tickets_live_order_idx on tickets (organization_id, order_id, id) where deleted_at is null;
create index tickets_deleted_idx on tickets (organization_id, created_at desc, id desc) where deleted_at is not null;
create index tickets_snoozed_idx on tickets (snoozed_until) where snoozed_until is not null and deleted_at is null;

-- The status as clients see it: the organization's own work with a ticket is none of theirs.
create function show_ticket_status() returns trigger language plpgsql as $$
begin
  if new.status_kind in ('OPEN', 'CLOSED') then
    new.shown_status_code := new.status_code;
    new.shown_status_kind := new.status_kind;
  else
    new.shown_status_code := 1;
    new.shown_status_kind := 'OPEN';
  end if;
  return new;
end
$$;
-- Named so that it comes before the trigger that counts versions.
create trigger show_status before insert or update on tickets for each row execute function show_ticket_status();
alter table ticket_messages add constraint ticket_messages_body_check check (btrim(body) <> '');
create index ticket_messages_public_idx on ticket_messages (organization_id, ticket_id, created_at desc, id desc) where not staff_only;
alter table filled_form_fields
  add constraint filled_form_fields_parent_check check ((order_id is null) <> (ticket_id is null));
alter table client_activities
  add constraint client_activities_content_check check (btrim(content) <> '' and char_length(content) <= 10000);
alter table magic_links add constraint magic_links_token_hash_check check (octet_length(token_hash) = 32);
alter table sessions add constraint sessions_token_hash_check check (octet_length(token_hash) = 32);

-- Search. A prefix search compares with >= and <, which only agree with "starts with" byte by byte.
alter table invoice_search_terms alter column term type text collate "C";
alter table ticket_search_terms alter column term type text collate "C";

create function keep_invoice_search_terms() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if (new.number, new.client_id, new.total) is not distinct from (old.number, old.client_id, old.total) then
      return null;
    end if;
    delete from invoice_search_terms where invoice_id = new.id;
  end if;
  insert into invoice_search_terms (organization_id, invoice_id, term)
    select new.organization_id, new.id, word
      from (select) as one
      left join users c on c.id = new.client_id,
      lateral search_words(new.number, new.total::numeric(19,2)::text, c.first_name, c.last_name, c.email, c.company) as word
    on conflict do nothing;
  return null;
end
$$;
create trigger search_terms after insert or update of number, client_id, total on invoices
  for each row execute function keep_invoice_search_terms();

create function keep_ticket_search_terms() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    delete from ticket_search_terms where ticket_id = new.id;
  end if;
  insert into ticket_search_terms (organization_id, ticket_id, term)
    select new.organization_id, new.id, word
      from users c, lateral search_words(new.number, new.subject, c.first_name, c.last_name, c.email, c.company) as word
      where c.id = new.client_id
    on conflict do nothing;
  return null;
end
$$;
create trigger search_terms after insert or update of number, subject, client_id on tickets
  for each row execute function keep_ticket_search_terms();

create or replace function keep_client_search_terms() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
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
    delete from invoice_search_terms where invoice_id in (select id from invoices where client_id = new.id and organization_id = new.organization_id);
    insert into invoice_search_terms (organization_id, invoice_id, term)
      select i.organization_id, i.id, word
        from invoices i,
        lateral search_words(i.number, i.total::numeric(19,2)::text, new.first_name, new.last_name, new.email, new.company) as word
        where i.organization_id = new.organization_id and i.client_id = new.id
      on conflict do nothing;
    delete from ticket_search_terms where ticket_id in (select id from tickets where client_id = new.id and organization_id = new.organization_id);
    insert into ticket_search_terms (organization_id, ticket_id, term)
      select t.organization_id, t.id, word
        from tickets t, lateral search_words(t.number, t.subject, new.first_name, new.last_name, new.email, new.company) as word
        where t.organization_id = new.organization_id and t.client_id = new.id
      on conflict do nothing;
  end if;
  insert into client_search_terms (organization_id, client_id, term)
    select new.organization_id, new.id, word
      from search_words(new.first_name, new.last_name, new.email, new.company) as word
    on conflict do nothing;
  return null;
end
$$;
insert into invoice_search_terms (organization_id, invoice_id, term)
  select i.organization_id, i.id, word
    from invoices i join users c on c.id = i.client_id,
    lateral search_words(i.number, i.total::numeric(19,2)::text, c.first_name, c.last_name, c.email, c.company) as word
  on conflict do nothing;
revoke execute on function keep_invoice_search_terms() from public;
revoke execute on function keep_ticket_search_terms() from public;

-- The client whose object a row is: the person, the client it names, or the client of what it hangs beneath.
create or replace function owner_of_row(table_name text, row_data jsonb) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
  select case
    when table_name = 'users' then (row_data ->> 'id')::uuid
    when table_name in ('magic_links', 'sessions') then (row_data ->> 'user_id')::uuid
    when row_data ? 'client_id' then (row_data ->> 'client_id')::uuid
    when table_name = 'client_team_members' then (row_data ->> 'owner_id')::uuid
    when row_data ->> 'invoice_id' is not null then (select client_id from invoices where id = (row_data ->> 'invoice_id')::uuid)
    when row_data ->> 'ticket_id' is not null then (select client_id from tickets where id = (row_data ->> 'ticket_id')::uuid)
    when row_data ->> 'order_id' is not null then (select client_id from orders where id = (row_data ->> 'order_id')::uuid)
    when row_data ? 'task_id' then (
      select o.client_id from order_tasks t join orders o on o.id = t.order_id where t.id = (row_data ->> 'task_id')::uuid)
  end
$$;

-- Tenancy.
call protect_tenant_table('coupons');
call protect_tenant_table('invoice_items');
call protect_tenant_table('invoice_counters', 'select, insert, update');
call protect_tenant_table('invoice_search_terms', 'select');
call protect_tenant_table('subscriptions');
call protect_tenant_table('payments', 'select, insert, update');
call protect_tenant_table('payment_methods');
-- Append-only: a ledger.
call protect_tenant_table('credit_entries', 'select, insert');
call protect_tenant_table('stripe_accounts');
call protect_tenant_table('processor_events', 'select, insert');
call protect_tenant_table('ticket_statuses');
call protect_tenant_table('tickets');
call protect_tenant_table('ticket_employees');
call protect_tenant_table('ticket_tags');
call protect_tenant_table('ticket_messages');
call protect_tenant_table('ticket_search_terms', 'select');
call protect_tenant_table('client_activities');
call protect_tenant_table('magic_links');
call protect_tenant_table('sessions');

-- Versions and audit. The balance of a client is told by its ledger from now on.
drop trigger touch on users;
drop trigger audit on users;
call track_entity('users', 'USER', bookkeeping => '{affiliate_code, balance}');
-- The key of an invoice's public pages is a secret from now on.
drop trigger touch on invoices;
drop trigger audit on invoices;
call track_entity('invoices', 'INVOICE', secrets => '{access_key}');
call track_entity('invoice_items', 'INVOICE_ITEM');
call track_entity('coupons', 'COUPON', bookkeeping => '{used_count}');
call track_entity('subscriptions', 'SUBSCRIPTION', bookkeeping => '{next_action_at, open_payment_id}');
call track_entity('payments', 'PAYMENT', bookkeeping => '{subscription_id}');
call track_entity('payment_methods', 'PAYMENT_METHOD');
call track_entity('credit_entries', 'CREDIT_ENTRY');
call track_entity('stripe_accounts', 'STRIPE_ACCOUNT', secrets => '{secret_key, webhook_secrets}');
call track_entity('ticket_statuses', 'TICKET_STATUS');
call track_entity('tickets', 'TICKET', bookkeeping => '{last_message_at, shown_status_code, shown_status_kind}');
call track_entity('ticket_messages', 'TICKET_MESSAGE');
call track_entity('client_activities', 'CLIENT_ACTIVITY');
call track_entity('magic_links', 'MAGIC_LINK', secrets => '{token_hash}');
call track_entity('sessions', 'SESSION', bookkeeping => '{last_used_at}', secrets => '{token_hash}');
call track_link('ticket_employees', 'TICKET', 'ticket_id', 'employees', 'employee_id');
call track_link('ticket_tags', 'TICKET', 'ticket_id', 'tags', 'tag_id');

-- The look-ups before a tenant is known. Each answers the least that is needed.

-- Who a session's token is. A session ends after half an hour without use; its use is noted at most once a minute.
create function authenticate_session(hash bytea)
returns table (
  organization_id uuid, session_id uuid, expires_at timestamptz, idle_expires_at timestamptz,
  user_id uuid, user_kind text, group_id uuid, role_id uuid, role jsonb
) language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  update sessions s set last_used_at = now()
    where s.token_hash = hash and s.revoked_at is null and s.expires_at > now()
      and s.last_used_at > now() - interval '30 minutes' and s.last_used_at <= now() - interval '1 minute';
  return query
    select s.organization_id, s.id, s.expires_at, s.last_used_at + interval '30 minutes',
        u.id, u.kind::text, u.group_id, r.id, to_jsonb(r)
      from sessions s
      join users u on u.id = s.user_id and u.status = 'ACTIVE'
      join roles r on r.id = u.role_id
      where s.token_hash = hash and s.revoked_at is null and s.expires_at > now()
        and s.last_used_at > now() - interval '30 minutes';
end
$$;

-- Whose magic link a token is, while it is good; and what the page that it opens tells.
create function find_magic_link(hash bytea, at timestamptz)
returns table (
  organization_id uuid, link_id uuid, user_id uuid, organization_name text, organization_domain text, client_name text
) language sql stable security definer set search_path = public, pg_temp as $$
  select l.organization_id, l.id, l.user_id, o.name::text, o.domain::text, u.first_name || ' ' || u.last_name
    from magic_links l
    join users u on u.id = l.user_id and u.kind = 'CLIENT' and u.status = 'ACTIVE' and not u.has_two_factor
    join organizations o on o.id = l.organization_id
    where l.token_hash = hash and l.used_at is null and l.expires_at > at
$$;

-- The invoice that a public link opens. The key is compared as the column's own type: as text it would use no index.
create function find_public_invoice(invoice_number text, key text)
returns table (organization_id uuid, invoice_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.organization_id, i.id from invoices i
    where i.access_key = key::bpchar and i.number = invoice_number and i.deleted_at is null and i.status <> 'DRAFT'
$$;

-- A text as a segment of a URL's path, as JavaScript's encodeURIComponent writes it.
create function url_segment(value text) returns text language sql stable strict parallel safe as $$
  select case when value ~ '^[A-Za-z0-9_.!~*''()-]*$' then value else (
    select string_agg(
        case when letter ~ '^[A-Za-z0-9_.!~*''()-]$' then letter
          else upper(regexp_replace(encode(convert_to(letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g')) end,
        '' order by place)
      from regexp_split_to_table(value, '') with ordinality as letters (letter, place)) end
$$;

-- Due work of all tenants: the worker sets the tenant for each piece like any request does.
create function due_subscriptions(at timestamptz, most int) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.organization_id, s.id from subscriptions s where s.next_action_at <= at order by s.next_action_at limit most
$$;
create function due_tickets(at timestamptz, most int) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.organization_id, t.id from tickets t
    where t.snoozed_until <= at and t.deleted_at is null order by t.snoozed_until limit most
$$;
create function unsettled_payments(before timestamptz, most int) returns table (organization_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.organization_id, p.id from payments p where p.status = 'PROCESSING' and p.created_at <= before
    order by p.created_at limit most
$$;
revoke execute on function authenticate_session(bytea) from public;
revoke execute on function find_magic_link(bytea, timestamptz) from public;
revoke execute on function find_public_invoice(text, text) from public;
revoke execute on function due_subscriptions(timestamptz, int) from public;
revoke execute on function due_tickets(timestamptz, int) from public;
revoke execute on function unsettled_payments(timestamptz, int) from public;
grant execute on function authenticate_session(bytea) to service_engine_app;
grant execute on function find_magic_link(bytea, timestamptz) to service_engine_app;
grant execute on function find_public_invoice(text, text) to service_engine_app;
grant execute on function due_subscriptions(timestamptz, int) to service_engine_app;
grant execute on function due_tickets(timestamptz, int) to service_engine_app;
grant execute on function unsettled_payments(timestamptz, int) to service_engine_app;
