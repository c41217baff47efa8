import type http from 'node:http';

const year = 31_536_000;

/**
 * What every answer says, whatever it is: what it may do in a browser is nothing, until a page says what it needs. A page that
 * sets one of these itself replaces it.
 */
export function protectiveHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    // An allowed page reads answers by CORS, which this does not hold for; others can't even embed them.
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // For browsers that don't know frame-ancestors.
    'x-frame-options': 'DENY',
    // Said over plain http it would be ignored; said on the machine of a developer it would be a nuisance.
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': `max-age=${year}` } : {}),
  };
}

export function setHeaders(response: http.ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const name in headers) response.setHeader(name, headers[name] as string);
}
