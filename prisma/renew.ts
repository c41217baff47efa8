/**
 * `npm run renew`: renews every subscription that is due, once and now. The server does it every minute by itself; together
 * they do no more than either alone.
 */
import path from 'node:path';
import { openEmbedded } from '../src/database/embedded.ts';
import { renewDue } from '../src/invoices/renewals/jobs.ts';
import { openDatabase } from '../src/kernel/db.ts';
import { readEnv } from '../src/kernel/env.ts';
import { createLog } from '../src/kernel/log.ts';
import { createOutbound } from '../src/kernel/outbound.ts';
import { createPasswords } from '../src/kernel/passwords.ts';
import { createSecrets } from '../src/kernel/secrets.ts';
import { fileMailer } from '../src/mail/files/jobs.ts';
import { checkDatabase } from '../src/server/database.ts';
import { keptEncryptionKeys } from '../src/server/keys.ts';
import { PROJECT, runScript } from './script.ts';

await runScript(async () => {
  const env = readEnv(process.env);
  const directory = path.resolve(PROJECT, env.DATA_DIRECTORY);
  const embedded = env.DATABASE_URL === undefined ? await openEmbedded({ directory }) : null;
  const url = env.DATABASE_URL ?? (embedded?.appUrl as string);
  try {
    await checkDatabase(url);
    const database = openDatabase(url, { poolSize: env.DATABASE_POOL_SIZE, log: createLog(env.LOG_LEVEL) });
    try {
      const { done } = await renewDue({
        database,
        secrets: createSecrets(env.ENCRYPTION_KEYS ?? keptEncryptionKeys(directory)),
        passwords: createPasswords(),
        // What is to be sent is queued, and sent by the server.
        mailer: fileMailer(path.join(directory, 'mail')),
        remotes: { stripe: { url: env.STRIPE_URL, timeoutMs: env.STRIPE_TIMEOUT_SECONDS * 1_000 } },
        fetchOutbound: createOutbound({ privateHosts: env.OUTBOUND_PRIVATE_HOSTS }),
      });
      console.log(`Subscriptions that were due: ${done}.`);
    } finally {
      await database.close();
    }
  } finally {
    await embedded?.stop();
  }
});
