import type http from 'node:http';
import { type Exchange, headerOf } from '../../graphql/direct.ts';
import { type Authenticate, cookieFor, isOwnPage, sessionIn, viewerBehind } from '../../identity/authentication.ts';
import * as acceptance from '../../identity/invitations/acceptance/commands.ts';
import { act, type Tools } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import { InvalidInputError, InvalidStateError, UnauthenticatedError } from '../../kernel/errors.ts';
import { decodeId, encodeId } from '../../kernel/id.ts';
import type { OfferedIssuer } from '../../kernel/issuers.ts';
import { now } from '../../kernel/time.ts';
import { anonymousViewer, systemViewer, type Viewer } from '../../kernel/viewer.ts';
import * as organizations from '../../organizations/commands.ts';
import { formOf } from '../forms.ts';
import type { Answer, Route } from '../http.ts';
import { answerWith, closing, deviceOf, formPage, leadOn, nobodyAsNull, searchOf, statusOf } from '../link-pages.ts';
import { notOurs, type Page, sendPage } from '../sign-in-page.ts';
import * as pages from './pages.ts';

export type OrganizationPages = {
  tools: Tools;
  settings: Settings;
  authenticate: Authenticate;
  /** The deployment's issuers: who accepts an invitation with one needs no password. */
  offered: readonly OfferedIssuer[];
  /** Where people go on to who are signed in to an organization. */
  landing: (organizationId: string) => Promise<string>;
};

/** Where the mails lead by which organizations ask people to join, and owners open theirs again. Looking uses nothing up. */
export function organizationRoutes(options: OrganizationPages): Record<string, Route> {
  const { tools, settings, authenticate, offered, landing } = options;
  const { database } = tools;

  // ---------------------------------------------------------------- invitations

  const showInvitation: Answer = async (request, response, exchange) => {
    const token = searchOf(request).get('token') ?? '';
    await answerWith(
      response,
      async () => {
        const invitation = await acceptance.knownInvitation(tools, token, deviceOf(request, exchange));
        const isSignedIn = await isAccountOf(request, invitation.email, exchange);
        return pages.invitationPage(await formFor(invitation, token, isSignedIn));
      },
      (error) => refusalOf(error, token),
    );
  };

  /** Whether the browser is signed in to the account with the address. To look changes nothing, wherever it comes from. */
  async function isAccountOf(request: http.IncomingMessage, email: string, { requestId }: Exchange): Promise<boolean> {
    const secret = sessionIn(headerOf(request), settings.publicUrl);
    const viewer = secret && (await viewerBehind(database.pool, secret, requestId).catch(nobodyAsNull));
    if (!viewer || viewer.accountId === null) return false;
    const where = { id: viewer.accountId, email };
    return (await database.read(viewer, (db) => db.account.findUnique({ where, select: { id: true } }))) !== null;
  }

  async function formFor(
    invitation: acceptance.OpenInvitation,
    token: string,
    isSignedIn: boolean,
  ): Promise<pages.InvitationForm> {
    const { organizationId, organizationName, inviterName, email, kind, personName, hasAccount } = invitation;
    const own = await database.read(systemViewer(organizationId), (db) =>
      db.issuer.findMany({ select: { id: true, name: true }, orderBy: { name: 'asc' } }),
    );
    const known = [...own.map(({ id, name }) => ({ id: encodeId('Issuer', id), name })), ...offered];
    return {
      token,
      organization: organizationName,
      inviter: inviterName,
      email,
      isClient: kind === 'CLIENT',
      proof: isSignedIn ? 'SESSION' : hasAccount ? 'PASSWORD' : 'NEW_ACCOUNT',
      asksForName: !isSignedIn && !hasAccount && personName === null,
      asksForCode: false,
      entered: { firstName: '', lastName: '' },
      issuers: isSignedIn
        ? []
        : known.map(({ id, name }) => ({ name, url: `/oidc/${id}/start?invitation=${encodeURIComponent(token)}` })),
      problem: null,
      leadsTo: originIn(await landing(organizationId)),
    };
  }

  const acceptInvitation: Answer = async (request, response, exchange) => {
    const form = await sent(request);
    if (!form) return sendPage(response, notOurs, closing);
    const token = form.get('token') ?? '';
    const entered = (name: string) => form.get(name) ?? '';
    await answerWith(
      response,
      async () => {
        const viewer = entered('session') === '' ? null : await signedIn(request, exchange);
        const input = {
          token,
          firstName: entered('firstName'),
          lastName: entered('lastName'),
          password: entered('password'),
          code: entered('code'),
          device: deviceOf(request, exchange),
          settings,
        };
        try {
          const { session, organizationId } = await act(
            tools,
            viewer ?? anonymousViewer(exchange.requestId),
            acceptance.accept,
            input,
          );
          const cookie = cookieFor(settings.publicUrl, session, now());
          leadOn(response, await landing(organizationId), cookie);
          return null;
        } catch (error) {
          const problem = problemOf(error);
          if (!problem) throw error;
          const invitation = await acceptance.knownInvitation(tools, token, input.device);
          const again = await formFor(invitation, token, false);
          const { firstName, lastName } = input;
          return pages.invitationPage({ ...again, ...problem, entered: { firstName, lastName } });
        }
      },
      (error) => refusalOf(error, token),
    );
  };

  const declineInvitation: Answer = async (request, response, exchange) => {
    const form = await sent(request);
    if (!form) return sendPage(response, notOurs, closing);
    const token = form.get('token') ?? '';
    await answerWith(
      response,
      async () => {
        const input = { token, device: deviceOf(request, exchange), settings };
        const { organizationName } = await act(tools, anonymousViewer(exchange.requestId), acceptance.decline, input);
        return pages.declined(organizationName);
      },
      (error) => refusalOf(error, token),
    );
  };

  async function signedIn(request: http.IncomingMessage, { requestId }: Exchange): Promise<Viewer | null> {
    return await authenticate(headerOf(request), requestId).catch(nobodyAsNull);
  }

  // ---------------------------------------------------------------- organizations

  const findArchived = async (given: URLSearchParams) => {
    const id = decodeId('Organization', given.get('id') ?? '');
    const token = given.get('token') ?? '';
    return id && (await organizations.findByLink({ database, settings }, { id, token }));
  };

  const showRestoration: Answer = async (request, response) => {
    const given = searchOf(request);
    const found = await findArchived(given);
    if (!found) return sendPage(response, pages.spentLink(410));
    const { id, name } = found;
    sendPage(response, pages.restoration({ name, id: encodeId('Organization', id), token: given.get('token') ?? '' }));
  };

  const restore: Answer = async (request, response, { requestId }) => {
    const form = await sent(request);
    if (!form) return sendPage(response, notOurs, closing);
    const found = await findArchived(form);
    await answerWith(
      response,
      async () => {
        if (!found) return pages.spentLink(410);
        await act(tools, organizations.holderOf(found, requestId), organizations.restoreByLink, {});
        return pages.restored(found.name);
      },
      (error) => refusalOf(error, form.get('token') ?? ''),
    );
  };

  /** The form of a page of ours; null when it comes from elsewhere. */
  async function sent(request: http.IncomingMessage): Promise<URLSearchParams | null> {
    if (!isOwnPage(headerOf(request), settings.publicUrl)) return null;
    return (await formOf(request)) ?? new URLSearchParams();
  }

  return {
    '/invitation': formPage(showInvitation, acceptInvitation),
    '/invitation/decline': { methods: ['POST'], answer: declineInvitation },
    '/organization/restore': formPage(showRestoration, restore),
  };
}

const fieldNames: Readonly<Record<string, string>> = {
  firstName: 'The first name',
  lastName: 'The last name',
  password: 'The password',
};

/** What is wrong with the fields, as the page calls them. */
function inWords({ issues }: InvalidInputError): string {
  return issues
    .map(({ path: [field = ''], message }) => {
      const name = fieldNames[field];
      return name === undefined ? message : message.replace(new RegExp(`^${field}\\b`), name);
    })
    .join(' ');
}

/** What can be put right on the same page; null when it can't. */
function problemOf(error: unknown): Pick<pages.InvitationForm, 'problem' | 'asksForCode'> | null {
  if (error instanceof InvalidInputError) return { problem: inWords(error), asksForCode: false };
  if (!(error instanceof InvalidStateError)) return null;
  const { code, message } = error;
  if (code === 'WRONG_CREDENTIALS') return { problem: 'The password is wrong.', asksForCode: false };
  return code === 'TWO_FACTOR_NEEDED' || code === 'WRONG_CODE' ? { problem: message, asksForCode: true } : null;
}

function refusalOf(error: unknown, token: string): Page {
  if (error instanceof UnauthenticatedError) return notOurs;
  if (!(error instanceof InvalidStateError)) throw error;
  const isSpent = error.code === 'LINK_SPENT' || error.code === 'NOT_ARCHIVED';
  return isSpent ? pages.spentLink(statusOf(token)) : pages.notAccepted(error.message);
}

/** The origin of an address; null of one on this server. */
function originIn(location: string): string | null {
  return location.startsWith('/') ? null : location;
}
