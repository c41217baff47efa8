import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { enumType } from '../graphql/enums.ts';
import { sortInput } from '../graphql/pagination.ts';
import type { CouponType } from './rules.ts';

export const CouponTypeRef = enumType<CouponType>('CouponType', 'What the amounts of a coupon’s discounts are.', {
  PERCENTAGE: 'Percent of a line. SPP: `percentage`.',
  FIXED: 'An amount off each unit of a line. SPP: `fixed`.',
});

const compare = comparatorsOf('Coupon');

export const couponFilter = filterInput<'Coupon'>('CouponFilter', 'Which coupons.', {
  id: compare.id('id', 'Coupon', 'By id.'),
  code: compare.text('code', 'By code.'),
  type: compare.code('type', CouponTypeRef, 'By what the amounts are.'),
  currency: compare.text('currency', 'By currency.'),
  affiliateId: compare.id('affiliateId', 'Client', 'By affiliate; `eq: null` finds those that are for everybody.'),
  expiresAt: compare.instant('expiresAt', 'By end; `eq: null` finds those that never expire. SPP: `date_expires`.'),
  usageLimit: compare.integer('usageLimit', 'By how often it may be used at most.'),
  usedCount: compare.integer('usedCount', 'By how often it was used.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
  isDeleted: compare.deleted('True: the deleted coupons, for those who may restore them, instead of the live ones.'),
});

export const couponSort = sortInput<'Coupon'>('CouponSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  CODE: { column: 'code', type: 'text', description: 'The code.' },
  EXPIRES_AT: { column: 'expiresAt', type: 'instant', nullable: true, description: 'The end. SPP: `date_expires`.' },
  USED_COUNT: { column: 'usedCount', type: 'integer', description: 'How often it was used.' },
});
