import type { StatusKind } from '../rules.ts';

/** SPP's five, which every organization begins with: by code, 0 to 4. */
export const standardStatuses: readonly { name: string; kind: StatusKind }[] = [
  { name: 'Unpaid', kind: 'UNPAID' },
  { name: 'In Progress', kind: 'IN_PROGRESS' },
  { name: 'Completed', kind: 'COMPLETED' },
  { name: 'Cancelled', kind: 'CANCELLED' },
  { name: 'On Hold', kind: 'ON_HOLD' },
];
