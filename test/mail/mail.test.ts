import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deliverEvents } from '../../src/kernel/events.ts';
import type { Letter, MailKind, Sender } from '../../src/kernel/mail.ts';
import { systemViewer } from '../../src/kernel/viewer.ts';
import { queueMail } from '../../src/mail/commands.ts';
import { sendMails } from '../../src/mail/jobs.ts';
import { harmless, inkOn, mailOf, oneLine, toStrangers } from '../../src/mail/rules.ts';
import { smtpMailer } from '../../src/mail/smtp/jobs.ts';
import { settings } from '../kit/client.ts';
import { takeLogged, testDatabase } from '../kit/db.ts';
import { mailTo, sentMail } from '../kit/mail.ts';
import { type SmtpServer, startSmtp } from '../kit/smtp.ts';
import { mailDirectory, toolsOf } from '../kit/tools.ts';
import { unique } from '../kit/unique.ts';
import { makeWorld, type World } from '../kit/world.ts';

const sender = (fields: Partial<Sender> = {}): Sender => ({
  name: 'Northwind Studio',
  replyTo: null,
  signature: null,
  color: null,
  ...fields,
});

const letter = (fields: Partial<Letter> = {}): Letter => ({
  to: { name: 'Inés Vázquez', address: 'ines@example.com' },
  from: sender(),
  subject: 'A word from us',
  paragraphs: ['Hello Inés,', 'this is it.'],
  action: { label: 'Open it', url: 'https://engine.test/open?token=abc&more=1' },
  asides: ['You can answer nobody here.'],
  ...fields,
});

const id = '019a0000-0000-7000-8000-000000000001';

/** A kind of mail that says to whom it was asked for. */
const greeting: MailKind = {
  name: 'test.greeting',
  compose: async ({ address = '' }) =>
    address === '' ? null : letter({ to: { name: 'Somebody', address }, subject: `For ${address}` }),
};

const newAddress = () => `mail-${process.pid}-${unique()}@example.com`;
const ask = (world: World, data: Record<string, string>, end?: () => void) =>
  world.database.transact(systemViewer(world.organizationId), async (tx) => {
    await queueMail(tx, 'test.greeting', data);
    end?.();
  });
const queued = async (world: World) => {
  const { rows } = await world.owner.query<{ id: string; payload: Record<string, unknown>; attempts: number }>(
    `select j.id, payload, attempts from graphile_worker._private_jobs j
     join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'mail.send' and payload ->> 'organizationId' = $1`,
    [world.organizationId],
  );
  return rows;
};

describe('law 1: a mail', () => {
  test('is sent after commit', async () => {
    const world = await makeWorld();
    const address = newAddress();
    await ask(world, { address });
    expect(sentMail().filter(({ to }) => to.includes(address))).toEqual([]);
    expect(await mailTo(world, address, [greeting])).toMatchObject([
      { from: 'Northwind Studio', to: `Somebody <${address}>`, subject: `For ${address}` },
    ]);
    expect(await queued(world)).toEqual([]);
  });

  test('is sent never when what gave the reason is taken back', async () => {
    const world = await makeWorld();
    const address = newAddress();
    const failing = ask(world, { address }, () => {
      throw new Error('after all, no');
    });
    await expect(failing).rejects.toThrow('after all, no');
    expect(await mailTo(world, address, [greeting])).toEqual([]);
  });

  test('that has nothing to say any more is not sent, nor kept', async () => {
    const world = await makeWorld();
    await ask(world, { address: '' });
    await mailTo(world, '', [greeting]);
    expect(await queued(world)).toEqual([]);
  });

  test('is kept while its kind is unknown: another version may know it', async () => {
    const world = await makeWorld();
    const address = newAddress();
    await ask(world, { address });
    await mailTo(world, address, []);
    const [job] = await queued(world);
    expect(job?.attempts).toBe(1);
    await retry(world);
    expect(await mailTo(world, address, [greeting])).toHaveLength(1);
  });
});

const retry = (world: World) =>
  world.owner.query(`update graphile_worker._private_jobs set run_at = now() where payload ->> 'organizationId' = $1`, [
    world.organizationId,
  ]);

describe('law 3: the words of a mail', () => {
  test('are the same as text and as HTML', () => {
    const { text, html, subject, senderName } = mailOf(id, letter(), 'engine.test');
    expect([senderName, subject]).toEqual(['Northwind Studio', 'A word from us']);
    expect(text).toBe(
      'Hello Inés,\n\nthis is it.\n\nOpen it:\nhttps://engine.test/open?token=abc&more=1\n\n' +
        'You can answer nobody here.\n\n-- \nNorthwind Studio\n',
    );
    for (const words of [
      'Hello Inés,',
      'this is it.',
      'Open it</a>',
      'You can answer nobody here.',
      '<bdi>Northwind',
    ]) {
      expect(html).toContain(words);
    }
    expect(html).toContain('<a href="https://engine.test/open?token=abc&amp;more=1"');
    expect(html).not.toMatch(/<script|<img|<link| on\w+=/i);
  });

  test('are HTML nowhere but where we wrote it', () => {
    const evil = `</bdi><script>alert('x')</script>"`;
    const { html } = mailOf(
      id,
      letter({
        from: sender({ name: evil, signature: evil, color: evil }),
        subject: evil,
        paragraphs: [evil],
        asides: [evil],
        action: { label: evil, url: `https://engine.test/?a="${evil}` },
      }),
      'engine.test',
    );
    expect(html).not.toContain('<script');
    expect(html.match(/&lt;script&gt;/g)).toHaveLength(8);
    expect(html).not.toContain('a=""');
  });

  test('are in nobody’s name but the server’s where there is no organization', () => {
    const { senderName, text, html } = mailOf(id, letter({ from: null }), 'engine.test');
    expect(senderName).toBe('engine.test');
    expect(text).not.toContain('-- ');
    expect(html).not.toContain('<bdi>');
  });

  test.each([
    ['a new line', 'Sub\r\nBcc: all@example.com', 'Sub Bcc: all@example.com'],
    ['other ends of lines', 'a\u2028b\u2029c\u0085d\u000be', 'a b c d e'],
    ['NUL', 'a\0b', 'a b'],
    ['letters that turn the reading round', 'moc.live\u202E@a', 'moc.live @a'],
    ['half a character', 'a\ud800', 'a\ufffd'],
    ['space around it', '  a   b  ', 'a b'],
  ])('are one line in a header, without %s', (_, given, line) => {
    expect(oneLine(given)).toBe(line);
    expect(
      mailOf(
        id,
        letter({ subject: given, from: sender({ name: given }), to: { name: given, address: 'a@example.com' } }),
        'x',
      ),
    ).toMatchObject({ subject: line, senderName: line, to: { name: line } });
  });

  test.each(['', 'nobody', 'a@b@c', 'a@b\r\nBcc: c@d', 'a b@c', '<a@b>', 'a@b, c@d', 'a@b;c', '"a"@b', 'a@b\0'])(
    'go to no such address as %j',
    (address) => {
      expect(() => mailOf(id, letter({ to: { name: 'x', address } }), 'x')).toThrow('what is no address');
    },
  );
});

test.each([
  ['Inés', 'Inés'],
  ['Northwind Studio & Sons', 'Northwind Studio & Sons'],
  ['St. John Ltd.', 'St. John Ltd.'],
  ['you won: https://evil.example', null],
  ['evil.example', null],
  ['www evil', null],
  ['write to evil@example', null],
  ['x'.repeat(61), null],
])('law 4: %j is repeated to strangers as %j', (words, repeated) => {
  expect(harmless(words)).toBe(repeated);
});

test('law 4: strangers are told the sender’s name at most, and no signature', () => {
  const from = sender({ signature: 'https://evil.example', replyTo: 'hello@northwind.example', color: '#0f7a4d' });
  expect(toStrangers(from)).toEqual({ ...from, signature: null });
  expect(toStrangers(sender({ name: 'evil.example' }))).toBeNull();
  expect(toStrangers(null)).toBeNull();
});

describe('law 5: an organization’s mails', () => {
  const from = sender({
    replyTo: 'hello@northwind.example',
    signature: 'Northwind Studio LLC\n\n12 Water Street,\u202e Brooklyn\r\nBcc: all@example.com',
    color: '#ffd54a',
  });

  test('bear its signature, as text and as HTML, beneath what they say', () => {
    const { text, html } = mailOf(id, letter({ from }), 'engine.test');
    const lines = 'Northwind Studio LLC\n\n12 Water Street, Brooklyn\nBcc: all@example.com';
    expect(text.endsWith(`\n\n-- \nNorthwind Studio\n${lines}\n`)).toBe(true);
    expect(html).toContain(`">${lines}</p>`);
    expect(mailOf(id, letter(), 'engine.test').html).not.toContain('pre-line');
  });

  test('have buttons of its colour, with words that can be read on it; what is no colour is ours', () => {
    const button = (color: string | null) =>
      /background:(#\w+);color:(#\w+)">Open it/
        .exec(mailOf(id, letter({ from: sender({ color }) }), 'x').html)
        ?.slice(1);
    expect(button('#ffd54a')).toEqual(['#ffd54a', '#000']);
    expect(button('#0f7a4d')).toEqual(['#0f7a4d', '#fff']);
    for (const color of [null, 'red', '#fff', '#12345g', '#000000;x:y'])
      expect(button(color)).toEqual(['#2257c9', '#fff']);
  });

  test.each([
    ['#000000', '#fff'],
    ['#ffffff', '#000'],
    ['#757575', '#fff'],
    ['#767676', '#000'],
  ])('on %s one writes in %s', (color, ink) => {
    expect(inkOn(color)).toBe(ink);
  });

  test('are answered where it says, and nowhere that is no address', async () => {
    const mail = mailOf(id, letter({ from }), 'engine.test');
    expect(mail.replyTo).toBe('hello@northwind.example');
    expect(() => mailOf(id, letter({ from: sender({ replyTo: 'a@b\r\nBcc: c@d' }) }), 'x')).toThrow('no address');
  });
});

describe('files', () => {
  test('are readable, the owner’s alone, and one pair for one mail', async () => {
    const mail = mailOf(id, letter(), 'engine.test');
    const { mailer } = toolsOf((await testDatabase()).database);
    await mailer.send(mail);
    await mailer.send(mail);
    const files = fs.readdirSync(mailDirectory).filter((name) => name.startsWith(id));
    expect(files).toEqual([`${id}.html`, `${id}.txt`]);
    for (const name of files) expect(fs.statSync(path.join(mailDirectory, name)).mode & 0o777).toBe(0o600);
    expect(fs.statSync(mailDirectory).mode & 0o777).toBe(0o700);
    expect(fs.readFileSync(path.join(mailDirectory, `${id}.txt`), 'utf8')).toBe(
      `Message-ID: ${id}\nFrom: Northwind Studio\nTo: Inés Vázquez <ines@example.com>\nSubject: A word from us\n\n${mail.text}`,
    );
    expect(fs.readFileSync(path.join(mailDirectory, `${id}.html`), 'utf8')).toBe(mail.html);
  });
});

describe('SMTP', () => {
  let server: SmtpServer;
  let mailer: ReturnType<typeof smtpMailer>;
  beforeAll(async () => {
    server = await startSmtp();
    mailer = smtpMailer({ url: server.url, from: 'no-reply@engine.test', timeoutMs: 2_000 });
  });
  beforeEach(() => void server.received.splice(0));
  afterAll(async () => {
    await mailer.close();
    await server.close();
  });

  /** Works the queue over the double. */
  async function deliver(world: World) {
    const { database, log } = await testDatabase();
    const tools = { ...toolsOf(database), mailer };
    const job = sendMails({ tools, settings, kinds: [greeting], log });
    await world.runJobs([job, deliverEvents(database, [], log)]);
  }
  const headersOf = (data: string) => {
    const [head = ''] = data.split('\r\n\r\n', 1);
    return Object.fromEntries(
      head
        .replace(/\r\n[ \t]+/g, ' ')
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    );
  };

  test('carries text and HTML, under our address and the organization’s name', async () => {
    await mailer.send(mailOf(id, letter(), 'engine.test'));
    const [mail] = server.received;
    expect(mail).toMatchObject({ from: 'no-reply@engine.test', to: 'ines@example.com' });
    const headers = headersOf(mail?.data ?? '');
    expect(headers).toMatchObject({
      from: 'Northwind Studio <no-reply@engine.test>',
      to: '=?UTF-8?Q?In=C3=A9s_V=C3=A1zquez?= <ines@example.com>',
      subject: 'A word from us',
      'message-id': `<${id}@engine.test>`,
      'auto-submitted': 'auto-generated',
    });
    expect(headers['reply-to']).toBeUndefined();
    await mailer.send(mailOf(id, letter({ from: sender({ replyTo: 'hello@northwind.example' }) }), 'engine.test'));
    expect(headersOf(server.received[1]?.data ?? '')['reply-to']).toBe('hello@northwind.example');
    expect(headers['content-type']).toMatch(/^multipart\/alternative/);
    expect(mail?.data).toMatch(/content-type: text\/plain; charset=utf-8/i);
    expect(mail?.data).toMatch(/content-type: text\/html; charset=utf-8/i);
  });

  test('has no header that a name has made', async () => {
    const evil = 'Evil"\r\nBcc: all@example.com\r\nX-Evil: yes\r\n\r\nbody <x@y>';
    await mailer.send(
      mailOf(
        id,
        letter({ from: sender({ name: evil }), subject: evil, to: { name: evil, address: 'ines@example.com' } }),
        'x',
      ),
    );
    const [mail] = server.received;
    const headers = headersOf(mail?.data ?? '');
    expect(Object.keys(headers)).not.toContain('bcc');
    expect(Object.keys(headers)).not.toContain('x-evil');
    expect(server.received.map(({ to }) => to)).toEqual(['ines@example.com']);
    expect(headers.from).toMatch(/<no-reply@engine\.test>$/);
    expect(headers.to).toMatch(/<ines@example\.com>$/);
  });

  test('is tried again, with the same Message-ID', async () => {
    const world = await makeWorld();
    const address = newAddress();
    await ask(world, { address });
    server.refuse('END', '451 later');
    await deliver(world);
    expect(server.received).toEqual([]);
    const [job] = await queued(world);
    expect(job?.attempts).toBe(1);
    await retry(world);
    await deliver(world);
    expect(server.received.map(({ to }) => to)).toEqual([address]);
    expect(headersOf(server.received[0]?.data ?? '')['message-id']).toBe(`<${job?.payload.id}@engine.test>`);
    expect(await queued(world)).toEqual([]);
  });

  test('is given up where the other side refuses for good, and the log has no address', async () => {
    const world = await makeWorld();
    const address = newAddress();
    await ask(world, { address });
    server.refuse('RCPT', '550 nobody here');
    takeLogged();
    await deliver(world);
    expect(await queued(world)).toEqual([]);
    expect(server.received).toEqual([]);
    const logged = takeLogged().join();
    expect(logged).toContain('RCPT was answered 550');
    expect(logged).not.toContain(address);
  });

  test('waits for a server that is not there', async () => {
    const nobody = smtpMailer({ url: 'smtp://127.0.0.1:9', from: 'no-reply@engine.test', timeoutMs: 500 });
    await expect(nobody.send(mailOf(id, letter(), 'x'))).rejects.toThrow(/ECONNREFUSED/);
    await nobody.close();
  });
});

test('law 2: the queue has no address and no name in it', async () => {
  const world = await makeWorld();
  await ask(world, { orderId: id });
  const [job] = await queued(world);
  expect(job?.payload).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    kind: 'test.greeting',
    data: { orderId: id },
    organizationId: world.organizationId,
  });
  await mailTo(world, '', [greeting]);
});
