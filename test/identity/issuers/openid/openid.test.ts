import { describe, expect, test } from 'vitest';
import { type Arrival, createOpenId } from '../../../../src/identity/issuers/openid/jobs.ts';
import { departure, type IssuerError, type Registration } from '../../../../src/identity/issuers/openid/rules.ts';
import { createOutbound } from '../../../../src/kernel/outbound.ts';
import { minute, stopClock } from '../../../kit/clock.ts';
import { issuerForThisFile, type Subject } from '../../../kit/issuer.ts';

const issuer = issuerForThisFile();
const fetchOutbound = createOutbound({ privateHosts: ['127.0.0.1'] });
const redirectUri = 'https://engine.test/oidc/callback';

const ada: Subject = { sub: 'ada', email: 'ada@example.com', email_verified: true };
const registration = (): Registration => ({
  issuer: issuer.url,
  applicationId: issuer.client.id,
  applicationSecret: issuer.client.secret,
});

const secrets = () => ({ state: 's'.repeat(43), nonce: 'n'.repeat(43), verifier: 'v'.repeat(43) });

/** Goes to the issuer, and comes back with a code. */
async function travel(openId = createOpenId(fetchOutbound)): Promise<Arrival> {
  const journey = secrets();
  const address = departure(await openId.discover(issuer.url), issuer.client.id, journey, redirectUri);
  const { searchParams } = await issuer.visit(address);
  expect(searchParams.get('state')).toBe(journey.state);
  return { code: searchParams.get('code') ?? '', redirectUri, ...journey };
}

async function signIn(who: Subject, openId = createOpenId(fetchOutbound)) {
  issuer.expect(who);
  return await openId.redeem(registration(), await travel(openId));
}

/** Why it did not work. */
async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as IssuerError).code;
  }
  throw new Error('It worked.');
}

describe('an issuer', () => {
  test('vouches for whoever comes back with its code', async () => {
    expect(await signIn({ ...ada, given_name: 'Ada', family_name: 'Admin', amr: ['mfa'] })).toEqual({
      subject: 'ada',
      email: 'ada@example.com',
      isEmailVerified: true,
      firstName: 'Ada',
      lastName: 'Admin',
      hasUsedSeveralFactors: true,
    });
    expect(issuer.requests('/token')).toMatchObject([{ authorization: expect.stringMatching(/^Basic /) }]);
    // What the token tells is not asked for again.
    expect(issuer.asked('/people')).toBe(0);
  });

  test.each(['RS256', 'ES256', 'EdDSA'] as const)('may sign with %s', async (alg) => {
    await issuer.rotate(alg);
    expect(await signIn(ada)).toMatchObject({ subject: 'ada' });
    await issuer.rotate();
  });

  test('may want the secret in the body, or none', async () => {
    issuer.lieAbout({ metadata: { token_endpoint_auth_methods_supported: ['client_secret_post'] } });
    expect(await signIn(ada)).toMatchObject({ subject: 'ada' });
    expect(issuer.requests('/token')).toMatchObject([
      { authorization: null, params: { client_secret: issuer.client.secret } },
    ]);
    issuer.forget();
    issuer.client.secret = null;
    expect(await signIn(ada)).toMatchObject({ subject: 'ada' });
    expect(issuer.requests('/token')[0]?.params).not.toHaveProperty('client_secret');
  });

  test('may tell the address elsewhere', async () => {
    issuer.lieAbout({ claims: ({ email: _, email_verified: __, ...rest }) => rest });
    expect(await signIn(ada)).toMatchObject({ email: 'ada@example.com', isEmailVerified: true });
    expect(issuer.asked('/people')).toBe(1);
  });

  test('tells about itself and its keys once an hour', async () => {
    const clock = stopClock();
    const openId = createOpenId(fetchOutbound);
    await Promise.all([openId.discover(issuer.url), openId.discover(issuer.url)]);
    for (let time = 0; time < 3; time += 1) await signIn(ada, openId);
    expect([issuer.asked('/.well-known/openid-configuration'), issuer.asked('/keys')]).toEqual([1, 1]);
    clock.advance(59 * minute);
    await openId.discover(issuer.url);
    expect(issuer.asked('/.well-known/openid-configuration')).toBe(1);
    clock.advance(minute);
    await openId.discover(issuer.url);
    expect(issuer.asked('/.well-known/openid-configuration')).toBe(2);
  });

  test('may have other keys from one moment to the next: they are asked for once a minute at most', async () => {
    const clock = stopClock();
    const openId = createOpenId(fetchOutbound);
    await signIn(ada, openId);
    clock.advance(minute);
    await issuer.rotate();
    expect(await signIn(ada, openId)).toMatchObject({ subject: 'ada' });
    expect(issuer.asked('/keys')).toBe(2);
    await issuer.rotate();
    for (let time = 0; time < 3; time += 1) expect(await refusal(() => signIn(ada, openId))).toBe('TOKEN_INVALID');
    expect(issuer.asked('/keys')).toBe(2);
    clock.advance(minute);
    expect(await signIn(ada, openId)).toMatchObject({ subject: 'ada' });
    expect(issuer.asked('/keys')).toBe(3);
  });

  test('may have another key of the same name', async () => {
    const clock = stopClock();
    const openId = createOpenId(fetchOutbound);
    await signIn(ada, openId);
    await issuer.rotate('RS256', issuer.kid);
    clock.advance(minute);
    expect(await signIn(ada, openId)).toMatchObject({ subject: 'ada' });
  });

  test('that failed once is asked again', async () => {
    const openId = createOpenId(fetchOutbound);
    issuer.answer('/.well-known/openid-configuration', 503);
    expect(await refusal(() => openId.discover(issuer.url))).toBe('ISSUER_UNAVAILABLE');
    issuer.beHonest();
    expect(await openId.discover(issuer.url)).toMatchObject({ issuer: issuer.url });
  });
});

describe('law 4: a token does not count', () => {
  const lie = (claims: Record<string, unknown>) => issuer.lieAbout({ claims: (told) => ({ ...told, ...claims }) });
  const seconds = () => Math.floor(Date.now() / 1_000);

  test.each<[string, () => void]>([
    ['of another issuer', () => lie({ iss: 'https://accounts.example' })],
    ['for somebody else', () => lie({ aud: 'somebody else' })],
    ['for several, given to somebody else', () => lie({ aud: [issuer.client.id, 'x'], azp: 'x' })],
    ['with another nonce', () => lie({ nonce: 'x'.repeat(43) })],
    ['without a nonce', () => lie({ nonce: undefined })],
    ['that has ended', () => lie({ exp: seconds() - 61 })],
    ['that never ends', () => lie({ exp: undefined })],
    ['that was made long ago', () => lie({ iat: seconds() - 12 * 60 })],
    ['that will be made', () => lie({ iat: seconds() + 120 })],
    ['that is not valid yet', () => lie({ nbf: seconds() + 120 })],
    ['that does not say when it was made', () => lie({ iat: undefined })],
    ['that names nobody', () => lie({ sub: undefined })],
    ['that nobody signed', () => issuer.lieAbout({ signature: 'NONE' })],
    ['that is signed with our secret', () => issuer.lieAbout({ signature: 'SECRET' })],
    ['that somebody else signed', () => issuer.lieAbout({ signature: 'STRANGERS' })],
  ])('%s', async (_, tell) => {
    tell();
    expect(await refusal(() => signIn(ada))).toBe('TOKEN_INVALID');
  });

  test('nor one that is none', async () => {
    for (const id_token of [undefined, 7, '', 'x.y.z', '{}']) {
      issuer.answer('/token', 200, { access_token: 'x', id_token });
      expect(await refusal(() => signIn(ada))).toBe('TOKEN_INVALID');
    }
  });

  test('clocks may differ by a minute', async () => {
    lie({ iat: seconds() + 50, exp: seconds() + 100 });
    expect(await signIn(ada)).toMatchObject({ subject: 'ada' });
    lie({ exp: seconds() - 50 });
    expect(await signIn(ada)).toMatchObject({ subject: 'ada' });
  });
});

describe('nobody is let in', () => {
  test('without the verifier, at another address, or twice', async () => {
    const openId = createOpenId(fetchOutbound);
    issuer.expect(ada);
    const redeem = (arrival: Arrival) => openId.redeem(registration(), arrival);
    const arrival = await travel(openId);
    expect(await refusal(() => redeem({ ...arrival, verifier: 'w'.repeat(43) }))).toBe('CODE_REFUSED');
    const second = await travel(openId);
    expect(await refusal(() => redeem({ ...second, redirectUri: 'https://evil.test/oidc/callback' }))).toBe(
      'CODE_REFUSED',
    );
    const third = await travel(openId);
    expect(await redeem(third)).toMatchObject({ subject: 'ada' });
    expect(await refusal(() => redeem(third))).toBe('CODE_REFUSED');
    expect(await refusal(() => redeem({ ...third, code: 'made up' }))).toBe('CODE_REFUSED');
  });

  test('with a secret that is not ours', async () => {
    issuer.expect(ada);
    const openId = createOpenId(fetchOutbound);
    const arrival = await travel(openId);
    expect(await refusal(() => openId.redeem({ ...registration(), applicationSecret: 'wrong' }, arrival))).toBe(
      'CODE_REFUSED',
    );
  });

  test.each<[string, () => void, string]>([
    ['tells about another', () => issuer.lieAbout({ metadata: { issuer: 'https://x.example' } }), 'ISSUER_INVALID'],
    ['is none', () => issuer.answer('/.well-known/openid-configuration', 200, 'hello'), 'ISSUER_INVALID'],
    ['is not there', () => issuer.answer('/.well-known/openid-configuration', 404), 'ISSUER_UNAVAILABLE'],
    ['has no keys', () => issuer.lieAbout({ keys: { none: true } }), 'ISSUER_INVALID'],
    ['tells no keys', () => issuer.answer('/keys', 500), 'ISSUER_UNAVAILABLE'],
    ['gives no answer to codes', () => issuer.answer('/token', 502), 'ISSUER_UNAVAILABLE'],
    ['answers codes with HTML', () => issuer.answer('/token', 200, '<html>'), 'ISSUER_INVALID'],
    ['sends us on with the code', () => issuer.answer('/token', 307), 'CODE_REFUSED'],
    [
      'tells about somebody else elsewhere',
      () => issuer.lieAbout({ claims: ({ email: _, ...rest }) => rest, people: { sub: 'eve' } }),
      'TOKEN_INVALID',
    ],
  ])('where the issuer %s', async (_, tell, code) => {
    tell();
    expect(await refusal(() => signIn(ada))).toBe(code);
  });

  test('where the issuer is slow: the guard’s patience ends', async () => {
    const impatient: typeof fetchOutbound = (url, request) => fetchOutbound(url, { ...request, timeoutMs: 100 });
    issuer.delay('/token', 1_000);
    expect(await refusal(() => signIn(ada, createOpenId(impatient)))).toBe('ISSUER_UNAVAILABLE');
  });

  test('where the issuer is in our own network', async () => {
    const guarded = createOpenId(createOutbound());
    expect(await refusal(() => guarded.discover(issuer.url))).toBe('ISSUER_UNAVAILABLE');
    expect(issuer.asked('/.well-known/openid-configuration')).toBe(0);
  });
});
