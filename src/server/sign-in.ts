import type http from 'node:http';
import * as magicLinks from '../clients/magic-links/commands.ts';
import { isToken } from '../clients/magic-links/rules.ts';
import { type Exchange, headerOf } from '../graphql/direct.ts';
import { tryOnce } from '../identity/attempts/commands.ts';
import { type Authenticate, cookieFor, isOwnPage } from '../identity/authentication.ts';
import { spent } from '../identity/codes/rules.ts';
import { type NewSession, revokeSession } from '../identity/sessions/commands.ts';
import { act, type Tools } from '../kernel/command.ts';
import type { Settings } from '../kernel/env.ts';
import { InvalidStateError, LimitReachedError, UnauthenticatedError } from '../kernel/errors.ts';
import { now } from '../kernel/time.ts';
import { formOf } from './forms.ts';
import type { Answer, Route } from './http.ts';
import { closing, deviceOf, formPage, leadOn, nobodyAsNull, searchOf } from './link-pages.ts';
import { originOf } from './portals.ts';
import { confirmation, notGood, notOurs, type Page, sendPage, signedOut, tooMany } from './sign-in-page.ts';

export type SignInOptions = {
  tools: Tools;
  settings: Settings;
  authenticate: Authenticate;
  /** Whether people go on to the portal of their organization. Else to GraphiQL: a demo's portal is none. */
  hasPortals: boolean;
};

/** Where a magic link leads: a page whose button signs in, and the way out again. */
export function signInRoutes({ tools, settings, authenticate, hasPortals }: SignInOptions): Record<string, Route> {
  const portal = (domain: string | null) => (hasPortals && domain !== null ? originOf(domain) : null);

  // A look at the page uses nothing up: programs that preview links look, too.
  const show: Answer = async (request, response, exchange) => {
    const token = searchOf(request).get('token') ?? '';
    const link = await find(token, exchange);
    if ('status' in link) return sendPage(response, link);
    const leadsTo = portal(link.organizationDomain);
    const { organizationName: organization, clientName: client } = link;
    sendPage(response, confirmation({ organization, client, token, leadsTo }));
  };

  const signIn: Answer = async (request, response, exchange) => {
    if (!isOwnPage(headerOf(request), settings.publicUrl)) return sendPage(response, notOurs, closing);
    const token = (await formOf(request))?.get('token') ?? '';
    const link = await find(token, exchange);
    if ('status' in link) return sendPage(response, link, closing);
    const session = await use(link, request, exchange);
    if (!session) return sendPage(response, notGood(statusOf(token)), closing);
    const location = portal(link.organizationDomain) ?? '/graphql';
    const cookie = cookieFor(settings.publicUrl, session, now());
    leadOn(response, location, cookie);
  };

  /** The link that the token opens, or the page that says why it opens none. Who guesses is soon told to wait. */
  async function find(token: string, { ipAddress }: Exchange): Promise<magicLinks.GoodLink | Page> {
    try {
      return await tryOnce(tools.database, { name: null, ipAddress }, async () => {
        const link = await magicLinks.find(tools.database, token);
        if (!link) throw spent();
        return link;
      });
    } catch (error) {
      if (error instanceof LimitReachedError) return tooMany(error.message);
      if (error instanceof InvalidStateError) return notGood(statusOf(token));
      throw error;
    }
  }

  async function use(link: magicLinks.GoodLink, request: http.IncomingMessage, exchange: Exchange) {
    const device = deviceOf(request, exchange);
    const holder = magicLinks.holderOf(link, exchange.requestId);
    return await act(tools, holder, magicLinks.use, { id: link.id, device }).catch(refusedAsNull<NewSession>);
  }

  const signOut: Answer = async (request, response, { requestId }) => {
    const header = headerOf(request);
    if (!isOwnPage(header, settings.publicUrl)) return sendPage(response, notOurs, closing);
    const viewer = await authenticate(header, requestId).catch(nobodyAsNull);
    if (viewer?.session) await act(tools, viewer, revokeSession, { id: viewer.session.id });
    sendPage(response, signedOut, { 'set-cookie': cookieFor(settings.publicUrl, null, now()) });
  };

  return {
    '/login': formPage(show, signIn),
    '/logout': { methods: ['POST'], answer: signOut },
  };
}

// What can be no token was cut short on its way.
function statusOf(token: string): 400 | 410 {
  return isToken(token) ? 410 : 400;
}

function refusedAsNull<Result>(error: unknown): Result | null {
  if (error instanceof InvalidStateError || error instanceof UnauthenticatedError) return null;
  throw error;
}
