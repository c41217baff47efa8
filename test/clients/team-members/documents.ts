import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import type { Actor } from '../../kit/viewers.ts';
import type { World } from '../../kit/world.ts';

export const MemberAdd = graphql(`
  mutation MemberAdd($input: ClientTeamMemberAddInput!) {
    clientTeamMemberAdd(input: $input) {
      ... on ClientTeamMemberAddSuccess {
        clientTeamMember {
          id
          owner {
            id
          }
          member {
            id
          }
          canOrders
          canTickets
          canInvoices
          version
        }
      }
      ...Failure
    }
  }
`);

export const MemberUpdate = graphql(`
  mutation MemberUpdate($input: ClientTeamMemberUpdateInput!) {
    clientTeamMemberUpdate(input: $input) {
      ... on ClientTeamMemberUpdateSuccess {
        clientTeamMember {
          canOrders
          canTickets
          canInvoices
          version
        }
      }
      ...Failure
    }
  }
`);

export const MemberRemove = graphql(`
  mutation MemberRemove($input: ClientTeamMemberRemoveInput!) {
    clientTeamMemberRemove(input: $input) {
      ... on ClientTeamMemberRemoveSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

type Id = { id: string };
type AddInput = Omit<VariablesOf<typeof MemberAdd>['input'], 'ownerId' | 'memberId'>;
type UpdateInput = Omit<VariablesOf<typeof MemberUpdate>['input'], 'id'>;

export const add = async (world: World, owner: Id, member: Id, input: AddInput = {}, actor: Actor = world.admin) =>
  (await world.as(actor).run(MemberAdd, { input: { ownerId: owner.id, memberId: member.id, ...input } }))
    .clientTeamMemberAdd;

export const update = async (world: World, { id }: Id, input: UpdateInput, actor: Actor = world.admin) =>
  (await world.as(actor).run(MemberUpdate, { input: { id, ...input } })).clientTeamMemberUpdate;

export const remove = async (world: World, { id }: Id, actor: Actor = world.admin) =>
  (await world.as(actor).run(MemberRemove, { input: { id } })).clientTeamMemberRemove;
