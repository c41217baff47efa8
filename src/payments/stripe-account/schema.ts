import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../../graphql/builder.ts';
import type { Row } from '../../graphql/compiler/rows.ts';
import { sql } from '../../graphql/compiler/sql.ts';
import type { Context } from '../../graphql/context.ts';
import type { Declaration } from '../../graphql/declarations.ts';
import { extendType, objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { delegateOf } from '../../graphql/queries.ts';
import { encodeId } from '../../kernel/id.ts';
import { organizationOf, requirePermission, type Viewer } from '../../kernel/viewer.ts';
import { Organization } from '../../organizations/schema.ts';
import { visibleStripeAccounts } from '../policy.ts';
import * as accounts from './commands.ts';

const webhookUrlInSql = (account: Row) => sql`(
  select coalesce('https://' || nullif(organization.domain, ''), '') || '/webhooks/stripe/organization_' || organization.id
    from organizations organization where organization.id = ${account.column('organizationId')})`;

export const StripeAccount = objectType('StripeAccount', 'StripeAccount', {
  description: 'The organization’s own account at Stripe. Its secrets are kept encrypted and are never told again.',
  interfaces: [Node],
  fields: (field, t) => ({
    id: field.id('StripeAccount'),
    publishableKey: field.column('publishableKey', 'The key for pages that take cards: pk_live_… or pk_test_….'),
    secretKeyLast4: field.column('secretKeyLast4', 'The last four characters of the secret key.'),
    webhookSecretsLast4: field.column(
      'webhookSecretsLast4',
      'The last four characters of each secret that its events may be signed with.',
    ),
    // By hand: the host is the organization's, and no declared kind of field reads two tables.
    webhookUrl: t.string({
      nullable: false,
      description: 'Where Stripe is to send its events, on the organization’s domain; only the path while it has none.',
      select: { organization: { select: { id: true, domain: true } } },
      extensions: {
        read: { kind: 'computed', columns: ['organizationId'], expression: webhookUrlInSql } satisfies Declaration,
      },
      resolve: ({ organization: { id, domain } }: { organization: { id: string; domain: string | null } }) =>
        `${domain ? `https://${domain}` : ''}/webhooks/stripe/${encodeId('Organization', id)}`,
    }),
    version: field.column('version', 'How often it was changed. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was connected.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('StripeAccount', 'StripeAccount', visibleStripeAccounts);

const own = (viewer: Viewer) => {
  requirePermission(viewer, 'stripeAccount.read');
  return { organizationId: organizationOf(viewer) };
};

builder.queryField('stripeAccount', (t) =>
  t.field({
    type: StripeAccount,
    nullable: true,
    description: 'The organization’s account at Stripe. Null while it has none.',
    extensions: {
      read: { kind: 'single', model: 'StripeAccount', find: own } satisfies Declaration,
      permission: 'stripeAccount.read',
    },
    resolve: (async (_: object, __: object, context: Context, info: GraphQLResolveInfo) => {
      const where = own(context.viewer);
      return delegateOf(context, 'StripeAccount').findFirst({ ...queryFromInfo({ context, info }), where });
    }) as never,
  }),
);

const publishableKeyInSql = (organization: Row) => sql`(
  select account.publishable_key from stripe_accounts account where account.organization_id = ${organization.column('id')})`;

extendType(Organization, 'Organization', (_, t) => ({
  // By hand: everybody may know this of the account, and nothing else.
  stripePublishableKey: t.string({
    nullable: true,
    description: 'What a page needs to take cards for the organization at Stripe. Null without an account there.',
    select: { stripeAccount: { select: { publishableKey: true } } },
    extensions: {
      read: { kind: 'computed', columns: ['id'], expression: publishableKeyInSql } satisfies Declaration,
    },
    resolve: ({ stripeAccount }: { stripeAccount: { publishableKey: string } | null }) =>
      stripeAccount?.publishableKey ?? null,
  }),
}));

// ------------------------------------------------------------------ mutations

mutation('stripeAccountUpdate', {
  description:
    'Connects the organization with its account at Stripe, or changes the keys. An absent field stays as it is. Going from test to live takes both keys at once.',
  command: accounts.update,
  input: (t) => ({
    publishableKey: t.string({ description: 'The key for pages: pk_…. Needed at first.' }),
    secretKey: t.string({ description: 'The key for the server: sk_…, or a restricted one, rk_…. Needed at first.' }),
    webhookSecrets: t.stringList({
      description:
        'All secrets that events may be signed with, whsec_…: at most 5. Several while one is replaced by another.',
    }),
    expectedVersion: t.int({ description: 'Refuse when the account has another version by now.' }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns: {
    stripeAccount: { type: StripeAccount, model: 'StripeAccount', description: 'The account as it is now.' },
  },
});

mutation('stripeAccountDelete', {
  description:
    'Forgets the organization’s account at Stripe, keys and all. Refused while a payment through it is under way.',
  command: accounts.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The account.' }) }),
  ids: { id: 'StripeAccount' },
  errors: ['NotFoundError', 'InvalidStateError'],
  removes: 'StripeAccount',
});
