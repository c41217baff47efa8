import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import {
  type ConflictError,
  CostLimitError,
  DomainError,
  InvalidInputError,
  type InvalidStateError,
  type LimitReachedError,
  NotFoundError,
  RateLimitedError,
  UnavailableError,
} from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { unavailability } from '../kernel/unavailability.ts';
import { builder } from './builder.ts';

/** A failure as a value: graphql-js would throw an Error that a resolver answers. */
type Failure<Kind extends DomainError> = Omit<Kind, keyof Error> & { __typename: string; message: string };

/** The failure as the member of a result union. */
export function failureOf(error: DomainError): Failure<DomainError> {
  return { ...error, message: error.message, __typename: error.constructor.name };
}

const ErrorInterface = builder.interfaceRef<Failure<DomainError>>('Error').implement({
  description: 'An expected failure of a mutation. Nothing was changed.',
  fields: (t) => ({
    message: t.exposeString('message', { nullable: false, description: 'What is wrong, in a sentence for people.' }),
    code: t.exposeString('code', {
      nullable: false,
      description: 'What is wrong, for programs: a SCREAMING_CASE word.',
    }),
  }),
});

const InputIssueRef = builder.objectRef<InvalidInputError['issues'][number]>('InputIssue').implement({
  description: 'One value of the input that was refused.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      nullable: false,
      description: 'The way from `input` to the value: names of fields and positions in lists.',
    }),
    message: t.exposeString('message', { nullable: false, description: 'What is wrong with the value.' }),
    code: t.exposeString('code', {
      nullable: false,
      description:
        'The kind of refusal: REQUIRED, TOO_LONG, OUT_OF_RANGE, TAKEN, NOT_FOUND, EXCLUSIVE, UNKNOWN and the like.',
    }),
  }),
});

/** The closed family of failures that a mutation may answer. */
export const errorTypes = {
  NotFoundError: builder.objectRef<Failure<NotFoundError>>('NotFoundError').implement({
    description: 'There is no such object, or none that the viewer may see: the two are not told apart.',
    interfaces: [ErrorInterface],
    fields: (t) => ({
      path: t.exposeStringList('path', {
        nullable: false,
        description: 'The way from `input` to the id that names nothing.',
      }),
    }),
  }),
  InvalidInputError: builder.objectRef<Failure<InvalidInputError>>('InvalidInputError').implement({
    description: 'Values of the input are wrong. Every wrong one is named.',
    interfaces: [ErrorInterface],
    fields: (t) => ({
      issues: t.field({
        type: [InputIssueRef],
        nullable: false,
        description: 'What is wrong, value by value; never empty.',
        resolve: (error) => error.issues,
      }),
    }),
  }),
  InvalidStateError: builder.objectRef<Failure<InvalidStateError>>('InvalidStateError').implement({
    description: 'The object is in a state that does not allow the step.',
    interfaces: [ErrorInterface],
  }),
  ConflictError: builder.objectRef<Failure<ConflictError>>('ConflictError').implement({
    description: 'Somebody else’s change, or an object that depends on this one, is in the way.',
    interfaces: [ErrorInterface],
    fields: (t) => ({
      currentVersion: t.exposeInt('currentVersion', {
        nullable: true,
        description: 'The version that the object has now. Null unless `expectedVersion` was stale.',
      }),
    }),
  }),
  LimitReachedError: builder.objectRef<Failure<LimitReachedError>>('LimitReachedError').implement({
    description: 'A limit is used up.',
    interfaces: [ErrorInterface],
    fields: (t) => ({
      limit: t.exposeInt('limit', { nullable: false, description: 'How much the limit allows.' }),
    }),
  }),
} as const;

export type ErrorName = keyof typeof errorTypes;

const httpStatus: Record<string, number> = {
  UNAUTHENTICATED: 401,
  LIMIT_REACHED: 400,
  COST_LIMIT_EXCEEDED: 400,
  RATE_LIMITED: 429,
  IDEMPOTENCY_KEY_INVALID: 400,
  IDEMPOTENCY_KEY_REUSED: 422,
  IDEMPOTENCY_KEY_IN_USE: 409,
  UNAVAILABLE: 503,
  TIMEOUT: 503,
};
const httpHeaders: Record<string, Record<string, string>> = {
  UNAUTHENTICATED: { 'www-authenticate': 'Bearer' },
  IDEMPOTENCY_KEY_IN_USE: { 'retry-after': '1' },
  UNAVAILABLE: { 'retry-after': '1' },
  TIMEOUT: { 'retry-after': '1' },
};

function headersOf(error: DomainError): Record<string, string> | undefined {
  return error instanceof RateLimitedError
    ? { 'retry-after': String(error.retryAfterSeconds) }
    : httpHeaders[error.code];
}

/** A failure of ours as a GraphQL error that says what it is. */
export function toGraphQLError(error: DomainError): GraphQLError {
  const status = httpStatus[error.code];
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: {
      code: error.code,
      ...(error instanceof InvalidInputError ? { issues: error.issues } : {}),
      ...(error instanceof NotFoundError ? { path: error.path } : {}),
      ...(error instanceof CostLimitError && error.figures ? { cost: error.figures } : {}),
      ...(error instanceof RateLimitedError ? { retryAfterSeconds: error.retryAfterSeconds } : {}),
      ...(status ? { http: { status, headers: headersOf(error) } } : {}),
    },
  });
}

/** What leaves the server: our failures and GraphQL's own as they are, anything else under an id that the log has. */
export function maskError(log: Log): (error: unknown) => Error {
  return (error) => {
    const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
    if (original instanceof DomainError) {
      const plain = toGraphQLError(original);
      return error instanceof GraphQLError
        ? new GraphQLError(plain.message, {
            ...error.toJSON(),
            nodes: error.nodes,
            path: error.path,
            extensions: plain.extensions,
          })
        : plain;
    }
    if (original instanceof GraphQLError) {
      return error as GraphQLError;
    }
    const id = randomUUID();
    const place = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
    const reason = unavailability(original);
    if (reason) {
      log.warn({ err: original, errorId: id }, 'the database did not do what it was asked in time');
      const { message, extensions } = toGraphQLError(new UnavailableError(reason));
      return new GraphQLError(message, { ...place, extensions: { ...extensions, id } });
    }
    log.error({ err: original, errorId: id }, 'an operation failed unexpectedly');
    return new GraphQLError('Something went wrong here. The id finds it in the log.', {
      ...place,
      extensions: { code: 'INTERNAL_SERVER_ERROR', id },
    });
  };
}
