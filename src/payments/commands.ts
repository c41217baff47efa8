import { lockClient } from '../clients/commands.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { InvalidStateError, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { optionalText, requiredText } from '../kernel/input.ts';
import { Decimal, formatAmount } from '../kernel/money.ts';
import { organizationOf, type Viewer } from '../kernel/viewer.ts';
import * as rules from './rules.ts';

export type AddCredit = {
  clientId: string;
  kind: rules.CreditKind;
  /** Positive raises the balance, negative lowers it. */
  amount: Decimal;
  currency: string;
  invoiceId?: string | null;
  note?: string | null;
};

const announcements = {
  GRANT: 'credit.granted',
  SPEND: 'credit.spent',
  REFUND: 'credit.refunded',
  ADJUST: 'credit.adjusted',
} as const satisfies Record<rules.CreditKind, string>;

/**
 * Writes an entry into a client's ledger, and the balance that it makes: the only way in which a balance changes. Takes the
 * client's row, so that entries follow each other; who only names the client need not wait. Law 4. Announces `credit.granted` and the like.
 */
export async function addCredit(tx: Transaction, viewer: Viewer, entry: AddCredit): Promise<{ id: string }> {
  const { clientId, kind, amount, currency, invoiceId, note } = entry;
  const [client] = await tx.$queryRaw<{ balance: Decimal; currency: string }[]>`
    select balance, currency from users where id = ${clientId}::uuid and kind = 'CLIENT' for no key update`;
  if (!client) throw new NotFoundError('There is no client with this id.', ['clientId']);
  if (client.currency !== currency)
    throw new InvalidStateError(`The client's credit is in ${client.currency}, not in ${currency}.`, 'WRONG_CURRENCY');
  const balance = rules.balanceAfter(String(client.balance), amount, currency).toString();
  await tx.user.update({ where: { id: clientId }, data: { balance }, select: { id: true } });
  const { id } = await tx.creditEntry.create({
    data: {
      organizationId: organizationOf(viewer),
      clientId,
      kind,
      amount: amount.toString(),
      currency,
      balance,
      invoiceId: invoiceId ?? null,
      authorId: viewer.userId,
      note: note ?? null,
    },
    select: { id: true },
  });
  await emit(
    tx,
    announcements[kind],
    { client: clientId },
    {
      creditEntryId: id,
      amount: formatAmount(amount, currency),
      balance: formatAmount(balance, currency),
      currency,
    },
  );
  return { id };
}

export type GrantCredit = { id: string; amount: string; note?: string | null };

/** Gives a client credit to spend. */
export const grantCredit = command('credits.grant', async (tx, viewer, input: GrantCredit) => {
  const { id: clientId, currency } = await lockClient(tx, viewer, input.id, 'credits.grant');
  const issues = issueList();
  rules.checkCredit(issues, 'GRANT', input.amount, currency);
  const note = optionalText(issues, 'note', input.note, 65_535);
  issues.throwIfAny();
  return await addCredit(tx, viewer, { clientId, kind: 'GRANT', amount: new Decimal(input.amount), currency, note });
});

export type AdjustCredit = { id: string; amount: string; note: string };

/** Puts a balance right, up or down. Law 5. */
export const adjustCredit = command('credits.adjust', async (tx, viewer, input: AdjustCredit) => {
  const { id: clientId, currency } = await lockClient(tx, viewer, input.id, 'credits.adjust');
  const issues = issueList();
  rules.checkCredit(issues, 'ADJUST', input.amount, currency);
  const note = requiredText(issues, 'note', input.note, 65_535);
  issues.throwIfAny();
  return await addCredit(tx, viewer, { clientId, kind: 'ADJUST', amount: new Decimal(input.amount), currency, note });
});
