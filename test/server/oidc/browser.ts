import type { TestIssuer } from '../../kit/issuer.ts';
import { type Reply, reply, sendForm } from '../listening.ts';

/** A browser as far as signing in needs one: it keeps cookies, and says from which page it comes. */
export function openBrowser(base: string) {
  const jar = new Map<string, string>();

  function keep({ headers }: Reply): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=');
      if (attributes.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
  }
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  async function get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    const answer = await reply(`${base}${path}`, { headers: { cookie: cookie(), ...headers } });
    keep(answer);
    return answer;
  }

  const browser = {
    jar,
    get,
    /** A form of one of our pages. */
    send: async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
      const answer = await sendForm(`${base}${path}`, fields, {
        cookie: cookie(),
        'sec-fetch-site': 'same-origin',
        ...headers,
      });
      keep(answer);
      return answer;
    },
    /** Goes to the issuer; answers the way back that the issuer sends it. */
    leave: async (issuer: TestIssuer, key: string, search = ''): Promise<URL> => {
      const { status, headers, text } = await get(`/oidc/${key}/start${search}`);
      if (status !== 303) throw new Error(`It was not sent to the issuer: ${status} ${text}`);
      return await issuer.visit(headers.get('location') ?? '');
    },
    /** Comes back from where the issuer sends it. */
    arrive: (back: URL): Promise<Reply> => get(`${back.pathname}${back.search}`, { 'sec-fetch-site': 'cross-site' }),
    /** There and back. */
    signIn: async (issuer: TestIssuer, key: string, search = ''): Promise<Reply> =>
      browser.arrive(await browser.leave(issuer, key, search)),
    /** What the API says of who asks. */
    whoAmI: async (): Promise<{ kind: string; me: string; account: string | null; organization: string } | string> => {
      const query = '{ viewer { kind account { email } organization { id } } me { id } }';
      const { text } = await reply(`${base}/graphql`, {
        method: 'POST',
        headers: { cookie: cookie(), 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const { data, errors } = JSON.parse(text);
      if (!data) return errors[0].extensions.code;
      const { kind, account, organization } = data.viewer;
      return { kind, me: data.me.id, account: account?.email ?? null, organization: organization.id };
    },
  };
  return browser;
}

export type Browser = ReturnType<typeof openBrowser>;
