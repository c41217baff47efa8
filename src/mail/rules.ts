/**
 * The laws of mail.
 *
 *  1. It is asked for in the transaction that gives the reason, and sent after commit: at least once, always with the same
 *     Message-ID, so that whoever gets it twice sees it once.
 *  2. What it says is worked out when it is sent. The queue holds ids, and so neither addresses nor secrets.
 *  3. It has the same words as text and as HTML. What people have named is text in both, and one line of it in a header.
 *  4. A mail to an address that nobody has proven repeats no words of a stranger that could be a link.
 */
import { html } from '../kernel/html.ts';
import type { Letter, Mail } from '../kernel/mail.ts';

/** Law 3. */
export function mailOf(id: string, letter: Letter, serverName: string): Mail {
  const { to, from, subject } = letter;
  return {
    id,
    senderName: oneLine(from ?? serverName),
    to: { name: oneLine(to.name), address: checkedAddress(to.address) },
    subject: oneLine(subject),
    text: textOf(letter),
    html: htmlOf(letter),
  };
}

function textOf({ from, paragraphs, action, asides }: Letter): string {
  const parts = [
    ...paragraphs,
    ...(action ? [`${action.label}:\n${action.url}`] : []),
    ...asides,
    ...(from === null ? [] : [`-- \n${oneLine(from)}`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const style = {
  body: 'margin:0;padding:24px;background:#f4f5f7;font:16px/1.5 system-ui,sans-serif;color:#1c2024',
  card: 'max-width:480px;margin:0 auto;padding:32px;background:#fff;border:1px solid #dfe2e6;border-radius:12px',
  from: 'margin:0 0 16px;font-size:14px;color:#5b6470',
  paragraph: 'margin:0 0 16px',
  button:
    'display:inline-block;padding:12px 24px;border-radius:8px;background:#2257c9;color:#fff;font-weight:600;text-decoration:none',
  aside: 'margin:16px 0 0;font-size:14px;color:#5b6470;word-break:break-word',
};

function htmlOf({ from, subject, paragraphs, action, asides }: Letter): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${subject}</title>
</head>
<body style="${style.body}">
<div style="${style.card}">
${from === null ? null : html`<p style="${style.from}"><bdi>${from}</bdi></p>`}
${paragraphs.map((text) => html`<p style="${style.paragraph}">${text}</p>\n`)}
${action && html`<p style="${style.paragraph}"><a href="${action.url}" style="${style.button}">${action.label}</a></p>`}
${action && html`<p style="${style.aside}">If the button does not work, open this address: ${action.url}</p>`}
${asides.map((text) => html`<p style="${style.aside}">${text}</p>\n`)}
</div>
</body>
</html>
`.markup;
}

/** A text as a header can have it: what would begin a new line, or turn what is read round, becomes a space. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed();
}

const addressPattern = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u;

/** Whether mail can go there at all, as far as one can see. */
export function isAddress(text: string): boolean {
  return addressPattern.test(text);
}

function checkedAddress(address: string): string {
  if (!isAddress(address)) throw new Error('A mail was to go to what is no address.');
  return address;
}

/** Law 4: the words, or null where they could be taken for a link. */
export function harmless(words: string): string | null {
  const text = oneLine(words);
  return text.length > 60 || /[/:@]|\.\p{L}|\bwww\b/iu.test(text) ? null : text;
}
