/**
 * The document of an invoice: what a client reads of it, on a page or on paper. The laws:
 *
 *  1. Amounts are told with their currency's decimals, in groups of thousands; what comes off bears a minus sign.
 *  2. Days are days in the organization's time zone.
 *  3. The sender is whom the organization has written down for its invoices, else its name. The recipient is the address as it
 *     was when the invoice was made; what it does not tell about the person comes from the client.
 *  4. Lines follow their positions. A line tells each discount by itself, so that its total can be checked by hand.
 *  5. Tax, credit, payments and refunds are told where there are any. The total and the amount due always are.
 *  6. What is due is what law 7 of invoices says.
 *  7. An invoice is overdue when it is not paid in full at its due instant.
 *  8. What is settled for good (paid, refunded, cancelled) bears a stamp.
 *  9. Who has the number and the key of an invoice may see its document, unless it is a draft or deleted. Nothing else opens
 *     it, and nothing else is opened by them.
 */
import { currencySymbols, Decimal, formatAmount } from '../../kernel/money.ts';
import { dueOf } from '../rules.ts';

/** A number of the database, as exact as it is there. */
type Amount = { toString(): string };

/** The address that an invoice keeps. */
export type AddressFacts = Partial<
  Record<
    | 'line1'
    | 'line2'
    | 'city'
    | 'state'
    | 'postcode'
    | 'country'
    | 'firstName'
    | 'lastName'
    | 'taxId'
    | 'companyName'
    | 'companyVat',
    string | null
  >
>;

export type LineFacts = {
  name: string;
  description: string | null;
  options: unknown;
  quantity: number;
  amount: Amount;
  discount: Amount;
  couponDiscount: Amount;
  total: Amount;
};

/** What the database knows of an invoice and of those whom it is between. */
export type InvoiceFacts = {
  organization: { name: string; invoiceSender: string | null; timeZone: string; taxName: string };
  client: { firstName: string; lastName: string; company: string | null; email: string } | null;
  couponCode: string | null;
  hasPaymentUnderWay: boolean;
  number: string;
  status: string;
  currency: string;
  billingAddress: AddressFacts | null;
  subtotal: Amount;
  taxType: string;
  taxName: string | null;
  taxRate: Amount;
  tax: Amount;
  credit: Amount;
  total: Amount;
  amountPaid: Amount;
  amountRefunded: Amount;
  periodLength: number | null;
  periodUnit: string | null;
  note: string | null;
  createdAt: Date;
  dueAt: Date | null;
  paidAt: Date | null;
  items: readonly LineFacts[];
};

/** A name and what stands behind it. */
export type Entry = { label: string; text: string };

export type DocumentLine = {
  position: string;
  name: string;
  description: string | null;
  options: Entry[];
  quantity: string;
  unitAmount: string;
  /** The label is empty for what was taken off by hand. */
  discounts: Entry[];
  total: string;
};

export type Stamp = { kind: 'paid' | 'refunded' | 'cancelled'; word: string; day: string | null };

/** All that a page or a sheet shows, in words. */
export type InvoiceDocument = {
  number: string;
  organization: string;
  sender: string[];
  recipient: string[];
  details: Entry[];
  lines: DocumentLine[];
  sums: Entry[];
  total: Entry;
  /** What has moved since: payments and refunds. */
  moved: Entry[];
  due: Entry;
  stamp: Stamp | null;
  note: string | null;
};

/** What the invoice tells at an instant. */
export function composeDocument(invoice: InvoiceFacts, at: Date): InvoiceDocument {
  const money = moneyIn(invoice.currency);
  return {
    number: invoice.number,
    organization: invoice.organization.name,
    sender: senderLines(invoice),
    recipient: recipientLines(invoice),
    details: details(invoice, at),
    lines: invoice.items.map((item, index) => line(item, index, invoice)),
    sums: sums(invoice),
    total: { label: totalLabel(invoice.currency), text: money(invoice.total) },
    moved: [
      ...(isZero(invoice.amountPaid) ? [] : [{ label: 'Paid', text: money(invoice.amountPaid) }]),
      ...(isZero(invoice.amountRefunded) ? [] : [{ label: 'Refunded', text: money(invoice.amountRefunded) }]),
    ],
    due: { label: 'Amount due', text: money(dueOf(invoice)) },
    stamp: stamp(invoice),
    note: textOrNull(invoice.note),
  };
}

/** What is said to somebody who comes from paying. */
export type Thanks = { heading: string; message: string; isSettled: boolean };

/** A word of thanks, as far as there is something to thank for. */
export function composeThanks(invoice: InvoiceFacts): Thanks {
  const money = moneyIn(invoice.currency);
  const { number, status, dueAt } = invoice;
  const due = money(dueOf(invoice));
  const until = dueAt ? ` It is due by ${dayIn(invoice, dueAt)}.` : '';
  const settled = (heading: string, message: string): Thanks => ({ heading, message, isSettled: true });
  const open = (heading: string, message: string): Thanks => ({ heading, message, isSettled: false });
  if (status === 'PAID') return settled('Thank you', `Invoice ${number} is paid in full.`);
  if (status === 'REFUNDED') return settled('Refunded', `What was paid for invoice ${number} has been refunded.`);
  if (status === 'CANCELLED')
    return settled('Cancelled', `Invoice ${number} has been cancelled. There is nothing to pay.`);
  if (invoice.hasPaymentUnderWay)
    return open(
      'Thank you',
      `Your payment for invoice ${number} is on its way. The invoice is marked as paid once it has arrived.`,
    );
  if (status === 'PARTIALLY_PAID')
    return open(
      'Thank you',
      `We have received ${money(invoice.amountPaid)} for invoice ${number}. ${due} remains to be paid.${until}`,
    );
  return open(
    'Not paid yet',
    `We have not received a payment for invoice ${number} so far. ${due} is to be paid.${until}`,
  );
}

type Money = (amount: Amount, sign?: '' | '−') => string;

/** Law 1: `$1,234.50`, `−€7.00`, `KWD 1.500`, with a space that does not break. */
export function moneyIn(currency: string): Money {
  const symbol = currencySymbols[currency] ?? `${currency}\u00a0`;
  return (amount, sign = '') => {
    const [whole = '', fraction] = formatAmount(amount, currency).replace('-', '').split('.');
    const isNegative = new Decimal(amount.toString()).isNegative() && !isZero(amount);
    return `${isNegative ? '−' : sign}${symbol}${grouped(whole)}${fraction === undefined ? '' : `.${fraction}`}`;
  };
}

// A sign alone may mean several currencies; a code says itself which.
function totalLabel(currency: string): string {
  return currency in currencySymbols ? `Total ${currency}` : 'Total';
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

function isZero(amount: Amount): boolean {
  return new Decimal(amount.toString()).isZero();
}

/** Law 2: `21 November 2026`. */
function dayIn({ organization }: InvoiceFacts, instant: Date): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: organization.timeZone });
  return format.format(instant);
}

function senderLines({ organization }: InvoiceFacts): string[] {
  const lines = linesOf(organization.invoiceSender);
  return lines.length > 0 ? lines : [organization.name];
}

/** Countries that write the postcode behind the town: "Austin, TX 78701", but "10115 Berlin". */
const postcodeLast = new Set('AU BD BR CA GB IE IN NZ PK SG TH TW US ZA'.split(' '));
const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

function recipientLines({ billingAddress, client }: InvoiceFacts): string[] {
  const address = billingAddress ?? {};
  const name = joined(' ', address.firstName, address.lastName) || joined(' ', client?.firstName, client?.lastName);
  const country = address.country?.toUpperCase() ?? '';
  const town = postcodeLast.has(country)
    ? [joined(', ', address.city, joined(' ', address.state, address.postcode))]
    : [joined(' ', address.postcode, address.city), address.state];
  return [
    address.companyName || client?.company,
    name,
    address.line1,
    address.line2,
    ...town,
    /^[A-Z]{2}$/.test(country) ? countries.of(country) : country,
    address.companyVat && `VAT number ${address.companyVat}`,
    address.taxId && `Tax number ${address.taxId}`,
    client?.email,
  ].flatMap(linesOf);
}

function details(invoice: InvoiceFacts, at: Date): Entry[] {
  const { createdAt, dueAt, paidAt, periodLength, periodUnit } = invoice;
  const day = (label: string, instant: Date | null) => (instant ? [{ label, text: dayIn(invoice, instant) }] : []);
  const recurs = periodLength !== null && periodUnit !== null;
  return [
    ...day('Issued', createdAt),
    ...day('Due', dueAt),
    ...day('Paid', paidAt),
    { label: 'Status', text: statusWord(invoice, at) },
    ...(recurs ? [{ label: 'Repeats', text: period(periodLength, periodUnit.toLowerCase()) }] : []),
  ];
}

function period(length: number, unit: string): string {
  return length === 1 ? `every ${unit}` : `every ${length} ${unit}s`;
}

function statusWord({ status, dueAt }: InvoiceFacts, at: Date): string {
  const isOverdue = dueAt !== null && dueAt <= at;
  switch (status) {
    case 'PAID':
      return 'Paid';
    case 'REFUNDED':
      return 'Refunded';
    case 'CANCELLED':
      return 'Cancelled';
    case 'PARTIALLY_PAID':
      return isOverdue ? 'Partially paid, overdue' : 'Partially paid';
    default:
      return isOverdue ? 'Overdue' : 'Unpaid';
  }
}

function stamp(invoice: InvoiceFacts): Stamp | null {
  const { status, paidAt } = invoice;
  if (status === 'PAID') return { kind: 'paid', word: 'Paid', day: paidAt && dayIn(invoice, paidAt) };
  if (status === 'REFUNDED') return { kind: 'refunded', word: 'Refunded', day: null };
  if (status === 'CANCELLED') return { kind: 'cancelled', word: 'Cancelled', day: null };
  return null;
}

function line(item: LineFacts, index: number, { currency, couponCode }: InvoiceFacts): DocumentLine {
  const money = moneyIn(currency);
  return {
    position: String(index + 1),
    name: item.name,
    description: textOrNull(item.description),
    options: options(item.options),
    quantity: grouped(String(item.quantity)),
    unitAmount: money(item.amount),
    discounts: [
      ...(isZero(item.discount) ? [] : [{ label: '', text: money(item.discount, '−') }]),
      ...(isZero(item.couponDiscount)
        ? []
        : [{ label: joined(' ', 'Coupon', couponCode), text: money(item.couponDiscount, '−') }]),
    ],
    total: money(item.total),
  };
}

/** What was chosen: name and value, whatever JSON the value is. */
function options(chosen: unknown): Entry[] {
  if (typeof chosen !== 'object' || chosen === null) return [];
  return Object.entries(chosen).flatMap(([label, value]) => {
    const text = optionText(value);
    return text === '' ? [] : [{ label, text }];
  });
}

function optionText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (Array.isArray(value)) return value.map(optionText).filter(Boolean).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
}

function sums(invoice: InvoiceFacts): Entry[] {
  const money = moneyIn(invoice.currency);
  const isTaxed = invoice.taxType !== 'NONE' || !isZero(invoice.tax);
  const name = textOrNull(invoice.taxName) ?? invoice.organization.taxName;
  const rate = new Decimal(invoice.taxRate.toString());
  return [
    { label: 'Subtotal', text: money(invoice.subtotal) },
    ...(isTaxed
      ? [{ label: invoice.taxType === 'PERCENT' ? `${name} ${rate}%` : name, text: money(invoice.tax) }]
      : []),
    ...(isZero(invoice.credit) ? [] : [{ label: 'Credit', text: money(invoice.credit, '−') }]),
  ];
}

function joined(separator: string, ...parts: (string | null | undefined)[]): string {
  return parts
    .map((part) => part?.trim())
    .filter(Boolean)
    .join(separator);
}

function linesOf(text: string | null | undefined): string[] {
  return (text ?? '')
    .split(/\r\n?|\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function textOrNull(text: string | null): string | null {
  const trimmed = text?.replace(/\r\n?/g, '\n').trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

/** The pages of an invoice that its link opens: what stands before and behind its number. */
export const publicPaths = {
  view: ['/invoices/', ''],
  download: ['/invoices/', '/download'],
  thanks: ['/thanks/', ''],
} as const;

export type PublicPage = keyof typeof publicPaths;

/** Law 9: the link that opens a page of the invoice. */
export function linkTo(page: PublicPage, invoice: { number: string; accessKey: string }, publicUrl: string): string {
  const [before, after] = publicPaths[page];
  return `${publicUrl}${before}${encodeURIComponent(invoice.number)}${after}?key=${invoice.accessKey}`;
}
