/** A process that charges an invoice, for a test that kills it: what a server does for a mutation, and nothing else. */

import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { charge } from '../../../src/invoices/charges/commands.ts';
import { act } from '../../../src/kernel/command.ts';
import { openDatabase } from '../../../src/kernel/db.ts';
import { createOutbound } from '../../../src/kernel/outbound.ts';
import { createPasswords } from '../../../src/kernel/passwords.ts';
import { createSecrets, parseEncryptionKeys } from '../../../src/kernel/secrets.ts';
import { systemViewer } from '../../../src/kernel/viewer.ts';
import { fileMailer } from '../../../src/mail/files/jobs.ts';

const {
  DATABASE_URL = '',
  ENCRYPTION_KEYS = '',
  STRIPE_URL = '',
  ORGANIZATION = '',
  INVOICE = '',
  METHOD,
} = process.env;

const tools = {
  database: openDatabase(DATABASE_URL, { poolSize: 2, log: pino({ level: 'silent' }) }),
  secrets: createSecrets(parseEncryptionKeys(ENCRYPTION_KEYS)),
  passwords: createPasswords(),
  mailer: fileMailer(path.join(os.tmpdir(), 'mail')),
  remotes: { stripe: { url: STRIPE_URL, timeoutMs: 60_000 } },
  fetchOutbound: createOutbound(),
};
await act(tools, systemViewer(ORGANIZATION), charge, { id: INVOICE, paymentMethodId: METHOD });
await tools.database.close();
