import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settings } from '../kit/client.ts';
import { type Listening, listen, reply } from './listening.ts';

let server: Listening;
let plain: Listening;

beforeAll(async () => {
  const routes = { '/broken': { methods: ['GET'], answer: () => Promise.reject(new Error('a secret of ours')) } };
  server = await listen(settings, { routes });
  plain = await listen({ publicUrl: 'http://localhost', secret: null });
});
afterAll(async () => {
  await server.close();
  await plain.close();
});

const json = { 'content-type': 'application/json' };
const post = (query: string): RequestInit => ({ method: 'POST', headers: json, body: JSON.stringify({ query }) });

describe('every answer', () => {
  test.each<[string, string, RequestInit, number]>([
    ['to an operation', '/graphql', post('{ __typename }'), 200],
    ['to a query by GET', '/graphql?query={__typename}', {}, 200],
    ['to a stranger’s operation', '/graphql', post('{ tags { totalCount } }'), 401],
    ['to what is no operation', '/graphql', post('{'), 200],
    ['to what is no JSON', '/graphql', { method: 'POST', headers: json, body: '{' }, 400],
    ['to a form', '/graphql', { method: 'POST', body: new URLSearchParams({ query: '{ __typename }' }) }, 415],
    ['to a method that GraphQL does not have', '/graphql', { method: 'DELETE' }, 405],
    ['to a question for permission', '/graphql', { method: 'OPTIONS' }, 405],
    ['of a probe', '/healthz', {}, 200],
    ['of the figures', '/metrics', {}, 200],
    ['that leads on', '/', { headers: { accept: 'text/html' } }, 302],
    ['with the page to sign in', '/login?token=x', {}, 400],
    ['to a form from elsewhere', '/login', { method: 'POST', body: new URLSearchParams({ token: 'x' }) }, 403],
    ['with the page of an invoice that is none', '/invoices/x/x', {}, 404],
    ['to a method that is not possible', '/healthz', { method: 'POST' }, 405],
    ['where there is nothing', '/nothing', {}, 404],
    ['of what fails', '/broken', {}, 500],
  ])('%s is protected', async (_, path, init, status) => {
    const answer = await reply(`${server.url}${path}`, init);
    const told = Object.fromEntries(answer.headers);
    expect(answer.status).toBe(status);
    expect(told).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('geolocation=()'),
      'referrer-policy': expect.stringMatching(/^(no-referrer|same-origin)$/),
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-request-id': expect.any(String),
    });
    expect(Object.keys(told)).not.toContain('server');
    expect(Object.keys(told)).not.toContain('x-powered-by');
    expect(answer.text).not.toContain('secret of ours');
  });

  test('over plain http says nothing about https', async () => {
    const { headers } = await reply(`${plain.url}/graphql`, post('{ __typename }'));
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('no page', () => {
  test.each(['/login?token=x', '/invoices/x/x'])('runs a script, or anything from elsewhere: %s', async (path) => {
    const { headers } = await reply(`${server.url}${path}`, { headers: { accept: 'text/html' } });
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).not.toMatch(/script-src|unsafe|https?:|\*/);
  });
});
