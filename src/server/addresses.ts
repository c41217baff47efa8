import type http from 'node:http';
import ipaddr from 'ipaddr.js';

/**
 * From which address a request comes. Behind proxies of our own the socket's is the last one's, and each has noted in a header
 * whom it was asked by: `trusted` says how many of those at the end of the list are ours. What stands before them anybody may
 * have written.
 */
export function addressOf({ socket, headers }: http.IncomingMessage, trusted: number): string | null {
  const own = socket.remoteAddress ? plain(socket.remoteAddress) : null;
  if (trusted === 0) return own;
  const noted = String(headers['x-forwarded-for'] ?? '').split(',');
  const entry = noted.at(-trusted) ?? noted[0] ?? '';
  return plain(entry.trim()) ?? own;
}

/** An address in its one spelling, without brackets and port; null when it is none. */
function plain(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : null;
}
