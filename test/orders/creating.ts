import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

export const OrderCreate = graphql(`
  mutation OrderCreate($input: OrderCreateInput!) {
    orderCreate(input: $input) {
      ... on OrderCreateSuccess {
        order {
          id
          number
          client {
            id
          }
          service {
            id
          }
          serviceName
          status {
            code
            kind
          }
          price {
            amount
            currency
          }
          quantity
          note
          options
          metadata
          formData
          paymentProcessor
          startedAt
          completedAt
          dueAt
          lastMessageAt
          createdAt
          deletedAt
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

export type Input = VariablesOf<typeof OrderCreate>['input'];
/** What the API answers to the input. */
export const create = async (world: World, input: Input, actor: Actor = world.admin) =>
  (await world.as(actor).run(OrderCreate, { input })).orderCreate;

/** The order that the input makes, of a client made for it unless one is named. */
export async function placed(world: World, input: Input, actor?: Actor) {
  const clientId = input.clientId ?? (await world.client()).id;
  return success(await create(world, { clientId, serviceName: 'Work', ...input }, actor)).order;
}

/** What is wrong with the input, as `path CODE`; nothing changed. */
export async function refused(world: World, input: Input) {
  const clientId = input.clientId ?? (await world.client()).id;
  return issuesOf(await unchanged(world, () => create(world, { clientId, ...input })));
}
