import type http from 'node:http';
import type { Exchange } from '../graphql/direct.ts';
import { isToken } from '../identity/codes/rules.ts';
import { LimitReachedError, UnauthenticatedError } from '../kernel/errors.ts';
import type { Answer, Route } from './http.ts';
import { type Page, privacy, sendPage, tooMany } from './sign-in-page.ts';

// What the pages have in common that a link in a mail opens. Looking uses nothing up: programs look, people press the button.

/** A page that is looked at, and whose form is sent back to it. */
export function formPage(show: Answer, take: Answer): Route {
  return {
    methods: ['GET', 'HEAD', 'POST'],
    answer: (...exchange) => (exchange[0].method === 'POST' ? take : show)(...exchange),
  };
}

/** Of a form that may not have been read to its end, so that nothing follows on the same connection. */
export const closing = { connection: 'close' };

/** Sends the page, or the one that says why there is none; nothing where the work has answered. `refusal` throws what it does not know. */
export async function answerWith(
  response: http.ServerResponse,
  work: () => Promise<Page | null>,
  refusal: (error: unknown) => Page,
): Promise<void> {
  try {
    const made = await work();
    if (made) sendPage(response, made, closing);
  } catch (error) {
    sendPage(response, error instanceof LimitReachedError ? tooMany(error.message) : refusal(error), closing);
  }
}

/** Leads on, signed in. */
export function leadOn(response: http.ServerResponse, location: string, cookie: string): void {
  response.writeHead(303, { ...privacy, location, 'set-cookie': cookie }).end();
}

/** Of a link that opens nothing: what can be no token was cut short on its way. */
export function statusOf(token: string): 400 | 410 {
  return isToken(token) ? 410 : 400;
}

export function searchOf(request: http.IncomingMessage): URLSearchParams {
  return new URLSearchParams(request.url?.split('?')[1]);
}

export function deviceOf({ headers }: http.IncomingMessage, { ipAddress }: Exchange) {
  return { ipAddress, userAgent: headers['user-agent'] ?? null };
}

/** For `catch`: who is not signed in is nobody. */
export function nobodyAsNull(error: unknown): null {
  if (error instanceof UnauthenticatedError) return null;
  throw error;
}
