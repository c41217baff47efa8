/**
 * How OpenID Connect is spoken.
 *
 *  1. An issuer tells about itself under its own address, and calls itself exactly so. It is reached over https, and so is all
 *     that it names; over http only on this very machine, where developers have theirs.
 *  2. Who is sent to an issuer comes back to one address of ours, in the browser that was sent, within ten minutes. Which issuer
 *     it is, the state, the nonce and the verifier travel in a cookie of that browser, sealed, and nowhere else.
 *  3. A code alone opens nothing: a hash of the verifier goes with the first request (S256), the verifier with the second.
 *  4. A token counts when one of the issuer's keys signed it with RS256, ES256 or EdDSA, when it is the issuer's, for us, with our
 *     nonce, not ended, and made within the last ten minutes. Clocks may differ by one minute.
 *  5. What an issuer tells, and its keys, are kept for an hour. A token that none of them fits lets them be fetched anew, once a
 *     minute at most: so new keys work at once, and nobody makes us ask without end.
 *  6. An address is somebody's when the issuer says that it is verified: in the token, or else where it tells about people.
 *  7. Why somebody is not let in stands in the log. They see that they are not.
 */
import { createHash } from 'node:crypto';
import { safeUrlOf } from '../../../kernel/input.ts';

/** What we are to an issuer. */
export type Registration = {
  issuer: string;
  applicationId: string;
  /** Null: the issuer trusts the verifier alone. */
  applicationSecret: string | null;
};

/** What an issuer tells about itself, as far as we use it. */
export type Metadata = {
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  keysAddress: string;
  peopleAddress: string | null;
  /** How it wants to be told the secret. */
  takesSecretIn: 'HEADER' | 'BODY';
  /** Whether it says who it is when it sends somebody back. */
  saysWhoItIs: boolean;
};

/** Whom an issuer vouches for. */
export type Claims = {
  subject: string;
  /** In lower case; null when it tells none. */
  email: string | null;
  /** Law 6. */
  isEmailVerified: boolean;
  firstName: string | null;
  lastName: string | null;
  /** Whether the person has shown the issuer more than one factor. */
  hasUsedSeveralFactors: boolean;
};

/** Law 7: `code` says how it failed, the message why. */
export class IssuerError extends Error {
  readonly code: 'ISSUER_UNAVAILABLE' | 'ISSUER_INVALID' | 'CODE_REFUSED' | 'TOKEN_INVALID';

  constructor(code: IssuerError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

// ------------------------------------------------------------------ the issuer

/** Where an issuer tells about itself. */
export function metadataAddress(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** Law 1. */
export function metadataOf(document: unknown, issuer: string): Metadata {
  const told = objectOf(document);
  if (told?.issuer !== issuer) throw unusable('it tells about another issuer, or none');
  const address = (name: string) => {
    const url = safeUrlOf(String(told[name] ?? ''));
    if (!url) throw unusable(`its ${name} is no address that is reached safely`);
    return url.href;
  };
  const challenges = listOf(told.code_challenge_methods_supported);
  if (challenges && !challenges.includes('S256')) throw unusable('it does not take S256');
  const methods = listOf(told.token_endpoint_auth_methods_supported);
  return {
    issuer,
    authorizationEndpoint: address('authorization_endpoint'),
    tokenEndpoint: address('token_endpoint'),
    keysAddress: address('jwks_uri'),
    peopleAddress: told.userinfo_endpoint === undefined ? null : address('userinfo_endpoint'),
    // Whoever does not say takes it in the header.
    takesSecretIn: !methods || methods.includes('client_secret_basic') ? 'HEADER' : 'BODY',
    saysWhoItIs: told.authorization_response_iss_parameter_supported === true,
  };
}

function unusable(why: string): IssuerError {
  return new IssuerError('ISSUER_INVALID', `What the issuer tells about itself can't be used: ${why}.`);
}

// ------------------------------------------------------------------ there and back

/** Law 2: what the browser carries there and back. */
export type Journey = {
  /** The issuer, as our addresses name it. */
  issuer: string;
  state: string;
  nonce: string;
  verifier: string;
  /** Until when it has to be back. */
  until: string;
  /** Where to, where an account can act in several organizations: the slug or id of one. */
  organization: string | null;
  /** The token of the invitation that is accepted by coming back. */
  invitation: string | null;
};

export const journeyMinutes = 10;

/** Where the browser is sent. Law 3. */
export function departure(
  { authorizationEndpoint }: Metadata,
  applicationId: string,
  { state, nonce, verifier }: Pick<Journey, 'state' | 'nonce' | 'verifier'>,
  redirectUri: string,
): string {
  const url = new URL(authorizationEndpoint);
  const asked = {
    response_type: 'code',
    scope: 'openid email profile',
    client_id: applicationId,
    redirect_uri: redirectUri,
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

/** Law 2. Null: there is none, another one, or one that took too long. */
export function journeyIn(kept: unknown, state: string, at: Date): Journey | null {
  const journey = kept as Journey | null;
  return journey && journey.state === state && new Date(journey.until) > at ? journey : null;
}

/** How the issuer is told who we are and what for. */
export function tokenRequest(
  { takesSecretIn }: Pick<Metadata, 'takesSecretIn'>,
  { applicationId, applicationSecret }: Registration,
  { code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
): { headers: Record<string, string>; body: string } {
  const fields = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: applicationId,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  if (applicationSecret !== null && takesSecretIn === 'HEADER') {
    const pair = `${formEncoded(applicationId)}:${formEncoded(applicationSecret)}`;
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    return { headers: { ...headers, authorization }, body: fields.toString() };
  }
  if (applicationSecret !== null) fields.set('client_secret', applicationSecret);
  return { headers, body: fields.toString() };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2);
}

// ------------------------------------------------------------------ the token

/** Law 4. */
export const algorithms = ['RS256', 'ES256', 'EdDSA'];
export const toleranceSeconds = 60;
export const tokenMinutes = 10;
/** Law 5. */
export const keptMinutes = 60;
export const leastMinutes = 1;

/** Law 4: what a token must say beyond what its signature and its times do. */
export function checkToken(payload: Record<string, unknown>, applicationId: string, nonce: string): void {
  if (payload.nonce !== nonce) throw new IssuerError('TOKEN_INVALID', 'The token has another nonce.');
  const { aud, azp } = payload;
  // One that is for several says to whom it was given.
  const isForSeveral = Array.isArray(aud) && aud.length > 1;
  if ((azp !== undefined || isForSeveral) && azp !== applicationId)
    throw new IssuerError('TOKEN_INVALID', 'The token was given to somebody else.');
}

/** Law 6. */
export function claimsOf(payload: Record<string, unknown>): Claims {
  const { sub, email, email_verified: isVerified, given_name: firstName, family_name: lastName, amr } = payload;
  if (typeof sub !== 'string' || sub === '' || sub.length > 255 || /\p{Cc}/u.test(sub))
    throw new IssuerError('TOKEN_INVALID', 'The token names nobody.');
  return {
    subject: sub,
    email: textOf(email)?.toLowerCase() ?? null,
    // Some write it in quotation marks.
    isEmailVerified: isVerified === true || isVerified === 'true',
    firstName: textOf(firstName),
    lastName: textOf(lastName),
    // RFC 8176 has this word for it, whatever the factors were.
    hasUsedSeveralFactors: listOf(amr)?.includes('mfa') ?? false,
  };
}

/** What the issuer tells about the person elsewhere, where the token does not. Law 6. */
export function claimsWith(claims: Claims, told: Record<string, unknown>): Claims {
  const more = claimsOf(told);
  if (more.subject !== claims.subject)
    throw new IssuerError('TOKEN_INVALID', 'The issuer tells about somebody else than its token does.');
  return {
    ...claims,
    email: more.email,
    isEmailVerified: more.isEmailVerified,
    firstName: claims.firstName ?? more.firstName,
    lastName: claims.lastName ?? more.lastName,
  };
}

function textOf(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.length > 255 || /\p{Cc}/u.test(text) ? null : text;
}

/** An object of JSON; null when it is anything else. */
export function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function listOf(value: unknown): unknown[] | null {
  return Array.isArray(value) ? value : null;
}
