import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

export const InvoiceMarkPaid = graphql(`
  mutation InvoiceMarkPaid($input: InvoiceMarkPaidInput!) {
    invoiceMarkPaid(input: $input) {
      ... on InvoiceMarkPaidSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

export const InvoicePaymentRecord = graphql(`
  mutation InvoicePaymentRecord($input: InvoicePaymentRecordInput!) {
    invoicePaymentRecord(input: $input) {
      ... on InvoicePaymentRecordSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

export const InvoiceApplyCredit = graphql(`
  mutation InvoiceApplyCredit($input: InvoiceApplyCreditInput!) {
    invoiceApplyCredit(input: $input) {
      ... on InvoiceApplyCreditSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

export const InvoiceRefund = graphql(`
  mutation InvoiceRefund($input: InvoiceRefundInput!) {
    invoiceRefund(input: $input) {
      ... on InvoiceRefundSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

type Id = { id: string };
type InputOf<Document> = Omit<VariablesOf<Document> extends { input: infer Input } ? Input : never, 'id'>;

export const markPaid = async (
  world: World,
  { id }: Id,
  input: InputOf<typeof InvoiceMarkPaid> = {},
  actor: Actor = world.admin,
) => (await world.as(actor).run(InvoiceMarkPaid, { input: { id, ...input } })).invoiceMarkPaid;

export const record = async (
  world: World,
  { id }: Id,
  input: InputOf<typeof InvoicePaymentRecord>,
  actor: Actor = world.admin,
) => (await world.as(actor).run(InvoicePaymentRecord, { input: { id, ...input } })).invoicePaymentRecord;

export const applyCredit = async (
  world: World,
  { id }: Id,
  input: InputOf<typeof InvoiceApplyCredit> = {},
  actor: Actor = world.admin,
) => (await world.as(actor).run(InvoiceApplyCredit, { input: { id, ...input } })).invoiceApplyCredit;

export const refund = async (
  world: World,
  { id }: Id,
  input: InputOf<typeof InvoiceRefund> = {},
  actor: Actor = world.admin,
) => (await world.as(actor).run(InvoiceRefund, { input: { id, ...input } })).invoiceRefund;

/** The movements of money about the invoice, oldest first: kind, amount, processor. */
export async function movementsOf(world: World, { id }: Id): Promise<string[]> {
  const found = await world.rows.payment.findMany({
    where: { invoiceId: id.replace('invoice_', '') },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return found.map(({ kind, amount, processor }) => `${kind} ${amount} ${processor}`);
}

export const balanceOf = async (world: World, { id }: Id): Promise<string> =>
  (await world.rows.user.findUniqueOrThrow({ where: { id } })).balance.toString();
