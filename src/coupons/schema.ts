import type { InputFieldBuilder } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import { Client } from '../clients/schema.ts';
import { builder, type Types } from '../graphql/builder.ts';
import { asksForDeleted } from '../graphql/comparators.ts';
import type { Row } from '../graphql/compiler/rows.ts';
import { literal, sql } from '../graphql/compiler/sql.ts';
import { connectionType } from '../graphql/connections.ts';
import type { Declaration } from '../graphql/declarations.ts';
import { enumType } from '../graphql/enums.ts';
import { Money, objectType } from '../graphql/fields.ts';
import { decodeIds } from '../graphql/ids.ts';
import { loadNamed, type NamedLink } from '../graphql/loaders.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { delegateOf, listField, singleField } from '../graphql/queries.ts';
import { decodeId, encodeId, idPrefixes } from '../kernel/id.ts';
import { Decimal, formatAmount } from '../kernel/money.ts';
import { requirePermission } from '../kernel/viewer.ts';
import { visibleServices } from '../services/policy.ts';
import { Service } from '../services/schema.ts';
import * as coupons from './commands.ts';
import { CouponTypeRef, couponFilter, couponSort } from './filters.ts';
import { deletedCoupons, visibleCoupons } from './policy.ts';
import { type CouponDuration, type Discount, discountsOf } from './rules.ts';

const CouponDurationRef = enumType<CouponDuration>('CouponDuration', 'How long a coupon lasts on recurring invoices.', {
  FIRST_PAYMENT: 'It is for the first payment only. SPP: `duration` false.',
  FOREVER: 'Every renewal has it, too. SPP: `duration` true.',
});

const servicesOfDiscount: NamedLink = { model: 'service', order: ['name'], visible: visibleServices };

const CouponDiscount = builder.objectRef<Discount>('CouponDiscount').implement({
  description: 'What a coupon takes off the lines of some services, or of every line.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      nullable: false,
      description: 'Percent of a line, or the amount off each unit in the currency of the coupon: the type says which.',
      resolve: ({ amount }) => new Decimal(amount).toFixed(),
    }),
    serviceIds: t.idList({
      nullable: false,
      description: 'The services that it is for, deleted ones too. Empty: it is for every line. SPP: `services`.',
      resolve: ({ serviceIds }) => serviceIds.map((id) => encodeId('Service', id)),
    }),
    services: t.field({
      type: [Service],
      nullable: false,
      description: 'Those of the services that are live and that the viewer may see, by name.',
      resolve: (async ({ serviceIds }: Discount, _: object, context: never, info: never) =>
        loadNamed(servicesOfDiscount, serviceIds, context, info)) as never,
    }),
  }),
});

const servicePrefix = literal(`${idPrefixes.Service}_`);

const discountsInSql = (coupon: Row) => {
  const services = sql`jsonb_array_elements_text(discount.value -> 'serviceIds') with ordinality as service(id, place)`;
  return {
    from: sql`jsonb_array_elements(${coupon.column('discounts')}) with ordinality as discount(value, place)`,
    order: sql`discount.place`,
    fields: {
      amount: sql`(discount.value ->> 'amount')::numeric`,
      serviceIds: sql`array(select ${servicePrefix} || service.id from ${services} order by service.place)`,
      services: { ...servicesOfDiscount, ids: sql`array(select service.id::uuid from ${services})` },
    },
  };
};

export const Coupon = objectType('Coupon', 'Coupon', {
  description: 'A code that lowers what an invoice asks for.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Coupon'),
    code: field.column('code', 'What people type. No other live coupon has it, whatever the letter case.'),
    type: field.code('type', CouponTypeRef, 'What the amounts of its discounts are.'),
    description: field.column('description', 'What it is for, for the team. Null when nothing is said.'),
    discounts: field.values(
      ['discounts'],
      CouponDiscount,
      'What it takes off. Of several that fit a line, the one that takes most.',
      discountsOf,
      discountsInSql,
    ),
    currency: field.code('currency', 'CurrencyCode', 'The currency of fixed amounts and of the least cart.'),
    expiresAt: field.column('expiresAt', 'From when on it no longer holds. Null: never. SPP: `date_expires`.'),
    newCustomers: field.column(
      'newCustomers',
      'Whether it is only for clients who never paid before. SPP: `new_customers`.',
    ),
    singleUse: field.column('singleUse', 'Whether a client may have it on one invoice only. SPP: `single_use`.'),
    singleQuantity: field.column(
      'singleQuantity',
      'Whether it is for one unit of a line, whatever the quantity. SPP: `single_quantity`.',
    ),
    duration: field.code('duration', CouponDurationRef, 'How long it lasts on recurring invoices. SPP: `duration`.'),
    usageLimit: field.column('usageLimit', 'How often it may be used in all. Null: any number. SPP: `usage_limit`.'),
    usedCount: field.column('usedCount', 'How many invoices that have it were paid. SPP: `used_count`.'),
    hasMinimumAmount: field.computed(
      ['minimumAmount'],
      'Boolean',
      'Whether a cart must come to a least amount. SPP: `has_min_cart_amount`.',
      ({ minimumAmount }) => minimumAmount !== null,
      { expression: (coupon) => sql`${coupon.column('minimumAmount')} is not null` },
    ),
    minimumAmount: field.money(
      'minimumAmount',
      'currency',
      'What a cart must come to, before discounts. Null: anything. SPP: `min_cart_amount`.',
    ),
    affiliate: field.relation(
      'affiliate',
      'The affiliate whose clients alone may use it. Null: it is for everybody. SPP: `affiliate`.',
      { type: Client },
    ),
    version: field.column('version', 'How often it was edited; uses don’t count. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed, uses included.'),
    deletedAt: field.column('deletedAt', 'When it was deleted. Null while it is live.'),
  }),
});

nodeType('Coupon', 'Coupon', visibleCoupons);

listField('coupons', {
  description: 'The coupons, newest first. SPP: list coupons (2.1).',
  model: 'Coupon',
  type: connectionType(Coupon, 'coupons'),
  permission: 'coupons.read',
  visible: (viewer, filter) => (asksForDeleted(filter) ? deletedCoupons(viewer) : visibleCoupons(viewer)),
  filter: couponFilter,
  sort: couponSort,
});

singleField('coupon', {
  description: 'One coupon. SPP: retrieve coupon (2.3).',
  model: 'Coupon',
  type: Coupon,
  permission: 'coupons.read',
  idDescription: 'The coupon.',
  find: (viewer, { id }) => {
    const uuid = decodeId('Coupon', id ?? '');
    return uuid === null ? null : { AND: [visibleCoupons(viewer), { id: uuid }] };
  },
});

// ------------------------------------------------------------------ preview

type Preview = Awaited<ReturnType<typeof coupons.preview>>;
type PreviewItem = Preview['items'][number] & Pick<Preview, 'currency'>;

type Sums = 'subtotal' | 'discount' | 'total';

const sum = (part: Sums, description: string) => ({
  type: Money,
  nullable: false as const,
  description,
  resolve: (of: Record<Sums, Decimal> & { currency: string }) => {
    return { amount: formatAmount(of[part], of.currency), currency: of.currency };
  },
});

const CouponPreviewItem = builder.objectRef<PreviewItem>('CouponPreviewItem').implement({
  description: 'What an item would come to with a coupon.',
  fields: (t) => ({
    subtotal: t.field(sum('subtotal', 'Unit price times quantity, less the discount by hand.')),
    discount: t.field(sum('discount', 'What the coupon takes off.')),
    total: t.field(sum('total', 'What is left.')),
  }),
});

const CouponPreview = builder.objectRef<Preview>('CouponPreview').implement({
  description: 'What a coupon would do to an invoice that is not saved yet.',
  fields: (t) => ({
    coupon: t.field({
      type: Coupon,
      nullable: false,
      description: 'The coupon of the code.',
      resolve: (async ({ couponId }: Preview, _: object, context: never, info: never) =>
        delegateOf(context, 'Coupon').findFirst({
          ...queryFromInfo({ context, info }),
          where: { id: couponId },
        })) as never,
    }),
    items: t.field({
      type: [CouponPreviewItem],
      nullable: false,
      description: 'The items, in their order.',
      resolve: ({ items, currency }) => items.map((item) => ({ ...item, currency })),
    }),
    subtotal: t.field(sum('subtotal', 'What the items come to without the coupon.')),
    discount: t.field(sum('discount', 'What the coupon takes off in all.')),
    total: t.field(sum('total', 'What the items come to with the coupon, before taxes.')),
  }),
});

const CouponPreviewItemInput = builder.inputType('CouponPreviewItemInput', {
  description: 'A line of the invoice that is not saved yet.',
  fields: (t) => ({
    serviceId: t.id({ description: 'The service. None for a line of free text.' }),
    quantity: t.int({ description: 'How many: 1 or more; 1 when nothing is said.' }),
    amount: t.field({ type: 'Decimal', required: true, description: 'The unit price.' }),
    discount: t.field({ type: 'Decimal', description: 'What is taken off the line by hand.' }),
  }),
});

const previewIds = { clientId: 'Client', items: { serviceId: 'Service' } } as const;

builder.queryField('couponPreview', (t) =>
  t.field({
    type: CouponPreview,
    nullable: false,
    description:
      'What a coupon would do, before anything is saved. A coupon that does not hold is refused with INVALID_INPUT, each reason as an issue of `code`: EXPIRED, USED_UP, WRONG_CURRENCY, BELOW_MINIMUM, NOT_A_NEW_CUSTOMER, ALREADY_USED, NOT_REFERRED.',
    args: {
      code: t.arg.string({ required: true, description: 'The code, whatever the letter case.' }),
      items: t.arg({ type: [CouponPreviewItemInput], required: true, description: 'The lines: 1 to 1000.' }),
      clientId: t.arg.id({
        description: 'For whom. Without it, what a coupon asks of its client is not looked at.',
      }),
      currency: t.arg({
        type: 'CurrencyCode',
        description: 'The currency of the amounts. Without it that of the services, or else the organization’s.',
      }),
    },
    extensions: {
      read: { kind: 'plain', why: 'the laws of coupons are written once, in JavaScript' } satisfies Declaration,
      permission: 'coupons.preview',
      ids: previewIds,
    },
    resolve: async (_, args, { viewer, db }) => {
      requirePermission(viewer, 'coupons.preview');
      return await coupons.preview(db, viewer, decodeIds(args, previewIds));
    },
  }),
);

// ------------------------------------------------------------------ mutations

const CouponDiscountInput = builder.inputType('CouponDiscountInput', {
  description: 'What a coupon takes off the lines of some services, or of every line.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      required: true,
      description: 'More than 0: percent of a line, up to 100, or the amount off each unit in the coupon’s currency.',
    }),
    serviceIds: t.idList({
      description: 'The services that it is for. None: it is for every line. SPP: `services`.',
    }),
  }),
});

function writable(t: InputFieldBuilder<Types, 'InputObject'>) {
  return {
    description: t.string({ description: 'What it is for, for the team.' }),
    discounts: t.field({
      type: [CouponDiscountInput],
      description: 'What it takes off: at most 100, of 1000 services in all. Replaces.',
    }),
    currency: t.field({
      type: 'CurrencyCode',
      description: 'The currency of its amounts: the organization’s, when it is new and nothing is said.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'From when on it no longer holds. SPP: `date_expires`.' }),
    newCustomers: t.boolean({
      description: 'Whether it is only for clients who never paid before. SPP: `new_customers`.',
    }),
    singleUse: t.boolean({ description: 'Whether a client may have it on one invoice only. SPP: `single_use`.' }),
    singleQuantity: t.boolean({ description: 'Whether it is for one unit of a line. SPP: `single_quantity`.' }),
    duration: t.field({
      type: CouponDurationRef,
      description: 'How long it lasts on recurring invoices: FIRST_PAYMENT, when it is new. SPP: `duration`.',
    }),
    usageLimit: t.int({
      description: 'How often it may be used in all: 1 or more, and not less than it was. SPP: `usage_limit`.',
    }),
    minimumAmount: t.field({
      type: 'Decimal',
      description:
        'What a cart must come to, in the coupon’s currency. Null takes the condition away. SPP: `min_cart_amount`, `has_min_cart_amount`.',
    }),
    affiliateId: t.id({ description: 'The affiliate whose clients alone may use it: a client. SPP: `affiliate`.' }),
  };
}

const ids = { affiliateId: 'Client', discounts: { serviceIds: 'Service' } } as const;
const returns = { coupon: { type: Coupon, model: 'Coupon', description: 'The coupon as it is now.' } } as const;

mutation('couponCreate', {
  description: 'Makes a coupon. SPP: create coupon (2.2).',
  command: coupons.create,
  input: (t) => ({
    code: t.string({
      required: true,
      description: 'What people type: 1 to 100 characters. No other live coupon may have it, whatever the letter case.',
    }),
    type: t.field({ type: CouponTypeRef, required: true, description: 'What the amounts of its discounts are.' }),
    ...writable(t),
  }),
  ids,
  errors: ['InvalidInputError'],
  returns,
});

mutation('couponUpdate', {
  description:
    'Changes a coupon. An absent field stays, null clears it, discounts replace. Invoices that are paid keep what they had off. SPP: update coupon (2.4).',
  command: coupons.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The coupon.' }),
    code: t.string({ description: 'What people type: 1 to 100 characters.' }),
    type: t.field({ type: CouponTypeRef, description: 'What the amounts of its discounts are.' }),
    ...writable(t),
    expectedVersion: t.int({ description: 'Refuse when the coupon has another version by now.' }),
  }),
  ids: { id: 'Coupon', ...ids },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('couponDelete', {
  description:
    'Puts a coupon out of sight; its code is free for another. Invoices that have it keep it. `couponRestore` brings it back. SPP: delete coupon (2.5).',
  command: coupons.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The coupon.' }) }),
  ids: { id: 'Coupon' },
  errors: ['NotFoundError'],
  removes: 'Coupon',
});

mutation('couponRestore', {
  description: 'Brings a deleted coupon back as it was, unless another has its code by now. SPP has no such operation.',
  command: coupons.restore,
  input: (t) => ({ id: t.id({ required: true, description: 'The deleted coupon.' }) }),
  ids: { id: 'Coupon' },
  errors: ['NotFoundError', 'InvalidInputError'],
  returns,
});
