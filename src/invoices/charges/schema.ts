import { extendType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { newestFirst } from '../../graphql/pagination.ts';
import { visiblePayments } from '../../payments/policy.ts';
import { CreditEntry, Payment, paymentsConnection } from '../../payments/schema.ts';
import { Invoice } from '../schema.ts';
import * as charges from './commands.ts';

extendType(Invoice, 'Invoice', (field) => ({
  payments: field.connection<'Payment'>('payments', 'The movements of money about it, newest first; failed ones too.', {
    type: paymentsConnection,
    where: visiblePayments,
    order: newestFirst,
  }),
}));

extendType(Payment, 'Payment', (field) => ({
  invoice: field.relation('invoice', 'What it was about. Null once the invoice is deleted.', {
    type: Invoice,
    nullable: true,
    liveOnly: true,
  }),
}));

extendType(CreditEntry, 'CreditEntry', (field) => ({
  invoice: field.relation(
    'invoice',
    'What it paid, or what was given back. Null of others, and once the invoice is deleted.',
    { type: Invoice, liveOnly: true },
  ),
}));

mutation('invoiceCharge', {
  description:
    'Charges what is due to a payment method of the client, and does what follows from being paid. A refusal of the processor is recorded as a failed payment, and answered with its code: CARD_DECLINED, AUTHENTICATION_REQUIRED and the like. When the processor does not answer, the payment is answered as PROCESSING: what became of it is found out within minutes, and until then nothing else moves. SPP: charge invoice (4.1).',
  command: charges.charge,
  input: (t) => ({
    id: t.id({ required: true, description: 'The invoice, by id or number: unpaid or partially paid.' }),
    paymentMethodId: t.id({
      description:
        'What to charge: a payment method of the invoice’s client. Without it the default. SPP: `payment_method_id`.',
    }),
  }),
  provide: ({ ipAddress }) => ({ ipAddress }),
  ids: { id: 'Invoice', paymentMethodId: 'PaymentMethod' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  returns: {
    invoice: { type: Invoice, model: 'Invoice', description: 'The invoice as it is now.' },
    payment: { type: Payment, model: 'Payment', id: 'paymentId', description: 'What was charged.' },
  },
});
