import { addHours } from '../../../src/kernel/time.ts';
import type { Studio } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import { amountOf } from './amounts.ts';

type Entry = {
  kind: 'GRANT' | 'SPEND' | 'REFUND' | 'ADJUST';
  /** In the smallest unit of the currency: below zero it is taken away. */
  amount: number;
  at: Date;
  invoiceId?: string;
  authorId?: string;
  note?: string;
};

/** What clients have to spend. Entries may come in any order; their balances are worked out at the end. */
export type Ledger = {
  enter(client: Client, entry: Entry): void;
  /** What may be spent then: what came in before it, less all that is ever spent. */
  spendable(client: Client, at: Date): number;
  close(): void;
};

const reasons = [
  'Goodwill after a late delivery.',
  'Prepaid for the next campaign.',
  'Part of the yearly budget that was left.',
  'Credit instead of a discount, as agreed by phone.',
  'Thank-you for the reference.',
];

export function openLedger(studio: Studio, clients: readonly Client[], logged: boolean): Ledger {
  const { random, base, writer, history, organizationId, agency } = studio;
  const accounts = new Map<Client, Entry[]>();

  function enter(client: Client, entry: Entry): void {
    const entries = accounts.get(client);
    if (entries) entries.push(entry);
    else accounts.set(client, [entry]);
  }

  for (const client of clients) {
    const granted = client.granted || (random.chance(0.06) ? random.int(4, 30) * 1_000 : 0);
    if (granted === 0) continue;
    const at = new Date(random.int(client.createdAt.getTime(), base.getTime() - 1));
    enter(client, {
      kind: 'GRANT',
      amount: granted,
      at,
      authorId: client.manager.id,
      note: random.pick(reasons),
    });
    if (!random.chance(0.35)) continue;
    const corrected = addHours(at, random.int(1, 72));
    const note = 'Typing error in the grant.';
    if (corrected < base) {
      enter(client, {
        kind: 'ADJUST',
        amount: -Math.round(granted / 4),
        at: corrected,
        authorId: client.manager.id,
        note,
      });
    }
  }

  return {
    enter,
    spendable(client, at) {
      const entries = accounts.get(client) ?? [];
      return entries.reduce((sum, { amount, at: when }) => (amount < 0 || when <= at ? sum + amount : sum), 0);
    },
    close() {
      for (const [client, entries] of accounts) {
        let balance = 0;
        for (const entry of entries.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
          balance += entry.amount;
          const row = {
            id: random.uuid(entry.at),
            organization_id: organizationId,
            client_id: client.id,
            kind: entry.kind,
            amount: amountOf(entry.amount),
            currency: agency.organization.currency,
            balance: amountOf(balance),
            invoice_id: entry.invoiceId ?? null,
            author_id: entry.authorId ?? null,
            note: entry.note ?? null,
            created_at: entry.at,
          };
          writer.write('credit_entries', row);
          if (!logged) continue;
          const actor = entry.authorId
            ? { kind: 'STAFF' as const, id: entry.authorId }
            : { kind: 'CLIENT' as const, id: client.id };
          history.created('CREDIT_ENTRY', row, actor, client.id);
        }
      }
    },
  };
}
