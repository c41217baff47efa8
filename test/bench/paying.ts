import type { EmbeddedServer } from '../../src/database/embedded.ts';
import { countStatements, makeInvoices, type Subjects, settled } from './cluster.ts';
import { type Latencies, onceLoad } from './load.ts';
import { type Access, createTarget, markPaidTarget } from './operations.ts';

/** Invoices that are marked paid, which makes an order of each of their lines; beside them orders that are placed. */
export type Paying = {
  orderCreate: Latencies;
  /** By how many lines the invoices have. */
  markPaid: Record<1 | 10, Latencies & { statements: number }>;
};

/** Each invoice can be paid once only: so many are made. */
const invoices = 150;

export async function measurePaying(cluster: EmbeddedServer, engine: Access, subjects: Subjects): Promise<Paying> {
  const pay = async (lines: number) => {
    const target = markPaidTarget(engine, await makeInvoices(cluster, subjects, { count: invoices, lines }));
    await settled(cluster);
    const before = await countStatements(cluster);
    const paid = await onceLoad(target);
    await settled(cluster);
    return { ...paid, statements: ((await countStatements(cluster)) - before) / invoices };
  };
  const create = createTarget(engine, subjects);
  const orders = { ...create, requests: Array.from({ length: invoices }, () => create.requests[0] ?? { path: '/' }) };
  // The first of each warm up.
  await onceLoad(orders);
  await pay(10);
  return { markPaid: { 1: await pay(1), 10: await pay(10) }, orderCreate: await onceLoad(orders) };
}
