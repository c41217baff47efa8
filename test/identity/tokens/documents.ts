import { graphql } from '../../generated/gql.ts';
import { request } from '../../kit/client.ts';

export const TokenCreate = graphql(`
  mutation TokenCreate($input: ApiTokenCreateInput!) {
    apiTokenCreate(input: $input) {
      ... on ApiTokenCreateSuccess {
        secret
        apiToken {
          id
          prefix
          mode
          scopes
          rateLimit {
            requestsPerMinute
            costPerMinute
          }
          expiresAt
          role {
            name
          }
        }
      }
      ...Failure
    }
  }
`);

export const TokenRotate = graphql(`
  mutation TokenRotate($input: ApiTokenRotateInput!) {
    apiTokenRotate(input: $input) {
      ... on ApiTokenRotateSuccess {
        secret
        apiToken {
          id
          name
          prefix
          mode
          scopes
          rateLimit {
            requestsPerMinute
            costPerMinute
          }
          expiresAt
          lastUsedAt
          replacedBy {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

type Answered = { status: number; data: Record<string, unknown> | null; codes: unknown[] };

/** What the server tells the bearer. */
export async function tell(secret: string, query: string, variables: object = {}): Promise<Answered> {
  const response = await request({ headers: { authorization: `Bearer ${secret}` }, body: { query, variables } });
  const { data = null, errors = [] } = (await response.json()) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions?: { code?: string } }[];
  };
  return { status: response.status, data, codes: errors.map(({ extensions }) => extensions?.code) };
}

/** Whether the secret opens the door. */
export async function works(secret: string): Promise<boolean> {
  return (await tell(secret, '{ organization { slug } }')).status === 200;
}

/** What the bearer may do, with the grades. */
export async function mayOf(secret: string): Promise<Record<string, number>> {
  const { data } = await tell(secret, '{ viewer { permissions { name grade } } }');
  const { permissions } = (data as { viewer: { permissions: { name: string; grade: number }[] } }).viewer;
  return Object.fromEntries(permissions.map(({ name, grade }) => [name, grade]));
}
