/** Why one value of an input was refused. `path` leads from the input to the value. */
export type InputIssue = { path: string[]; message: string; code: string };

/** The failures that the API describes in its schema. Nothing else reaches a client unmasked. */
export abstract class DomainError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

/** No such row, or none that the viewer may see: the two are not told apart. */
export class NotFoundError extends DomainError {
  readonly path: string[];

  constructor(message: string, path: string[] = ['id']) {
    super(message, 'NOT_FOUND');
    this.path = path;
  }
}

export class InvalidInputError extends DomainError {
  readonly issues: InputIssue[];

  constructor(issues: InputIssue[]) {
    super(issues.map((issue) => issue.message).join(' '), 'INVALID_INPUT');
    this.issues = issues;
  }
}

/** The row exists, but in a state that does not allow the step. */
export class InvalidStateError extends DomainError {
  constructor(message: string, code = 'INVALID_STATE') {
    super(message, code);
  }
}

/** Somebody else's change, or a row that depends on this one, is in the way. */
export class ConflictError extends DomainError {
  readonly currentVersion: number | null;

  constructor(message: string, code: 'STALE_VERSION' | 'HAS_DEPENDENTS', currentVersion: number | null = null) {
    super(message, code);
    this.currentVersion = currentVersion;
  }
}

export class LimitReachedError extends DomainError {
  readonly limit: number;

  constructor(message: string, limit: number) {
    super(message, 'LIMIT_REACHED');
    this.limit = limit;
  }
}

/** No credential, or one that is unknown, expired or revoked. Thrown, never a union member. */
export class UnauthenticatedError extends DomainError {
  constructor(message = 'A valid bearer token is needed.') {
    super(message, 'UNAUTHENTICATED');
  }
}

/** The viewer is known and may not do this. Thrown, never a union member. */
export class ForbiddenError extends DomainError {
  constructor(message: string) {
    super(message, 'FORBIDDEN');
  }
}

/** The key that a mutation came with does not let it happen, or what happened under it can't be shown. Thrown, never a union member. */
export class IdempotencyKeyError extends DomainError {
  constructor(
    message: string,
    code:
      | 'IDEMPOTENCY_KEY_INVALID'
      | 'IDEMPOTENCY_KEY_REUSED'
      | 'IDEMPOTENCY_KEY_IN_USE'
      | 'IDEMPOTENCY_RESULT_GONE' = 'IDEMPOTENCY_KEY_INVALID',
  ) {
    super(message, code);
  }
}

/** An operation could cost more than any may. `figures` are for whoever may know them. Thrown, never a union member. */
export class CostLimitError extends DomainError {
  readonly figures: { requested: number; maximum: number } | null;

  constructor(figures: CostLimitError['figures']) {
    const told = figures ? `: ${figures.requested} points, and ${figures.maximum} is the most` : '';
    super(
      `The operation could cost too much${told}. Ask for smaller pages, or for less at once.`,
      'COST_LIMIT_EXCEEDED',
    );
    this.figures = figures;
  }
}

/** Somebody has asked for so much lately that there is nothing left for now. Thrown, never a union member. */
export class RateLimitedError extends DomainError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(`Too much was asked for lately. Try again in ${retryAfterSeconds} s.`, 'RATE_LIMITED');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The database does not answer, or not in time. Thrown, never a union member; the same request may succeed a moment later. */
export class UnavailableError extends DomainError {
  declare readonly code: Unavailability;

  constructor(code: Unavailability = 'UNAVAILABLE', message = unavailable[code]) {
    super(message, code);
  }
}

export type Unavailability = 'UNAVAILABLE' | 'TIMEOUT';

const unavailable: Record<Unavailability, string> = {
  UNAVAILABLE: 'The database does not answer. Try again in a moment.',
  TIMEOUT:
    'This took too long and was given up. Try again, or ask for less; of a mutation, look first whether it was done.',
};

/** Collects issues, so that a refusal names every wrong field at once. */
export function issueList() {
  const issues: InputIssue[] = [];
  return {
    add(path: string | string[], code: string, message: string): void {
      issues.push({ path: typeof path === 'string' ? [path] : path, code, message });
    },
    throwIfAny(): void {
      if (issues.length > 0) throw new InvalidInputError(issues);
    },
  };
}

export type IssueList = ReturnType<typeof issueList>;

/** The same list for what stands within a value of the input: paths and messages begin with the way to it. */
export function issuesWithin(issues: IssueList, path: readonly string[]): IssueList {
  return {
    ...issues,
    add: (inner, code, message) => issues.add([...path, ...[inner].flat()], code, `${path.join('.')}.${message}`),
  };
}

export function invalid(path: string | string[], code: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path: typeof path === 'string' ? [path] : path, code, message }]);
}
