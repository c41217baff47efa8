import { enumType } from '../../graphql/enums.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Invoice } from '../schema.ts';
import * as payments from './commands.ts';

const RefundMethod = enumType<'BALANCE' | 'MANUAL'>('RefundMethod', 'How money is given back.', {
  BALANCE: 'Onto the client’s balance, to spend on other invoices.',
  MANUAL: 'By hand: it is only recorded. What was paid of the balance can’t go this way.',
});

const ids = { id: 'Invoice' } as const;
const errors = ['NotFoundError', 'InvalidInputError', 'InvalidStateError'] as const;
const returns = { invoice: { type: Invoice, model: 'Invoice', description: 'The invoice as it is now.' } } as const;

mutation('invoiceMarkPaid', {
  description:
    'Records that all that is due was paid by hand, and does what follows from it: an order for each line of a service, the subscription, the coupon’s use. SPP: mark invoice paid (4.7).',
  command: payments.markPaid,
  input: (t) => ({
    id: t.id({ required: true, description: 'The invoice, by id or number. One with a client.' }),
    note: t.string({ description: 'A note on the payment.' }),
    ifUnpaid: t.boolean({
      description:
        'True: an invoice that is paid already is answered as it is. Otherwise it is refused (ALREADY_PAID). Nothing ever happens twice.',
    }),
  }),
  ids,
  errors,
  returns,
});

mutation('invoicePaymentRecord', {
  description:
    'Records a payment by hand: a part of what is due, or all. The invoice is partially paid, and paid when nothing is due any more. SPP has no such operation.',
  command: payments.record,
  input: (t) => ({
    id: t.id({ required: true, description: 'The invoice, by id or number: unpaid or partially paid.' }),
    amount: t.field({
      type: 'Decimal',
      required: true,
      description: 'How much, in the invoice’s currency: more than 0, at most what is due.',
    }),
    transactionId: t.string({ description: 'What the bank calls it: at most 255 characters.' }),
    note: t.string({ description: 'A note on the payment.' }),
  }),
  ids,
  errors,
  returns,
});

mutation('invoiceApplyCredit', {
  description:
    'Pays of the client’s balance. What is asked for becomes less by it; when nothing is due any more, the invoice is paid. SPP has no such operation.',
  command: payments.applyCredit,
  input: (t) => ({
    id: t.id({ required: true, description: 'The invoice, by id or number: unpaid or partially paid.' }),
    amount: t.field({
      type: 'Decimal',
      description: 'How much: at most what is due and the balance has. Without it as much as both allow.',
    }),
  }),
  ids,
  errors,
  returns,
});

mutation('invoiceRefund', {
  description:
    'Gives back what was paid, all or a part, the newest payment first: credit onto the balance, a charge through its processor, other money by hand. When nothing is kept any more the invoice is refunded. A refund that the processor refuses is recorded as a failed payment, and answered with its code; while it does not answer, nothing more is given back. SPP has no such operation.',
  command: payments.refund,
  input: (t) => ({
    id: t.id({ required: true, description: 'The invoice, by id or number: paid or partially paid.' }),
    amount: t.field({ type: 'Decimal', description: 'How much: at most what is kept. Without it all of that.' }),
    method: t.field({
      type: RefundMethod,
      description: 'How. Without it the way that it came.',
    }),
    paymentId: t.id({ description: 'Only what is left of this payment.' }),
    note: t.string({ description: 'A note on the refund.' }),
  }),
  ids: { id: 'Invoice', paymentId: 'Payment' },
  errors,
  returns,
});
