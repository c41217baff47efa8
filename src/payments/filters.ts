import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { enumType } from '../graphql/enums.ts';
import { sortInput } from '../graphql/pagination.ts';

export const PaymentKind = enumType('PaymentKind', 'How money moved.', {
  CHARGE: 'A processor took it from a payment method of the client.',
  MANUAL: 'The client paid otherwise, and the team wrote it down.',
  CREDIT: 'It was taken from the client’s balance.',
  REFUND: 'It was given back.',
});

export const PaymentStatus = enumType('PaymentStatus', 'What became of a payment.', {
  PROCESSING: 'The processor is being asked, or has not told yet.',
  SUCCEEDED: 'The money moved.',
  FAILED: 'It did not.',
});

const compare = comparatorsOf('Payment');

export const paymentFilter = filterInput<'Payment'>('PaymentFilter', 'Which payments.', {
  id: compare.id('id', 'Payment', 'By id.'),
  clientId: compare.id('clientId', 'Client', 'By client.'),
  invoiceId: compare.id('invoiceId', 'Invoice', 'By the invoice’s id.'),
  kind: compare.code('kind', PaymentKind, 'By how the money moved.'),
  status: compare.code('status', PaymentStatus, 'By what became of it.'),
  processor: compare.text('processor', 'By who moved it: Stripe, Test, Manual, Credit. SPP: `paysys`.'),
  transactionId: compare.text('transactionId', 'By the processor’s own id.'),
  amount: compare.decimal('amount', 'By amount, whatever the currency.'),
  currency: compare.text('currency', 'By currency.'),
  createdAt: compare.instant('createdAt', 'By when it was begun.'),
});

export const paymentSort = sortInput<'Payment'>('PaymentSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'When it was begun.' },
  AMOUNT: { column: 'amount', type: 'decimal', description: 'The amount, whatever the currency.' },
});
