import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

export const TicketCreate = graphql(`
  mutation TicketCreate($input: TicketCreateInput!) {
    ticketCreate(input: $input) {
      ... on TicketCreateSuccess {
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
          formData
          snoozedUntil
          closedAt
          lastMessageAt
          mergedInto {
            id
          }
          createdAt
          deletedAt
          version
          employees {
            id
          }
          tags {
            name
          }
          messages {
            nodes {
              body
              staffOnly
              author {
                id
              }
            }
          }
        }
      }
      ...Failure
    }
  }
`);

export type Input = Partial<VariablesOf<typeof TicketCreate>['input']>;

/** What the API answers to the input, with a subject unless one is given. */
export const create = async (world: World, input: Input, actor: Actor = world.admin) =>
  (await world.as(actor).run(TicketCreate, { input: { subject: 'Help', ...input } })).ticketCreate;

/** The ticket that the input makes, of a client made for it unless one is named. */
export async function opened(world: World, input: Input, actor?: Actor) {
  const clientId = input.clientId ?? (await world.client()).id;
  return success(await create(world, { clientId, ...input }, actor)).ticket;
}

/** What is wrong with the input, as `path CODE`; nothing changed. */
export async function refused(world: World, input: Input) {
  const clientId = input.clientId ?? (await world.client()).id;
  return issuesOf(await unchanged(world, () => create(world, { clientId, ...input })));
}
