import { graphql } from '../../generated/gql.ts';

export const PaymentMethodFields = graphql(`
  fragment PaymentMethodFields on PaymentMethod {
    id
    processor
    processorId
    brand
    last4
    expiryMonth
    expiryYear
    isDefault
    detachedAt
    client {
      id
      stripeId
    }
  }
`);

export const PaymentMethodAttach = graphql(`
  mutation PaymentMethodAttach($input: PaymentMethodAttachInput!) {
    paymentMethodAttach(input: $input) {
      ... on PaymentMethodAttachSuccess {
        paymentMethod {
          ...PaymentMethodFields
        }
      }
      ...Failure
    }
  }
`);

export const PaymentMethodSetDefault = graphql(`
  mutation PaymentMethodSetDefault($input: PaymentMethodSetDefaultInput!) {
    paymentMethodSetDefault(input: $input) {
      ... on PaymentMethodSetDefaultSuccess {
        paymentMethod {
          ...PaymentMethodFields
        }
      }
      ...Failure
    }
  }
`);

export const PaymentMethodDetach = graphql(`
  mutation PaymentMethodDetach($input: PaymentMethodDetachInput!) {
    paymentMethodDetach(input: $input) {
      ... on PaymentMethodDetachSuccess {
        paymentMethod {
          ...PaymentMethodFields
        }
      }
      ...Failure
    }
  }
`);

export const PaymentMethods = graphql(`
  query PaymentMethods($id: ID!) {
    client(id: $id) {
      paymentMethods {
        totalCount
        nodes {
          id
          isDefault
        }
      }
    }
  }
`);
