import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as rules from '../../../../src/identity/issuers/openid/rules.ts';
import { isIssuerAddress } from '../../../../src/kernel/issuers.ts';

const issuer = 'https://issuer.example';
const document = {
  issuer,
  authorization_endpoint: `${issuer}/authorize?tenant=1`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
};

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as rules.IssuerError).code;
  }
};

describe('law 1: an issuer', () => {
  test.each([
    'https://accounts.google.com',
    'https://login.example/tenant/v2.0',
    'https://issuer.example:8443/',
    'http://127.0.0.1:4001',
    'http://localhost/realms/one',
    'http://[::1]:9',
  ])('may be %s', (address) => {
    expect(isIssuerAddress(address)).toBe(true);
  });

  test.each([
    ['plain http', 'http://issuer.example'],
    ['another scheme', 'ftp://issuer.example'],
    ['a file', 'file:///etc/passwd'],
    ['a name and password', 'https://user:secret@issuer.example'],
    ['a query', 'https://issuer.example?tenant=1'],
    ['an empty query', 'https://issuer.example?'],
    ['a fragment', 'https://issuer.example#x'],
    ['a space', 'https://issuer.example/ x'],
    ['a line', 'https://issuer.example/\nx'],
    ['no address', 'issuer.example'],
    ['nothing', ''],
    ['too much', `https://issuer.example/${'x'.repeat(2_000)}`],
  ])('is not %s', (_, address) => {
    expect(isIssuerAddress(address)).toBe(false);
  });

  test('tells about itself under its own address', () => {
    expect(rules.metadataAddress('https://a.example')).toBe('https://a.example/.well-known/openid-configuration');
    expect(rules.metadataAddress('https://a.example/b/')).toBe('https://a.example/b/.well-known/openid-configuration');
  });

  test('tells what we use; what it leaves out has its standard meaning', () => {
    expect(rules.metadataOf(document, issuer)).toEqual({
      issuer,
      authorizationEndpoint: `${issuer}/authorize?tenant=1`,
      tokenEndpoint: `${issuer}/token`,
      keysAddress: `${issuer}/keys`,
      peopleAddress: null,
      takesSecretIn: 'HEADER',
      saysWhoItIs: false,
    });
    const more = {
      ...document,
      userinfo_endpoint: `${issuer}/people`,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
    };
    expect(rules.metadataOf(more, issuer)).toMatchObject({
      peopleAddress: `${issuer}/people`,
      takesSecretIn: 'BODY',
      saysWhoItIs: true,
    });
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a list', [document]],
    ['about another issuer', { ...document, issuer: 'https://other.example' }],
    ['about one that differs by a slash', { ...document, issuer: `${issuer}/` }],
    ['about none', { ...document, issuer: undefined }],
    ['no address for people to go to', { ...document, authorization_endpoint: undefined }],
    ['a script', { ...document, authorization_endpoint: 'javascript:alert(1)' }],
    ['an address without TLS', { ...document, token_endpoint: 'http://issuer.example/token' }],
    ['keys that are no address', { ...document, jwks_uri: 7 }],
    ['people without TLS', { ...document, userinfo_endpoint: 'http://issuer.example/people' }],
    ['that it takes no S256', { ...document, code_challenge_methods_supported: ['plain'] }],
  ])('is not believed when it tells %s', (_, told) => {
    expect(codeOf(() => rules.metadataOf(told, issuer))).toBe('ISSUER_INVALID');
  });
});

describe('laws 2 and 3: there and back', () => {
  const journey = { issuer: 'google', state: 's'.repeat(43), nonce: 'n'.repeat(43), verifier: 'v'.repeat(43) };

  test('the browser carries a hash of the verifier, never the verifier', () => {
    const metadata = rules.metadataOf(document, issuer);
    const url = new URL(rules.departure(metadata, 'us', journey, 'https://engine.test/oidc/callback'));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: '1',
      response_type: 'code',
      scope: 'openid email profile',
      client_id: 'us',
      redirect_uri: 'https://engine.test/oidc/callback',
      state: journey.state,
      nonce: journey.nonce,
      code_challenge: createHash('sha256').update(journey.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    expect(url.href).not.toContain(journey.verifier);
  });

  test('a journey counts with its own state, until its time is over', () => {
    const until = new Date('2030-01-01T00:10:00.000Z');
    const kept = { ...journey, organization: null, invitation: null, until: until.toISOString() };
    const before = new Date(until.getTime() - 1);
    expect(rules.journeyIn(kept, journey.state, before)).toMatchObject(journey);
    expect(rules.journeyIn(kept, journey.state, until)).toBeNull();
    expect(rules.journeyIn(kept, 'x'.repeat(43), before)).toBeNull();
    expect(rules.journeyIn(kept, '', before)).toBeNull();
    expect(rules.journeyIn(null, journey.state, before)).toBeNull();
  });

  test('the secret goes where the issuer wants it, encoded as a form', () => {
    const registration = { issuer, applicationId: 'us & them', applicationSecret: 'a:b c%' };
    const arrival = { code: 'c', verifier: 'v', redirectUri: 'https://engine.test/oidc/callback' };
    const inHeader = rules.tokenRequest({ takesSecretIn: 'HEADER' }, registration, arrival);
    expect(Buffer.from(inHeader.headers.authorization?.slice(6) ?? '', 'base64').toString()).toBe(
      'us+%26+them:a%3Ab+c%25',
    );
    expect(inHeader.body).not.toContain('secret');
    const inBody = rules.tokenRequest({ takesSecretIn: 'BODY' }, registration, arrival);
    expect(inBody.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(inBody.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: 'https://engine.test/oidc/callback',
      code_verifier: 'v',
      client_id: 'us & them',
      client_secret: 'a:b c%',
    });
    const without = rules.tokenRequest(
      { takesSecretIn: 'BODY' },
      { ...registration, applicationSecret: null },
      arrival,
    );
    expect(without.body).not.toContain('secret');
    expect(without.headers.authorization).toBeUndefined();
  });
});

describe('law 4: a token', () => {
  const refused = (payload: object) => codeOf(() => rules.checkToken(payload as never, 'us', 'our nonce'));

  test('has our nonce, and is for us', () => {
    expect(refused({ aud: 'us', nonce: 'our nonce' })).toBeUndefined();
    expect(refused({ aud: ['us'], nonce: 'our nonce' })).toBeUndefined();
    expect(refused({ aud: ['us', 'them'], azp: 'us', nonce: 'our nonce' })).toBeUndefined();
  });

  test.each<[string, object]>([
    ['another nonce', { aud: 'us', nonce: 'another' }],
    ['no nonce', { aud: 'us' }],
    ['several readers, and does not say to whom it was given', { aud: ['us', 'them'], nonce: 'our nonce' }],
    ['been given to somebody else', { aud: ['us', 'them'], azp: 'them', nonce: 'our nonce' }],
    ['been given to somebody else for us', { aud: 'us', azp: 'them', nonce: 'our nonce' }],
  ])('does not count when it has %s', (_, payload) => {
    expect(refused(payload)).toBe('TOKEN_INVALID');
  });
});

describe('law 6: claims', () => {
  test('tell who it is, and whether the address is theirs', () => {
    expect(
      rules.claimsOf({
        sub: '117',
        email: ' Ada@Example.com ',
        email_verified: true,
        given_name: 'Ada',
        family_name: '',
        amr: ['pwd', 'mfa'],
      }),
    ).toEqual({
      subject: '117',
      email: 'ada@example.com',
      isEmailVerified: true,
      firstName: 'Ada',
      lastName: null,
      hasUsedSeveralFactors: true,
    });
    expect(rules.claimsOf({ sub: '117' })).toEqual({
      subject: '117',
      email: null,
      isEmailVerified: false,
      firstName: null,
      lastName: null,
      hasUsedSeveralFactors: false,
    });
  });

  test.each([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [1, false],
    ['yes', false],
    [{}, false],
    [undefined, false],
  ])('with email_verified %j: %j', (told, isVerified) => {
    expect(rules.claimsOf({ sub: '1', email: 'a@example.com', email_verified: told }).isEmailVerified).toBe(isVerified);
  });

  test.each([undefined, null, '', 7, 'x'.repeat(256), 'a\0b', { toString: () => 'x' }])(
    'name nobody with sub %j',
    (sub) => {
      expect(codeOf(() => rules.claimsOf({ sub }))).toBe('TOKEN_INVALID');
    },
  );

  test('are completed by what the issuer tells elsewhere about the same person, and nobody else', () => {
    const claims = rules.claimsOf({ sub: '117', given_name: 'Ada' });
    const told = { sub: '117', email: 'ada@example.com', email_verified: true, given_name: 'A.', family_name: 'Admin' };
    expect(rules.claimsWith(claims, told)).toEqual({
      ...claims,
      email: 'ada@example.com',
      isEmailVerified: true,
      firstName: 'Ada',
      lastName: 'Admin',
    });
    expect(codeOf(() => rules.claimsWith(claims, { ...told, sub: '118' }))).toBe('TOKEN_INVALID');
  });
});
