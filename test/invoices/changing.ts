import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

export const InvoiceUpdate = graphql(`
  mutation InvoiceUpdate($input: InvoiceUpdateInput!) {
    invoiceUpdate(input: $input) {
      ... on InvoiceUpdateSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

export type Input = Omit<VariablesOf<typeof InvoiceUpdate>['input'], 'id'>;
type Id = { id: string };

/** What the API answers to the change. */
export const update = async (world: World, { id }: Id, input: Input, actor: Actor = world.admin) =>
  (await world.as(actor).run(InvoiceUpdate, { input: { id, ...input } })).invoiceUpdate;

export const updated = async (world: World, invoice: Id, input: Input) =>
  success(await update(world, invoice, input)).invoice;

/** What is wrong with the change, as `path CODE`; nothing changed. */
export const refused = async (world: World, invoice: Id, input: Input) =>
  issuesOf(await unchanged(world, () => update(world, invoice, input)));
