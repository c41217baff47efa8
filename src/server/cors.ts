import type http from 'node:http';

/** What a page elsewhere may send, and what it may read of the answer beside its body. */
const allowed = {
  methods: 'GET, POST',
  headers: 'accept, authorization, content-type, idempotency-key, x-cost, x-request-id, x-requested-with',
  exposed: 'content-disposition, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id',
  /** How long a browser may remember it, in seconds. None does so for longer than a day. */
  maxAge: '86400',
} as const;

/**
 * Which pages of other origins may use the API: those that are listed, to the letter, and nobody else. Answers whether the
 * request was a browser's question for that, which is answered then.
 *
 * A listed page may come with the cookie, where the browser sends one: `SameSite=Lax` goes with pages of the same site only,
 * so that pages of another one use bearer tokens. And the cookie still counts with the header x-requested-with only.
 */
export function createCors(origins: readonly string[]) {
  const listed = new Set(origins);

  return (request: http.IncomingMessage, response: http.ServerResponse): boolean => {
    const { origin, 'access-control-request-method': asked } = request.headers;
    const isQuestion = request.method === 'OPTIONS' && asked !== undefined;
    // What is kept of this answer is no answer to somebody else.
    response.setHeader('vary', 'Origin');
    const isListed = origin !== undefined && listed.has(origin);
    if (isListed) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-allow-credentials', 'true');
      response.setHeader('access-control-expose-headers', allowed.exposed);
    }
    if (!isQuestion) return false;
    if (isListed) {
      response.setHeader('access-control-allow-methods', allowed.methods);
      response.setHeader('access-control-allow-headers', allowed.headers);
      response.setHeader('access-control-max-age', allowed.maxAge);
    }
    response.writeHead(isListed ? 204 : 403).end();
    return true;
  };
}
