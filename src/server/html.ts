import { createHash } from 'node:crypto';
import { html, type Markup } from '../kernel/html.ts';

/** A page for people who follow a link: it can do nothing but be read, and nobody keeps it or learns where it was. */
export type Page = { body: Buffer; headers: Readonly<Record<string, string>> };

export type PageParts = { title: string; style: string; body: Markup };

export function pageOf({ title, style, body }: PageParts): Page {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
${body}
</body>
</html>
`;
  const bytes = Buffer.from(markup);
  return {
    body: bytes,
    headers: {
      ...privateHeaders([`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`]),
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(bytes.length),
    },
  };
}

/** What goes with everything that only the holder of a link may see; the policies are for what a page may load besides. */
export function privateHeaders(policies: readonly string[] = []): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      ...policies,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex, nofollow',
  };
}
