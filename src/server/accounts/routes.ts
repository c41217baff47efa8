import type http from 'node:http';
import { type Exchange, headerOf } from '../../graphql/direct.ts';
import { tryOnce } from '../../identity/attempts/commands.ts';
import { type Authenticate, cookieFor, isOwnPage } from '../../identity/authentication.ts';
import { type FoundCode, findCode } from '../../identity/codes/commands.ts';
import { codePaths, spent } from '../../identity/codes/rules.ts';
import { verify } from '../../identity/emails/commands.ts';
import { reset } from '../../identity/passwords/commands.ts';
import * as signUp from '../../identity/sign-up/commands.ts';
import { act, type Tools } from '../../kernel/command.ts';
import type { Settings } from '../../kernel/env.ts';
import { InvalidInputError, InvalidStateError } from '../../kernel/errors.ts';
import { now } from '../../kernel/time.ts';
import { anonymousViewer } from '../../kernel/viewer.ts';
import { formOf } from '../forms.ts';
import type { Answer, Route } from '../http.ts';
import { answerWith, closing, deviceOf, formPage, leadOn, nobodyAsNull, searchOf, statusOf } from '../link-pages.ts';
import { notOurs, type Page, sendPage } from '../sign-in-page.ts';
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
  async function sent(request: http.IncomingMessage, exchange: Exchange) {
    if (!isOwnPage(headerOf(request), settings.publicUrl)) return null;
    const form = await formOf(request);
    return {
      token: form?.get('token') ?? '',
      password: form?.get('password') ?? '',
      device: deviceOf(request, exchange),
      settings,
    };
  }

  const showConfirmation: Answer = async (request, response, exchange) => {
    const token = tokenOf(request);
    await answerWith(
      response,
      async () => {
        const opened = await open(token, exchange);
        if ('signUp' in opened) return confirmationOf(opened.signUp, token, null);
        if (opened.code.kind !== 'VERIFY_EMAIL') throw spent();
        return pages.confirmAddress({ email: opened.code.email, token });
      },
      (error) => refusalOf(error, token),
    );
  };

  const confirm: Answer = async (request, response, exchange) => {
    const given = await sent(request, exchange);
    if (!given) return sendPage(response, notOurs, closing);
    const { token } = given;
    await answerWith(
      response,
      async () => {
        const opened = await open(token, exchange);
        if ('signUp' in opened) return await confirmSignUp(opened.signUp, given, response, exchange);
        const viewer = await authenticate(headerOf(request), exchange.requestId).catch(nobodyAsNull);
        if (viewer?.accountId !== opened.code.accountId) return pages.signInFirst;
        await act(tools, viewer, verify, given);
        return pages.addressConfirmed;
      },
      (error) => refusalOf(error, token),
    );
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
      leadOn(response, '/graphql', cookie);
      return null;
    } catch (error) {
      if (error instanceof InvalidStateError && error.code === 'WRONG_PASSWORD')
        return confirmationOf(wish, given.token, error.message);
      throw error;
    }
  }

  const showReset: Answer = async (request, response, exchange) => {
    const token = tokenOf(request);
    await answerWith(
      response,
      async () => {
        const opened = await open(token, exchange);
        if (!('code' in opened) || opened.code.kind !== 'RESET_PASSWORD') throw spent();
        return pages.newPassword({ token, problem: null });
      },
      (error) => refusalOf(error, token),
    );
  };

  const setPassword: Answer = async (request, response, exchange) => {
    const given = await sent(request, exchange);
    if (!given) return sendPage(response, notOurs, closing);
    const { token } = given;
    await answerWith(
      response,
      async () => {
        try {
          await act(tools, anonymousViewer(exchange.requestId), reset, given);
          return pages.passwordSet;
        } catch (error) {
          if (!(error instanceof InvalidInputError)) throw error;
          return pages.newPassword({ token, problem: `The ${error.message}` });
        }
      },
      (error) => refusalOf(error, token),
    );
  };

  return {
    [codePaths.VERIFY_EMAIL]: formPage(showConfirmation, confirm),
    [codePaths.RESET_PASSWORD]: formPage(showReset, setPassword),
  };
}

function refusalOf(error: unknown, token: string): Page {
  if (error instanceof InvalidInputError) return pages.takenMeanwhile;
  if (error instanceof InvalidStateError) return pages.spentLink(statusOf(token));
  throw error;
}

function confirmationOf(wish: signUp.FoundSignUp, token: string, problem: string | null): Page {
  return pages.confirmSignUp({ email: wish.email, organization: wish.organizationName, token, problem });
}

const tokenOf = (request: http.IncomingMessage) => searchOf(request).get('token') ?? '';
