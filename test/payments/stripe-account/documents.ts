import { graphql } from '../../generated/gql.ts';

export const StripeAccountUpdate = graphql(`
  mutation StripeAccountUpdate($input: StripeAccountUpdateInput!) {
    stripeAccountUpdate(input: $input) {
      ... on StripeAccountUpdateSuccess {
        stripeAccount {
          id
          publishableKey
          secretKeyLast4
          webhookSecretsLast4
          webhookUrl
          version
        }
      }
      ...Failure
    }
  }
`);

export const StripeAccountDelete = graphql(`
  mutation StripeAccountDelete($input: StripeAccountDeleteInput!) {
    stripeAccountDelete(input: $input) {
      ... on StripeAccountDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

export const StripeAccount = graphql(`
  query StripeAccount {
    stripeAccount {
      id
      publishableKey
      secretKeyLast4
      webhookSecretsLast4
      webhookUrl
      version
    }
    organization {
      stripePublishableKey
    }
  }
`);
