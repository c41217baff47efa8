import type http from 'node:http';
import type { Prisma } from '../generated/prisma/client.ts';
import { receive } from '../invoices/stripe-events/commands.ts';
import { act, type Tools } from '../kernel/command.ts';
import { decodeId } from '../kernel/id.ts';
import type { Log } from '../kernel/log.ts';
import { placeOf } from '../kernel/secrets.ts';
import { now } from '../kernel/time.ts';
import { systemViewer } from '../kernel/viewer.ts';
import { eventOf } from '../payments/processors/stripe/rules.ts';
import { type Route, sendJson } from './http.ts';

/** Stripe's largest events have some ten thousand bytes. */
const maxBodyBytes = 1_000_000;

/** Where Stripe tells an organization what has happened. What it is not answered 2xx for it tells again, for days. */
export function stripeWebhook(tools: Tools, log: Log): Route {
  const answer: Route['answer'] = async (request, response, { requestId }, { organization = '' }) => {
    const organizationId = decodeId('Organization', organization);
    const secrets = organizationId && (await secretsOf(tools, organizationId));
    if (!organizationId || !secrets) return sendJson(response, 404, { error: 'Nobody takes events here.' });
    const body = await bodyOf(request);
    if (!body) return sendJson(response, 413, { error: `An event has at most ${maxBodyBytes} bytes.` });
    const { verified } = await import('../payments/processors/stripe/jobs.ts');
    const payload = verified(body, String(request.headers['stripe-signature'] ?? ''), secrets, now());
    const event = payload && eventOf(payload);
    if (!event) {
      log.warn({ organizationId }, 'an event was refused: it is not signed with a known secret, too old, or none');
      return sendJson(response, 400, { error: 'The signature does not fit, or is too old.' });
    }
    const viewer = systemViewer(organizationId, requestId);
    const { isNew } = await act(tools, viewer, receive, { event, payload: storable(payload) });
    log.info({ organizationId, event: event.id, type: event.type, isNew }, 'an event of Stripe');
    sendJson(response, 200, { received: true });
  };
  return { methods: ['POST'], answer };
}

/** With what the organization's events may be signed; null when it has no account, or is archived. */
async function secretsOf({ database, secrets }: Tools, organizationId: string): Promise<string[] | null> {
  const account = await database.read(systemViewer(organizationId), (db) =>
    db.stripeAccount.findUnique({
      where: { organizationId, organization: { archivedAt: null } },
      select: { webhookSecrets: true, keyId: true },
    }),
  );
  if (!account) return null;
  const sealed = { keyId: account.keyId, bytes: account.webhookSecrets };
  return JSON.parse(secrets.open(sealed, placeOf('stripe_accounts.webhook_secrets', organizationId))) as string[];
}

/** The body's bytes as they were signed; null when they are too many. */
async function bodyOf(request: http.IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= maxBodyBytes) chunks.push(chunk as Buffer);
  }
  return length > maxBodyBytes ? null : Buffer.concat(chunks);
}

/** PostgreSQL can't keep the character NUL, nor half of another, in JSON. */
function storable(payload: object): Prisma.InputJsonObject {
  const keepable = (_: string, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value;
  return JSON.parse(JSON.stringify(payload, keepable)) as Prisma.InputJsonObject;
}
