import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { unique } from './unique.ts';

/** Somebody with an account at the issuer, as its tokens tell. */
export type Subject = { sub: string; email?: string; email_verified?: unknown } & Record<string, unknown>;

type Algorithm = 'RS256' | 'ES256' | 'EdDSA';
type Key = { kid: string; alg: Algorithm; privateKey: CryptoKey; publicKey: JWK };
type Grant = { params: URLSearchParams; subject: Subject };

/** How a token is signed: by the issuer's key, by one of the same name that is not the issuer's, by a shared secret, or not at all. */
type Signature = 'OWN' | 'STRANGERS' | 'SECRET' | 'NONE';

const seconds = () => Math.floor(Date.now() / 1_000);
const secretText = () => randomBytes(16).toString('hex');

async function makeKey(alg: Algorithm, kid = `key-${unique()}`): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

/**
 * An OpenID Connect issuer over real HTTP: discovery, authorization, token, keys, userinfo. Whoever comes is the subject that it
 * was told of. It minds what a good issuer minds, and does wrong what it is told to.
 */
export function createIssuer() {
  let url = '';
  let key: Key;
  let published: JWK[] = [];
  let subject: Subject = { sub: 'nobody' };
  const client = { id: `client-${unique()}`, secret: secretText() as string | null };
  const grants = new Map<string, Grant>();
  const people = new Map<string, Subject>();
  const requests: { path: string; params: Record<string, string>; authorization: string | null }[] = [];

  let lies: {
    metadata?: object;
    keys?: unknown;
    claims?: (claims: Record<string, unknown>) => Record<string, unknown>;
    signature?: Signature;
    people?: object;
    answers: Map<string, { status: number; body: string }>;
    delays: Map<string, number>;
  };
  const beHonest = () => {
    lies = { answers: new Map(), delays: new Map() };
  };
  beHonest();

  const metadata = () => ({
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/keys`,
    userinfo_endpoint: `${url}/people`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ...lies.metadata,
  });

  function authorize(params: URLSearchParams, response: http.ServerResponse) {
    const back = new URL(params.get('redirect_uri') ?? '');
    const isSound =
      params.get('client_id') === client.id &&
      params.get('response_type') === 'code' &&
      params.get('scope')?.split(' ').includes('openid') &&
      params.get('code_challenge_method') === 'S256';
    if (!isSound) return send(response, 400, { error: 'invalid_request' });
    const code = secretText();
    grants.set(code, { params, subject });
    back.searchParams.set('code', code);
    back.searchParams.set('state', params.get('state') ?? '');
    back.searchParams.set('iss', url);
    response.writeHead(302, { location: back.href }).end();
  }

  async function token(request: http.IncomingMessage, params: URLSearchParams, response: http.ServerResponse) {
    if (client.secret !== null && !knowsSecret(request, params))
      return send(response, 401, { error: 'invalid_client' });
    const grant = grants.get(params.get('code') ?? '');
    // A code works once, for whoever has the verifier, at the address that it was sent to.
    grants.delete(params.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(params.get('code_verifier') ?? '')
      .digest('base64url');
    const isSound =
      params.get('grant_type') === 'authorization_code' &&
      params.get('client_id') === client.id &&
      grant?.params.get('code_challenge') === challenge &&
      grant.params.get('redirect_uri') === params.get('redirect_uri');
    if (!grant || !isSound) return send(response, 400, { error: 'invalid_grant' });
    const access = secretText();
    people.set(access, grant.subject);
    send(response, 200, {
      access_token: access,
      token_type: 'Bearer',
      id_token: await idToken(grant),
      expires_in: 300,
    });
  }

  function knowsSecret({ headers }: http.IncomingMessage, params: URLSearchParams): boolean {
    const pair = `${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret ?? '')}`;
    const given = `Basic ${Buffer.from(pair).toString('base64')}`;
    return headers.authorization === given || params.get('client_secret') === client.secret;
  }

  async function idToken({ params, subject: about }: Grant): Promise<string> {
    const told: Record<string, unknown> = {
      iss: url,
      aud: client.id,
      exp: seconds() + 300,
      iat: seconds(),
      nonce: params.get('nonce'),
      ...about,
    };
    const claims = lies.claims?.(told) ?? told;
    const header = { alg: key.alg, kid: key.kid };
    switch (lies.signature ?? 'OWN') {
      case 'OWN':
        return await new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
      case 'STRANGERS':
        return await new SignJWT(claims).setProtectedHeader(header).sign((await makeKey(key.alg, key.kid)).privateKey);
      case 'SECRET':
        return await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode(client.secret ?? 'nothing'.repeat(6)));
      case 'NONE':
        return new UnsecuredJWT(claims).encode();
    }
  }

  function person({ headers }: http.IncomingMessage, response: http.ServerResponse) {
    const found = people.get(headers.authorization?.replace('Bearer ', '') ?? '');
    if (!found) return send(response, 401, { error: 'invalid_token' });
    send(response, 200, { ...found, ...lies.people });
  }

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://issuer.test');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const params = request.method === 'POST' ? new URLSearchParams(Buffer.concat(chunks).toString()) : searchParams;
    const authorization = request.headers.authorization ?? null;
    requests.push({ path, params: Object.fromEntries(params), authorization });
    const answer = lies.answers.get(path);
    const delay = lies.delays.get(path);
    if (delay !== undefined) await sleep(delay, undefined, { ref: false });
    if (answer) return void response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    if (path === '/.well-known/openid-configuration') return send(response, 200, metadata());
    if (path === '/keys') return send(response, 200, lies.keys ?? { keys: published });
    if (path === '/authorize') return authorize(params, response);
    if (path === '/token') return await token(request, params, response);
    if (path === '/people') return person(request, response);
    send(response, 404, { error: 'not_found' });
  }

  const server = http.createServer((request, response) => void handle(request, response));

  const issuer = {
    client,
    get url() {
      return url;
    },
    /** How often each path was asked for. */
    asked: (path: string) => requests.filter((one) => one.path === path).length,
    requests: (path: string) => requests.filter((one) => one.path === path),

    /** Who comes from now on. */
    expect: (who: Subject) => {
      subject = who;
    },
    /** What a browser does that is sent there: the person agrees, and is sent back. Answers where to. */
    visit: async (address: string): Promise<URL> => {
      const response = await fetch(address, { redirect: 'manual' });
      const location = response.headers.get('location');
      if (location === null) throw new Error(`The issuer answers ${response.status}: ${await response.text()}`);
      return new URL(location);
    },

    /** Signs with another key from now on; the old one is told no more. */
    rotate: async (alg: Algorithm = 'RS256', kid?: string) => {
      key = await makeKey(alg, kid);
      published = [key.publicKey];
    },
    /** A key that is told, but does not sign. */
    publish: async (alg: Algorithm, kid?: string) => void published.push((await makeKey(alg, kid)).publicKey),
    get kid() {
      return key.kid;
    },

    lieAbout: (told: Omit<Partial<typeof lies>, 'answers' | 'delays'>) => void Object.assign(lies, told),
    answer: (path: string, status: number, body: unknown = {}) =>
      void lies.answers.set(path, { status, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    delay: (path: string, milliseconds: number) => void lies.delays.set(path, milliseconds),
    beHonest,

    listen: async () => {
      await issuer.rotate();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve).unref());
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    forget: () => {
      requests.length = 0;
      client.secret ??= secretText();
      beHonest();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return issuer;
}

export type TestIssuer = ReturnType<typeof createIssuer>;

/** An issuer for the tests of a file: honest again, and without memories, before each. */
export function issuerForThisFile(): TestIssuer {
  const issuer = createIssuer();
  beforeAll(issuer.listen);
  afterEach(issuer.forget);
  afterAll(issuer.close);
  return issuer;
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
