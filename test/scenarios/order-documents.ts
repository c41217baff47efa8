import { graphql } from '../generated/gql.ts';

// What an order's story asks of the API, from the sale to the log.

export const StoryOrganization = graphql(`
  mutation StoryOrganization($input: OrganizationUpdateInput!) {
    organizationUpdate(input: $input) {
      ... on OrganizationUpdateSuccess {
        organization {
          taskCompletionMovesAssignees
        }
      }
      ...Failure
    }
  }
`);

export const StoryClient = graphql(`
  mutation StoryClient($input: ClientCreateInput!) {
    clientCreate(input: $input) {
      ... on ClientCreateSuccess {
        client {
          id
        }
      }
      ...Failure
    }
  }
`);

export const StoryService = graphql(`
  mutation StoryService($input: ServiceCreateInput!) {
    serviceCreate(input: $input) {
      ... on ServiceCreateSuccess {
        service {
          id
        }
      }
      ...Failure
    }
  }
`);

export const StoryOrder = graphql(`
  mutation StoryOrder($input: OrderCreateInput!) {
    orderCreate(input: $input) {
      ... on OrderCreateSuccess {
        order {
          id
          number
          serviceName
          price {
            amount
            currency
          }
          status {
            kind
          }
          employees {
            firstName
          }
          tags {
            name
          }
          dueAt
        }
      }
      ...Failure
    }
  }
`);

export const StoryOrderUpdate = graphql(`
  mutation StoryOrderUpdate($input: OrderUpdateInput!) {
    orderUpdate(input: $input) {
      ... on OrderUpdateSuccess {
        order {
          status {
            kind
          }
          startedAt
          completedAt
          version
        }
      }
      ...Failure
    }
  }
`);

export const StoryTask = graphql(`
  mutation StoryTask($input: OrderTaskCreateInput!) {
    orderTaskCreate(input: $input) {
      ... on OrderTaskCreateSuccess {
        orderTask {
          id
        }
      }
      ...Failure
    }
  }
`);

export const StoryTaskComplete = graphql(`
  mutation StoryTaskComplete($input: OrderTaskCompleteInput!) {
    orderTaskComplete(input: $input) {
      ... on OrderTaskCompleteSuccess {
        orderTask {
          completedBy {
            firstName
          }
          completedAt
        }
      }
      ...Failure
    }
  }
`);

export const StoryMessage = graphql(`
  mutation StoryMessage($input: OrderMessageCreateInput!) {
    orderMessageCreate(input: $input) {
      ... on OrderMessageCreateSuccess {
        orderMessage {
          id
        }
      }
      ...Failure
    }
  }
`);

export const StoryFormField = graphql(`
  mutation StoryFormField($input: FilledFormFieldCreateInput!) {
    filledFormFieldCreate(input: $input) {
      ... on FilledFormFieldCreateSuccess {
        filledFormField {
          id
        }
      }
      ...Failure
    }
  }
`);

export const StoryView = graphql(`
  query StoryView($id: ID!) {
    order(id: $id) {
      status {
        kind
      }
      client {
        firstName
      }
      note
      tags {
        name
      }
      employees {
        firstName
      }
      formData
      dueAt
      lastMessageAt
      tasks(sort: [{ field: POSITION }]) {
        nodes {
          name
          effectiveDueAt
          completedBy {
            firstName
          }
        }
        totalCount
      }
      messages {
        nodes {
          body
          author {
            firstName
          }
        }
        totalCount
      }
    }
    orders {
      totalCount
    }
  }
`);

export const StoryLog = graphql(`
  query StoryLog($id: ID!) {
    logs(filter: { ownerId: { eq: $id } }, first: 100) {
      nodes {
        entity
        event
        actor {
          firstName
        }
        changes {
          field
        }
      }
    }
  }
`);
