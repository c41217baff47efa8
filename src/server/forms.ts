import type http from 'node:http';

const mostBytes = 10_000;

/** The form that a browser sent; null when it is none, does not say how long it is, or is too long for one of ours. */
export async function formOf(request: http.IncomingMessage): Promise<URLSearchParams | null> {
  const { 'content-type': type = '', 'content-length': length } = request.headers;
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(type) || !(Number(length) <= mostBytes)) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
