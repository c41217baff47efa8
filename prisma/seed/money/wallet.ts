import { addDays, addHours } from '../../../src/kernel/time.ts';
import type { Studio } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import type { Row } from '../copy.ts';

export type Method = { id: string };

/** The cards of the clients. The test processor takes them all but one, whatever stands on them. */
export type Wallet = {
  /** The client's card, left there the moment before unless it is there already. */
  card(client: Client, at: Date): Method;
  /** Another card in its place, which the client left shortly before and which is always declined. */
  badCard(client: Client, at: Date): Method;
  close(): void;
};

const brands = [
  { brand: 'visa', last_4: '4242' },
  { brand: 'visa', last_4: '1881' },
  { brand: 'mastercard', last_4: '4444' },
  { brand: 'mastercard', last_4: '3222' },
  { brand: 'amex', last_4: '0005' },
];
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789';

export function openWallet(studio: Studio, logged: boolean): Wallet {
  const { random, base, writer, history, organizationId } = studio;
  const cards = new Map<Client, ReturnType<typeof leave>>();
  const badCards = new Map<Client, Method>();
  const all: Row[] = [];

  function leave(client: Client, createdAt: Date, given: { processor_id: string } & Row) {
    const row = {
      id: random.uuid(createdAt),
      organization_id: organizationId,
      client_id: client.id,
      processor: 'TEST',
      ...random.pick(brands),
      expiry_month: random.int(1, 12),
      expiry_year: base.getUTCFullYear() + random.int(1, 4),
      is_default: false,
      version: 1,
      created_at: createdAt,
      updated_at: createdAt,
      detached_at: null,
      ...given,
    };
    all.push(row);
    const asLeft = { ...row, detached_at: null };
    if (logged) history.created('PAYMENT_METHOD', asLeft, { kind: 'CLIENT', id: client.id }, client.id);
    return row;
  }

  function card(client: Client, at: Date) {
    const known = cards.get(client);
    if (known) return known;
    const moment = new Date(Math.max(client.createdAt.getTime(), at.getTime() - 30 * 60_000));
    if (random.chance(0.2)) {
      const former = new Date(random.int(client.createdAt.getTime(), moment.getTime()));
      const gone = { detached_at: moment, updated_at: moment, version: 2, expiry_year: moment.getUTCFullYear() };
      leave(client, former, { processor: 'STRIPE', processor_id: `pm_1${random.code(letters, 23)}`, ...gone });
    }
    const left = leave(client, moment, { processor_id: 'pm_test_success', is_default: true });
    cards.set(client, left);
    const later = addHours(moment, random.int(24, 2_000));
    if (random.chance(0.12) && later < base) {
      leave(client, later, { processor_id: 'pm_test_authentication', brand: 'visa', last_4: '3155' });
    }
    return left;
  }

  return {
    card,
    badCard(client, at) {
      const known = badCards.get(client);
      if (known) return known;
      const former = card(client, at);
      const moment = new Date(
        random.int(Math.max(former.created_at.getTime(), addDays(at, -10).getTime()), at.getTime()),
      );
      Object.assign(former, { is_default: false, version: 2, updated_at: moment });
      const told = { entity: 'PAYMENT_METHOD' as const, row: former, ownerId: client.id, at: moment };
      const actor = { kind: 'CLIENT' as const, id: client.id };
      if (logged) history.changed('UPDATED', { ...told, actor, before: { is_default: true } });
      const bad = { processor_id: 'pm_test_declined', brand: 'visa', last_4: '0002', is_default: true };
      const left = leave(client, moment, bad);
      badCards.set(client, left);
      return left;
    },
    close() {
      for (const row of all) writer.write('payment_methods', row);
    },
  };
}
