/**
 * The laws of mail.
 *
 *  1. It is asked for in the transaction that gives the reason, and sent after commit: at least once, always with the same
 *     Message-ID, so that whoever gets it twice sees it once.
 *  2. What it says is worked out when it is sent. The queue holds ids, and so neither addresses nor secrets.
 *  3. It has the same words as text and as HTML. What people have named is text in both, and one line of it in a header.
 *  4. A mail to an address that nobody has proven repeats no words of a stranger that could be a link: of a sender its name at
 *     most, and no signature.
 *  5. An organization's mails bear its name, its signature and its colour, and answers go where it says. What is written on
 *     the colour can be read on it.
 */
import { html } from '../kernel/html.ts';
import type { Letter, Mail, Sender } from '../kernel/mail.ts';

/** Law 3. */
export function mailOf(id: string, letter: Letter, serverName: string): Mail {
  const { to, from, subject } = letter;
  return {
    id,
    senderName: oneLine(from?.name ?? serverName),
    replyTo: from?.replyTo == null ? null : checkedAddress(from.replyTo),
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
    ...(from === null ? [] : [['-- ', oneLine(from.name), ...linesOf(from)].join('\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What an organization wants beneath its mails. */
function linesOf({ signature }: Sender): string[] {
  return signature === null ? [] : signature.split(/\r\n|\r|\n/).map(oneLine);
}

const style = {
  body: 'margin:0;padding:24px;background:#f4f5f7;font:16px/1.5 system-ui,sans-serif;color:#1c2024',
  card: 'max-width:480px;margin:0 auto;padding:32px;background:#fff;border:1px solid #dfe2e6;border-radius:12px',
  from: 'margin:0 0 16px;font-size:14px;color:#5b6470',
  paragraph: 'margin:0 0 16px',
  button: 'display:inline-block;padding:12px 24px;border-radius:8px;font-weight:600;text-decoration:none',
  aside: 'margin:16px 0 0;font-size:14px;color:#5b6470;word-break:break-word',
  signature:
    'max-width:480px;margin:16px auto 0;padding:0 32px;font-size:13px;color:#5b6470;word-break:break-word;white-space:pre-line',
};

const ourColor = '#2257c9';

/** Law 5: black or white, whichever stands out more. By WCAG's relative luminance. */
export function inkOn(color: string): '#fff' | '#000' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#fff' : '#000';
}

/** Whether the text is a colour as mails take it. */
export function isColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/.test(text);
}

function buttonOf(from: Sender | null): string {
  const color = from?.color && isColor(from.color) ? from.color : ourColor;
  return `${style.button};background:${color};color:${inkOn(color)}`;
}

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
${from === null ? null : html`<p style="${style.from}"><bdi>${from.name}</bdi></p>`}
${paragraphs.map((text) => html`<p style="${style.paragraph}">${text}</p>\n`)}
${action && html`<p style="${style.paragraph}"><a href="${action.url}" style="${buttonOf(from)}">${action.label}</a></p>`}
${action && html`<p style="${style.aside}">If the button does not work, open this address: ${action.url}</p>`}
${asides.map((text) => html`<p style="${style.aside}">${text}</p>\n`)}
</div>
${from?.signature ? html`<p style="${style.signature}">${linesOf(from).join('\n')}</p>` : null}
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

/** Law 4: the sender as an address may know it that nobody has proven; null where its name could be taken for a link. */
export function toStrangers(sender: Sender | null): Sender | null {
  const name = sender && harmless(sender.name);
  return name === null ? null : { ...(sender as Sender), name, signature: null };
}

/** Law 4: the words, or null where they could be taken for a link. */
export function harmless(words: string): string | null {
  const text = oneLine(words);
  return text.length > 60 || /[/:@]|\.\p{L}|\bwww\b/iu.test(text) ? null : text;
}
