import path from 'node:path';
import { EmbeddedInUseError } from './database/embedded.ts';
import { headerOf } from './graphql/direct.ts';
import { createGraphQLServer } from './graphql/http.ts';
import { authenticateBy, sessionIn } from './identity/authentication.ts';
import { expireInvitations, invitationMails } from './identity/invitations/jobs.ts';
import { createOpenId } from './identity/issuers/openid/jobs.ts';
import { removeStaleAccess } from './identity/jobs.ts';
import { accountMails } from './identity/letters/jobs.ts';
import { finishPayments } from './invoices/charges/jobs.ts';
import { renewSubscriptions } from './invoices/renewals/jobs.ts';
import type { Tools } from './kernel/command.ts';
import { openDatabase } from './kernel/db.ts';
import { type Env, EnvError, readEnv } from './kernel/env.ts';
import { type Consumer, deliverEvents } from './kernel/events.ts';
import { forgetIdempotencyKeys } from './kernel/idempotency.ts';
import { startWorker } from './kernel/jobs.ts';
import { createLog, type Log } from './kernel/log.ts';
import type { Mailer } from './kernel/mail.ts';
import { createOutbound } from './kernel/outbound.ts';
import { createPasswords } from './kernel/passwords.ts';
import { createRates, forgetRateBuckets } from './kernel/rates.ts';
import { createSecrets, type EncryptionKey } from './kernel/secrets.ts';
import { fileMailer } from './mail/files/jobs.ts';
import { sendMails } from './mail/jobs.ts';
import { organizationMails } from './organizations/jobs.ts';
import { schema } from './schema.ts';
import { accountRoutes } from './server/accounts/routes.ts';
import { checkDatabase } from './server/database.ts';
import { type Demo, openDemo } from './server/demo.ts';
import { announcement, prefilled } from './server/examples.ts';
import { exportRoutes } from './server/exports/routes.ts';
import { createGraphiQL } from './server/graphiql.ts';
import { createHttpServer } from './server/http.ts';
import { invoiceRoutes } from './server/invoices/routes.ts';
import { provideEncryptionKeys } from './server/keys.ts';
import { beginLifetime, type Lifetime, StartError } from './server/lifetime.ts';
import { oidcRoutes } from './server/oidc/routes.ts';
import { organizationRoutes } from './server/organizations/routes.ts';
import { persistedOperations } from './server/persisted-operations.ts';
import { landings } from './server/portals.ts';
import { createReadiness } from './server/readiness.ts';
import { signInRoutes } from './server/sign-in.ts';
import { stripeWebhook } from './server/stripe-webhook.ts';
import { wakeTickets } from './tickets/jobs.ts';

/** Who is told of events. Nobody yet: webhooks and notifications join here. */
const consumers: Consumer[] = [];

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Starts everything; each part is stopped again, last first, when the process ends or something here fails. */
async function serve(env: Env, log: Log, lifetime: Lifetime): Promise<void> {
  const persisted = persistedOperations(env);
  const { url, demo, keys } = await findDatabase(env, lifetime);
  const database = openDatabase(url, { poolSize: env.DATABASE_POOL_SIZE, log });
  lifetime.onEnd('the connections to the database', database.close);
  const tools: Tools = {
    database,
    secrets: createSecrets(keys),
    passwords: createPasswords(),
    mailer: await openMailer(env, log, lifetime),
    remotes: { stripe: { url: env.STRIPE_URL, timeoutMs: env.STRIPE_TIMEOUT_SECONDS * 1_000 } },
    fetchOutbound: createOutbound({ privateHosts: env.OUTBOUND_PRIVATE_HOSTS }),
  };
  if (tools.secrets.keyId === null) log.warn('without ENCRYPTION_KEYS nothing can be stored that must be kept secret');
  const settings = { publicUrl: env.PUBLIC_URL ?? '', secret: env.SECRET ?? demo?.secret ?? null };
  const jobs = [
    deliverEvents(database, consumers, log),
    wakeTickets(tools),
    finishPayments(tools),
    renewSubscriptions(tools),
    sendMails({
      tools,
      settings,
      kinds: [
        ...organizationMails(tools, settings),
        ...accountMails(tools, settings),
        ...invitationMails(tools, settings),
      ],
      log,
    }),
    forgetIdempotencyKeys(tools),
    forgetRateBuckets(database.pool),
    removeStaleAccess(tools),
    expireInvitations(tools),
  ];

  const rates = createRates({ pool: database.pool, log });
  lifetime.onEnd('telling what was spent', rates.stop);
  const authenticate = authenticateBy(database.pool, settings);
  const graphql = createGraphQLServer({
    schema,
    tools,
    log,
    settings,
    reads: env.READS,
    explainReads: env.NODE_ENV !== 'production',
    publicSchema: env.NODE_ENV !== 'production',
    authenticate,
    maxBodyBytes: env.MAX_BODY_BYTES,
    charges: {
      rates,
      costLimit: env.COST_LIMIT,
      perMinute: env.RATE_LIMIT,
      anonymousPerMinute: env.RATE_LIMIT_ANONYMOUS,
    },
    persisted,
  });
  const openId = createOpenId(tools.fetchOutbound);
  const landing = landings(database, demo === null);
  const server = createHttpServer({
    graphql,
    // It asks what nobody has persisted.
    graphiql: persisted.only
      ? null
      : createGraphiQL({
          prefill: demo && (() => prefilled(graphql, demo.token)),
          isSignedIn: (request) => sessionIn(headerOf(request), settings.publicUrl) !== null,
        }),
    readiness: createReadiness(url, () => lifetime.isEnding, log),
    log,
    settings,
    allowedOrigins: env.ALLOWED_ORIGINS,
    trustedProxies: env.TRUST_PROXY,
    limits: { connections: env.MAX_CONNECTIONS },
    routes: {
      ...signInRoutes({ tools, settings, authenticate, hasPortals: demo === null }),
      ...accountRoutes({ tools, settings, authenticate }),
      ...oidcRoutes({ tools, settings, offered: env.OIDC_ISSUERS, openId, log, landing }),
      ...organizationRoutes({ tools, settings, authenticate, offered: env.OIDC_ISSUERS, landing }),
      ...invoiceRoutes({ database, log }),
      ...exportRoutes({ graphql, authenticate }),
      '/webhooks/stripe/:organization': stripeWebhook(tools, log),
    },
  });
  const address = await server.listen(env.PORT, env.HOST);
  // Which port it is may be known only now; nobody has asked anything yet.
  settings.publicUrl ||= address;
  lifetime.onEnd('running requests', server.drain);
  // Mail has links in it, and where they lead is known only now.
  const worker = await startWorker(database.pool, jobs, log);
  lifetime.onEnd('running jobs', worker.stop);
  log.info({ url: address }, 'listening');
  if (demo) say(announcement(address, demo));
}

async function openMailer(env: Env, log: Log, lifetime: Lifetime): Promise<Mailer> {
  const { SMTP_URL: url, MAIL_FROM: from } = env;
  if (url === undefined || from === undefined) {
    const directory = path.join(dataDirectory(env), 'mail');
    // Whoever only tries the engine has nothing to do about it.
    if (env.DATABASE_URL !== undefined) log.info({ directory }, 'without SMTP_URL mail is written to files');
    return fileMailer(directory);
  }
  const { smtpMailer } = await import('./mail/smtp/jobs.ts');
  const mailer = smtpMailer({ url, from });
  lifetime.onEnd('the connections to the mail server', mailer.close);
  return mailer;
}

const dataDirectory = (env: Env) => path.resolve(import.meta.dirname, '..', env.DATA_DIRECTORY);

type Found = { url: string; demo: Demo | null; keys: readonly EncryptionKey[] };

async function findDatabase(env: Env, lifetime: Lifetime): Promise<Found> {
  if (env.DATABASE_URL !== undefined) {
    await checkDatabase(env.DATABASE_URL);
    return { url: env.DATABASE_URL, demo: null, keys: env.ENCRYPTION_KEYS ?? [] };
  }
  const directory = dataDirectory(env);
  const demo = await openDemo({ directory, lifetime, say });
  return { url: demo.databaseUrl, demo, keys: env.ENCRYPTION_KEYS ?? provideEncryptionKeys(directory) };
}

async function main(): Promise<void> {
  const env = readEnv(process.env);
  const log = createLog(env.LOG_LEVEL);
  const lifetime = beginLifetime(log, env.SHUTDOWN_SECONDS);
  try {
    await serve(env, log, lifetime);
  } catch (error) {
    // Whoever was told to end while starting has no reason to complain about what then failed.
    if (lifetime.isEnding) return;
    report(error);
    await lifetime.end();
    process.exit(1);
  }
}

/** What the person who starts it can put right is a message; only a mistake of ours shows where it happened. */
function report(error: unknown): void {
  const theirs = error instanceof StartError || error instanceof EnvError || error instanceof EmbeddedInUseError;
  console.error(theirs ? error.message : error);
}

try {
  await main();
} catch (error) {
  report(error);
  process.exit(1);
}
