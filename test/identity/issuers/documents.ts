import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

export const IssuerCreate = graphql(`
  mutation IssuerCreate($input: IssuerCreateInput!) {
    issuerCreate(input: $input) {
      ... on IssuerCreateSuccess {
        issuer {
          id
          name
          address
          applicationId
          version
        }
      }
      ...Failure
    }
  }
`);

export const IssuerUpdate = graphql(`
  mutation IssuerUpdate($input: IssuerUpdateInput!) {
    issuerUpdate(input: $input) {
      ... on IssuerUpdateSuccess {
        issuer {
          name
          address
          applicationId
          version
        }
      }
      ...Failure
    }
  }
`);

export const IssuerDelete = graphql(`
  mutation IssuerDelete($input: IssuerDeleteInput!) {
    issuerDelete(input: $input) {
      ... on IssuerDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

type Input<Document> = VariablesOf<Document> extends { input: infer Given } ? Given : never;

/** A world whose administrator owns it. */
export async function makeOwnedWorld(fields: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = await makeWorld(fields);
  return { ...world, admin: await world.owned() };
}

export const create = async (world: World, input: Input<typeof IssuerCreate>, actor: Actor = world.admin) =>
  (await world.as(actor).run(IssuerCreate, { input })).issuerCreate;
export const update = async (world: World, input: Input<typeof IssuerUpdate>, actor: Actor = world.admin) =>
  (await world.as(actor).run(IssuerUpdate, { input })).issuerUpdate;
export const remove = async (world: World, id: string, actor: Actor = world.admin) =>
  (await world.as(actor).run(IssuerDelete, { input: { id } })).issuerDelete;
