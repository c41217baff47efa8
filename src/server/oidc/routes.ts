import type http from 'node:http';
import { type Exchange, headerOf } from '../../graphql/direct.ts';
import { cookieFor, isOwnPage } from '../../identity/authentication.ts';
import {
  type Arrival,
  arrive,
  type Destination,
  findDestination,
  issuersOf,
  needsCode,
} from '../../identity/issuers/arrivals/commands.ts';
import { waitingMinutes } from '../../identity/issuers/arrivals/rules.ts';
import type { OpenId } from '../../identity/issuers/openid/jobs.ts';
import {
  departure,
  IssuerError,
  type Journey,
  journeyIn,
  journeyMinutes,
} from '../../identity/issuers/openid/rules.ts';
import type { Tools } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import { DomainError, InvalidStateError, LimitReachedError } from '../../kernel/errors.ts';
import type { OfferedIssuer } from '../../kernel/issuers.ts';
import type { Log } from '../../kernel/log.ts';
import { addMinutes, now } from '../../kernel/time.ts';
import { newToken } from '../../kernel/tokens.ts';
import { formOf } from '../forms.ts';
import { type Answer, type Route, sendJson } from '../http.ts';
import { deviceOf, searchOf } from '../link-pages.ts';
import { decodeSegment } from '../paths.ts';
import { notOurs, type Page, privacy, sendPage, tooMany } from '../sign-in-page.ts';
import { sealedCookies } from './cookies.ts';
import * as pages from './pages.ts';

export type OidcOptions = {
  tools: Tools;
  settings: Settings;
  /** The deployment's issuers. */
  offered: readonly OfferedIssuer[];
  openId: OpenId;
  log: Log;
  /** Where people go on to who are signed in to an organization. */
  landing: (organizationId: string) => Promise<string>;
};

/** What the browser keeps while it is asked for a code. */
type Waiting = Pick<Arrival, 'claims' | 'organization' | 'invitation'> & { issuer: string; until: string };

const waitingCookie = 'waiting';
// Each journey has its own, so that two tabs don't take each other's.
const journeyCookie = (state: string) => `journey_${state.slice(0, 8).replace(/[^\w-]/g, '')}`;

/** The ways to an issuer and back. */
export function oidcRoutes(options: OidcOptions): Record<string, Route> {
  const { tools, settings, offered, openId, log, landing } = options;
  const cookies = sealedCookies(tools.secrets, () => settings.publicUrl);
  const redirectUri = () => `${settings.publicUrl}/oidc/callback`;

  // The same for an organization that is not there as for one without issuers of its own.
  const list: Answer = async (request, response) => {
    const organization = searchOf(request).get('organization');
    const known = await issuersOf(tools.database, offered, organization);
    const search = organization === null ? '' : `?organization=${encodeURIComponent(organization)}`;
    const issuers = known.map(({ key, name }) => ({ name, url: `${settings.publicUrl}/oidc/${key}/start${search}` }));
    sendJson(response, 200, { issuers });
  };

  const start: Answer = async (request, response, exchange, { issuer = '' }) => {
    const destination = await findDestination(tools, offered, decodeSegment(issuer) ?? '');
    if (!destination) return sendPage(response, pages.unknownIssuer);
    try {
      const metadata = await openId.discover(destination.issuer);
      const journey: Journey = {
        issuer: destination.key,
        state: newToken(''),
        nonce: newToken(''),
        verifier: newToken(''),
        until: addMinutes(now(), journeyMinutes).toISOString(),
        organization: searchOf(request).get('organization'),
        invitation: searchOf(request).get('invitation'),
      };
      const cookie = cookies.set(journeyCookie(journey.state), journey, journeyMinutes);
      const location = departure(metadata, destination.applicationId, journey, redirectUri());
      response.writeHead(303, { ...privacy, location, 'set-cookie': cookie }).end();
    } catch (error) {
      sendPage(response, failed(error, destination, exchange));
    }
  };

  const callback: Answer = async (request, response, exchange) => {
    const search = searchOf(request);
    const state = search.get('state') ?? '';
    const name = journeyCookie(state);
    const journey = journeyIn(cookies.read(headerOf(request), name), state, now());
    const destination = journey && (await findDestination(tools, offered, journey.issuer));
    if (!journey || !destination) return sendPage(response, pages.lostJourney);
    const forget = cookies.remove(name);
    try {
      const metadata = await openId.discover(destination.issuer);
      checkSender(search.get('iss'), metadata);
      const code = search.get('code');
      if (code === null) throw new IssuerError('CODE_REFUSED', `The issuer sends nobody: ${errorIn(search)}.`);
      const claims = await openId.redeem(destination, { ...journey, code, redirectUri: redirectUri() });
      const { organization, invitation } = journey;
      const arrival = { destination, claims, organization, invitation, code: null };
      await finish(request, response, { ...arrival, forget, exchange });
    } catch (error) {
      sendPage(response, failed(error, destination, exchange), { 'set-cookie': forget });
    }
  };

  const giveCode: Answer = async (request, response, exchange) => {
    const header = headerOf(request);
    if (!isOwnPage(header, settings.publicUrl)) return sendPage(response, notOurs, { connection: 'close' });
    const code = (await formOf(request))?.get('code') ?? '';
    const waiting = cookies.read(header, waitingCookie) as Waiting | null;
    const isInTime = waiting !== null && new Date(waiting.until) > now();
    const destination = isInTime ? await findDestination(tools, offered, waiting.issuer) : null;
    if (!waiting || !destination) return sendPage(response, pages.lostJourney);
    const { claims, organization, invitation } = waiting;
    const forget = cookies.remove(waitingCookie);
    try {
      const arrival = { destination, claims, organization, invitation, code };
      await finish(request, response, { ...arrival, forget, exchange });
    } catch (error) {
      if (error instanceof InvalidStateError && error.code === 'WRONG_CODE')
        return sendPage(response, pages.codeForm(true));
      sendPage(response, failed(error, destination, exchange), { 'set-cookie': forget });
    }
  };

  type Finish = Omit<Arrival, 'device'> & {
    destination: Destination;
    /** The header that takes the cookie out of the browser that was good until now. */
    forget: string;
    exchange: Exchange;
  };

  /** Signs in whom the issuer vouches for, or asks for the second factor first. */
  async function finish(request: http.IncomingMessage, response: http.ServerResponse, arrival: Finish): Promise<void> {
    const { destination, claims, organization, invitation, code, forget, exchange } = arrival;
    const { requestId } = exchange;
    const device = deviceOf(request, exchange);
    try {
      const { session, organizationId } = await arrive(
        tools,
        destination,
        { claims, organization, invitation, code, device },
        requestId,
      );
      log.info({ issuer: destination.key, organizationId, requestId }, 'an issuer vouched for somebody');
      const location = await landing(organizationId);
      const headers = { 'set-cookie': [cookieFor(settings.publicUrl, session, now()), forget] };
      if (code !== null && !location.startsWith('/'))
        return sendPage(response, pages.leadingOn(location), { ...headers, refresh: `0; url=${location}` });
      response.writeHead(303, { ...privacy, location, ...headers }).end();
    } catch (error) {
      if (!needsCode(error)) throw error;
      const waiting: Waiting = {
        issuer: destination.key,
        claims,
        organization,
        invitation,
        until: addMinutes(now(), waitingMinutes).toISOString(),
      };
      const keep = cookies.set(waitingCookie, waiting, waitingMinutes);
      sendPage(response, pages.codeForm(false), { 'set-cookie': code === null ? [keep, forget] : [keep] });
    }
  }

  /** Why somebody is not let in stands in the log; they see a page that tells the least. */
  function failed(error: unknown, { key, name }: Destination, { requestId }: Exchange): Page {
    if (!(error instanceof IssuerError) && !(error instanceof DomainError)) throw error;
    log.warn({ issuer: key, code: error.code, reason: error.message, requestId }, 'an issuer let nobody in');
    if (error instanceof LimitReachedError) return tooMany(error.message);
    if (error.code === 'ENCRYPTION_NOT_CONFIGURED') return pages.notConfigured;
    if (error.code === 'ISSUER_UNAVAILABLE' || error.code === 'ISSUER_INVALID') return pages.unreachable(name);
    return pages.notLetIn(name);
  }

  return {
    '/oidc': { methods: ['GET'], answer: list, forPages: true },
    '/oidc/:issuer/start': { methods: ['GET'], answer: start },
    '/oidc/callback': { methods: ['GET'], answer: callback },
    '/oidc/code': { methods: ['POST'], answer: giveCode },
  };
}

/** Whoever mixes issuers up, so that one gets the code of another, is found out by who sends the browser back. */
function checkSender(sender: string | null, { issuer, saysWhoItIs }: { issuer: string; saysWhoItIs: boolean }): void {
  if (sender === issuer || (sender === null && !saysWhoItIs)) return;
  throw new IssuerError('CODE_REFUSED', 'Somebody else than the issuer sends the browser back.');
}

// RFC 6749 has a word for each reason. Whatever else stands there may be anything.
function errorIn(search: URLSearchParams): string {
  const error = search.get('error') ?? '';
  return /^[a-z_]{1,50}$/.test(error) ? error : 'without a reason';
}
