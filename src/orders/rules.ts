/**
 * The laws of orders.
 *
 *  1. An order belongs to one client, for ever. Its number never changes.
 *  2. An order of a service keeps what it was sold as: name, price and currency are copied when it is created, and stay,
 *     whatever later becomes of the service. A title of its own replaces the service's name.
 *  3. The price that is copied is the service's; a recurring service without one is sold for its first period's price, or
 *     else for its recurring price. No price is 0.
 *  4. An order without a service has a title, costs 0, and is in the organization's currency.
 *  5. Any status may follow any other. Entering one of kind IN_PROGRESS starts an order that has not started; entering one
 *     of kind COMPLETED completes one that is not completed. Leaving takes neither back.
 *  6. An order of a service with a deadline is due that many days after its start, or its creation, unless it is given
 *     another due time.
 *  7. Deleting keeps the order and all beneath it out of sight; restoring brings it back as it was.
 *  8. A client may order public services that take requests, for itself, while fewer of its orders of the service are open
 *     than the service allows.
 */
import type { Service } from '../generated/prisma/client.ts';
import { type IssueList, LimitReachedError } from '../kernel/errors.ts';
import { Decimal } from '../kernel/money.ts';
import { addDays } from '../kernel/time.ts';

export type StatusKind = 'UNPAID' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED' | 'ON_HOLD';

/** The kinds in which somebody still works, or will. */
export const openKinds: readonly StatusKind[] = ['UNPAID', 'IN_PROGRESS', 'ON_HOLD'];

export function isOpen(kind: StatusKind): boolean {
  return openKinds.includes(kind);
}

export type SoldService = Pick<
  Service,
  'name' | 'currency' | 'recurring' | 'price' | 'firstPrice' | 'recurringPrice' | 'deadlineDays'
>;

/** Laws 2 to 4: what an order is sold as. */
export function snapshot(service: SoldService | null, title: string | null, organizationCurrency: string) {
  if (service === null) return { serviceName: title ?? '', price: new Decimal(0), currency: organizationCurrency };
  const price =
    service.recurring === 'ONE_TIME' ? service.price : (service.price ?? service.firstPrice ?? service.recurringPrice);
  return { serviceName: title ?? service.name, price: new Decimal(price?.toString() ?? 0), currency: service.currency };
}

type Dates = { startedAt: Date | null; completedAt: Date | null };

/** Law 5: what entering a status does to the dates. */
export function enterStatus(dates: Dates, kind: StatusKind, at: Date): Dates {
  return {
    startedAt: kind === 'IN_PROGRESS' ? (dates.startedAt ?? at) : dates.startedAt,
    completedAt: kind === 'COMPLETED' ? (dates.completedAt ?? at) : dates.completedAt,
  };
}

/** Law 6: when the order is due if nobody says otherwise. */
export function standardDueTime(service: SoldService | null, start: Date): Date | null {
  return service?.deadlineDays == null ? null : addDays(start, service.deadlineDays);
}

type RequestedService = { isPublic: boolean; takesRequests: boolean; maxActiveRequests: number | null };

/** Law 8. */
export function checkClientRequest(issues: IssueList, service: RequestedService | null, openOrders: number): void {
  // The same words as for a service that is not there: private ones are nothing that clients know of.
  if (!service?.isPublic) {
    issues.add('serviceId', 'NOT_FOUND', 'serviceId names no service.');
    return;
  }
  if (!service.takesRequests) {
    issues.add('serviceId', 'NOT_FOUND', 'The service takes no requests.');
    return;
  }
  const { maxActiveRequests: most } = service;
  if (most !== null && openOrders >= most) {
    throw new LimitReachedError(`At most ${most} orders of this service may be open at a time.`, most);
  }
}
