import { ForbiddenError, UnauthenticatedError } from './errors.ts';

/** How far a permission reaches: 0 nothing, 1 own rows, 2 the rows of the viewer's group, 3 all rows. */
export type Grade = 0 | 1 | 2 | 3;

/** A header of the request by its lower-case name; null without it. */
export type Header = (name: string) => string | null;

/** Being signed in: until `expiresAt` at most, and until `idleExpiresAt` unless it is used again before. */
export type ViewerSession = {
  readonly id: string;
  readonly expiresAt: Date;
  readonly idleExpiresAt: Date;
  /** How long any session of the organization may be left unused. */
  readonly idleMinutes: number;
  /** How often its token was replaced: which of them the request came with. */
  readonly rotations: number;
};

/** What a client can be given a right to on another client's account. */
export type AccountRight = 'orders' | 'tickets' | 'invoices';

/** How clients share accounts: a client belongs to the team of one other client at most, or has a team itself. */
export type ClientTeam = {
  /** Whose account the client may use; null when it belongs to no team. */
  readonly ownerId: string | null;
  /** For what. */
  readonly rights: Readonly<Record<AccountRight, boolean>>;
  /** Who may use the client's own account. */
  readonly memberIds: readonly string[];
};

/** How much a token may ask in a minute; null is as much as anybody. */
export type RateLimit = { readonly requestsPerMinute: number | null; readonly costPerMinute: number | null };

/** Who asks. Built once per request from the credential; everything below trusts it and nothing else. */
export type Viewer = {
  readonly kind: 'STAFF' | 'CLIENT' | 'TOKEN' | 'SYSTEM' | 'ANONYMOUS';
  /** On which side of the counter the viewer stands: a token stands where its role does. */
  readonly side: 'STAFF' | 'CLIENT' | null;
  readonly organizationId: string | null;
  readonly userId: string | null;
  readonly tokenId: string | null;
  /** The login behind a session, or one whose own doings are at hand; null of tokens. */
  readonly accountId: string | null;
  /** Whether the token is for tests: it moves no real money. */
  readonly isTest: boolean;
  /** The token's own limits; null of sessions. */
  readonly rateLimit: RateLimit | null;
  /** The session that the credential stands for; null of tokens. */
  readonly session: ViewerSession | null;
  readonly roleId: string | null;
  readonly groupId: string | null;
  /** Of a client, the accounts that it shares; null of staff. */
  readonly clientTeam: ClientTeam | null;
  readonly permissions: Readonly<Record<string, Grade>>;
  readonly requestId: string | null;
};

export function anonymousViewer(requestId: string | null = null): Viewer {
  return {
    kind: 'ANONYMOUS',
    side: null,
    organizationId: null,
    userId: null,
    tokenId: null,
    accountId: null,
    isTest: false,
    rateLimit: null,
    session: null,
    roleId: null,
    groupId: null,
    clientTeam: null,
    permissions: {},
    requestId,
  };
}

/** The engine itself, at work for one organization: it may do everything there. */
export function systemViewer(organizationId: string, requestId: string | null = null): Viewer {
  return { ...anonymousViewer(requestId), kind: 'SYSTEM', side: 'STAFF', organizationId };
}

/** The engine, at work for one account: in no organization, until the command enters one. */
export function accountViewer(accountId: string, requestId: string | null = null): Viewer {
  return { ...anonymousViewer(requestId), kind: 'SYSTEM', accountId };
}

export function isClient(viewer: Viewer): boolean {
  return viewer.side === 'CLIENT';
}

export function gradeOf(viewer: Viewer, permission: string): Grade {
  return viewer.kind === 'SYSTEM' ? 3 : (viewer.permissions[permission] ?? 0);
}

/** Refuses a request without a credential. */
export function requireViewer(viewer: Viewer): void {
  if (viewer.kind === 'ANONYMOUS') throw new UnauthenticatedError();
}

/** Refuses a viewer without the permission; with it, answers how far it reaches. */
export function requirePermission(viewer: Viewer, permission: string): Grade {
  requireViewer(viewer);
  const grade = gradeOf(viewer, permission);
  if (grade === 0) throw new ForbiddenError(`The permission ${permission} is needed.`);
  return grade;
}

/** The organization that the viewer belongs to; everyone but an anonymous viewer has one. */
export function organizationOf(viewer: Viewer): string {
  if (viewer.organizationId === null) throw new UnauthenticatedError();
  return viewer.organizationId;
}
