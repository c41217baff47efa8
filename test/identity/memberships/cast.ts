import { encodeId } from '../../../src/kernel/id.ts';
import { request, settings } from '../../kit/client.ts';
import { makeWorld, type World } from '../../kit/world.ts';

/** Somebody with an account in two organizations, signed in to the first, which it owns. */
export async function makeTraveller() {
  const here = await makeWorld({ name: 'Northwind' });
  const there = await makeWorld({ name: 'Fabrikam' });
  const ada = await here.owned();
  const twin = await there.member();
  await there.rows.user.update({ where: { id: twin.id }, data: { accountId: ada.accountId } });
  const { secret, ...session } = await here.session({ user: ada });
  return { here, there, ada, twin, session, secret };
}

export const idOf = (world: World) => encodeId('Organization', world.organizationId);

// biome-ignore lint/suspicious/noExplicitAny: nothing is known about it
type Told = { status: number; data?: any; code?: string; cookies: string[] };

/** What the API answers to whoever has the token. */
export async function ask(secret: string | null, query: string, variables: object = {}): Promise<Told> {
  const headers: Record<string, string> = secret === null ? {} : { authorization: `Bearer ${secret}` };
  const response = await request({ headers, body: { query, variables } });
  const { data, errors } = (await response.json()) as { data?: object; errors?: { extensions: { code: string } }[] };
  return {
    status: response.status,
    data,
    code: errors?.[0]?.extensions.code,
    cookies: response.headers.getSetCookie(),
  };
}

/** The same as a browser asks from a page of ours. */
export async function askFromPage(secret: string, query: string, variables: object = {}): Promise<Told> {
  const headers = { cookie: `__Host-session=${secret}`, origin: settings.publicUrl, 'sec-fetch-site': 'same-origin' };
  const response = await request({ headers, body: { query, variables } });
  const { data } = (await response.json()) as { data?: object };
  return { status: response.status, data, cookies: response.headers.getSetCookie() };
}

export const whoAmI = '{ viewer { organization { id } account { email } } me { id } }';
