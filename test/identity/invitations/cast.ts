import { invitationMails } from '../../../src/identity/invitations/jobs.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { request, settings, type VariablesOf } from '../../kit/client.ts';
import { takeLogged } from '../../kit/db.ts';
import { mailTo, type SentMail } from '../../kit/mail.ts';
import type { Actor } from '../../kit/viewers.ts';
import type { World } from '../../kit/world.ts';

const InvitationCreate = graphql(`
  mutation InvitationCreate($input: InvitationCreateInput!) {
    invitationCreate(input: $input) {
      ... on InvitationCreateSuccess {
        invitation {
          id
          kind
          email
          status
          role {
            name
          }
          user {
            id
          }
          inviter {
            id
          }
          expiresAt
        }
      }
      ...Failure
    }
  }
`);

const InvitationResend = graphql(`
  mutation InvitationResend($input: InvitationResendInput!) {
    invitationResend(input: $input) {
      ... on InvitationResendSuccess {
        invitation {
          status
          sentAt
          expiresAt
        }
      }
      ...Failure
    }
  }
`);

const InvitationRevoke = graphql(`
  mutation InvitationRevoke($input: InvitationRevokeInput!) {
    invitationRevoke(input: $input) {
      ... on InvitationRevokeSuccess {
        invitation {
          status
          revokedAt
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof InvitationCreate>['input'];

export const create = async (world: World, input: Partial<Input> & { email: string }, actor: Actor = world.admin) => {
  const roleId = encodeId('Role', world.roles.contractor.id);
  return (await world.as(actor).run(InvitationCreate, { input: { roleId, ...input } })).invitationCreate;
};
export const resend = async (world: World, { id }: { id: string }, actor: Actor = world.admin) =>
  (await world.as(actor).run(InvitationResend, { input: { id: encodeId('Invitation', id) } })).invitationResend;
export const revoke = async (world: World, { id }: { id: string }, actor: Actor = world.admin) =>
  (await world.as(actor).run(InvitationRevoke, { input: { id: encodeId('Invitation', id) } })).invitationRevoke;

/** What was sent to the address so far. */
export const mailsTo = (world: World, address: string): Promise<SentMail[]> =>
  mailTo(world, address, invitationMails(world.tools, settings));

const InvitationAccept = `mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) {
  __typename
  ... on InvitationAcceptSuccess { token organizationId organizations { organizationId } }
  ... on Error { code }
  ... on InvalidInputError { issues { path code } }
} }`;
const InvitationDecline = `mutation ($input: InvitationDeclineInput!) { invitationDecline(input: $input) {
  __typename
  ... on InvitationDeclineSuccess { organizationName }
  ... on Error { code }
} }`;

// biome-ignore lint/suspicious/noExplicitAny: nothing is known about it
async function send(query: string, input: object, session: string | null): Promise<any> {
  const headers: Record<string, string> = session === null ? {} : { authorization: `Bearer ${session}` };
  const response = await request({ headers, body: { query, variables: { input } } });
  const { data, errors } = (await response.json()) as { data?: object; errors?: { extensions: object }[] };
  if (!data) throw new Error(`${JSON.stringify(errors)}\n${takeLogged().join('\n')}`);
  return Object.values(data)[0];
}

/** Over HTTP, as whoever has the link: nobody, or who holds the session. */
export const accept = (input: object, session: string | null = null) => send(InvitationAccept, input, session);
export const decline = (input: object, session: string | null = null) => send(InvitationDecline, input, session);

/** Who the session stands for. */
export async function whoIs(session: string) {
  const query = '{ viewer { kind organization { id } account { email } } me { id } }';
  const response = await request({ headers: { authorization: `Bearer ${session}` }, body: { query } });
  const { data } = (await response.json()) as {
    data: {
      viewer: { kind: string; organization: { id: string }; account: { email: string } | null };
      me: { id: string };
    };
  };
  const { viewer, me } = data;
  return { kind: viewer.kind, organization: viewer.organization.id, account: viewer.account?.email ?? null, me: me.id };
}
