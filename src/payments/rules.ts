/**
 * The laws of payments.
 *
 *  1. A payment is one movement of money about an invoice: charged by a processor, received by hand, taken from the client's
 *     balance, or given back. It is never deleted, and what moved is never altered.
 *  2. A movement by a processor is PROCESSING from before the processor is asked until its answer is known: SUCCEEDED or
 *     FAILED. No answer is no failure. Of one invoice one movement is PROCESSING at a time.
 *  3. What the processor says has moved has moved, whatever was thought before.
 *  4. A client's balance is the sum of its credit entries, in the client's currency. No entry makes it negative, none is
 *     nothing, and none is ever altered.
 *  5. An adjustment of the balance says why.
 *  6. Among the payment methods of a client exactly one is the default: the first that is attached, until another is made
 *     so. When it is detached, the newest of the others takes its place.
 *  7. A detached method pays nothing any more. The payments that it made stay.
 *  8. Stripe is the processor of an organization that has an account there; the built-in one, that of an organization whose
 *     test payments are switched on, while it takes no live ones: nobody pays real invoices with it. Who has both may
 *     choose, and gets Stripe.
 *  9. The two keys of an account at Stripe are both of its live mode or both of its test mode.
 * 10. A token for tests moves no real money: with an account of the live mode it neither charges nor gives back, and attaches
 *     and detaches nothing.
 */
import { InvalidStateError, type IssueList } from '../kernel/errors.ts';
import { notCleared } from '../kernel/input.ts';
import { Decimal, formatAmount, isPayable } from '../kernel/money.ts';

export type CreditKind = 'GRANT' | 'SPEND' | 'REFUND' | 'ADJUST';

const mostCredit = new Decimal('999999999999999.9999');

/** Law 4: the balance after an entry. */
export function balanceAfter(balance: Decimal.Value, amount: Decimal.Value, currency: string): Decimal {
  const after = new Decimal(balance).plus(amount);
  if (after.isNegative() && !after.isZero()) {
    throw new InvalidStateError(
      `The client has only ${formatAmount(balance, currency)} ${currency} of credit.`,
      'INSUFFICIENT_CREDIT',
    );
  }
  if (after.greaterThan(mostCredit))
    throw new InvalidStateError('That is more credit than can be kept.', 'TOO_MUCH_CREDIT');
  return after;
}

/** Law 4: what is written into the ledger is something, payable in its currency; given away, it is not taken. */
export function checkCredit(issues: IssueList, kind: 'GRANT' | 'ADJUST', amount: string, currency: string): void {
  const value = new Decimal(amount);
  if (value.isZero() || (kind === 'GRANT' && value.isNegative()))
    issues.add('amount', 'OUT_OF_RANGE', kind === 'GRANT' ? 'amount must be more than 0.' : 'amount must not be 0.');
  else if (!isPayable(value, currency))
    issues.add('amount', 'OUT_OF_RANGE', `amount has more decimals than ${currency} has.`);
}

// ------------------------------------------------------------------ accounts at Stripe

/** Law 8. */
export function takesTestPayments(
  { testPayments }: { testPayments: boolean },
  account: { publishableKey: string } | null,
): boolean {
  return testPayments && !(account && isLive(account.publishableKey));
}

/** Law 10. */
export function checkRealMoney({ isTest }: { isTest: boolean }, account: { publishableKey: string } | null): void {
  if (isTest && account && isLive(account.publishableKey)) {
    throw new InvalidStateError('A token for tests moves no real money.', 'TEST_TOKEN');
  }
}

const modeOf = (key: string) => key.split('_')[1];

export function isLive(key: string): boolean {
  return modeOf(key) === 'live';
}

export type StripeKeys = {
  publishableKey?: string | null;
  secretKey?: string | null;
  webhookSecrets?: readonly string[] | null;
};

const mostWebhookSecrets = 5;

/** Law 9, and what each key looks like: one in the wrong place is found here, and not when money is to move. */
export function checkStripeKeys(issues: IssueList, keys: StripeKeys, kept: { publishableKey: string } | null): void {
  const { publishableKey, secretKey, webhookSecrets } = keys;
  for (const field of ['publishableKey', 'secretKey', 'webhookSecrets'] as const) {
    if (keys[field] === undefined && kept === null && field !== 'webhookSecrets')
      issues.add(field, 'REQUIRED', `${field} is needed.`);
    notCleared(issues, field, keys[field]);
  }
  const check = (path: string[], key: string, pattern: RegExp, looks: string) => {
    if (pattern.test(key) && key.length <= 255) return true;
    issues.add(path, 'INVALID', `${path.join('.')} must be a key that begins with ${looks}.`);
    return false;
  };
  const checks = [
    publishableKey == null || check(['publishableKey'], publishableKey, /^pk_(live|test)_\w+$/, 'pk_live_ or pk_test_'),
    secretKey == null || check(['secretKey'], secretKey, /^[rs]k_(live|test)_\w+$/, 'sk_ or rk_, then live_ or test_'),
  ];
  const both = [publishableKey ?? kept?.publishableKey, secretKey ?? kept?.publishableKey].filter((key) => key != null);
  if (!checks.includes(false) && new Set(both.map(modeOf)).size > 1)
    issues.add('secretKey', 'INVALID', 'publishableKey and secretKey must both be live keys, or both test keys.');
  webhookSecrets?.forEach((secret, index) => {
    check(['webhookSecrets', String(index)], secret, /^whsec_[\w+/=-]+$/, 'whsec_');
  });
  if (webhookSecrets != null && webhookSecrets.length > mostWebhookSecrets)
    issues.add('webhookSecrets', 'OUT_OF_RANGE', `An account has at most ${mostWebhookSecrets} webhook secrets.`);
}
