import { describe, expect, test } from 'vitest';
import { issueList } from '../../src/kernel/errors.ts';
import { hostName, opens, restoreToken } from '../../src/organizations/rules.ts';

/** The host name, or what is the matter with it. */
function read(text: string | null | undefined): string | null | undefined {
  const issues = issueList();
  const name = hostName(issues, 'domain', text);
  try {
    issues.throwIfAny();
    return name;
  } catch (error) {
    return (error as { issues: { code: string }[] }).issues[0]?.code;
  }
}

describe('law 5: the domain of a portal', () => {
  test.each([
    ['portal.example.com', 'portal.example.com'],
    [' Portal.Example.COM ', 'portal.example.com'],
    ['büro.example', 'xn--bro-hoa.example'],
    ['xn--bro-hoa.example', 'xn--bro-hoa.example'],
    ['a.b.c.d.example', 'a.b.c.d.example'],
    ['7-eleven.example', '7-eleven.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
    ['', null],
    [' ', null],
    [null, null],
    [undefined, undefined],
  ])('%j is kept as %j', (text, kept) => {
    expect(read(text)).toBe(kept);
  });

  test.each([
    'localhost',
    'portal',
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '[::1]',
    '1.2.3.4.5',
    'portal.example.com:8443',
    'https://portal.example.com',
    'portal.example.com/path',
    'portal.example.com?a=b',
    'portal.example.com#x',
    'user@portal.example.com',
    'portal..example',
    '.example.com',
    'portal.example.',
    '-portal.example',
    'portal-.example',
    'por tal.example',
    'portal.example\r\nset-cookie: a=b',
    'portal.example; script-src *',
    'por%74al.example',
    'por_tal.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
  ])('%j is none', (text) => {
    expect(read(text)).toBe('INVALID');
  });
});

describe('law 4: the link that opens an archived organization again', () => {
  const closing = { id: '019a0000-0000-7000-8000-000000000001', archivedAt: new Date('2030-01-01T00:00:00.000Z') };
  const secret = 's'.repeat(32);
  const token = restoreToken(closing, secret);

  test('is good for thirty days, for this organization and this time', () => {
    expect(token).toMatch(/^[\w-]{32}$/);
    const opened = (at: string, change: object = {}, given = token, by = secret) =>
      opens(given, { ...closing, ...change }, by, new Date(at));
    expect(opened('2030-01-01T00:00:00.000Z')).toBe(true);
    expect(opened('2030-01-30T23:59:59.999Z')).toBe(true);
    expect(opened('2030-01-31T00:00:00.000Z')).toBe(false);
    expect(opened('2030-01-02T00:00:00.000Z', { archivedAt: new Date('2030-01-01T00:00:00.001Z') })).toBe(false);
    expect(opened('2030-01-02T00:00:00.000Z', { id: '019a0000-0000-7000-8000-000000000002' })).toBe(false);
    expect(opened('2030-01-02T00:00:00.000Z', {}, token, 't'.repeat(32))).toBe(false);
    for (const other of ['', 'x', token.slice(1), `${token}x`, 'é'.repeat(16)])
      expect(opened('2030-01-02T00:00:00.000Z', {}, other)).toBe(false);
  });
});
