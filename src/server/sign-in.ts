import type http from 'node:http';
import * as magicLinks from '../clients/magic-links/commands.ts';
import { isToken } from '../clients/magic-links/rules.ts';
import { headerOf } from '../graphql/direct.ts';
import { type Authenticate, isOwnPage, sessionCookie } from '../identity/authentication.ts';
import { type NewSession, revokeSession } from '../identity/sessions/commands.ts';
import { sessionHours } from '../identity/sessions/rules.ts';
import { act, type Tools } from '../kernel/command.ts';
import type { Settings } from '../kernel/env.ts';
import { InvalidStateError, UnauthenticatedError } from '../kernel/errors.ts';
import type { Viewer } from '../kernel/viewer.ts';
import type { Answer, Route } from './http.ts';
import { confirmation, notGood, notOurs, privacy, sendPage, signedOut } from './sign-in-page.ts';

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
  const show: Answer = async (request, response) => {
    const token = new URLSearchParams(request.url?.split('?')[1]).get('token') ?? '';
    const link = await magicLinks.find(tools.database, token);
    if (!link) return sendPage(response, notGood(statusOf(token)));
    const leadsTo = portal(link.organizationDomain);
    const { organizationName: organization, clientName: client } = link;
    sendPage(response, confirmation({ organization, client, token, leadsTo }));
  };

  const signIn: Answer = async (request, response, { requestId }) => {
    if (!isOwnPage(headerOf(request), settings.publicUrl)) return sendPage(response, notOurs, closing);
    const token = (await formOf(request))?.get('token') ?? '';
    const link = await magicLinks.find(tools.database, token);
    const session = link && (await use(link, request, requestId));
    if (!session) return sendPage(response, notGood(statusOf(token)), closing);
    const location = portal(link.organizationDomain) ?? '/graphql';
    response.writeHead(303, { ...privacy, location, 'set-cookie': cookie(session.secret, sessionHours * 3_600) }).end();
  };

  async function use(link: magicLinks.GoodLink, request: http.IncomingMessage, requestId: string) {
    const device = {
      ipAddress: request.socket.remoteAddress ?? null,
      userAgent: request.headers['user-agent'] ?? null,
    };
    const holder = magicLinks.holderOf(link, requestId);
    return await act(tools, holder, magicLinks.use, { id: link.id, device }).catch(refusedAsNull<NewSession>);
  }

  const signOut: Answer = async (request, response, { requestId }) => {
    const header = headerOf(request);
    if (!isOwnPage(header, settings.publicUrl)) return sendPage(response, notOurs, closing);
    const viewer = await authenticate(header, requestId).catch(refusedAsNull<Viewer>);
    if (viewer?.session) await act(tools, viewer, revokeSession, { id: viewer.session.id });
    sendPage(response, signedOut, { 'set-cookie': cookie('', 0) });
  };

  const cookie = (value: string, seconds: number) => {
    const { name, attributes } = sessionCookie(settings.publicUrl);
    return `${name}=${value}; Max-Age=${seconds}; ${attributes}`;
  };

  return {
    '/login': {
      methods: ['GET', 'HEAD', 'POST'],
      answer: (...exchange) => (exchange[0].method === 'POST' ? signIn : show)(...exchange),
    },
    '/logout': { methods: ['POST'], answer: signOut },
  };
}

/** A portal's origin; null when what was entered as its host name is none. */
function originOf(domain: string): string | null {
  const url = URL.parse(`https://${domain}/`);
  return url?.href === `${url?.origin}/` ? url.origin : null;
}

// What can be no token was cut short on its way.
function statusOf(token: string): 400 | 410 {
  return isToken(token) ? 410 : 400;
}

function refusedAsNull<Result>(error: unknown): Result | null {
  if (error instanceof InvalidStateError || error instanceof UnauthenticatedError) return null;
  throw error;
}

const closing = { connection: 'close' };
const mostBytes = 1_000;

/** The form that a browser sent; null when it is none, or too long for one of ours. */
async function formOf(request: http.IncomingMessage): Promise<URLSearchParams | null> {
  const { 'content-type': type = '', 'content-length': length } = request.headers;
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(type) || !(Number(length) <= mostBytes)) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
