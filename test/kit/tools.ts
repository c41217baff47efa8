import type { Tools } from '../../src/kernel/command.ts';
import type { Database } from '../../src/kernel/db.ts';
import { createOutbound } from '../../src/kernel/outbound.ts';
import { createSecrets, newEncryptionKey, parseEncryptionKeys } from '../../src/kernel/secrets.ts';

/** What secrets are encrypted with in this run, and how a test opens one. */
export const testKey = newEncryptionKey('test');
export const testSecrets = createSecrets(parseEncryptionKeys(testKey));

// Nobody listens there: what a test wants from Stripe it gets from a double of its own, see stripe.ts.
const nobody = 'http://127.0.0.1:9';

let stripeUrl = nobody;

/** Lets Stripe be at the URL from now on; without one, nowhere. */
export function useStripeAt(url: string | null): void {
  stripeUrl = url ?? nobody;
}

/** How long the engine of the tests waits for Stripe. */
export const stripeTimeoutMs = 1_000;

/** What the server's start would make, over this database. */
export function toolsOf(database: Database): Tools {
  return {
    database,
    secrets: testSecrets,
    remotes: {
      stripe: {
        get url() {
          return stripeUrl;
        },
        timeoutMs: stripeTimeoutMs,
      },
    },
    // The doubles of the tests are on this machine, and nothing else is called.
    fetchOutbound: createOutbound({ privateHosts: ['127.0.0.1'], resolve: async () => [] }),
  };
}
