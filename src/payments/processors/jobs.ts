import type { Tools } from '../../kernel/command.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { placeOf } from '../../kernel/secrets.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { checkRealMoney, takesTestPayments } from '../rules.ts';
import { builtIn } from './built-in/jobs.ts';
import type { AttachedMethod, Charge, MethodOwner, Outcome, ProcessorName, Refund } from './rules.ts';

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

const notConfigured = () => new InvalidStateError('Payments are not configured.', 'PAYMENTS_NOT_CONFIGURED');

/** Law 8: the organization's processor of this name, or the one it prefers. Refused when it has none. */
export async function openProcessor(
  tools: Tools,
  viewer: Viewer,
  wanted: ProcessorName | null,
): Promise<OpenProcessor> {
  const found = await findProcessor(tools, viewer, wanted);
  if (!found) throw notConfigured();
  return found;
}

/** The same, or null. Law 10. */
export async function findProcessor(
  tools: Tools,
  viewer: Viewer,
  wanted: ProcessorName | null,
): Promise<OpenProcessor | null> {
  const configuration = await configurationOf(tools, viewer);
  const { stripeAccount } = configuration;
  if (stripeAccount && wanted !== 'TEST') {
    checkRealMoney(viewer, stripeAccount);
    return { name: 'STRIPE', processor: await openStripeOf(tools, viewer, stripeAccount) };
  }
  const isTesting = wanted !== 'STRIPE' && takesTestPayments(configuration, stripeAccount);
  return isTesting ? { name: 'TEST', processor: builtIn } : null;
}

/** The processor that a movement was given to, whatever is preferred by now. */
export async function processorOf(tools: Tools, viewer: Viewer, name: ProcessorName): Promise<Processor> {
  if (name === 'TEST') return builtIn;
  const { stripeAccount } = await configurationOf(tools, viewer);
  if (!stripeAccount) throw notConfigured();
  return openStripeOf(tools, viewer, stripeAccount);
}

function configurationOf({ database }: Tools, viewer: Viewer) {
  return database.read(viewer, (db) =>
    db.organization.findUniqueOrThrow({
      where: { id: organizationOf(viewer) },
      select: { testPayments: true, stripeAccount: { select: { publishableKey: true, secretKey: true, keyId: true } } },
    }),
  );
}

type Account = { secretKey: Uint8Array<ArrayBuffer>; keyId: string };

async function openStripeOf(
  { secrets, remotes }: Tools,
  viewer: Viewer,
  { secretKey, keyId }: Account,
): Promise<Processor> {
  // Its SDK takes 16 MB: only where somebody has an account there.
  const { stripeProcessor } = await import('./stripe/jobs.ts');
  const place = placeOf('stripe_accounts.secret_key', organizationOf(viewer));
  return stripeProcessor(secrets.open({ keyId, bytes: secretKey }, place), remotes.stripe);
}
