import { html, type Markup } from '../../kernel/html.ts';
import type { Page } from '../sign-in-page.ts';

const page = (status: number, title: string, body: Markup): Page => ({ status, title, body });

export const unknownIssuer = page(
  404,
  'There is no such issuer',
  html`<h1>There is no such issuer</h1>
<p>Nobody signs in this way here, or not any more.</p>`,
);

/** A journey that took too long, was begun in another browser, or was never begun. */
export const lostJourney = page(
  400,
  'Please begin again',
  html`<h1>Please begin again</h1>
<p>Signing in took longer than ten minutes, or was begun in another browser.</p>`,
);

/** Whatever the reason: who is not let in learns no more. */
export function notLetIn(issuer: string): Page {
  return page(
    403,
    'You are not signed in',
    html`<h1>You are not signed in</h1>
<p><bdi>${issuer}</bdi> vouches for nobody who may sign in here. Ask the organization for an invitation, or sign in another way.</p>`,
  );
}

export function unreachable(issuer: string): Page {
  return page(
    502,
    'Please try again',
    html`<h1>Please try again</h1>
<p><bdi>${issuer}</bdi> could not be asked who you are. Try again in a moment, or sign in another way.</p>`,
  );
}

export const notConfigured = page(
  503,
  'Not possible here',
  html`<h1>Not possible here</h1>
<p>This server is not set up for signing in this way.</p>`,
);

/** The account asks for its second factor. */
export function codeForm(isWrong: boolean): Page {
  return page(
    isWrong ? 403 : 200,
    'Your code, please',
    html`<h1>Your code, please</h1>
<p>Enter what your authenticator shows, or one of your recovery codes.</p>
${isWrong ? html`<p class="problem" role="alert">That code is wrong, or was used already.</p>\n` : null}<form method="post" action="/oidc/code">
<label for="code">Code</label>
<input id="code" name="code" autocomplete="one-time-code" autofocus required maxlength="40">
<button>Sign in</button>
</form>`,
  );
}

/** Leads on after a form: browsers follow no redirect from one to another origin. */
export function leadingOn(location: string): Page {
  return page(
    200,
    'You are signed in',
    html`<h1>You are signed in</h1>
<p><a href="${location}">Go on</a></p>`,
  );
}
