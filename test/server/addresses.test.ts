import type http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf } from '../../src/server/addresses.ts';
import { password } from '../kit/builders/accounts.ts';
import { settings } from '../kit/client.ts';
import { makeWorld } from '../kit/world.ts';
import { type Listening, listen, reply } from './listening.ts';

function from(remoteAddress: string | undefined, forwarded?: string): http.IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as unknown as http.IncomingMessage;
}

describe('the address of a request', () => {
  test('without proxies of our own is the socket’s, whatever a header says', () => {
    expect(addressOf(from('192.0.2.1'), 0)).toBe('192.0.2.1');
    expect(addressOf(from('192.0.2.1', '198.51.100.9'), 0)).toBe('192.0.2.1');
    expect(addressOf(from('::ffff:192.0.2.1'), 0)).toBe('192.0.2.1');
    expect(addressOf(from('2001:DB8:0:0::1'), 0)).toBe('2001:db8::1');
    expect(addressOf(from(undefined), 0)).toBeNull();
  });

  test.each([
    [1, '198.51.100.9', '198.51.100.9'],
    [1, 'made up, 203.0.113.5, 198.51.100.9', '198.51.100.9'],
    [2, '203.0.113.5, 198.51.100.9', '203.0.113.5'],
    [2, '10.0.0.1, 203.0.113.5, 198.51.100.9', '203.0.113.5'],
    // Fewer than there should be: the first that anybody of ours has noted.
    [3, '203.0.113.5, 198.51.100.9', '203.0.113.5'],
    [1, '2001:db8::7', '2001:db8::7'],
    [1, '[2001:db8::7]:443', '2001:db8::7'],
    [1, '198.51.100.9:50123', '198.51.100.9'],
    [1, '::ffff:198.51.100.9', '198.51.100.9'],
  ])('behind %d of them is the one that the outermost was asked by: %s', (trusted, forwarded, address) => {
    expect(addressOf(from('192.0.2.1', forwarded), trusted)).toBe(address);
  });

  test.each(['', 'unknown', '_hidden', '198.51.100.9, ', '999.1.1.1', '<script>'])(
    'is the socket’s where a proxy has noted none: %j',
    (forwarded) => {
      expect(addressOf(from('192.0.2.1', forwarded), 1)).toBe('192.0.2.1');
    },
  );
});

describe('TRUST_PROXY', () => {
  let open: Listening;
  let behind: Listening;
  beforeAll(async () => {
    open = await listen(settings, { trustedProxies: 0 });
    behind = await listen(settings, { trustedProxies: 1 });
  });
  afterAll(async () => {
    await open.close();
    await behind.close();
  });

  test('says from where a session is', async () => {
    const world = await makeWorld();
    const { email } = await world.account({ people: [world.admin] });
    const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
    const addressFrom = async ({ url }: Listening) => {
      await reply(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.9' },
        body: JSON.stringify({ query, variables: { input: { email, password } } }),
      });
      const [row] = await world.rows.session.findMany({ where: { userId: world.admin.id }, orderBy: { id: 'desc' } });
      return row?.ipAddress;
    };
    expect(await addressFrom(open)).toBe('127.0.0.1');
    expect(await addressFrom(behind)).toBe('198.51.100.9');
  });
});
