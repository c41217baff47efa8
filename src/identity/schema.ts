import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import type { Declaration, Kinds, TypeDeclaration } from '../graphql/declarations.ts';
import { enumType } from '../graphql/enums.ts';
import { delegateOf } from '../graphql/queries.ts';
import { invalid } from '../kernel/errors.ts';
import { encodeId } from '../kernel/id.ts';
import { gradeOf, organizationOf, requireViewer, type Viewer } from '../kernel/viewer.ts';
import { Organization } from '../organizations/schema.ts';
import { Account } from './accounts/schema.ts';
import { permissions } from './permissions.ts';

// ------------------------------------------------------------------ people

export const UserStatus = enumType('UserStatus', 'Whether a person may act. SPP: `status` 1 and 0.', {
  ACTIVE: 'May act.',
  INACTIVE: 'Deactivated: may not act, everything is kept.',
});

const kinds: Kinds = { column: 'kind', types: { CLIENT: 'Client', STAFF: 'TeamMember' } };

/** A person, whichever side of the counter. Clients and team members are its two kinds, and declare their own fields. */
export const User = builder.prismaInterface('User', {
  description: 'A person inside the organization: a client or a team member.',
  extensions: { model: 'User', kinds } satisfies TypeDeclaration,
  select: { id: true },
  resolveType: ((user: { kind: string }) => kinds.types[user.kind]) as never,
  fields: (t) => ({
    id: t.id({ nullable: false, description: 'The person’s id.', resolve: (user) => user.id }),
    firstName: t.exposeString('firstName', { nullable: false, description: 'The first name. SPP: `name_f`.' }),
    lastName: t.exposeString('lastName', { nullable: false, description: 'The last name. SPP: `name_l`.' }),
    name: t.string({
      nullable: false,
      description: 'First and last name.',
      select: { firstName: true, lastName: true },
      resolve: (user) => `${user.firstName} ${user.lastName}`,
    }),
  }),
});

// ------------------------------------------------------------------ viewer

const ViewerKind = enumType('ViewerKind', 'How the request was authenticated.', {
  STAFF: 'A team member’s session.',
  CLIENT: 'A client’s session.',
  TOKEN: 'An API token.',
  SYSTEM: 'The engine itself.',
});

const ViewerPermission = builder.objectRef<{ name: string; grade: number }>('ViewerPermission').implement({
  description: 'Something that the viewer may do.',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: false, description: 'domain.verb, such as `orders.update`.' }),
    grade: t.exposeInt('grade', { nullable: false, description: 'How far it reaches: 1 own, 2 the group’s, 3 all.' }),
  }),
});

type SessionAtHand = { sessionId: string; expiresAt: Date; idleExpiresAt: Date };

const ViewerSessionType = builder.objectRef<SessionAtHand>('ViewerSession').implement({
  description: 'Being signed in, as the viewer is.',
  fields: (t) => ({
    sessionId: t.exposeID('sessionId', {
      nullable: false,
      description: 'The id under which it is among the `sessions`.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: false,
      description: 'When it ends, however much it is used.',
    }),
    idleExpiresAt: t.expose('idleExpiresAt', {
      type: 'DateTime',
      nullable: false,
      description: 'When it ends unless it is used again before. Its use is noted once a minute.',
    }),
  }),
});

// Who asks is known from the credential: only the person and the organization are rows.
const known = (value: Extract<Declaration, { kind: 'known' }>['value']) => ({
  extensions: { read: { kind: 'known', value } satisfies Declaration },
  resolve: ((viewer: Viewer, args: Record<string, unknown>) => value(viewer, args)) as never,
});
const single = (model: string, find: (viewer: Viewer) => object | null) => ({
  extensions: { read: { kind: 'single', model, find } satisfies Declaration },
});

function sessionOf({ session }: Viewer): SessionAtHand | null {
  if (!session) return null;
  const { id, expiresAt, idleExpiresAt } = session;
  return { sessionId: encodeId('Session', id), expiresAt, idleExpiresAt };
}

const self = (viewer: Viewer) => {
  requireViewer(viewer);
  return viewer.userId === null ? null : { id: viewer.userId };
};
const login = (viewer: Viewer) => (viewer.accountId === null ? null : { id: viewer.accountId });
const employer = (viewer: Viewer) => ({ id: organizationOf(viewer) });

export const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who asks: the credential of the request, and what it may do.',
  fields: (t) => ({
    kind: t.field({
      type: ViewerKind,
      nullable: false,
      description: 'How the request was authenticated.',
      ...known((viewer) => viewer.kind),
    }),
    session: t.field({
      type: ViewerSessionType,
      nullable: true,
      description: 'The session of the request. Null for a token.',
      ...known((viewer) => sessionOf(viewer)),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The person who asks, or whom the token acts as.',
      ...single('User', self),
      resolve: (viewer, _, { db }) => findSelf(viewer, db),
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'The login behind the session. Null of a token, and of somebody who signs in by links only.',
      ...single('Account', login),
      resolve: (async (viewer: Viewer, _: object, context: Context, info: GraphQLResolveInfo) => {
        const where = login(viewer);
        return where && delegateOf(context, 'Account').findFirst({ ...queryFromInfo({ context, info }), where });
      }) as never,
    }),
    organization: t.field({
      type: Organization,
      nullable: false,
      description: 'The organization of the viewer.',
      ...single('Organization', employer),
      resolve: (async (viewer: Viewer, _: object, context: Context, info: GraphQLResolveInfo) =>
        delegateOf(context, 'Organization').findFirst({
          ...queryFromInfo({ context, info }),
          where: employer(viewer),
        })) as never,
    }),
    permissions: t.field({
      type: [ViewerPermission],
      nullable: false,
      description: 'What the viewer may do, in alphabetical order.',
      ...known((viewer) =>
        Object.entries(viewer.permissions)
          .filter(([, grade]) => grade > 0)
          .map(([name, grade]) => ({ name, grade }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      ),
    }),
    can: t.boolean({
      nullable: false,
      description: 'Whether the viewer has a permission, on any object at all. What is no permission is refused.',
      args: {
        permission: t.arg.string({
          required: true,
          description: 'domain.verb, such as `orders.update`: one of those that mutations name in their descriptions.',
        }),
      },
      ...known((viewer, { permission }) => {
        if (!Object.hasOwn(permissions, String(permission)))
          throw invalid('permission', 'UNKNOWN', 'There is no such permission.');
        return gradeOf(viewer, String(permission)) > 0;
      }),
    }),
  }),
});

async function findSelf(viewer: Viewer, db: Context['db']) {
  const where = self(viewer);
  return where && (await db.user.findUnique({ where }));
}

builder.queryFields((t) => ({
  viewer: t.field({
    type: ViewerType,
    nullable: false,
    description: 'Who asks.',
    extensions: { read: { kind: 'group', require: requireViewer } satisfies Declaration },
    resolve: (_, __, { viewer }) => {
      requireViewer(viewer);
      return viewer;
    },
  }),
  me: t.field({
    type: User,
    nullable: true,
    description: 'The person who asks, or whom the token acts as.',
    ...single('User', self),
    resolve: (_, __, { viewer, db }) => findSelf(viewer, db),
  }),
}));
