import type { Person } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';
import { texts } from './texts.ts';

const at = (day: number, milliseconds = 0) => new Date(Date.UTC(2026, 2, day, 9, 30, 0, milliseconds));
const text = (index: number) => texts[index % texts.length] as string;

// Amounts of all kinds of currencies, as those of orders are.
const prices = [
  { price: '100', currency: 'USD' },
  { price: '1', currency: 'USD' },
  { price: '0.0049', currency: 'EUR' },
  { price: '1234.5', currency: 'JPY' },
  { price: '1.2345', currency: 'KWD' },
  { price: '1.23', currency: 'CLF' },
  { price: '99999999999.9999', currency: 'EUR' },
  { price: '10.1000', currency: 'XXX' },
];

/** Movements of every kind and status, methods attached and not, and what balances were made of. */
export async function makePayments(world: World, clients: Person[], staff: Person[]): Promise<void> {
  const [one, two] = clients as [Person, Person];
  const [first] = staff as [Person];
  const cards = [
    await world.paymentMethod({ client: one, processorId: 'pm_default', isDefault: true, createdAt: at(6) }),
    await world.paymentMethod({
      client: one,
      processor: 'STRIPE',
      processorId: 'pm_"1"',
      brand: text(5),
      detachedAt: at(9),
      createdAt: at(6),
    }),
    await world.paymentMethod({
      client: two,
      processorId: 'pm_test_declined',
      brand: null,
      last4: null,
      expiryMonth: null,
      expiryYear: null,
      createdAt: at(6, 1),
    }),
  ];
  for (const [index, { price, currency }] of prices.entries()) {
    const client = index % 2 === 0 ? one : two;
    const invoice = await world.invoice({ client, currency, total: price });
    const moved = { currency, createdAt: at(7, index % 2), amount: price };
    const charge = await world.payment({
      ...moved,
      invoice,
      kind: 'CHARGE',
      processor: 'Stripe',
      transactionId: `pi_${index}`,
      paymentMethodId: cards[index % cards.length]?.id,
      note: text(index),
      ipAddress: '2001:db8::1',
    });
    await world.payment({ ...moved, invoice, kind: 'REFUND', refundedPaymentId: charge.id, settledAt: at(8, index) });
    const failure = { status: 'FAILED', failureCode: 'CARD_DECLINED', failureMessage: text(index) };
    await world.payment({
      ...moved,
      invoice,
      kind: 'CHARGE',
      ...(index % 2 === 0 ? failure : { status: 'PROCESSING' }),
    });
    // With the balance, the longest would have more digits than Prisma keeps.
    const credit = moved.amount.length > 10 ? '1' : moved.amount;
    await world.credit({ client, currency, amount: credit, createdAt: at(7, index % 3) });
    await world.credit({
      client,
      currency,
      kind: 'SPEND',
      amount: `-${credit}`,
      invoiceId: invoice.id,
      authorId: index % 3 === 0 ? first.id : client.id,
      note: text(index),
      createdAt: at(7),
    });
  }
  await world.stripeAccount({ webhookSecrets: [`whsec_${text(5)}`, 'whsec_2'] });
}
