import { inspect } from 'node:util';
import { expect } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { fingerprint } from './fingerprint.ts';
import type { World } from './world.ts';

/** What every failure tells. Spread it into a mutation's result: `...Failure`. */
export const FailureFragment = graphql(`
  fragment Failure on Error {
    message
    code
    ... on NotFoundError {
      path
    }
    ... on InvalidInputError {
      issues {
        path
        code
        message
      }
    }
    ... on ConflictError {
      currentVersion
    }
    ... on LimitReachedError {
      limit
    }
  }
`);

type Member = { __typename: string };
type Named<Result extends Member, Name extends string> = Result extends Member
  ? Name extends Result['__typename']
    ? Result
    : never
  : never;
type Succeeded<Result extends Member> = Result extends { __typename: `${string}Success` } ? Result : never;

/** The result, when the mutation did what it should; otherwise the test fails with what it answered. */
export function success<Result extends Member>(result: Result): Succeeded<Result> {
  if (!result.__typename.endsWith('Success')) throw new Error(`Expected success, got ${shown(result)}`);
  return result as Succeeded<Result>;
}

/** The result, when it is this failure; otherwise the test fails with what it was. */
export function failure<Result extends Member, Name extends Result['__typename']>(
  result: Result,
  name: Name,
): Named<Result, Name> {
  if (result.__typename !== name) throw new Error(`Expected ${name}, got ${shown(result)}`);
  return result as Named<Result, Name>;
}

/** The refused values of an InvalidInputError as `path CODE`, in the order told: `['name TOO_LONG']`. */
export function issuesOf<Result extends Member>(result: Result): string[] {
  const { issues } = failure(result, 'InvalidInputError' as Result['__typename']) as unknown as {
    issues: { path: string[]; code: string }[];
  };
  return issues.map(({ path, code }) => `${path.join('.')} ${code}`);
}

function shown(value: unknown): string {
  return inspect(value, { depth: 10 });
}

/** Does the work and asserts that no row of the organization changed, no event was announced, nothing was logged. */
export async function unchanged<Result>(world: World, work: () => Promise<Result>): Promise<Result> {
  const before = await fingerprint(world.owner, world.organizationId);
  const result = await work();
  expect(await fingerprint(world.owner, world.organizationId), 'the rows of the organization, table by table').toEqual(
    before,
  );
  return result;
}

/** Does the work and answers what was announced and logged meanwhile, with what the work answered. */
export async function recorded<Result>(world: World, work: () => Promise<Result>) {
  const [eventsBefore, logsBefore] = [await world.events(), await world.logs()];
  const result = await work();
  const [events, logs] = [await world.events(), await world.logs()];
  return { result, events: events.slice(eventsBefore.length), logs: logs.slice(logsBefore.length) };
}
