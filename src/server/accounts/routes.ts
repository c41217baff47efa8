import type http from 'node:http';
import { type Exchange, headerOf } from '../../graphql/direct.ts';
import { tryOnce } from '../../identity/attempts/commands.ts';
import { type Authenticate, cookieFor, isOwnPage } from '../../identity/authentication.ts';
import { type FoundCode, findCode } from '../../identity/codes/commands.ts';
import { codePaths, isToken, spent } from '../../identity/codes/rules.ts';
import { verify } from '../../identity/emails/commands.ts';
import { reset } from '../../identity/passwords/commands.ts';
import * as signUp from '../../identity/sign-up/commands.ts';
import { act, type Tools } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import { InvalidInputError, InvalidStateError, LimitReachedError, UnauthenticatedError } from '../../kernel/errors.ts';
import { now } from '../../kernel/time.ts';
import { anonymousViewer } from '../../kernel/viewer.ts';
import { formOf } from '../forms.ts';
import type { Answer, Route } from '../http.ts';
import { notOurs, type Page, privacy, sendPage, tooMany } from '../sign-in-page.ts';
import * as pages from './pages.ts';

export type AccountPages = { tools: Tools; settings: Settings; authenticate: Authenticate };

/** What a token in a link opens: a sign-up, or something of an account. */
type Opened = { signUp: signUp.FoundSignUp } | { code: FoundCode };

/** Where the links lead that accounts are sent. Looking uses nothing up: programs look, people press the button. */
export function accountRoutes({ tools, settings, authenticate }: AccountPages): Record<string, Route> {
  const { database } = tools;

  async function open(token: string, { ipAddress }: Exchange): Promise<Opened> {
    return await tryOnce(database, { name: null, ipAddress }, async () => {
      const found = await signUp.findSignUp(database, token);
      if (found) return { signUp: found };
      const code = await findCode(database, token);
      if (!code) throw spent();
      return { code };
    });
  }

  /** What a form sent, and from where; null when it was sent from no page of ours. */
  async function sent(request: http.IncomingMessage, { ipAddress }: Exchange) {
    if (!isOwnPage(headerOf(request), settings.publicUrl)) return null;
    const form = await formOf(request);
    return {
      token: form?.get('token') ?? '',
      password: form?.get('password') ?? '',
      device: { ipAddress, userAgent: request.headers['user-agent'] ?? null },
      settings,
    };
  }

  const showConfirmation: Answer = async (request, response, exchange) => {
    const token = tokenOf(request);
    await answerWith(response, token, async () => {
      const opened = await open(token, exchange);
      if ('signUp' in opened) return confirmationOf(opened.signUp, token, null);
      if (opened.code.kind !== 'VERIFY_EMAIL') throw spent();
      return pages.confirmAddress({ email: opened.code.email, token });
    });
  };

  const confirm: Answer = async (request, response, exchange) => {
    const given = await sent(request, exchange);
    if (!given) return sendPage(response, notOurs, closing);
    const { token } = given;
    await answerWith(response, token, async () => {
      const opened = await open(token, exchange);
      if ('signUp' in opened) return await confirmSignUp(opened.signUp, given, response, exchange);
      const viewer = await authenticate(headerOf(request), exchange.requestId).catch(refusedAsNull);
      if (viewer?.accountId !== opened.code.accountId) return pages.signInFirst;
      await act(tools, viewer, verify, given);
      return pages.addressConfirmed;
    });
  };

  async function confirmSignUp(
    wish: signUp.FoundSignUp,
    given: NonNullable<Awaited<ReturnType<typeof sent>>>,
    response: http.ServerResponse,
    { requestId }: Exchange,
  ): Promise<Page | null> {
    try {
      const { session } = await act(tools, anonymousViewer(requestId), signUp.confirm, given);
      const cookie = cookieFor(settings.publicUrl, session, now());
      response.writeHead(303, { ...privacy, location: '/graphql', 'set-cookie': cookie }).end();
      return null;
    } catch (error) {
      if (error instanceof InvalidStateError && error.code === 'WRONG_PASSWORD')
        return confirmationOf(wish, given.token, error.message);
      throw error;
    }
  }

  const showReset: Answer = async (request, response, exchange) => {
    const token = tokenOf(request);
    await answerWith(response, token, async () => {
      const opened = await open(token, exchange);
      if (!('code' in opened) || opened.code.kind !== 'RESET_PASSWORD') throw spent();
      return pages.newPassword({ token, problem: null });
    });
  };

  const setPassword: Answer = async (request, response, exchange) => {
    const given = await sent(request, exchange);
    if (!given) return sendPage(response, notOurs, closing);
    const { token } = given;
    await answerWith(response, token, async () => {
      try {
        await act(tools, anonymousViewer(exchange.requestId), reset, given);
        return pages.passwordSet;
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        return pages.newPassword({ token, problem: `The ${error.message}` });
      }
    });
  };

  const page = (show: Answer, take: Answer): Route => ({
    methods: ['GET', 'HEAD', 'POST'],
    answer: (...exchange) => (exchange[0].method === 'POST' ? take : show)(...exchange),
  });

  return {
    [codePaths.VERIFY_EMAIL]: page(showConfirmation, confirm),
    [codePaths.RESET_PASSWORD]: page(showReset, setPassword),
  };
}

/** Sends the page, or the one that says why there is none; nothing where the work has answered. */
async function answerWith(
  response: http.ServerResponse,
  token: string,
  work: () => Promise<Page | null>,
): Promise<void> {
  try {
    const made = await work();
    if (made) sendPage(response, made, closing);
  } catch (error) {
    sendPage(response, refusalOf(error, token), closing);
  }
}

function refusalOf(error: unknown, token: string): Page {
  if (error instanceof LimitReachedError) return tooMany(error.message);
  if (error instanceof InvalidInputError) return pages.takenMeanwhile;
  if (error instanceof InvalidStateError) return pages.spentLink(isToken(token) ? 410 : 400);
  throw error;
}

function confirmationOf(wish: signUp.FoundSignUp, token: string, problem: string | null): Page {
  return pages.confirmSignUp({ email: wish.email, organization: wish.organizationName, token, problem });
}

function tokenOf(request: http.IncomingMessage): string {
  return new URLSearchParams(request.url?.split('?')[1]).get('token') ?? '';
}

function refusedAsNull(error: unknown): null {
  if (error instanceof UnauthenticatedError) return null;
  throw error;
}

const closing = { connection: 'close' };
