import { html, type Markup } from '../../kernel/html.ts';
import type { Page } from '../sign-in-page.ts';

/** What is wrong with what was entered, above the field. */
const problemOf = (problem: string | null): Markup | null =>
  problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`;

type Confirmation = { email: string; organization: string; token: string; problem: string | null };

/** Whoever signed up proves the address, and enters the password that was chosen. */
export function confirmSignUp({ email, organization, token, problem }: Confirmation): Page {
  return {
    status: problem === null ? 200 : 403,
    title: 'Confirm your e-mail address',
    body: html`<p class="organization"><bdi>${organization}</bdi></p>
<h1>Confirm your address</h1>
<p>Enter the password that you have chosen, and <strong><bdi>${email}</bdi></strong> is confirmed.</p>
${problemOf(problem)}
<form method="post" action="/verify-email">
<input type="hidden" name="token" value="${token}">
<input type="email" name="email" value="${email}" autocomplete="username" hidden>
<label for="password">Password</label>
<input id="password" type="password" name="password" autocomplete="current-password" required autofocus>
<button>Confirm and sign in</button>
</form>
<p class="aside">Did you not sign up? Then close this page: nothing will come of it.</p>`,
  };
}

/** Whoever is signed in proves an address of the account. */
export function confirmAddress({ email, token }: { email: string; token: string }): Page {
  return {
    status: 200,
    title: 'Confirm your e-mail address',
    body: html`<h1>Confirm your address</h1>
<p>From now on you sign in with <strong><bdi>${email}</bdi></strong>.</p>
<form method="post" action="/verify-email">
<input type="hidden" name="token" value="${token}">
<button>Confirm</button>
</form>
<p class="aside">Is this account not yours? Then close this page.</p>`,
  };
}

export const addressConfirmed: Page = {
  status: 200,
  title: 'Your address is confirmed',
  body: html`<h1>Your address is confirmed</h1>
<p>You can close this page.</p>`,
};

export const signInFirst: Page = {
  status: 403,
  title: 'Sign in first',
  body: html`<h1>Sign in first</h1>
<p>An address is confirmed in the browser where you are signed in to its account. Sign in there, and open the link again.</p>`,
};

export const takenMeanwhile: Page = {
  status: 409,
  title: 'There is an account already',
  body: html`<h1>There is an account already</h1>
<p>An account with this e-mail address has come into being meanwhile. Sign in to it.</p>`,
};

/** Whoever has the link sets a password. */
export function newPassword({ token, problem }: { token: string; problem: string | null }): Page {
  return {
    status: problem === null ? 200 : 422,
    title: 'Set a new password',
    body: html`<h1>Set a new password</h1>
<p>It has 10 characters or more, and is easy to remember and hard to guess: a few words that don’t belong together.</p>
${problemOf(problem)}
<form method="post" action="/reset-password">
<input type="hidden" name="token" value="${token}">
<label for="password">New password</label>
<input id="password" type="password" name="password" autocomplete="new-password" minlength="10" maxlength="256" required autofocus>
<button>Set the password</button>
</form>
<p class="aside">It signs you out everywhere.</p>`,
  };
}

export const passwordSet: Page = {
  status: 200,
  title: 'Your password is set',
  body: html`<h1>Your password is set</h1>
<p>You are signed out everywhere. Sign in with the new password.</p>`,
};

/** Of a token that can be none the address is wrong; whatever else is the matter with it is the same to everybody. */
export function spentLink(status: 400 | 410): Page {
  return {
    status,
    title: 'This link does not work',
    body: html`<h1>This link does not work</h1>
<p>It works once, and for a while. Ask for a new one.</p>`,
  };
}
