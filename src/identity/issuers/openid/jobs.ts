import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { type FetchOutbound, OutboundError, type OutboundRequest } from '../../../kernel/outbound.ts';
import { addMinutes, now } from '../../../kernel/time.ts';
import {
  algorithms,
  type Claims,
  checkToken,
  claimsOf,
  claimsWith,
  IssuerError,
  keptMinutes,
  leastMinutes,
  type Metadata,
  metadataAddress,
  metadataOf,
  objectOf,
  type Registration,
  tokenMinutes,
  tokenRequest,
  toleranceSeconds,
} from './rules.ts';

/** What somebody came back with, and what they left with. */
export type Arrival = { code: string; verifier: string; nonce: string; redirectUri: string };

/** Talks with issuers, and remembers what they tell about themselves. Everything rejects with an IssuerError. */
export type OpenId = {
  /** What the issuer tells about itself. */
  discover(issuer: string): Promise<Metadata>;
  /** Whom the issuer vouches for, for the code that it gave. */
  redeem(registration: Registration, arrival: Arrival): Promise<Claims>;
};

type Keys = ReturnType<typeof createLocalJWKSet>;

export function createOpenId(fetchOutbound: FetchOutbound): OpenId {
  const metadata = remembered(async (issuer) => metadataOf(await told(metadataAddress(issuer)), issuer));
  const keys = remembered(async (address) => keysOf(await told(address)));
  const discover: OpenId['discover'] = (issuer) => metadata(issuer, keptMinutes);

  async function told(address: string, request?: OutboundRequest): Promise<unknown> {
    const { status, body } = await answered(() => fetchOutbound(address, request));
    if (status !== 200) throw new IssuerError('ISSUER_UNAVAILABLE', `${address} answers ${status}.`);
    return parsed(body, address);
  }

  const redeem: OpenId['redeem'] = async (registration, arrival) => {
    const issuer = await discover(registration.issuer);
    const { idToken, accessToken } = await exchanged(issuer, registration, arrival);
    const payload = await verified(idToken, issuer, registration.applicationId);
    checkToken(payload, registration.applicationId, arrival.nonce);
    const claims = claimsOf(payload);
    if (claims.email !== null || issuer.peopleAddress === null || accessToken === null) return claims;
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
    return claimsWith(claims, objectOf(await told(issuer.peopleAddress, { headers, maxRedirects: 0 })) ?? {});
  };

  async function exchanged(issuer: Metadata, registration: Registration, arrival: Arrival) {
    const request = tokenRequest(issuer, registration, arrival);
    const { status, body } = await answered(() => fetchOutbound(issuer.tokenEndpoint, { method: 'POST', ...request }));
    if (status >= 500) throw new IssuerError('ISSUER_UNAVAILABLE', `${issuer.tokenEndpoint} answers ${status}.`);
    if (status !== 200) {
      throw new IssuerError('CODE_REFUSED', `The issuer gives no token: ${status} ${reasonIn(body)}.`);
    }
    const { id_token: idToken, access_token: accessToken } = objectOf(parsed(body, issuer.tokenEndpoint)) ?? {};
    if (typeof idToken !== 'string') throw new IssuerError('TOKEN_INVALID', 'The issuer gives no ID token.');
    return { idToken, accessToken: typeof accessToken === 'string' ? accessToken : null };
  }

  /** Laws 4 and 5. */
  async function verified(
    idToken: string,
    { issuer, keysAddress }: Metadata,
    applicationId: string,
  ): Promise<JWTPayload> {
    const verify = async (keysKept: number) => {
      const known = await keys(keysAddress, keysKept);
      const { payload } = await jwtVerify(idToken, known, {
        issuer,
        audience: applicationId,
        algorithms,
        requiredClaims: ['sub', 'exp', 'iat', 'nonce'],
        maxTokenAge: tokenMinutes * 60,
        clockTolerance: toleranceSeconds,
        currentDate: now(),
      });
      return payload;
    };
    try {
      return await verify(keptMinutes).catch((error: unknown) => {
        if (!fitsNoKey(error)) throw error;
        return verify(leastMinutes);
      });
    } catch (error) {
      if (error instanceof IssuerError) throw error;
      throw new IssuerError('TOKEN_INVALID', `The token does not count: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }

  return { discover, redeem };
}

/** Answers what was fetched within so many minutes, or else fetches it: once, however many want it. */
function remembered<Value extends object>(fetch: (address: string) => Promise<Value>) {
  const known = new LRUCache<string, { at: Date; value: Promise<Value> }>({ max: 500 });
  return (address: string, minutes: number): Promise<Value> => {
    const found = known.get(address);
    if (found && found.at > addMinutes(now(), -minutes)) return found.value;
    const made = { at: now(), value: fetch(address) };
    known.set(address, made);
    // A failure is not remembered.
    made.value.catch(() => known.get(address) === made && known.delete(address));
    return made.value;
  };
}

function fitsNoKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
}

function keysOf(document: unknown): Keys {
  try {
    return createLocalJWKSet(document as JSONWebKeySet);
  } catch (error) {
    throw new IssuerError('ISSUER_INVALID', 'The issuer tells no keys.', { cause: error });
  }
}

async function answered<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new IssuerError('ISSUER_UNAVAILABLE', `The issuer could not be asked: ${error.message}`, { cause: error });
  }
}

function parsed(body: Buffer, address: string): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new IssuerError('ISSUER_INVALID', `${address} answers no JSON.`);
  }
}

// RFC 6749 has a word for each reason. Whatever else stands there may be anything.
function reasonIn(body: Buffer): string {
  return /"error"\s*:\s*"([a-z_]{1,50})"/.exec(body.toString())?.[1] ?? 'without a reason';
}
