import { graphql } from '../generated/gql.ts';

export const SubscriptionUpdate = graphql(`
  mutation SubscriptionUpdate($input: SubscriptionUpdateInput!) {
    subscriptionUpdate(input: $input) {
      ... on SubscriptionUpdateSuccess {
        subscription {
          ...Standing
        }
      }
      ...Failure
    }
  }
`);

export const SubscriptionCancel = graphql(`
  mutation SubscriptionCancel($input: SubscriptionCancelInput!) {
    subscriptionCancel(input: $input) {
      ... on SubscriptionCancelSuccess {
        subscription {
          ...Standing
        }
      }
      ...Failure
    }
  }
`);

export const SubscriptionPause = graphql(`
  mutation SubscriptionPause($input: SubscriptionPauseInput!) {
    subscriptionPause(input: $input) {
      ... on SubscriptionPauseSuccess {
        subscription {
          ...Standing
        }
      }
      ...Failure
    }
  }
`);

export const SubscriptionResume = graphql(`
  mutation SubscriptionResume($input: SubscriptionResumeInput!) {
    subscriptionResume(input: $input) {
      ... on SubscriptionResumeSuccess {
        subscription {
          ...Standing
        }
      }
      ...Failure
    }
  }
`);

export const StandingFragment = graphql(`
  fragment Standing on Subscription {
    id
    number
    status
    currentPeriodStart
    currentPeriodEnd
    cancelAtPeriodEnd
    paymentCount
    failedAttempts
    nextActionAt
    pausedAt
    endedAt
    version
  }
`);
