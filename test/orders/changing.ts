import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, success, unchanged } from '../kit/expect.ts';
import type { World } from '../kit/world.ts';

export const OrderUpdate = graphql(`
  mutation OrderUpdate($input: OrderUpdateInput!) {
    orderUpdate(input: $input) {
      ... on OrderUpdateSuccess {
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
          startedAt
          completedAt
          dueAt
          createdAt
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

export type Input = Omit<VariablesOf<typeof OrderUpdate>['input'], 'id'>;
type Id = { id: string };

/** What the API answers to the change. */
export const update = async (world: World, { id }: Id, input: Input) =>
  (await world.as(world.admin).run(OrderUpdate, { input: { id, ...input } })).orderUpdate;

export const updated = async (world: World, order: Id, input: Input) =>
  success(await update(world, order, input)).order;

export const refused = async (world: World, order: Id, input: Input) =>
  issuesOf(await unchanged(world, () => update(world, order, input)));
