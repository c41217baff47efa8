import { expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const TestPayments = graphql(`
  mutation TestPayments($testPayments: Boolean) {
    organizationUpdate(input: { testPayments: $testPayments }) {
      ... on OrganizationUpdateSuccess {
        organization {
          testPayments
        }
      }
      ...Failure
    }
  }
`);

const set = async (world: World, testPayments: boolean | null) =>
  (await world.as(world.admin).run(TestPayments, { testPayments })).organizationUpdate;

test('test payments are switched on and off, and that is announced and logged', async () => {
  const world = await makeWorld();
  const { result, events, logs } = await recorded(world, () => set(world, true));
  expect(success(result).organization.testPayments).toBe(true);
  expect(events.map(({ type }) => type)).toEqual(['organization.updated']);
  expect(logs.map(({ changes }) => changes)).toEqual([{ test_payments: { before: false, after: true } }]);
  expect(success(await set(world, false)).organization.testPayments).toBe(false);
  expect(issuesOf(await unchanged(world, () => set(world, null)))).toEqual(['testPayments REQUIRED']);
});
