import { randomBytes } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../../src/generated/prisma/client.ts';
import { randomCode } from '../../../src/kernel/id.ts';
import { placeOf } from '../../../src/kernel/secrets.ts';
import { firstPeriod } from '../../../src/subscriptions/rules.ts';
import { testSecrets } from '../tools.ts';
import { unique } from '../unique.ts';

type WithId = { id: string };
type MakeClient = () => Promise<WithId>;

const paidStatuses = ['PAID', 'REFUNDED'];

/** What is owed and paid. Rows as they are, past every rule but the database's own. */
export function moneyBuilders(rows: PrismaClient, organizationId: string, newClient: MakeClient) {
  /** A coupon: ten percent off everything. */
  const coupon = (fields: Partial<Prisma.CouponUncheckedCreateInput> = {}) =>
    rows.coupon.create({
      data: {
        organizationId,
        code: `SAVE-${unique()}`,
        type: 'PERCENTAGE',
        discounts: [{ amount: '10', serviceIds: [] }],
        ...fields,
      },
    });

  type InvoiceFields = Omit<Partial<Prisma.InvoiceUncheckedCreateInput>, 'client' | 'items'> & {
    client?: WithId | null;
  };

  /** An invoice that is owed, of a client made for it unless one is given. No lines: see `item`. */
  async function invoice({ client, ...fields }: InvoiceFields = {}) {
    const total = fields.total ?? '100';
    const isPaid = paidStatuses.includes(fields.status ?? 'UNPAID');
    const made = await rows.invoice.create({
      data: {
        organizationId,
        number: `INV-T${unique()}`,
        clientId: client === null ? null : (fields.clientId ?? (client ?? (await newClient())).id),
        subtotal: total,
        total,
        accessKey: randomBytes(16).toString('hex'),
        ...(isPaid ? { paidAt: new Date(), amountPaid: total } : {}),
        ...fields,
      } as Prisma.InvoiceUncheckedCreateInput,
    });
    return { ...made, item: (fields: ItemFields = {}) => item(made, fields) };
  }

  type ItemFields = Partial<Prisma.InvoiceItemUncheckedCreateInput>;

  /** A line of 100.00. The invoice's totals stay as they were made. */
  const item = (of: WithId, fields: ItemFields = {}) =>
    rows.invoiceItem.create({
      data: { organizationId, invoiceId: of.id, name: `Line ${unique()}`, amount: '100', total: '100', ...fields },
    });

  type SubscriptionFields = Omit<Partial<Prisma.SubscriptionUncheckedCreateInput>, 'client'> & { client?: WithId };

  /** An active monthly subscription at 100.00, begun now. */
  async function subscription({ client, ...fields }: SubscriptionFields = {}) {
    const { periodLength = 1, periodUnit = 'MONTH', status = 'ACTIVE' } = fields;
    const period = firstPeriod({ periodLength, periodUnit }, (fields.anchorAt as Date | undefined) ?? new Date());
    const [runs, hasEnded] = [['ACTIVE', 'PAST_DUE'].includes(status), ['CANCELED', 'EXPIRED'].includes(status)];
    return await rows.subscription.create({
      data: {
        organizationId,
        number: randomCode(8),
        clientId: fields.clientId ?? (client ?? (await newClient())).id,
        amount: '100',
        periodLength,
        periodUnit,
        ...period,
        nextActionAt: runs ? ((fields.currentPeriodEnd as Date | undefined) ?? period.currentPeriodEnd) : null,
        pausedAt: status === 'PAUSED' ? new Date() : null,
        endedAt: hasEnded ? new Date() : null,
        paymentCount: 1,
        ...fields,
      },
    });
  }

  type PaymentFields = Omit<Partial<Prisma.PaymentUncheckedCreateInput>, 'invoice'> & {
    invoice: { id: string; clientId: string | null };
  };

  /** A payment by hand of 100.00 that has been made. */
  const payment = ({ invoice: of, ...fields }: PaymentFields) =>
    rows.payment.create({
      data: {
        organizationId,
        invoiceId: of.id,
        clientId: of.clientId ?? '',
        kind: 'MANUAL',
        processor: 'Manual',
        amount: '100',
        currency: 'USD',
        ...((fields.status ?? 'SUCCEEDED') === 'SUCCEEDED' ? { settledAt: new Date() } : {}),
        ...fields,
      },
    });

  /** A card of the test processor that is always good. */
  const paymentMethod = ({
    client,
    ...fields
  }: Partial<Prisma.PaymentMethodUncheckedCreateInput> & { client: WithId }) =>
    rows.paymentMethod.create({
      data: {
        organizationId,
        clientId: client.id,
        processor: 'TEST',
        processorId: 'pm_test_success',
        brand: 'visa',
        last4: '4242',
        expiryMonth: 12,
        expiryYear: 2040,
        ...fields,
      },
    });

  /** A grant of 50.00, and the balance that it makes. */
  async function credit({ client, ...fields }: Partial<Prisma.CreditEntryUncheckedCreateInput> & { client: WithId }) {
    const amount = fields.amount ?? '50';
    const { balance, currency } = await rows.user.update({
      where: { id: client.id },
      data: { balance: { increment: amount as string } },
    });
    return await rows.creditEntry.create({
      data: { organizationId, clientId: client.id, kind: 'GRANT', amount, currency, balance, ...fields },
    });
  }

  /** An account at Stripe, whose secrets the engine of the tests can open. */
  async function stripeAccount({
    secretKey = 'sk_test_1',
    webhookSecrets = ['whsec_1'],
    publishableKey = 'pk_test_1',
  } = {}) {
    const sealed = testSecrets.seal(secretKey, placeOf('stripe_accounts.secret_key', organizationId));
    const place = placeOf('stripe_accounts.webhook_secrets', organizationId);
    return await rows.stripeAccount.create({
      data: {
        organizationId,
        publishableKey,
        keyId: sealed.keyId,
        secretKey: sealed.bytes,
        webhookSecrets: testSecrets.seal(JSON.stringify(webhookSecrets), place).bytes,
        secretKeyLast4: secretKey.slice(-4),
        webhookSecretsLast4: webhookSecrets.map((secret) => secret.slice(-4)),
      },
    });
  }

  return { coupon, invoice, item, subscription, payment, paymentMethod, credit, stripeAccount };
}
