import { builder } from '../graphql/builder.ts';
import type { Row } from '../graphql/compiler/rows.ts';
import { join, literal, sql } from '../graphql/compiler/sql.ts';
import { connectionType } from '../graphql/connections.ts';
import { enumType } from '../graphql/enums.ts';
import { objectType } from '../graphql/fields.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { listField } from '../graphql/queries.ts';
import { User } from '../identity/schema.ts';
import { encodeId, idPrefixes } from '../kernel/id.ts';
import { LogEntityRef, LogEvent, logFilter } from './filters.ts';
import { visibleLogs } from './policy.ts';
import { changesOf, entityTypes, type LogChange, type LogEntity } from './rules.ts';

const ActorKind = enumType('ActorKind', 'Who acted.', {
  STAFF: 'A team member.',
  CLIENT: 'A client.',
  TOKEN: 'An API token, as the person who made it.',
  SYSTEM: 'The engine itself.',
});

const LogChangeRef = builder.objectRef<LogChange>('LogChange').implement({
  description: 'One changed value.',
  fields: (t) => ({
    field: t.exposeString('field', { nullable: false, description: 'The name of the value, such as `dueAt`.' }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it was. Null: nothing.',
      resolve: (change) => change.before,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it is since. Null: nothing.',
      resolve: (change) => change.after,
    }),
  }),
});

const prefixes = join(
  Object.entries(entityTypes).map(
    ([entity, type]) => sql`when ${literal(entity)} then ${literal(`${idPrefixes[type]}_`)}`,
  ),
  sql` `,
);

// As changesOf does it: the column's words, all but the first with a capital.
const changesInSql = (log: Row) => {
  const field = sql`(select string_agg(case word.place when 1 then word.text else initcap(word.text) end, '' order by word.place)
    from string_to_table(change.key, '_') with ordinality as word(text, place))`;
  return {
    from: sql`jsonb_each(${log.column('changes')}) as change`,
    order: sql`${field} collate "C"`,
    fields: { field, before: sql`change.value -> 'before'`, after: sql`change.value -> 'after'` },
  };
};

const Log = objectType('Log', 'Log', {
  description: 'One change of one object, written down with the change. It never changes itself.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Log'),
    entity: field.code('entity', LogEntityRef, 'What it is about. SPP: `loggable_type`.'),
    entityId: field.computed(
      ['entity', 'entityId'],
      'ID',
      'The object that it is about, also if it is gone. SPP: `loggable_id`.',
      (log) => encodeId(entityTypes[log.entity as LogEntity], log.entityId),
      { expression: (log) => sql`case ${log.column('entity')} ${prefixes} end || ${log.column('entityId')}::text` },
    ),
    event: field.code('event', LogEvent, 'What happened.'),
    changes: field.values(
      ['changes'],
      LogChangeRef,
      'The changed values, in alphabetical order. SPP: `data`.',
      (log) => changesOf(log.changes),
      changesInSql,
    ),
    actorKind: field.code('actorKind', ActorKind, 'Who did it.'),
    actor: field.person(
      'actorId',
      User,
      'The person who did it. Null when it was the engine, or the person is deleted. SPP: `user_id`.',
    ),
    owner: field.person(
      'ownerId',
      User,
      'The client whose object it is. Null when it is nobody’s, or the client is deleted. SPP: `owner_id`.',
    ),
    requestId: field.column(
      'requestId',
      'The request that did it, as the answer’s `x-request-id` had it. Null when it was the engine.',
    ),
    createdAt: field.column('createdAt', 'When it happened. SPP: `time`.'),
  }),
});

nodeType('Log', 'Log', visibleLogs);

listField('logs', {
  description: 'What was changed, by whom and when, newest first. SPP: list logs (5.1).',
  model: 'Log',
  type: connectionType(Log, 'log entries'),
  permission: 'logs.read',
  visible: visibleLogs,
  filter: logFilter,
});
