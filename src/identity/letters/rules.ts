import type { Letter, Sender } from '../../kernel/mail.ts';
import { harmless, toStrangers } from '../../mail/rules.ts';

// What the mails of accounts say. Which are sent, and when, is for the laws of accounts and codes.

type To = { name: string; address: string };
/** In whose name: the organization where the account was last; null where it is in none. */
type From = { from: Sender | null };

/** To whoever signs up: the link that makes an account of the wish. */
export function signUpLetter(wish: { email: string; firstName: string; organization: string; url: string }): Letter {
  const name = harmless(wish.firstName);
  const organization = harmless(wish.organization);
  return {
    to: { name: name ?? '', address: wish.email },
    from: organization === null ? null : { name: organization, replyTo: null, signature: null, color: null },
    subject: 'Confirm your e-mail address',
    paragraphs: [
      greeting(name),
      `Somebody, probably you, has signed up with this address${organization === null ? '' : ` for ${organization}`}.`,
      'Confirm that it is yours, and enter the password that you have chosen.',
    ],
    action: { label: 'Confirm my address', url: wish.url },
    asides: ['The link works once, and for a day.', 'Was it not you? Then ignore this mail: nothing will come of it.'],
  };
}

/** To whoever signs up with an address that has an account. */
export function accountExistsLetter({ email, url }: { email: string; url: string }): Letter {
  return {
    to: { name: '', address: email },
    from: null,
    subject: 'You have an account already',
    paragraphs: [
      greeting(null),
      `Somebody, probably you, has signed up with this address at ${url}. It has an account there already.`,
      'Sign in to it with your password. If you have forgotten that, ask for a link to set a new one.',
    ],
    action: null,
    asides: ['Was it not you? Then ignore this mail: nothing has changed.'],
  };
}

/** To whoever has forgotten a password. */
export function resetLetter({ to, from, url }: { to: To; url: string } & From): Letter {
  return {
    to,
    from,
    subject: 'Set a new password',
    paragraphs: [greeting(to.name), 'Somebody, probably you, has asked for a link to set a new password.'],
    action: { label: 'Set a new password', url },
    asides: [
      'The link works once, and for 15 minutes. A new password signs you out everywhere.',
      'Was it not you? Then ignore this mail: your password stays as it is.',
    ],
  };
}

/** To an address that is to be an account's. */
export function verifyLetter({ to, from, url }: { to: To; url: string } & From): Letter {
  return {
    to,
    from: toStrangers(from),
    subject: 'Confirm your e-mail address',
    paragraphs: [
      greeting(harmless(to.name)),
      'Confirm that this address is yours, in the browser where you are signed in.',
    ],
    action: { label: 'Confirm my address', url },
    asides: ['The link works once, and for a day.', 'Is this account not yours? Then ignore this mail.'],
  };
}

/** What the holder of an account is told because it changes how one signs in. */
export type Notice = keyof typeof notices;

const notices = {
  PASSWORD_CHANGED: ['Your password was changed', 'The password of your account was changed.'],
  TWO_FACTOR_ON: [
    'Signing in takes two factors now',
    'From now on, signing in to your account takes a code of your authenticator besides the password.',
  ],
  TWO_FACTOR_OFF: [
    'Signing in takes one factor now',
    'Signing in to your account takes no code of an authenticator any more.',
  ],
  RECOVERY_CODES_RENEWED: [
    'You have new recovery codes',
    'New recovery codes were made for your account. The old ones do not work any more.',
  ],
  RECOVERY_CODE_USED: [
    'A recovery code was used',
    'Somebody, probably you, has signed in to your account with a recovery code.',
  ],
} as const satisfies Record<string, readonly [subject: string, text: string]>;

export function noticeLetter({ to, from, notice }: { to: To; notice: Notice } & From): Letter {
  const [subject, text] = notices[notice];
  return {
    to,
    from,
    subject,
    paragraphs: [greeting(to.name), text],
    action: null,
    asides: ['Was it not you? Then set a new password at once, and have a look at where you are signed in.'],
  };
}

/** To the address that was the account's before. */
export function emailChangedLetter({ to, from }: { to: To } & From): Letter {
  return {
    to,
    from,
    subject: 'Your account has another e-mail address',
    paragraphs: [
      greeting(to.name),
      'Your account has another e-mail address now. You sign in with that one; this one is none of its any more.',
    ],
    action: null,
    asides: ['Was it not you? Then tell the organization that you work with at once.'],
  };
}

function greeting(name: string | null): string {
  return name ? `Hello ${name},` : 'Hello,';
}
