/** A process that carries a mutation out under a key, for a test that kills it: what a server does, and nothing else. */
import { pino } from 'pino';
import { charge } from '../../src/invoices/charges/commands.ts';
import { openDatabase } from '../../src/kernel/db.ts';
import { actOnce } from '../../src/kernel/idempotency.ts';
import { createSecrets, parseEncryptionKeys } from '../../src/kernel/secrets.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { update } from '../../src/orders/commands.ts';
import { toolsOf } from '../kit/tools.ts';

const { DATABASE_URL = '', ENCRYPTION_KEYS = '', STRIPE_URL = '', VIEWER = '', OPERATION, INPUT = '' } = process.env;

const tools = {
  ...toolsOf(openDatabase(DATABASE_URL, { poolSize: 2, log: pino({ level: 'silent' }) })),
  secrets: createSecrets(parseEncryptionKeys(ENCRYPTION_KEYS)),
  remotes: { stripe: { url: STRIPE_URL, timeoutMs: 60_000 } },
};
const viewer = JSON.parse(VIEWER) as Viewer;
const input = JSON.parse(INPUT) as { id: string };
const keyed = { operation: OPERATION ?? '', key: 'one', input, isSecret: false };
if (OPERATION === 'invoiceCharge') await actOnce(tools, viewer, charge, input, keyed);
else await actOnce(tools, viewer, update, input, keyed);
await tools.database.close();
