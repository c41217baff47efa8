import { builder } from '../../graphql/builder.ts';
import { sql } from '../../graphql/compiler/sql.ts';
import { connectionType } from '../../graphql/connections.ts';
import { enumType } from '../../graphql/enums.ts';
import { objectType, partType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import { visibleApiTokens } from '../policy.ts';
import { Role } from '../roles/schema.ts';
import { User } from '../schema.ts';
import * as tokens from './commands.ts';
import type { TokenMode } from './rules.ts';

const ApiTokenMode = enumType<TokenMode>('ApiTokenMode', 'What an API token is for.', {
  LIVE: 'Real work. Its secret begins with `sx_live_`.',
  TEST: 'Tests: it moves no real money. Its secret begins with `sx_test_`.',
});

const RateLimit = partType('ApiToken', 'ApiTokenRateLimit', {
  description: 'How much an API token may ask in a minute.',
  fields: (field) => ({
    requestsPerMinute: field.column('requestsPerMinute', 'How many requests. Null: as many as anybody.'),
    costPerMinute: field.column('costPerMinute', 'How much they may cost together. Null: as much as anybody’s.'),
  }),
});

const ApiToken = objectType('ApiToken', 'ApiToken', {
  description:
    'A bearer credential of a program. It acts as the person who made it, and never does more than that person may. The secret is stored nowhere.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('ApiToken'),
    name: field.column('name', 'What it is for.'),
    prefix: field.column('prefix', 'The first characters of the secret, to recognize it by.'),
    mode: field.code('mode', ApiTokenMode, 'Whether it is for real work or for tests.'),
    scopes: field.column(
      'scopes',
      'What it is limited to: `orders:read`, `orders:write` (which reads, too) and the like, for each word before the dot of a permission. `*`: nothing is left out.',
    ),
    rateLimit: field.part(
      ['requestsPerMinute', 'costPerMinute'],
      RateLimit,
      'Limits of its own, in a minute. Null without any.',
      ({ requestsPerMinute, costPerMinute }) => requestsPerMinute !== null || costPerMinute !== null,
      (token) =>
        sql`(${token.column('requestsPerMinute')} is not null or ${token.column('costPerMinute')} is not null)`,
    ),
    role: field.relation('role', 'The role that it acts in. Null when it has ended and the role is deleted.', {
      type: Role,
    }),
    user: field.person('userId', User, 'The person it acts as.'),
    expiresAt: field.column('expiresAt', 'When it stops working. Null: never by itself.'),
    lastUsedAt: field.column('lastUsedAt', 'When it was last used, to the minute. Null: never.'),
    revokedAt: field.column('revokedAt', 'When it was ended. Null while it was not.'),
    replacedBy: field.relation('replacedBy', 'The token that followed it when it was rotated. Null when it was not.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('ApiToken', 'ApiToken', visibleApiTokens);

listField('apiTokens', {
  description: 'The API tokens of the organization, newest first.',
  model: 'ApiToken',
  type: connectionType(ApiToken, 'API tokens'),
  permission: 'apiTokens.read',
  visible: visibleApiTokens,
});

// ------------------------------------------------------------------ mutations

const RateLimitInput = builder.inputType('ApiTokenRateLimitInput', {
  description: 'How much an API token may ask in a minute.',
  fields: (t) => ({
    requestsPerMinute: t.int({ description: 'How many requests: 1 or more. Without it as many as anybody.' }),
    costPerMinute: t.int({
      description: 'How much they may cost together: 1 or more. Without it as much as anybody’s.',
    }),
  }),
});

const returns = { apiToken: { type: ApiToken, model: 'ApiToken', description: 'The token as it is now.' } } as const;

const secret = {
  nullable: false as const,
  description: 'The bearer token. It is told only here: keep it safe.',
};

mutation('apiTokenCreate', {
  description:
    'Makes an API token that acts as the viewer. What a token makes has no more scopes, no later end and no higher limits than itself; what is not said, it has from it.',
  command: tokens.create,
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is for: 1 to 255 characters.' }),
    mode: t.field({ type: ApiTokenMode, description: 'What it is for: LIVE, without it.' }),
    scopes: t.stringList({
      description:
        'What it is limited to: `orders:read`, `orders:write` and the like. Without it nothing is left out of what the viewer may do.',
    }),
    rateLimit: t.field({ type: RateLimitInput, description: 'Limits of its own. Without it there are none.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it stops working. Without it: never by itself.' }),
  }),
  errors: ['InvalidInputError'],
  returns,
  extra: (t) => ({ secret: t.string({ ...secret, resolve: (result) => result.secret }) }),
});

mutation('apiTokenRotate', {
  description:
    'Makes another secret for what a token of the viewer’s own is used for: a new token, equal to it and as long-lived. The old one works on for a while, so that programs can change over.',
  command: tokens.rotate,
  input: (t) => ({
    id: t.id({ required: true, description: 'The token: one that works, and was not rotated before.' }),
    overlapHours: t.int({
      description: 'How long the old secret works on, at most until its own end: 0 to 168 hours, 24 without it.',
    }),
  }),
  ids: { id: 'ApiToken' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  returns: { apiToken: { type: ApiToken, model: 'ApiToken', description: 'The new token.' } },
  extra: (t) => ({ secret: t.string({ ...secret, resolve: (result) => result.secret }) }),
});

mutation('apiTokenRevoke', {
  description: 'Ends an API token at once. Ending one that has ended changes nothing.',
  command: tokens.revoke,
  input: (t) => ({ id: t.id({ required: true, description: 'The token.' }) }),
  ids: { id: 'ApiToken' },
  errors: ['NotFoundError'],
  returns,
});
