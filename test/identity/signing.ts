import { expect } from 'vitest';
import { accountMails } from '../../src/identity/letters/jobs.ts';
import { graphql } from '../generated/gql.ts';
import { clientOf, request, settings, type VariablesOf } from '../kit/client.ts';
import { success } from '../kit/expect.ts';
import { mailTo, type SentMail } from '../kit/mail.ts';
import { anonymous } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

export const SignIn = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      __typename
      ...Failure
      ... on SignInSuccess {
        token
        expiresAt
        organizationId
        organizations {
          organizationId
          name
          slug
        }
      }
    }
  }
`);

type SignInInput = VariablesOf<typeof SignIn>['input'];

/** What somebody without a credential is answered who signs in. */
export async function trySignIn(input: SignInInput) {
  return (await clientOf(anonymous).run(SignIn, { input })).signIn;
}

/** The token of a session that was got by signing in. */
export async function signIn(input: SignInInput): Promise<string> {
  return success(await trySignIn(input)).token as string;
}

/** Why it was refused: the error's name and code. */
export async function refusedSignIn(input: SignInInput): Promise<string> {
  const result = await trySignIn(input);
  return 'code' in result ? `${result.__typename} ${result.code}` : result.__typename;
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const ownPage = { 'sec-fetch-site': 'same-origin' };
export const cookieName = '__Host-session';

/** Who the server takes the bearer of the token for; why it refuses, where it does. */
export async function whoIs(token: string): Promise<string> {
  const response = await request({ headers: bearer(token), body: { query: '{ me { id } viewer { kind } }' } });
  const { data, errors } = (await response.json()) as {
    data?: { me: { id: string } };
    errors?: { extensions: { code: string } }[];
  };
  return data?.me.id ?? errors?.[0]?.extensions.code ?? 'nobody';
}

/** A mutation as the bearer of a token sends it: its answer, and what browsers are told to keep. */
// biome-ignore lint/suspicious/noExplicitAny: any mutation's answer
export async function send(query: string, headers: Record<string, string>, variables: object = {}): Promise<any> {
  const response = await request({ headers, body: { query, variables } });
  const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: object[] };
  return {
    ...(data ? { answer: Object.values(data)[0] } : {}),
    ...(errors ? { errors } : {}),
    status: response.status,
    cookie: response.headers.get('set-cookie'),
  };
}

/** What has been sent to the address, once all mail has gone out. */
export async function letters(world: World, address: string): Promise<SentMail[]> {
  return await mailTo(world, address, accountMails(world.tools, settings));
}

/** Does the work and asserts that neither the account nor anything of it changed. */
export async function accountUnchanged<Result>(
  world: World,
  accountId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await accountState(world, accountId);
  const result = await work();
  expect(await accountState(world, accountId), 'the rows of the account').toEqual(before);
  return result;
}

async function accountState({ rows }: World, id: string) {
  return {
    account: await rows.account.findUnique({ where: { id } }),
    codes: await rows.accountCode.findMany({ where: { accountId: id }, orderBy: { id: 'asc' } }),
    recoveryCodes: await rows.recoveryCode.findMany({ where: { accountId: id }, orderBy: { id: 'asc' } }),
    sessions: await rows.session.findMany({
      where: { user: { accountId: id } },
      orderBy: { id: 'asc' },
      omit: { lastUsedAt: true },
    }),
  };
}
