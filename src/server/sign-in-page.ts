import { createHash } from 'node:crypto';
import type http from 'node:http';
import { html, type Markup } from '../kernel/html.ts';

const style = `
  :root { color-scheme: light dark; }
  * { box-sizing: border-box; margin: 0; }
  body {
    min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
    font: 1rem/1.5 system-ui, sans-serif; color: light-dark(#1c2024, #edeef0); background: light-dark(#f4f5f7, #111316);
  }
  main {
    width: 100%; max-width: 25rem; padding: 2.25rem 2rem; border-radius: 0.75rem; overflow-wrap: anywhere;
    background: light-dark(#fff, #1b1e22); border: 1px solid light-dark(#dfe2e6, #32373d);
  }
  .organization { font-size: 0.875rem; color: light-dark(#5b6470, #a2abb5); }
  h1 { margin: 0.25rem 0 1rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; }
  button {
    width: 100%; margin-top: 1.5rem; padding: 0.75rem; border: 0; border-radius: 0.5rem; cursor: pointer;
    font: inherit; font-weight: 600; color: #fff; background: #2257c9;
  }
  button:hover { background: #1b48a8; }
  button.second { margin-top: 0.75rem; color: inherit; background: none; border: 1px solid light-dark(#b8bfc8, #4a515a); }
  button:focus-visible { outline: 3px solid #8ab0ff; outline-offset: 2px; }
  label { display: block; margin-top: 1.25rem; font-size: 0.875rem; font-weight: 600; }
  input:not([type=hidden]):not([hidden]) {
    width: 100%; margin-top: 0.375rem; padding: 0.625rem 0.75rem; border-radius: 0.5rem; font: inherit; color: inherit;
    background: light-dark(#fff, #111316); border: 1px solid light-dark(#b8bfc8, #4a515a);
  }
  input:focus-visible { outline: 3px solid #8ab0ff; outline-offset: 1px; }
  .hint { margin-top: 0.375rem; font-size: 0.875rem; color: light-dark(#5b6470, #a2abb5); }
  .problem { margin-top: 1rem; color: light-dark(#a8261c, #ff9b90); }
  .aside { margin-top: 1rem; font-size: 0.875rem; color: light-dark(#5b6470, #a2abb5); }`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** A page, and where its form may lead besides this server. */
export type Page = { status: number; title: string; body: Markup; leadsTo?: string | null };

/** No script, nothing from elsewhere, in no frame, kept nowhere. */
export function sendPage(response: http.ServerResponse, page: Page, headers: http.OutgoingHttpHeaders = {}): void {
  const { status, title, body, leadsTo } = page;
  const { markup: text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  response.writeHead(status, { ...privacy, ...headers, ...contentHeaders(text, leadsTo ?? null) }).end(text);
}

// The address has the token in it, so no other server is told where somebody came from. Ours is: without, browsers would
// not even say that a form was sent from our own page.
export const privacy = { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' };

function contentHeaders(text: string, leadsTo: string | null): http.OutgoingHttpHeaders {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    // Browsers hold a redirect after a form to this, too.
    `form-action 'self'${leadsTo === null ? '' : ` ${leadsTo}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
  };
}

/** Who would sign in where, and the button that does it. */
export function confirmation(who: {
  organization: string;
  client: string;
  token: string;
  leadsTo: string | null;
}): Page {
  return {
    status: 200,
    title: `Sign in to ${who.organization}`,
    body: html`<p class="organization"><bdi>${who.organization}</bdi></p>
<h1>Sign in</h1>
<p>You are about to sign in as <strong><bdi>${who.client}</bdi></strong>.</p>
<form method="post" action="/login">
<input type="hidden" name="token" value="${who.token}">
<button>Sign in</button>
</form>
<p class="aside">The link works once. Is this not you? Then close this page.</p>`,
    leadsTo: who.leadsTo,
  };
}

/** Of a token that can be none the address is wrong; whatever else is the matter with it is the same to everybody. */
export function notGood(status: 400 | 410): Page {
  return {
    status,
    title: 'This link does not work',
    body: html`<h1>This link does not work</h1>
<p>A link to sign in with works once, and for two hours. Ask whoever sent it to you for a new one.</p>`,
  };
}

export const notOurs: Page = {
  status: 403,
  title: 'That was not sent from here',
  body: html`<h1>That was not sent from here</h1>
<p>Open the link that you were sent, and press the button on its page.</p>`,
};

export const signedOut: Page = {
  status: 200,
  title: 'You are signed out',
  body: html`<h1>You are signed out</h1>
<p>You can close this page.</p>`,
};

/** Whoever guesses, or sits beside somebody who does. */
export function tooMany(message: string): Page {
  return {
    status: 429,
    title: 'Please wait',
    body: html`<h1>Please wait</h1>
<p>${message}</p>`,
  };
}
