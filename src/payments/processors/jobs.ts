import type { Tools } from '../../kernel/command.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { placeOf } from '../../kernel/secrets.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { builtIn } from './built-in/jobs.ts';
import type { AttachedMethod, Charge, MethodOwner, Outcome, ProcessorName, Refund } from './rules.ts';
import { stripeProcessor } from './stripe/jobs.ts';

/** Who moves money for an organization. Every function calls out, none inside of a transaction. */
export type Processor = {
  /** Never throws for what may happen between machines: no answer is an outcome. */
  charge(charge: Charge): Promise<Outcome>;
  refund(refund: Refund): Promise<Outcome>;
  /** What became of a movement that was asked for. Null when the processor never heard of it. */
  retrieve(movement: Charge | Refund): Promise<Outcome | null>;
  /** The processor's id of the client, who is made known to it; null where clients have none. */
  introduce(owner: MethodOwner): Promise<string | null>;
  /** Makes a method the client's own. What the caller can put right is a failure of ours. */
  attach(customerId: string | null, token: string): Promise<AttachedMethod>;
  /** Takes it away; one that is away already stays so. */
  detach(methodId: string): Promise<void>;
};

export type OpenProcessor = { name: ProcessorName; processor: Processor };

/** Law 8: the organization's processor of this name, or the one it prefers. Refused when it has none. */
export async function openProcessor(
  tools: Tools,
  viewer: Viewer,
  wanted: ProcessorName | null,
): Promise<OpenProcessor> {
  const found = await findProcessor(tools, viewer, wanted);
  if (!found) throw new InvalidStateError('Payments are not configured.', 'PAYMENTS_NOT_CONFIGURED');
  return found;
}

/** The same, or null. */
export async function findProcessor(
  { database, secrets, remotes }: Tools,
  viewer: Viewer,
  wanted: ProcessorName | null,
): Promise<OpenProcessor | null> {
  const organizationId = organizationOf(viewer);
  const { testPayments, stripeAccount } = await database.read(viewer, (db) =>
    db.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: { testPayments: true, stripeAccount: { select: { secretKey: true, keyId: true } } },
    }),
  );
  if (stripeAccount && wanted !== 'TEST') {
    const sealed = { keyId: stripeAccount.keyId, bytes: stripeAccount.secretKey };
    const secretKey = secrets.open(sealed, placeOf('stripe_accounts.secret_key', organizationId));
    return { name: 'STRIPE', processor: stripeProcessor(secretKey, remotes.stripe) };
  }
  return testPayments && wanted !== 'STRIPE' ? { name: 'TEST', processor: builtIn } : null;
}
