import type { StripeAccount } from '../../generated/prisma/client.ts';
import { act, command, saga } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { requireVersion } from '../../kernel/input.ts';
import { placeOf, type Secrets } from '../../kernel/secrets.ts';
import { organizationOf } from '../../kernel/viewer.ts';
import * as rules from '../rules.ts';

export type UpdateStripeAccount = rules.StripeKeys & { expectedVersion?: number | null };

/**
 * Connects the organization with its account at Stripe, or changes the keys. What is absent stays. Law 9. A saga only for the
 * sake of the secrets: nothing calls out. Announces `stripe_account.connected`, or `stripe_account.updated`.
 */
export const update = saga('stripeAccount.update', (tools, viewer, input: UpdateStripeAccount) =>
  act(tools, viewer, store(tools.secrets), input),
);

const store = (secrets: Secrets) =>
  command('stripeAccount.update', async (tx, viewer, input: UpdateStripeAccount) => {
    const organizationId = organizationOf(viewer);
    const before = await lockAccount(tx, organizationId);
    if (before) requireVersion(before, input.expectedVersion);
    const issues = issueList();
    rules.checkStripeKeys(issues, input, before);
    issues.throwIfAny();

    const data = {
      ...(input.publishableKey == null ? {} : { publishableKey: input.publishableKey }),
      ...(input.secretKey == null && input.webhookSecrets == null
        ? {}
        : sealed(secrets, organizationId, before, input)),
    };
    if (before) {
      const { id } = before;
      const account = await tx.stripeAccount.update({ where: { id }, data, select: { version: true } });
      if (account.version !== before.version) await emit(tx, 'stripe_account.updated', { stripeAccount: id });
      return { id };
    }
    const { id } = await tx.stripeAccount.create({
      data: { organizationId, ...(data as Required<typeof data>) },
      select: { id: true },
    });
    await emit(tx, 'stripe_account.connected', { stripeAccount: id });
    return { id };
  });

/** Both secrets of the row, under one key: what is not given anew is taken from where it was kept. */
function sealed(secrets: Secrets, organizationId: string, before: StripeAccount | null, input: UpdateStripeAccount) {
  const places = {
    secretKey: placeOf('stripe_accounts.secret_key', organizationId),
    webhookSecrets: placeOf('stripe_accounts.webhook_secrets', organizationId),
  };
  const kept = (field: keyof typeof places) =>
    before && secrets.open({ keyId: before.keyId, bytes: before[field] }, places[field]);
  const secretKey = input.secretKey ?? kept('secretKey') ?? '';
  const webhookSecrets = input.webhookSecrets ?? (JSON.parse(kept('webhookSecrets') ?? '[]') as string[]);
  const [first, second] = [
    secrets.seal(secretKey, places.secretKey),
    secrets.seal(JSON.stringify(webhookSecrets), places.webhookSecrets),
  ];
  return {
    keyId: first.keyId,
    secretKey: first.bytes,
    webhookSecrets: second.bytes,
    secretKeyLast4: secretKey.slice(-4),
    webhookSecretsLast4: webhookSecrets.map((secret) => secret.slice(-4)),
  };
}

/** Disconnects the account: what is stored of it is gone. Refused while a movement through it is under way. */
export const remove = command('stripeAccount.delete', async (tx, viewer, { id }: { id: string }) => {
  const account = await lockAccount(tx, organizationOf(viewer));
  if (account?.id !== id) throw new NotFoundError('There is no account with this id.');
  const open = await tx.payment.findFirst({
    where: { status: 'PROCESSING', processor: 'Stripe' },
    select: { id: true },
  });
  if (open) throw new InvalidStateError('A payment through this account is under way.', 'PAYMENT_IN_PROGRESS');
  await tx.stripeAccount.delete({ where: { id } });
  await emit(tx, 'stripe_account.disconnected', { stripeAccount: id });
  return { id };
});

/** The organization's row is taken first: an account that is not there yet has none to lock. Charges share the account's. */
async function lockAccount(tx: Transaction, organizationId: string): Promise<StripeAccount | null> {
  await tx.$queryRaw`select id from organizations where id = ${organizationId}::uuid for update`;
  await tx.$queryRaw`select id from stripe_accounts where organization_id = ${organizationId}::uuid for update`;
  return await tx.stripeAccount.findUnique({ where: { organizationId } });
}
