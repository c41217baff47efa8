import { invalid } from '../../../kernel/errors.ts';
import type { Processor } from '../jobs.ts';
import { type AttachedMethod, type Charge, failed, type Outcome, type Refund } from '../rules.ts';

type TestMethod = { last4: string; refusal: { code: string; message: string } | null };

/** What there is to pay with, after Stripe's test cards: one method that is good, one that is not, one that asks back. */
const methods: Readonly<Record<string, TestMethod>> = {
  pm_test_success: { last4: '4242', refusal: null },
  pm_test_declined: { last4: '0002', refusal: { code: 'CARD_DECLINED', message: 'Your card was declined.' } },
  pm_test_authentication: {
    last4: '3155',
    refusal: { code: 'AUTHENTICATION_REQUIRED', message: 'Your card needs you to authenticate this payment.' },
  },
};

/** The processor that moves no money: what it answers follows from the method alone, so it need not remember anything. */
export const builtIn: Processor = {
  charge: async (charge) => outcomeOf(charge),
  refund: async (refund) => outcomeOf(refund),
  retrieve: async (movement) => outcomeOf(movement),

  introduce: async () => null,

  attach: async (_, token): Promise<AttachedMethod> => {
    const method = methods[token];
    if (!method) throw invalid('token', 'NOT_FOUND', `token is one of ${Object.keys(methods).join(', ')}.`);
    const { last4 } = method;
    return { methodId: token, brand: 'visa', last4, expiryMonth: 12, expiryYear: 2040 };
  },

  detach: async () => {},
};

function outcomeOf(movement: Charge | Refund): Outcome {
  const transactionId = `test_${movement.paymentId}`;
  const refusal = movement.kind === 'CHARGE' ? methods[movement.methodId]?.refusal : null;
  if (refusal === undefined) return failed('NOT_FOUND', 'There is no such test method.', transactionId);
  return refusal ? failed(refusal.code, refusal.message, transactionId) : { status: 'SUCCEEDED', transactionId };
}
