import { html, type Markup } from '../../kernel/html.ts';
import type { Page } from '../sign-in-page.ts';

export type InvitationForm = {
  token: string;
  organization: string;
  inviter: string | null;
  email: string;
  isClient: boolean;
  /** How whoever accepts shows that the address is theirs to act with. */
  proof: 'SESSION' | 'PASSWORD' | 'NEW_ACCOUNT';
  /** Whether the name is to be entered: of who is new. */
  asksForName: boolean;
  asksForCode: boolean;
  /** What was entered before. */
  entered: { firstName: string; lastName: string };
  /** Who else can vouch for the address, and where. */
  issuers: readonly { name: string; url: string }[];
  problem: string | null;
  /** The origin that accepting leads to, besides this server. */
  leadsTo: string | null;
};

/** Who asks whom, and the ways to accept or to decline. */
export function invitationPage(form: InvitationForm): Page {
  const { organization, inviter, email, isClient, proof, token, issuers, problem } = form;
  const what = isClient ? 'to its portal' : 'to join its team';
  return {
    status: problem === null ? 200 : 422,
    title: `Your invitation to ${organization}`,
    body: html`<p class="organization"><bdi>${organization}</bdi></p>
<h1>You are invited</h1>
<p><bdi>${inviter ?? 'Somebody'}</bdi> of <bdi>${organization}</bdi> invites <strong><bdi>${email}</bdi></strong> ${what}.</p>
${problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="/invitation">
<input type="hidden" name="token" value="${token}">
${proof === 'SESSION' ? html`<input type="hidden" name="session" value="yes">` : secretFields(form)}
<button>Accept</button>
</form>
${issuers.map(({ name, url }) => html`<p class="aside"><a href="${url}">Accept with <bdi>${name}</bdi></a></p>\n`)}
<form method="post" action="/invitation/decline">
<input type="hidden" name="token" value="${token}">
<button class="second">Decline</button>
</form>`,
    leadsTo: form.leadsTo,
  };
}

function secretFields({ proof, asksForName, asksForCode, entered, email }: InvitationForm): Markup {
  const isNew = proof === 'NEW_ACCOUNT';
  return html`<input type="email" name="email" value="${email}" autocomplete="username" hidden>
${
  asksForName
    ? html`<label for="firstName">First name</label>
<input id="firstName" name="firstName" value="${entered.firstName}" autocomplete="given-name" required maxlength="255">
<label for="lastName">Last name</label>
<input id="lastName" name="lastName" value="${entered.lastName}" autocomplete="family-name" required maxlength="255">`
    : null
}
${
  isNew
    ? html`<label for="password">A password for your new account</label>
<input id="password" type="password" name="password" autocomplete="new-password" minlength="10" maxlength="256" required aria-describedby="rule">
<p class="hint" id="rule">10 characters or more.</p>`
    : html`<label for="password">The password of your account</label>
<input id="password" type="password" name="password" autocomplete="current-password" required>`
}
${
  asksForCode
    ? html`<label for="code">A code of your authenticator</label>
<input id="code" name="code" autocomplete="one-time-code" required maxlength="40">`
    : null
}`;
}

export function declined(organization: string): Page {
  return {
    status: 200,
    title: 'You have declined',
    body: html`<h1>You have declined</h1>
<p>Nothing will come of the invitation of <bdi>${organization}</bdi>. You can close this page.</p>`,
  };
}

/** Whoever asks to come is refused, and may know why. */
export function notAccepted(message: string): Page {
  return {
    status: 403,
    title: 'Not accepted',
    body: html`<h1>Not accepted</h1>
<p>${message}</p>`,
  };
}

/** Of a token that can be none the address is wrong; whatever else is the matter with it is the same to everybody. */
export function spentLink(status: 400 | 410): Page {
  return {
    status,
    title: 'This link does not work',
    body: html`<h1>This link does not work</h1>
<p>It works once, and for some days. Ask whoever sent it to you for a new one.</p>`,
  };
}

export function restoration({ name, id, token }: { name: string; id: string; token: string }): Page {
  return {
    status: 200,
    title: `Open ${name} again`,
    body: html`<p class="organization"><bdi>${name}</bdi></p>
<h1>Open it again</h1>
<p><bdi>${name}</bdi> is archived. Opened again, it is as it was, for everybody.</p>
<form method="post" action="/organization/restore">
<input type="hidden" name="id" value="${id}">
<input type="hidden" name="token" value="${token}">
<button>Open it again</button>
</form>`,
  };
}

export function restored(name: string): Page {
  return {
    status: 200,
    title: `${name} is open again`,
    body: html`<h1>It is open again</h1>
<p><bdi>${name}</bdi> is as it was. Sign in as before.</p>`,
  };
}
