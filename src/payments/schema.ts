import { Client } from '../clients/schema.ts';
import { connectionType } from '../graphql/connections.ts';
import { enumType } from '../graphql/enums.ts';
import { extendType, objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { newestFirst } from '../graphql/pagination.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { User } from '../identity/schema.ts';
import { decodeId } from '../kernel/id.ts';
import * as payments from './commands.ts';
import { PaymentKind, PaymentStatus, paymentFilter, paymentSort } from './filters.ts';
import { PaymentMethod } from './methods/schema.ts';
import { visibleCredits, visiblePayments } from './policy.ts';

export const Payment = objectType('Payment', 'Payment', {
  description:
    'One movement of money about an invoice. Its kind says the direction; the amount is never negative. SPP: a payment of a subscription; otherwise it has none.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Payment'),
    client: field.relation('client', 'Whose money it is.', { type: Client }),
    kind: field.code('kind', PaymentKind, 'How the money moved.'),
    status: field.code('status', PaymentStatus, 'What became of it.'),
    amount: field.money('amount', 'currency', 'How much.'),
    processor: field.column('processor', 'Who moved it: Stripe, Test, Manual, Credit. SPP: `paysys`.'),
    transactionId: field.column(
      'transactionId',
      'The processor’s own id, such as pi_…. Null until it tells one, and where there is no processor. SPP: `transaction_id`.',
    ),
    method: field.relation('paymentMethod', 'What was charged, attached still or not. Null where nothing was.', {
      type: PaymentMethod,
    }),
    refundedPayment: field.relation(
      'refundedPayment',
      'What a refund gives back. Null of other kinds, and of refunds of no payment in particular.',
    ),
    failureCode: field.column(
      'failureCode',
      'Why it failed, for programs: CARD_DECLINED, AUTHENTICATION_REQUIRED and the like. Null unless it failed.',
    ),
    failureMessage: field.column('failureMessage', 'Why it failed, in the processor’s words. Null unless it failed.'),
    note: field.column('note', 'A note of the team’s.', { staffOnly: true }),
    ipAddress: field.column('ipAddress', 'From where it was asked for. Null when that is not known.', {
      staffOnly: true,
    }),
    settledAt: field.column('settledAt', 'When the money moved. Null before.'),
    version: field.column('version', 'How often it was changed.'),
    createdAt: field.column('createdAt', 'When it was begun.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Payment', 'Payment', visiblePayments);

export const paymentsConnection = connectionType(Payment, 'payments');

extendType(Payment, 'Payment', (field) => ({
  refunds: field.connection<'Payment'>('refunds', 'What was given back of it, newest first; failed attempts too.', {
    type: paymentsConnection,
    where: visiblePayments,
    order: newestFirst,
  }),
}));

listField('payments', {
  description: 'The payments that the viewer may see, newest first.',
  model: 'Payment',
  type: paymentsConnection,
  permission: 'payments.read',
  visible: visiblePayments,
  filter: paymentFilter,
  sort: paymentSort,
});

singleField('payment', {
  description: 'One payment.',
  model: 'Payment',
  type: Payment,
  permission: 'payments.read',
  idDescription: 'The payment.',
  find: (viewer, { id }) => {
    const uuid = decodeId('Payment', id ?? '');
    return uuid === null ? null : { AND: [visiblePayments(viewer), { id: uuid }] };
  },
});

extendType(Client, 'User', (field) => ({
  payments: field.connection<'Payment'>('payments', 'What the client paid and got back, newest first.', {
    type: paymentsConnection,
    where: visiblePayments,
    order: newestFirst,
    sort: paymentSort,
  }),
}));

// ------------------------------------------------------------------ credit

const CreditKind = enumType('CreditKind', 'Why a client’s balance changed.', {
  GRANT: 'The team gave credit.',
  SPEND: 'It paid an invoice, or a part of one.',
  REFUND: 'What was paid with it was given back.',
  ADJUST: 'The team put the balance right.',
});

export const CreditEntry = objectType('CreditEntry', 'CreditEntry', {
  description: 'A change of a client’s balance, which is the sum of them. It never changes. SPP: only the balance.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('CreditEntry'),
    client: field.relation('client', 'Whose balance it changed.', { type: Client }),
    kind: field.code('kind', CreditKind, 'Why it changed.'),
    amount: field.money('amount', 'currency', 'By how much: positive raises it, negative lowers it.'),
    balance: field.money('balance', 'currency', 'The balance after it.'),
    author: field.person('authorId', User, 'Who did it. Null when the engine did, and once the person is deleted.'),
    note: field.column('note', 'Why, in the team’s words.', { staffOnly: true }),
    createdAt: field.column('createdAt', 'When it was written.'),
  }),
});

nodeType('CreditEntry', 'CreditEntry', visibleCredits);

const creditEntries = connectionType(CreditEntry, 'changes of balances');

extendType(Client, 'User', (field) => ({
  creditEntries: field.connection<'CreditEntry'>(
    'creditEntries',
    'The changes of the client’s balance, newest first.',
    { type: creditEntries, where: visibleCredits, order: newestFirst },
  ),
}));

const returns = {
  creditEntry: { type: CreditEntry, model: 'CreditEntry', description: 'What was written, with the balance after it.' },
} as const;

mutation('clientCreditGrant', {
  description: 'Gives a client credit, in the currency of the balance. SPP: writing `balance`.',
  command: payments.grantCredit,
  input: (t) => ({
    id: t.id({ required: true, description: 'The client.' }),
    amount: t.field({ type: 'Decimal', required: true, description: 'How much: more than 0.' }),
    note: t.string({ description: 'Why. Only the team sees it.' }),
  }),
  ids: { id: 'Client' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  returns,
});

mutation('clientCreditAdjust', {
  description: 'Puts a client’s balance right. Refused when it would become negative.',
  command: payments.adjustCredit,
  input: (t) => ({
    id: t.id({ required: true, description: 'The client.' }),
    amount: t.field({
      type: 'Decimal',
      required: true,
      description: 'By how much: positive raises the balance, negative lowers it. Not 0.',
    }),
    note: t.string({ required: true, description: 'Why: not blank. Only the team sees it.' }),
  }),
  ids: { id: 'Client' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError'],
  returns,
});
