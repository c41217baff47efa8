import type { LogEntity } from '../../src/logs/rules.ts';
import type { Row, RowWriter } from './copy.ts';
import type { Random } from './random.ts';

export type Actor = { kind: 'STAFF' | 'CLIENT' | 'SYSTEM'; id: string | null };

/** Writes the log as the audit trigger would have, had all this happened when the rows say it did. */
export type History = {
  created(entity: LogEntity, row: Row, actor: Actor, ownerId: string | null): void;
  changed(event: 'UPDATED' | 'DELETED', change: Change): void;
};

type Change = {
  entity: LogEntity;
  row: Row;
  actor: Actor;
  ownerId: string | null;
  at: Date;
  /** Each changed column with the value before; the row has the one after. */
  before: Readonly<Record<string, unknown>>;
  /** Where the row has moved on since. */
  after?: Readonly<Record<string, unknown>>;
};

// What the trigger leaves out for every entity, and the bookkeeping columns and secrets of some.
const silent = new Set([
  'id',
  'organization_id',
  'created_at',
  'updated_at',
  'version',
  'affiliate_code',
  'last_message_at',
  'effective_due_at',
  'balance',
  'used_count',
  'next_action_at',
  'shown_status_code',
  'shown_status_kind',
  'access_key',
]);

export function historyWriter(writer: RowWriter, random: Random): History {
  function record(event: string, { entity, row, actor, ownerId, at }: Omit<Change, 'before'>, changes: object): void {
    writer.write('logs', {
      id: random.uuid(at),
      organization_id: row.organization_id ?? row.id ?? null,
      created_at: at,
      actor_kind: actor.kind,
      actor_id: actor.id,
      request_id: actor.kind === 'SYSTEM' ? null : random.uuid(at),
      entity,
      entity_id: row.id ?? null,
      owner_id: ownerId,
      event,
      changes,
    });
  }

  return {
    created(entity, row, actor, ownerId) {
      const columns = Object.entries(row).filter(([column, value]) => value !== null && !silent.has(column));
      const changes = Object.fromEntries(columns.map(([column, value]) => [column, { before: null, after: value }]));
      record('CREATED', { entity, row, actor, ownerId, at: row.created_at as Date }, changes);
    },
    changed(event, change) {
      const columns = Object.entries(change.before);
      const after = (column: string) => change.after?.[column] ?? change.row[column];
      const changes = columns.map(([column, value]) => [column, { before: value, after: after(column) }]);
      record(event, change, Object.fromEntries(changes));
    },
  };
}
