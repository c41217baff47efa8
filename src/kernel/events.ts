import type { Prisma } from '../generated/prisma/client.ts';
import type { Database, Transaction } from './db.ts';
import { defineJob, type Job } from './jobs.ts';
import type { Log } from './log.ts';
import { now } from './time.ts';
import { systemViewer } from './viewer.ts';

/** A fact that other systems are told, as its consumers get it. */
export type DomainEvent = {
  id: string;
  organizationId: string;
  /** noun.past-verb, such as `order.completed`. */
  type: string;
  /** The kind of object whose events are delivered in order, such as `order`. */
  aggregate: string;
  aggregateId: string;
  payload: Prisma.JsonValue;
  actorId: string | null;
  createdAt: Date;
};

/** Somebody who is told. Called at least once per event, in order per aggregate; idempotent by the event's id. */
export type Consumer = { name: string; handle(event: DomainEvent): Promise<void> };

const deliverJob = 'events.deliver';

// The jobs of one queue follow each other. graphile-worker keeps a row for every queue there ever was, so aggregates
// share a fixed number of them.
const queues = 64;

/**
 * Announces a fact, in the transaction that makes it true: both are kept or neither. Delivery starts after commit.
 * `about` names the aggregate, `{ order: id }`: the object whose facts are told in order. The caller holds a lock on it,
 * so the order of announcement is the order of commit.
 */
export async function emit(
  tx: Transaction,
  type: `${string}.${string}`,
  about: Record<string, string>,
  payload: Prisma.InputJsonObject = {},
): Promise<void> {
  await emitAll(tx, [{ type, about, payload }]);
}

export type Announcement = {
  type: `${string}.${string}`;
  about: Record<string, string>;
  payload?: Prisma.InputJsonObject;
};

/** Announces several facts in their order, in one statement. */
export async function emitAll(tx: Transaction, announcements: readonly Announcement[]): Promise<void> {
  if (announcements.length === 0) return;
  const facts = announcements.map(({ type, about, payload = {} }) => {
    const [aggregate, aggregateId] = Object.entries(about)[0] as [string, string];
    return { type, aggregate, aggregateId, payload };
  });
  await tx.$executeRaw`
    with event as (
      insert into events (organization_id, type, aggregate, aggregate_id, payload, actor_id, request_id)
      select
        current_setting('app.organization_id')::uuid, fact ->> 'type', fact ->> 'aggregate',
        (fact ->> 'aggregateId')::uuid, fact -> 'payload',
        nullif(current_setting('app.actor_id', true), '')::uuid, nullif(current_setting('app.request_id', true), '')
      from jsonb_array_elements(${JSON.stringify(facts)}::jsonb) with ordinality as given (fact, place)
      order by place
      returning organization_id, aggregate_id
    )
    select graphile_worker.add_job(
      ${deliverJob},
      json_build_object('organizationId', organization_id, 'aggregateId', aggregate_id),
      queue_name := 'events:' || get_byte(uuid_send(aggregate_id), 15) % ${queues},
      job_key := 'events:' || aggregate_id,
      job_key_mode := 'preserve_run_at')
    from event`;
}

/**
 * The job that tells the consumers. It takes every undelivered event of one aggregate, oldest first, and stops at the
 * first failure, so a later event never overtakes an earlier one; the job's retry starts where it stopped.
 */
export function deliverEvents(database: Database, consumers: readonly Consumer[], log: Log): Job {
  return defineJob(deliverJob, async (payload) => {
    const { organizationId, aggregateId } = payload as { organizationId: string; aggregateId: string };
    const viewer = systemViewer(organizationId);
    const events = await database.read(viewer, (db) =>
      db.event.findMany({ where: { aggregateId, deliveredAt: null }, orderBy: { sequence: 'asc' } }),
    );
    for (const event of events) {
      for (const consumer of consumers) {
        await consumer.handle({
          id: event.id,
          organizationId,
          type: event.type,
          aggregate: event.aggregate,
          aggregateId,
          payload: event.payload,
          actorId: event.actorId,
          createdAt: event.createdAt,
        });
      }
      await database.transact(viewer, (tx) =>
        tx.event.update({ where: { id: event.id }, data: { deliveredAt: now() } }),
      );
      log.debug({ event: event.id, type: event.type }, 'event delivered');
    }
  });
}
