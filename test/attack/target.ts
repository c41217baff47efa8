import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startTemporaryEmbedded } from '../../src/database/embedded.ts';
import { applyMigrations } from '../../src/database/migrations.ts';
import { migrateJobs } from '../../src/kernel/jobs.ts';
import { newEncryptionKey } from '../../src/kernel/secrets.ts';
import { startScript } from '../kit/start-script.ts';
import { cleanUp, makeDataDirectory, type Server, start } from '../server/process.ts';

/** Under which name people would reach the server: with TLS, in production. */
export const publicUrl = 'https://engine.example';
/** The one page elsewhere that may use the API. */
export const dashboard = 'https://dashboard.example';

export const password = 'a heron reads the tide tables';

type Told = {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string; issues?: unknown } }[];
  extensions?: Record<string, unknown>;
};

export type Reply = { status: number; headers: Headers; text: string; ms: number; json: Told };

export type Asked = {
  variables?: object;
  /** As whom: a token, or nobody. */
  token?: string | null;
  headers?: Record<string, string>;
  /** More than an operation in the body. */
  more?: object;
};

/** An agency as it uses the server, with one of everything that matters here. */
export type Agency = {
  organizationId: string;
  email: string;
  session: string;
  token: string;
  ids: { client: string; order: string; invoice: string; service: string; tag: string };
  orderNumber: string;
};

export type Target = Awaited<ReturnType<typeof openTarget>>;

/** The real server, with a database of its own and two agencies that signed up: as in production, but for the network. */
export async function openTarget() {
  const embedded = await startTemporaryEmbedded({ shared_buffers: '128MB' });
  await applyMigrations(embedded.ownerUrl);
  await migrateJobs(embedded.ownerUrl);
  const directory = makeDataDirectory();
  const owner = new pg.Pool({ connectionString: embedded.ownerUrl, max: 2 });
  // At the end the database may go before its connections have.
  owner.on('error', () => {});
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: embedded.appUrl,
    DATA_DIRECTORY: directory,
    PUBLIC_URL: publicUrl,
    SECRET: randomBytes(32).toString('base64url'),
    ENCRYPTION_KEYS: newEncryptionKey('attack'),
    ALLOWED_ORIGINS: dashboard,
    TRUST_PROXY: '1',
    LOG_LEVEL: 'info',
  };
  // With what `npm start` gives it, above all no more memory.
  const { script, env, flags } = startScript();
  const server: Server = await start({ ...environment, ...env }, [process.execPath, ...flags, script]);

  const close = async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    await owner.end();
    await cleanUp(directory);
    await embedded.stop();
  };

  const send = async (where: string, init: RequestInit = {}): Promise<Reply> => {
    const started = performance.now();
    const response = await fetch(`${server.url}${where}`, { redirect: 'manual', ...init });
    const text = await response.text();
    const ms = performance.now() - started;
    return { status: response.status, headers: response.headers, text, ms, json: jsonOf(text) };
  };

  const ask = (query: string, { variables, token = null, headers = {}, more = {} }: Asked = {}): Promise<Reply> =>
    send('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // Each from somewhere else, so that no probe uses up what another one may do.
        'x-forwarded-for': newAddress(),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables, ...more }),
    });

  /** What is written to a connection, byte by byte, and what comes back until it is closed. */
  const write = (text: string, { limitMs = 20_000 }: { limitMs?: number } = {}): Promise<string> =>
    new Promise((resolve) => {
      const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
      let received = '';
      socket.setEncoding('latin1').on('data', (part: string) => {
        received += part;
      });
      socket.setTimeout(limitMs, () => socket.destroy());
      socket.on('error', () => {});
      socket.once('close', () => resolve(received));
      socket.write(Buffer.from(text, 'latin1'));
    });

  const mailTo = async (address: string, since = 0): Promise<string> => {
    const folder = path.join(directory, 'mail');
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
      const mails = fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith('.txt')) : [];
      const found = mails
        .map((file) => path.join(folder, file))
        .filter((file) => fs.statSync(file).mtimeMs >= since && fs.readFileSync(file, 'utf8').includes(`<${address}>`));
      if (found[0]) return fs.readFileSync(found[0], 'utf8');
    }
    throw new Error(`No mail came to ${address}.\n${server.output().slice(-2_000)}`);
  };

  const join = async (name: string): Promise<Agency> => {
    const email = `ada@${name}.example`;
    const signUp = { email, password, firstName: 'Ada', lastName: 'Admin', organizationName: name };
    await must(
      ask('mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }', { variables: { input: signUp } }),
    );
    const link = /token=([\w-]{43})/.exec(await mailTo(email))?.[1];
    const confirmed = await must(
      ask(
        `mutation ($input: SignUpConfirmInput!) { signUpConfirm(input: $input) {
          ... on SignUpConfirmSuccess { token organizationId } } }`,
        { variables: { input: { token: link, password } } },
      ),
    );
    const { token: session, organizationId } = confirmed.signUpConfirm as { token: string; organizationId: string };
    const as = async (query: string, input: object) => must(ask(query, { token: session, variables: { input } }));
    const created = async (type: string, field: string, input: object, shown = 'id') => {
      const verb = `${field}Create`;
      const data = await as(
        `mutation ($input: ${type}CreateInput!) { ${verb}(input: $input) { ... on ${type}CreateSuccess { ${field} { ${shown} } } } }`,
        input,
      );
      return (data[verb] as Record<string, { id: string; number: string }>)[field] as { id: string; number: string };
    };
    const issued = await as(
      'mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { ... on ApiTokenCreateSuccess { secret } } }',
      { name: 'attack' },
    );
    const client = await created('Client', 'client', {
      email: `client@${name}.example`,
      firstName: 'Cleo',
      lastName: name,
    });
    const service = await created('Service', 'service', {
      name: 'Logo',
      currency: 'USD',
      price: '100',
      recurring: 'ONE_TIME',
    });
    const order = await created(
      'Order',
      'order',
      { clientId: client.id, serviceId: service.id, note: `Secret of ${name}` },
      'id number',
    );
    const items = [{ name: 'Logo', amount: '100', quantity: 1 }];
    const invoice = await created('Invoice', 'invoice', { clientId: client.id, items });
    const tag = await created('Tag', 'tag', { name: `Tag of ${name}` });
    return {
      organizationId,
      email,
      session,
      token: (issued.apiTokenCreate as { secret: string }).secret,
      ids: { client: client.id, order: order.id, invoice: invoice.id, service: service.id, tag: tag.id },
      orderNumber: order.number,
    };
  };

  try {
    /** Whose tokens the attacker has, and who must not notice. */
    const agencies = { ours: await join('attacker'), theirs: await join('victim') };
    return { server, owner, send, ask, write, mailTo, ...agencies, close };
  } catch (error) {
    await close();
    throw error;
  }
}

let addresses = 0;

export function newAddress(): string {
  addresses += 1;
  return `2001:db8:${(addresses >> 16).toString(16)}:${(addresses & 0xffff).toString(16)}::1`;
}

function jsonOf(text: string): Told {
  try {
    return JSON.parse(text) as Told;
  } catch {
    return {};
  }
}

async function must(asked: Promise<Reply>): Promise<Record<string, unknown>> {
  const { json, text } = await asked;
  if (!json.data || json.errors) throw new Error(`The target could not be set up: ${text}`);
  return json.data;
}
