/**
 * The laws of services.
 *
 *  1. A service has a name and a currency in use. No price is negative, or finer than its currency.
 *  2. A one-time service asks its price, if it has one. A recurring one has a recurring price and a period of one or
 *     more days, weeks, months or years; so has a trial, which asks a first fee before. This holds for the service as it
 *     would be.
 *  3. While the terms of the first period are missing, the first payment equals the recurring one.
 *  4. Employees are team members: who is assigned to its orders when nobody else is named. The list is given as a whole.
 *  5. A service may be an add-on of other live services, never of itself.
 *  6. Deleting keeps the service out of sight; its orders keep what they were sold as. Restoring brings it back as it was.
 *  7. Removing a folder unfiles its services.
 */
import type { Service } from '../generated/prisma/client.ts';
import type { IssueList } from '../kernel/errors.ts';
import { checkAmount, checkCurrency, checkRange, notCleared, optionalText, requiredText } from '../kernel/input.ts';

export type Recurrence = 'ONE_TIME' | 'RECURRING' | 'TRIAL';
export type PeriodUnit = 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
export type RecurringAction = 'NONE' | 'CREATE_ORDER' | 'REOPEN_ORDER' | 'CLIENT_REQUESTS';

export type ServiceFields = {
  name?: string | null;
  description?: string | null;
  recurring?: Recurrence | null;
  currency?: string | null;
  price?: string | null;
  firstPrice?: string | null;
  firstPeriodLength?: number | null;
  firstPeriodUnit?: PeriodUnit | null;
  recurringPrice?: string | null;
  recurringPeriodLength?: number | null;
  recurringPeriodUnit?: PeriodUnit | null;
  recurringAction?: RecurringAction | null;
  deadlineDays?: number | null;
  isPublic?: boolean | null;
  position?: number | null;
  allowsMultipleOrders?: boolean | null;
  takesRequests?: boolean | null;
  maxActiveRequests?: number | null;
  groupsQuantities?: boolean | null;
  braintreePlanId?: string | null;
  hothProductKey?: string | null;
  hothPackageName?: string | null;
  providerId?: number | null;
  providerServiceId?: number | null;
};

const neverCleared = [
  'name',
  'recurring',
  'currency',
  'isPublic',
  'position',
  'allowsMultipleOrders',
  'takesRequests',
  'groupsQuantities',
] as const;

type Terms = Pick<
  ServiceFields,
  'recurring' | 'currency' | 'price' | 'firstPrice' | 'recurringPrice' | 'recurringPeriodLength' | 'recurringPeriodUnit'
>;

/** What is written, value by value. What must be there can't be cleared. */
export function checkFields(issues: IssueList, input: ServiceFields) {
  for (const field of neverCleared) notCleared(issues, field, input[field]);
  checkRange(issues, 'firstPeriodLength', input.firstPeriodLength, 1);
  checkRange(issues, 'recurringPeriodLength', input.recurringPeriodLength, 1);
  checkRange(issues, 'deadlineDays', input.deadlineDays, 0, 3_650);
  checkRange(issues, 'maxActiveRequests', input.maxActiveRequests, 0);
  return {
    name: input.name == null ? undefined : requiredText(issues, 'name', input.name),
    description: optionalText(issues, 'description', input.description, 65_535),
    recurring: input.recurring ?? undefined,
    currency: input.currency ?? undefined,
    price: input.price,
    firstPrice: input.firstPrice,
    firstPeriodLength: input.firstPeriodLength,
    firstPeriodUnit: input.firstPeriodUnit,
    recurringPrice: input.recurringPrice,
    recurringPeriodLength: input.recurringPeriodLength,
    recurringPeriodUnit: input.recurringPeriodUnit,
    recurringAction: input.recurringAction,
    deadlineDays: input.deadlineDays,
    isPublic: input.isPublic ?? undefined,
    position: input.position ?? undefined,
    allowsMultipleOrders: input.allowsMultipleOrders ?? undefined,
    takesRequests: input.takesRequests ?? undefined,
    maxActiveRequests: input.maxActiveRequests,
    groupsQuantities: input.groupsQuantities ?? undefined,
    braintreePlanId: optionalText(issues, 'braintreePlanId', input.braintreePlanId),
    hothProductKey: optionalText(issues, 'hothProductKey', input.hothProductKey),
    hothPackageName: optionalText(issues, 'hothPackageName', input.hothPackageName),
    providerId: input.providerId,
    providerServiceId: input.providerServiceId,
  };
}

/** Laws 1 and 2, on the service as it would be. */
export function checkTerms(issues: IssueList, terms: Terms): void {
  const currency = terms.currency ?? '';
  checkCurrency(issues, 'currency', currency);
  for (const field of ['price', 'firstPrice', 'recurringPrice'] as const)
    checkAmount(issues, field, terms[field], currency);
  if (terms.recurring === 'ONE_TIME') return;
  for (const field of ['recurringPrice', 'recurringPeriodLength', 'recurringPeriodUnit'] as const) {
    if (terms[field] == null) issues.add(field, 'REQUIRED', `A recurring service needs ${field}.`);
  }
}

/** The terms as they would be: what an input leaves alone stays, and so does what can't be cleared. */
export function termsAfter(service: Service, input: ServiceFields): Terms {
  return {
    recurring: input.recurring ?? (service.recurring as Recurrence),
    currency: input.currency ?? service.currency,
    price: kept(input.price, service.price?.toString()),
    firstPrice: kept(input.firstPrice, service.firstPrice?.toString()),
    recurringPrice: kept(input.recurringPrice, service.recurringPrice?.toString()),
    recurringPeriodLength: kept(input.recurringPeriodLength, service.recurringPeriodLength),
    recurringPeriodUnit: kept(input.recurringPeriodUnit, service.recurringPeriodUnit as PeriodUnit | null),
  };
}

function kept<Value>(given: Value | undefined, before: Value): Value {
  return given === undefined ? before : given;
}
