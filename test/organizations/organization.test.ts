import { expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

const TheOrganization = graphql(`
  query TheOrganization {
    organization {
      id
      name
      slug
      currency
      timeZone
      notificationEmail
      version
      createdAt
    }
  }
`);

test('everybody sees their own organization; where its notices go is the team’s affair', async () => {
  const world = await makeWorld({ notificationEmail: 'notices@example.com' });
  await makeWorld();
  const client = await world.client();
  const expected = {
    id: `organization_${world.organizationId}`,
    name: world.organization.name,
    slug: world.organization.slug,
    currency: 'USD',
    timeZone: 'UTC',
    notificationEmail: 'notices@example.com',
    version: 1,
    createdAt: world.organization.createdAt.toISOString(),
  };
  expect(await world.as(world.admin).run(TheOrganization)).toEqual({ organization: expected });
  expect(await world.as(asToken(world.admin)).run(TheOrganization)).toEqual({ organization: expected });
  expect(await world.as(client).run(TheOrganization)).toEqual({
    organization: { ...expected, notificationEmail: null },
  });
});
