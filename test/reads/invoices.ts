import type { Person } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';
import { nested, texts } from './texts.ts';

const at = (day: number, milliseconds = 0) => new Date(Date.UTC(2026, 2, day, 9, 30, 0, milliseconds));
const text = (index: number) => texts[index % texts.length] as string;

type Made = { clients: Person[]; staff: Person[]; services: { id: string }[] };

/** Invoices of every status, in currencies of every kind, with all that may be said of them and with nothing. */
export async function makeInvoices(world: World, { clients, staff, services }: Made): Promise<void> {
  const [one, two, three, four] = clients as [Person, Person, Person, Person];
  const [first, second, third] = staff as [Person, Person, Person];
  const paid = { status: 'PAID', paidAt: at(20) };
  const invoices = [
    { client: one, currency: 'KWD', total: '1.0005', ...paid },
    { client: one, currency: 'KWD', total: '2.0000', ...paid, employeeId: first.id },
    { client: one, currency: 'USD', total: '50', ...paid, amountRefunded: '12.3' },
    { client: one, currency: 'KWD', total: '7', status: 'REFUNDED', paidAt: at(20), amountRefunded: '7' },
    { client: one, currency: 'KWD', total: '8', ...paid, deletedAt: at(21) },
    { client: one, currency: 'KWD', total: '9' },
    { client: two, currency: 'EUR', total: '5', ...paid, employeeId: third.id },
    { client: two, currency: 'EUR', subtotal: '5', credit: '4.999', total: '0.001', ...paid, employeeId: second.id },
    { client: three, currency: 'JPY', total: '0.5', ...paid },
    { client: three, currency: 'JPY', total: '100.5', amountPaid: '0.5', status: 'PARTIALLY_PAID', dueAt: at(20) },
    { client: four, currency: 'CLF', total: '0', ...paid },
    { client: null, total: '1', status: 'DRAFT', employeeId: first.id, createdAt: at(18), dueAt: at(20) },
    { client: one, total: '1', status: 'DRAFT', createdAt: at(18) },
    { client: null, currency: 'XXX', total: '10.1', status: 'CANCELLED', createdAt: at(18) },
    { client: two, total: '1', status: 'CANCELLED', employeeId: first.id, deletedAt: at(22) },
  ];
  for (const { client, ...fields } of invoices) await world.invoice({ client, ...fields });

  const subscription = await world.subscription({ client: one });
  const coupon = await world.coupon({ code: 'ON-INVOICE', createdAt: at(23) });
  const gone = await world.coupon({ code: 'GONE-ON-INVOICE', deletedAt: at(24), createdAt: at(23) });
  const invoice = await world.invoice({
    client: one,
    number: `😀 "${text(5)}"`.slice(0, 50),
    numberPrefix: text(5).slice(0, 20),
    employeeId: first.id,
    couponId: coupon.id,
    subscriptionId: subscription.id,
    currency: 'KWD',
    billingAddress: {
      line1: text(1),
      line2: text(2),
      city: null,
      postcode: '01\n2',
      country: 'DE',
      firstName: text(5),
      companyVat: '',
    },
    subtotal: '10.0005',
    taxType: 'PERCENT',
    taxName: text(6).slice(0, 100),
    taxRate: '7.7500',
    tax: '0.775',
    credit: '0.0005',
    total: '10.775',
    amountPaid: '1.5',
    amountRefunded: '0.25',
    status: 'PARTIALLY_PAID',
    periodLength: 3,
    periodUnit: 'MONTH',
    reason: text(7).slice(0, 255),
    note: text(8),
    paymentProcessor: 'Stripe "1"',
    transactionId: text(3).slice(0, 255),
    ipAddress: '2001:db8::1',
    locationConfirmed: true,
    dueAt: at(20, 7),
    createdAt: at(18),
  });
  await world.invoice({
    client: two,
    couponId: gone.id,
    taxType: 'FIXED',
    taxName: 'Tax',
    taxRate: '0.0001',
    tax: '0.0001',
    subtotal: '1',
    total: '1.0001',
    billingAddress: {},
    createdAt: at(18),
  });
  const order = await world.rows.order.findFirstOrThrow({ where: { clientId: one.id }, orderBy: { id: 'asc' } });
  const strange = await world.rows.order.findFirstOrThrow({ where: { clientId: two.id }, orderBy: { id: 'asc' } });
  const lines = [
    { name: text(1), description: text(3), serviceId: services[0]?.id, orderId: order.id, options: nested },
    {
      name: '～ private',
      serviceId: services[1]?.id,
      orderId: strange.id,
      quantity: 3,
      amount: '0.0005',
      total: '0.0015',
    },
    { name: 'gone', serviceId: services[3]?.id, discount: '1.2345', total: '98.7655' },
    { name: text(5), couponDiscount: '10', renewalDiscount: '10', total: '90', position: -1 },
    { name: 'same place', amount: '99999999999.9999', total: '99999999999.9999' },
  ];
  for (const [position, fields] of lines.entries()) {
    await invoice.item({ position: position % 3, createdAt: at(19), ...fields });
  }
  await world.rows.order.update({
    where: { id: order.id },
    data: { invoiceId: invoice.id, subscriptionId: subscription.id },
  });
  const draft = await world.rows.invoice.findFirstOrThrow({ where: { clientId: one.id, status: 'DRAFT' } });
  await world.rows.invoiceItem.create({
    data: { organizationId: world.organizationId, invoiceId: draft.id, name: 'not yet' },
  });
  await world.rows.order.update({ where: { id: strange.id }, data: { invoiceId: draft.id } });
  await world.rows.user.update({ where: { id: two.id }, data: { referredById: one.id } });
  const ticket = await world.ticket({ client: one, order });
  await ticket.formField();
}
