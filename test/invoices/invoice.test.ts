import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { success } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld } from '../kit/world.ts';
import { idsOfNothing, makeCast } from './cast.ts';
import { line, made } from './creating.ts';
import { markPaid } from './paying.ts';

const OneInvoice = graphql(`
  query OneInvoice($id: ID, $number: String) {
    invoice(id: $id, number: $number) {
      ...WholeInvoice
    }
  }
`);

const AroundOrder = graphql(`
  query AroundOrder($id: ID!) {
    order(id: $id) {
      invoice {
        number
        orders {
          totalCount
          nodes {
            number
          }
        }
        items {
          nodes {
            service {
              id
            }
            order {
              number
            }
            invoice {
              number
            }
          }
        }
      }
    }
  }
`);

describe('invoice', () => {
  test('O16: by its id, with or without prefix, and by its number', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    const ask = async (args: { id?: string; number?: string }) =>
      (await world.as(world.admin).run(OneInvoice, args)).invoice;
    for (const args of [
      { id: invoice.id },
      { id: invoice.id.replace('invoice_', '') },
      { id: invoice.number },
      { number: invoice.number },
      { id: invoice.id, number: invoice.number },
    ]) {
      expect(await ask(args)).toEqual(invoice);
    }
    expect(await ask({ id: invoice.id, number: 'another' })).toBeNull();
  });

  test('L12, L13: null for what there is not, and for another organization’s', async () => {
    const [world, other] = [await makePopulatedWorld(), await makePopulatedWorld()];
    const ask = async (args: { id?: string; number?: string }) =>
      (await world.as(world.admin).run(OneInvoice, args)).invoice;
    for (const id of [...idsOfNothing.filter((one) => one !== ''), other.ids.Invoice, other.one.invoice.number]) {
      expect(await ask({ id })).toBeNull();
    }
    expect(await ask({ number: 'INV-0\0' })).toBeNull();
    const [refusal] = await world.as(world.admin).refused(OneInvoice, {});
    expect(refusal?.code).toBe('INVALID_INPUT');
  });

  test('hides from clients what is the team’s, and drafts altogether', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const invoice = await world.invoice({ client, ipAddress: '192.0.2.1', status: 'PAID' });
    const draft = await world.invoice({ client, status: 'DRAFT' });
    const ask = async (id: string, actor: Actor) => (await world.as(actor).run(OneInvoice, { id })).invoice;
    expect(await ask(invoice.id, world.admin)).toMatchObject({ ipAddress: '192.0.2.1' });
    expect(await ask(invoice.id, client)).toMatchObject({ number: invoice.number, ipAddress: null, deletedAt: null });
    expect(await ask(draft.id, client)).toBeNull();
  });

  test('is reached from its orders, as far as the viewer sees both', async () => {
    const cast = await makeCast();
    const { world, people, client } = cast;
    const worker = people.contractor;
    const service = await world.service({ isPublic: false, employees: [worker] });
    const invoice = await made(world, { clientId: client.id, items: [line({ serviceId: service.id }), line()] });
    success(await markPaid(world, invoice));
    const order = await world.rows.order.findFirstOrThrow({ where: { organizationId: world.organizationId } });
    const { number } = order;
    const ask = async (actor: Actor) => (await world.as(actor).run(AroundOrder, { id: order.id })).order;
    const whole = (service_: object | null) => ({
      invoice: {
        number: invoice.number,
        orders: { totalCount: 1, nodes: [{ number }] },
        items: {
          nodes: [
            { service: service_, order: { number }, invoice: { number: invoice.number } },
            { service: null, order: null, invoice: { number: invoice.number } },
          ],
        },
      },
    });
    const seen = { id: encodeId('Service', service.id) };
    expect(await ask(world.admin)).toEqual(whole(seen));
    expect(await ask(client)).toEqual(whole(seen));
    // Works on the order, and has no business with money.
    expect(await ask(worker)).toEqual({ invoice: null });
    // Has business with money, and sees no orders.
    const { invoice: billed } = await world.as(people.reader).run(
      graphql(`
        query InvoiceWithoutOrders($number: String!) {
          invoice(number: $number) {
            client {
              name
            }
            orders {
              totalCount
            }
            items {
              nodes {
                service {
                  id
                }
                order {
                  id
                }
              }
            }
          }
        }
      `),
      { number: invoice.number },
    );
    expect(billed).toEqual({
      client: { name: `${client.firstName} ${client.lastName}` },
      orders: { totalCount: 0 },
      items: { nodes: Array(2).fill({ service: null, order: null }) },
    });
  });

  test('whoever sees an invoice sees its client, as an object of its own, too', async () => {
    const cast = await makeCast();
    const { world, people, client } = cast;
    await cast.invoice();
    const ask = async (actor: Actor) => {
      const { node } = await world.as(actor).run('query ($id: ID!) { node(id: $id) { id } }', {
        id: encodeId('Client', client.id),
      });
      return node !== null;
    };
    const seen: Record<string, boolean> = {};
    for (const name of [
      'accountant',
      'maker',
      'uninvolved',
      'colleague',
      'outsider',
      'reader',
      'contractor',
    ] as const) {
      seen[name] = await ask(people[name]);
    }
    expect(seen).toEqual({
      accountant: true,
      maker: true,
      uninvolved: false,
      colleague: true,
      outsider: false,
      reader: true,
      contractor: false,
    });
  });
});
