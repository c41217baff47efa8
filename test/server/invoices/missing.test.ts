import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { readPublicInvoice } from '../../../src/invoices/document/loaders.ts';
import { countStatements, openDatabase } from '../../../src/kernel/db.ts';
import { invoiceRoutes } from '../../../src/server/invoices/routes.ts';
import { makeWorld } from '../../kit/world.ts';
import { makeStudio, pathsOf } from './cast.ts';
import { textsOf } from './page-text.ts';
import { type Answer, serve, serving } from './serving.ts';

const ask = serving();
const wrong = '0'.repeat(32);

// What differs between any two answers.
function toldBy({ status, headers, text }: Answer) {
  const { date: _, 'x-request-id': __, ...rest } = headers;
  return { status, headers: rest, text };
}

const pages = ['view', 'download', 'thanks'] as const;

describe('a link that opens nothing', () => {
  test('is answered as every other one', async () => {
    const studio = await makeStudio();
    const stranger = await makeWorld();
    const invoice = await studio.studioInvoice();
    const theirs = await stranger.invoice();
    const draft = await studio.invoice({ status: 'DRAFT' });
    const deleted = await studio.invoice({ deletedAt: new Date() });
    const { number, accessKey: key } = invoice;
    const links = {
      'a number that nobody has': `/invoices/INV-0?key=${key}`,
      'no key': `/invoices/${number}`,
      'an empty key': `/invoices/${number}?key=`,
      'a wrong key': `/invoices/${number}?key=${wrong}`,
      'a key that lacks its end': `/invoices/${number}?key=${key.slice(0, -1)}`,
      'a key with more behind it': `/invoices/${number}?key=${key}0`,
      'a key with spaces behind it': `/invoices/${number}?key=${key}%20%20`,
      'a key in capitals': `/invoices/${number}?key=${key.toUpperCase()}F`,
      'the key behind a wrong one': `/invoices/${number}?key=${wrong}&key=${key}`,
      'another name for the key': `/invoices/${number}?KEY=${key}`,
      'the key of another invoice': `/invoices/${number}?key=${theirs.accessKey}`,
      'the number of another invoice': `/invoices/${theirs.number}?key=${key}`,
      'a draft': pathsOf(draft).view,
      'a deleted invoice': pathsOf(deleted).view,
      'a key with a quote': `/invoices/${number}?key=${key}'--`,
      'a key with NUL': `/invoices/${number}?key=%00`,
      'a number with NUL': `/invoices/${number}%00?key=${key}`,
      'a number encoded badly': `/invoices/${number}%ZZ?key=${key}`,
      'a number cut off': `/invoices/${number}%C3?key=${key}`,
      'half a character': `/invoices/%ED%A0%80?key=${key}`,
      'an overlong slash': `/invoices/%C0%AF?key=${key}`,
      'a number in other letters': `/invoices/${number.toLowerCase()}?key=${key}`,
      'a very long number': `/invoices/${'9'.repeat(10_000)}?key=${key}`,
      'a way up': `/invoices/..%2F..%2Fetc%2Fpasswd?key=${key}`,
    };
    const first = toldBy(await ask('/invoices/INV-0'));
    expect(first.status).toBe(404);
    expect(textsOf(first.text)[0]).toBe('No invoice here');
    expect(first.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    for (const [name, link] of Object.entries(links)) {
      expect(toldBy(await ask(link)), name).toEqual(first);
      expect(toldBy(await ask(link.replace('?', '/download?'))), name).toEqual(first);
      expect(toldBy(await ask(link.replace('/invoices/', '/thanks/'))), name).toEqual(first);
    }
    for (const page of pages) expect((await ask(invoice[page])).status, page).toBe(200);
  });

  test('takes the same look at the database, whatever the reason', async () => {
    const studio = await makeStudio();
    const { number, accessKey: key } = await studio.studioInvoice();
    const draft = await studio.invoice({ status: 'DRAFT' });
    const reasons = [
      { number: 'INV-0', key },
      { number, key: '' },
      { number, key: wrong },
      { number, key: 'no key at all' },
      { number: null, key },
      { number: '\0', key },
      { number: draft.number, key: draft.accessKey },
    ];
    for (const link of reasons) {
      const { result, statements } = await countStatements(() => readPublicInvoice(studio.database, link));
      expect({ result, statements }).toEqual({ result: null, statements: 1 });
    }
  });

  test('does not open what was taken back between two looks', async () => {
    const studio = await makeStudio();
    const invoice = await studio.studioInvoice();
    expect((await ask(invoice.view)).status).toBe(200);
    await studio.rows.invoice.update({ where: { id: invoice.id }, data: { status: 'DRAFT' } });
    expect((await ask(invoice.view)).status).toBe(404);
    await studio.rows.invoice.update({ where: { id: invoice.id }, data: { status: 'UNPAID', deletedAt: new Date() } });
    expect((await ask(invoice.view)).status).toBe(404);
    await studio.rows.invoice.update({ where: { id: invoice.id }, data: { deletedAt: null } });
    expect((await ask(invoice.view)).status).toBe(200);
  });
});

describe('a link that opens', () => {
  test('reads the same statements for three lines and for a hundred', async () => {
    const studio = await makeStudio();
    const { id, number, accessKey: key } = await studio.studioInvoice();
    const read = () => countStatements(() => readPublicInvoice(studio.database, { number, key }));
    const few = await read();
    for (let position = 3; position < 100; position += 1) await studio.item({ id }, { position });
    const many = await read();
    expect([few.result?.items.length, many.result?.items.length]).toEqual([3, 100]);
    // The look-up; the transaction of the organization with its two reads, and its end.
    expect([few.statements, many.statements]).toEqual([5, 5]);
  });

  test('may have any number that an organization gives', async () => {
    const world = await makeWorld();
    for (const number of ['2026/07 #1', 'Nº ü€😀 %2F?', '<>&"\'', '.../..', 'a+b=c&key=d', '№'.repeat(50)]) {
      const invoice = await world.invoice({ number });
      const paths = pathsOf(invoice);
      for (const page of pages) expect((await ask(paths[page])).status, `${page} of ${number}`).toBe(200);
      expect(textsOf((await ask(paths.view)).text)[1]).toBe(number);
    }
  });

  test('is the same for two organizations with one number', async () => {
    const [one, other] = [await makeWorld({ name: 'One' }), await makeWorld({ name: 'Other' })];
    const number = 'INV-00001';
    for (const world of [one, other]) {
      const { accessKey } = await world.invoice({ number });
      const texts = textsOf((await ask(pathsOf({ number, accessKey }).view)).text);
      expect(texts[2]).toBe(world.organization.name);
    }
  });

  test.each(pages)('is for reading only: %s', async (page) => {
    const invoice = await (await makeStudio()).studioInvoice();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask(invoice[page], { method });
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    }
    const [got, asked] = [await ask(invoice[page]), await ask(invoice[page], { method: 'HEAD' })];
    const { 'transfer-encoding': _, ...headers } = toldBy(got).headers;
    expect(toldBy(asked)).toEqual({ status: 200, headers, text: '' });
  });

  test('is not answered with what a program sends beside it', async () => {
    const invoice = await (await makeStudio()).studioInvoice();
    const { status, headers } = await ask(invoice.view, { accept: 'application/json' });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  });
});

describe('the log', () => {
  test('names the invoice that was looked at, and never its key', async () => {
    const world = await makeWorld();
    const lines: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
    const { ask, close } = await serve(invoiceRoutes({ database: world.database, log }), log);
    const invoice = await world.invoice({ number: 'INV-Waltz' });
    for (const page of pages) await ask(pathsOf(invoice)[page]);
    await close();
    const told = lines.map((line) => JSON.parse(line) as { level: number; path: string; status: number });
    expect(told.map(({ level, path, status }) => [level, path, status])).toEqual([
      [30, '/invoices/INV-Waltz', 200],
      [30, '/invoices/INV-Waltz/download', 200],
      [30, '/thanks/INV-Waltz', 200],
    ]);
    expect(lines.join()).not.toContain(invoice.accessKey);
  });
});

describe('without a database', () => {
  test('a page asks for patience, and the log knows why', async () => {
    const world = await makeWorld();
    const lines: string[] = [];
    const log = { error: (line: { requestId: string }) => void lines.push(line.requestId), warn: () => {} } as never;
    // Nobody listens there.
    const database = openDatabase('postgresql://nobody:geheim@127.0.0.1:1/nothing', { poolSize: 1, log });
    const { ask, close } = await serve(invoiceRoutes({ database, log }));
    const { status, headers, text } = await ask(pathsOf(await world.invoice()).view);
    expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '10', 'no-store']);
    expect(textsOf(text)).toEqual(['Not now', 'This page can’t be shown at the moment. Please try again in a minute.']);
    expect(text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|geheim/);
    expect(lines).toEqual([headers['x-request-id']]);
    await close();
    await database.close();
  });
});
