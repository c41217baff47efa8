import type { StatusKind } from '../rules.ts';

/** The product's five, which every organization begins with: by code, 1 to 5. */
export const standardStatuses: readonly { name: string; kind: StatusKind }[] = [
  { name: 'Open', kind: 'OPEN' },
  { name: 'Pending', kind: 'PENDING' },
  { name: 'Closed', kind: 'CLOSED' },
  { name: 'Snoozed', kind: 'SNOOZED' },
  { name: 'Spam', kind: 'SPAM' },
];
