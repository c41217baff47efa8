import { graphql } from '../generated/gql.ts';

/** Everything that a coupon says of itself. */
export const CouponFragment = graphql(`
  fragment WholeCoupon on Coupon {
    id
    code
    type
    description
    discounts {
      amount
      serviceIds
      services {
        id
        name
      }
    }
    currency
    expiresAt
    newCustomers
    singleUse
    singleQuantity
    duration
    usageLimit
    usedCount
    hasMinimumAmount
    minimumAmount {
      amount
      currency
    }
    affiliate {
      id
    }
    version
    createdAt
    deletedAt
  }
`);
