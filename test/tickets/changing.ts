import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, success, unchanged } from '../kit/expect.ts';
import type { World } from '../kit/world.ts';

export const TicketUpdate = graphql(`
  mutation TicketUpdate($input: TicketUpdateInput!) {
    ticketUpdate(input: $input) {
      ... on TicketUpdateSuccess {
        ticket {
          id
          number
          subject
          client {
            id
          }
          order {
            id
          }
          status {
            code
            kind
          }
          source
          note
          metadata
          snoozedUntil
          closedAt
          version
          employees {
            id
          }
          tags {
            name
          }
        }
      }
      ...Failure
    }
  }
`);

export type Input = Omit<VariablesOf<typeof TicketUpdate>['input'], 'id'>;
type Id = { id: string };

/** What the API answers to the change. */
export const update = async (world: World, { id }: Id, input: Input) =>
  (await world.as(world.admin).run(TicketUpdate, { input: { id, ...input } })).ticketUpdate;

export const updated = async (world: World, ticket: Id, input: Input) =>
  success(await update(world, ticket, input)).ticket;

export const refused = async (world: World, ticket: Id, input: Input) =>
  issuesOf(await unchanged(world, () => update(world, ticket, input)));
