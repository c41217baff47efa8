import { command } from '../kernel/command.ts';
import { type IssueList, issueList } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { checkCurrency, checkRange, notCleared, optionalText, requiredText, requireVersion } from '../kernel/input.ts';
import { organizationOf } from '../kernel/viewer.ts';

export type UpdateOrganization = {
  name?: string | null;
  domain?: string | null;
  notificationEmail?: string | null;
  currency?: string | null;
  timeZone?: string | null;
  taskCompletionMovesAssignees?: boolean | null;
  testPayments?: boolean | null;
  ticketRepliesMoveStatus?: boolean | null;
  dunningDays?: number[] | null;
  invoicePrefix?: string | null;
  invoiceSender?: string | null;
  taxName?: string | null;
  paymentTermDays?: number | null;
  expectedVersion?: number | null;
};

const neverCleared = [
  'name',
  'currency',
  'timeZone',
  'taskCompletionMovesAssignees',
  'testPayments',
  'ticketRepliesMoveStatus',
  'dunningDays',
  'taxName',
  'paymentTermDays',
] as const;

/** Changes the settings of the viewer's own organization. Announces `organization.updated`. */
export const update = command('organization.update', async (tx, viewer, input: UpdateOrganization) => {
  const id = organizationOf(viewer);
  const issues = issueList();
  for (const field of neverCleared) notCleared(issues, field, input[field]);
  const name = input.name == null ? undefined : requiredText(issues, 'name', input.name);
  const domain = optionalText(issues, 'domain', input.domain);
  const invoicePrefix = optionalText(issues, 'invoicePrefix', input.invoicePrefix, 20);
  const invoiceSender = optionalText(issues, 'invoiceSender', input.invoiceSender, 65_535);
  const taxName = input.taxName == null ? undefined : requiredText(issues, 'taxName', input.taxName, 100);
  checkRange(issues, 'paymentTermDays', input.paymentTermDays, 0, 3_650);
  checkCurrency(issues, 'currency', input.currency);
  if (input.timeZone != null && !isTimeZone(input.timeZone)) {
    issues.add('timeZone', 'UNKNOWN', `${input.timeZone} is not a time zone.`);
  }
  checkDunningDays(issues, input.dunningDays);
  issues.throwIfAny();
  await tx.$queryRaw`select id from organizations where id = ${id}::uuid for update`;
  requireVersion(
    await tx.organization.findUniqueOrThrow({ where: { id }, select: { version: true } }),
    input.expectedVersion,
  );
  await tx.organization.update({
    where: { id },
    data: {
      name,
      domain,
      notificationEmail: input.notificationEmail,
      currency: input.currency ?? undefined,
      timeZone: input.timeZone ?? undefined,
      taskCompletionMovesAssignees: input.taskCompletionMovesAssignees ?? undefined,
      testPayments: input.testPayments ?? undefined,
      ticketRepliesMoveStatus: input.ticketRepliesMoveStatus ?? undefined,
      dunningDays: input.dunningDays ?? undefined,
      // Without a prefix numbers are bare.
      invoicePrefix: invoicePrefix === null ? '' : invoicePrefix,
      invoiceSender,
      taxName,
      paymentTermDays: input.paymentTermDays ?? undefined,
    },
  });
  await emit(tx, 'organization.updated', { organization: id });
  return { id };
});

const mostTries = 20;

/** Each later than the one before, and within a year. */
function checkDunningDays(issues: IssueList, days: readonly number[] | null | undefined): void {
  if (days == null) return;
  if (days.length > mostTries) issues.add('dunningDays', 'OUT_OF_RANGE', `There are at most ${mostTries} tries.`);
  days.forEach((day, index) => {
    if (day > (days[index - 1] ?? 0) && day <= 365) return;
    issues.add(
      ['dunningDays', String(index)],
      'OUT_OF_RANGE',
      `dunningDays.${index} must be later than the day before it, and no later than day 365.`,
    );
  });
}

function isTimeZone(name: string): boolean {
  // Bare offsets have no summer, and PostgreSQL reads their signs the other way round.
  if (!/^[a-z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
