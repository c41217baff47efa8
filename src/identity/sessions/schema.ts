import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import { now } from '../../kernel/time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import * as sessions from './commands.ts';
import { deliverSession, deviceName, forgetSession, sessionFields } from './delivery/schema.ts';
import { visibleSessions } from './policy.ts';

const Session = objectType('Session', 'Session', {
  description: 'Being signed in, at one device. Everybody sees their own only.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Session'),
    device: field.column('device', 'At what, as far as it says so: "Firefox on Linux". Null: it says nothing known.'),
    userAgent: field.column('userAgent', 'What the program says of itself. Null: nothing.'),
    ipAddress: field.column('ipAddress', 'From which address it began. Null when that is not known.'),
    lastUsedAt: field.column('lastUsedAt', 'When it was last used, to the minute.'),
    expiresAt: field.column('expiresAt', 'When it ends, however much it is used.'),
    createdAt: field.column('createdAt', 'When the person signed in.'),
  }),
});

const visible = (viewer: Viewer) => visibleSessions(viewer, now());

nodeType('Session', 'Session', visible);

listField('sessions', {
  description:
    'Where the viewer is signed in, in this organization, newest first. The one of the request is `viewer { session { sessionId } }`.',
  model: 'Session',
  type: connectionType(Session, 'sessions'),
  permission: 'sessions.read',
  visible,
});

mutation('sessionRevoke', {
  description: 'Ends a session of the viewer’s own, at once. Ending one that has ended changes nothing.',
  command: sessions.revokeSession,
  input: (t) => ({ id: t.id({ required: true, description: 'The session.' }) }),
  ids: { id: 'Session' },
  errors: ['NotFoundError'],
  removes: 'Session',
});

mutation('sessionRevokeAll', {
  description:
    'Ends every session of the viewer’s but the one of the request; of somebody with an account, in every organization. Refused without a session (NO_SESSION).',
  command: sessions.revokeAll,
  input: (t) => ({
    includingThis: t.boolean({ description: 'Whether the one of the request ends, too. Without it: no.' }),
  }),
  errors: ['InvalidStateError'],
  extra: (t) => ({
    count: t.int({ nullable: false, description: 'How many have ended.', resolve: ({ count }) => count }),
  }),
});

mutation('sessionRefresh', {
  description:
    'Gives the session of the request a new token; the old one ends with that. It lasts no longer by it. Refused without a session, such as with a token of a program (NO_SESSION).',
  command: sessions.refresh,
  input: (t) => ({ deviceName: deviceName(t) }),
  errors: ['InvalidInputError', 'InvalidStateError'],
  deliver: deliverSession,
  extra: sessionFields,
});

mutation('signOut', {
  description:
    'Ends the session of the request, and takes its cookie out of the browser. Refused without a session, such as with a token of a program (NO_SESSION).',
  command: sessions.signOut,
  input: (t) => ({
    everywhere: t.boolean({ description: 'Whether every other session of the viewer’s ends, too. Without it: no.' }),
  }),
  errors: ['InvalidStateError'],
  deliver: (result, context) => {
    forgetSession(context);
    return result;
  },
  extra: (t) => ({
    count: t.int({ nullable: false, description: 'How many sessions have ended.', resolve: ({ count }) => count }),
  }),
});
