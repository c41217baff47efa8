export type ProcessorName = 'STRIPE' | 'TEST';

/** How payments name who moved the money. SPP: `paysys`. */
export const processorTitles: Readonly<Record<ProcessorName, string>> = { STRIPE: 'Stripe', TEST: 'Test' };

/** What became of a movement of money, as the processor says. */
export type Outcome =
  | { status: 'SUCCEEDED'; transactionId: string | null }
  | { status: 'FAILED'; transactionId: string | null; code: string; message: string }
  /** It is under way, or nobody knows: the processor did not answer. */
  | { status: 'PROCESSING'; transactionId: string | null };

type Movement = {
  /** The payment's own id: it names the movement to the processor, however often it is asked. */
  paymentId: string;
  organizationId: string;
  amount: string;
  currency: string;
  createdAt: Date;
};

export type Charge = Movement & {
  kind: 'CHARGE';
  /** The processor's ids of the client and of the method. */
  customerId: string | null;
  methodId: string;
  description: string;
};

export type Refund = Movement & {
  kind: 'REFUND';
  /** The processor's id of the charge that is given back, or a part of it. */
  chargeId: string;
};

/** A method as the processor knows it, once it is the client's. */
export type AttachedMethod = {
  methodId: string;
  brand: string | null;
  last4: string | null;
  expiryMonth: number | null;
  expiryYear: number | null;
};

export type MethodOwner = {
  clientId: string;
  organizationId: string;
  name: string;
  email: string;
  version: number;
  /** The processor's id of the client. Null before the first method. */
  customerId: string | null;
};

export function failed(code: string, message: string, transactionId: string | null = null): Outcome {
  // As much as a payment has room for.
  return { status: 'FAILED', transactionId, code: code.toUpperCase().slice(0, 50), message: message.slice(0, 500) };
}
