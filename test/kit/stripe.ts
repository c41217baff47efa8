import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { afterAll, beforeAll } from 'vitest';
import { useStripeAt } from './tools.ts';
import { unique } from './unique.ts';

/** What a card does, after Stripe's test cards. */
export type Card = 'visa' | 'declined' | 'insufficient_funds' | 'authentication' | 'asks';

type Params = Record<string, string>;
type Row = { id: string; created: number } & Record<string, unknown>;

/** A request as it came. */
export type Received = {
  method: string;
  path: string;
  params: Params;
  key: string;
  idempotencyKey: string | null;
  version: string | null;
};

/** What goes wrong with a request: before anything is done, or after. */
type Trouble =
  | { kind: 'silence'; after: boolean }
  | { kind: 'break'; after: boolean }
  | { kind: 'fault'; after: boolean }
  | { kind: 'delay'; milliseconds: number; after: boolean }
  | { kind: 'refusal'; status: number; error: object };

type Reply = { status: number; body: object; replayed?: boolean };

/** What one account has at Stripe. */
type Account = {
  customers: Map<string, Row>;
  methods: Map<string, Row & { card: { as: Card; brand: string; last4: string; exp_month: number; exp_year: number } }>;
  intents: Map<string, Row>;
  refunds: Map<string, Row>;
  replies: Map<string, { request: string; reply: Promise<Reply> }>;
};

const seconds = () => Math.floor(Date.now() / 1_000);
const idOf = (prefix: string) => `${prefix}_${unique()}${Math.random().toString(36).slice(2, 10)}`;
const last4Of: Record<Card, string> = {
  visa: '4242',
  declined: '0002',
  insufficient_funds: '9995',
  authentication: '3155',
  asks: '3220',
};

class Refusal extends Error {
  readonly reply: Reply;
  constructor(status: number, error: object) {
    super('refused');
    this.reply = { status, body: { error } };
  }
}

const missing = (what: string, id: string) =>
  new Refusal(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${what}: '${id}'` });

/**
 * Stripe as far as the engine uses it, over real HTTP: customers, payment methods, payment intents and refunds, apart for each
 * secret key, with idempotency keys. It keeps every request, and does wrong what it is told to.
 */
export function createStripe() {
  const accounts = new Map<string, Account>();
  const requests: Received[] = [];
  const refusedKeys = new Set<string>();
  let troubles: { path: RegExp; trouble: Trouble }[] = [];

  const accountOf = (key: string): Account => {
    const known = accounts.get(key);
    if (known) return known;
    const made = {
      customers: new Map(),
      methods: new Map(),
      intents: new Map(),
      refunds: new Map(),
      replies: new Map(),
    };
    accounts.set(key, made);
    return made;
  };

  // ---------------------------------------------------------------- what the endpoints do

  function createCustomer(account: Account, { name, email, ...rest }: Params): Row {
    const customer = {
      id: idOf('cus'),
      object: 'customer',
      created: seconds(),
      name,
      email,
      metadata: metadataOf(rest),
    };
    account.customers.set(customer.id, customer);
    return customer;
  }

  function attach(account: Account, id: string, { customer = '' }: Params): Row {
    const method = account.methods.get(id);
    if (!method) throw missing('PaymentMethod', id);
    if (!account.customers.has(customer)) throw missing('customer', customer);
    if (method.customer !== null) {
      throw new Refusal(400, {
        type: 'invalid_request_error',
        message: 'The payment method you provided has already been attached to a customer.',
      });
    }
    method.customer = customer;
    return method;
  }

  function detach(account: Account, id: string): Row {
    const method = account.methods.get(id);
    if (!method) throw missing('PaymentMethod', id);
    if (method.customer === null) {
      throw new Refusal(400, {
        type: 'invalid_request_error',
        message: 'The payment method you provided is not attached to a customer so detachment is impossible.',
      });
    }
    method.customer = null;
    return method;
  }

  function createIntent(account: Account, params: Params): Row {
    const { amount = '', currency, customer, payment_method: methodId = '', description } = params;
    const method = account.methods.get(methodId);
    if (!method || method.customer !== customer) throw missing('PaymentMethod', methodId);
    const intent: Row = {
      id: idOf('pi'),
      object: 'payment_intent',
      created: seconds(),
      amount: Number(amount),
      currency,
      customer,
      payment_method: methodId,
      description,
      status: 'requires_confirmation',
      last_payment_error: null,
      metadata: metadataOf(params),
    };
    account.intents.set(intent.id, intent);
    if (params.confirm === 'true') confirm(intent, method.card.as);
    return intent;
  }

  function confirm(intent: Row, card: Card): void {
    if (card === 'visa') intent.status = 'succeeded';
    else if (card === 'asks') intent.status = 'requires_action';
    else {
      const codes: Record<string, { code: string; message: string }> = {
        declined: { code: 'card_declined', message: 'Your card was declined.' },
        insufficient_funds: { code: 'card_declined', message: 'Your card has insufficient funds.' },
        authentication: {
          code: 'authentication_required',
          message: 'Your card was declined. This transaction requires authentication.',
        },
      };
      const error = { type: 'card_error', ...codes[card] };
      Object.assign(intent, { status: 'requires_payment_method', last_payment_error: error });
      throw new Refusal(402, { ...error, payment_intent: intent });
    }
  }

  function cancel(account: Account, id: string): Row {
    const intent = account.intents.get(id);
    if (!intent) throw missing('payment_intent', id);
    if (['succeeded', 'canceled'].includes(String(intent.status))) {
      throw new Refusal(400, {
        type: 'invalid_request_error',
        code: 'payment_intent_unexpected_state',
        message: `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
      });
    }
    intent.status = 'canceled';
    return intent;
  }

  function createRefund(account: Account, params: Params): Row {
    const { payment_intent: id = '', amount } = params;
    const intent = account.intents.get(id);
    if (!intent) throw missing('payment_intent', id);
    const before = [...account.refunds.values()].filter((refund) => refund.payment_intent === id);
    const given = before.reduce((sum, refund) => sum + Number(refund.amount), 0);
    if (given + Number(amount) > Number(intent.amount)) {
      throw new Refusal(400, {
        type: 'invalid_request_error',
        code: 'amount_too_large',
        message: 'Refund amount is greater than unrefunded amount on charge.',
      });
    }
    const refund: Row = {
      id: idOf('re'),
      object: 'refund',
      created: seconds(),
      amount: Number(amount),
      currency: intent.currency,
      payment_intent: id,
      status: 'succeeded',
      metadata: metadataOf(params),
    };
    account.refunds.set(refund.id, refund);
    return refund;
  }

  const found = (rows: Map<string, Row>, what: string, id: string): Row => {
    const row = rows.get(id);
    if (!row) throw missing(what, id);
    return row;
  };

  const listed = (rows: Iterable<Row>, keep: (row: Row) => boolean, path: string) => ({
    object: 'list',
    url: path,
    has_more: false,
    data: [...rows].filter(keep).reverse(),
  });

  function answer(account: Account, { method, path, params }: Received): object {
    const [, , resource = '', id = '', verb] = path.split('/');
    switch (`${method} ${resource}${id ? '/:id' : ''}${verb ? `/${verb}` : ''}`) {
      case 'POST customers':
        return createCustomer(account, params);
      case 'POST payment_methods/:id/attach':
        return attach(account, id, params);
      case 'POST payment_methods/:id/detach':
        return detach(account, id);
      case 'GET payment_methods/:id':
        return found(account.methods, 'PaymentMethod', id);
      case 'POST payment_intents':
        return createIntent(account, params);
      case 'GET payment_intents/:id':
        return found(account.intents, 'payment_intent', id);
      case 'GET payment_intents': {
        const { customer, 'created[gte]': since = '0' } = params;
        return listed(
          account.intents.values(),
          (row) => row.customer === customer && row.created >= Number(since),
          path,
        );
      }
      case 'POST payment_intents/:id/cancel':
        return cancel(account, id);
      case 'POST refunds':
        return createRefund(account, params);
      case 'GET refunds':
        return listed(account.refunds.values(), (row) => row.payment_intent === params.payment_intent, path);
      default:
        throw new Refusal(404, {
          type: 'invalid_request_error',
          message: `Unrecognized request URL (${method}: ${path}).`,
        });
    }
  }

  // ---------------------------------------------------------------- how it answers

  async function perform(account: Account, received: Received): Promise<Reply> {
    try {
      return { status: 200, body: structuredClone(answer(account, received)) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return structuredClone(error.reply);
    }
  }

  /** The same key with the same request gets the same answer, and nothing is done a second time. */
  async function performOnce(account: Account, received: Received): Promise<Reply> {
    const { idempotencyKey, path, params } = received;
    if (idempotencyKey === null || received.method !== 'POST') return await perform(account, received);
    const request = JSON.stringify([path, params]);
    const known = account.replies.get(idempotencyKey);
    if (known && known.request !== request) {
      const message =
        'Keys for idempotent requests can only be used with the same parameters they were first used with.';
      return { status: 400, body: { error: { type: 'idempotency_error', message } } };
    }
    if (known) return { ...(await known.reply), replayed: true };
    const reply = perform(account, received);
    account.replies.set(idempotencyKey, { request, reply });
    return await reply;
  }

  function troubleFor({ path }: Received): Trouble | null {
    const index = troubles.findIndex((one) => one.path.test(path));
    return index < 0 ? null : (troubles.splice(index, 1)[0]?.trouble ?? null);
  }

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const received = await receive(request);
    requests.push(received);
    const account = accountOf(received.key);
    const trouble = troubleFor(received);
    if (trouble?.kind === 'delay' && !trouble.after) await sleep(trouble.milliseconds);
    if (trouble?.kind === 'refusal') return send(response, { status: trouble.status, body: { error: trouble.error } });
    const isUndone = trouble !== null && trouble.kind !== 'delay' && !trouble.after;
    const done = isUndone ? null : await reply(account, received);
    if (trouble?.kind === 'delay' && trouble.after) await sleep(trouble.milliseconds, undefined, { ref: false });
    if (trouble?.kind === 'silence') return;
    if (trouble?.kind === 'break') return void request.socket.destroy();
    if (trouble?.kind === 'fault' || !done)
      return send(response, {
        status: 500,
        body: { error: { type: 'api_error', message: 'Something went wrong at Stripe.' } },
      });
    send(response, done);
  }

  async function reply(account: Account, received: Received): Promise<Reply> {
    if (!/^[sr]k_/.test(received.key) || refusedKeys.has(received.key))
      return { status: 401, body: { error: { type: 'invalid_request_error', message: 'Invalid API Key provided.' } } };
    return await performOnce(account, received);
  }

  const server = http.createServer((request, response) => void handle(request, response));

  return {
    /** Every request so far, oldest first; of one path, when it is given. */
    requests: (path?: RegExp) => requests.filter((one) => !path || path.test(`${one.method} ${one.path}`)),

    /** The next request to the path gets no answer within any time limit. */
    keepSilent: (path: RegExp, { after }: { after: boolean }) =>
      void troubles.push({ path, trouble: { kind: 'silence', after } }),
    /** The connection of the next request to the path breaks. */
    hangUp: (path: RegExp, { after }: { after: boolean }) =>
      void troubles.push({ path, trouble: { kind: 'break', after } }),
    /** The next request to the path is answered with a fault of Stripe's own. */
    fail: (path: RegExp, { after }: { after: boolean }) =>
      void troubles.push({ path, trouble: { kind: 'fault', after } }),
    /** The next request to the path is late: before anything is done, or its answer. */
    delay: (path: RegExp, milliseconds: number) =>
      void troubles.push({ path, trouble: { kind: 'delay', milliseconds, after: false } }),
    delayAnswer: (path: RegExp, milliseconds: number) =>
      void troubles.push({ path, trouble: { kind: 'delay', milliseconds, after: true } }),
    refuse: (path: RegExp, status: number, error: object) =>
      void troubles.push({ path, trouble: { kind: 'refusal', status, error } }),
    refuseKey: (key: string) => void refusedKeys.add(key),

    /** What a page with the publishable key would make of a card: nobody's yet. */
    method: (key: string, as: Card = 'visa'): string => {
      const id = idOf('pm');
      const card = { as, brand: 'visa', last4: last4Of[as], exp_month: 12, exp_year: 2040 };
      accountOf(key).methods.set(id, {
        id,
        object: 'payment_method',
        type: 'card',
        created: seconds(),
        customer: null,
        card,
      });
      return id;
    },

    /** What the account has: to look at, and for what happens at Stripe without us. */
    account: accountOf,

    /** An event about an object, as Stripe would send it, and its signature. */
    event: (type: string, object: object, { secret = 'whsec_1', id = idOf('evt'), at = seconds() } = {}) => {
      const payload = JSON.stringify({
        id,
        object: 'event',
        type,
        created: at,
        api_version: '2026-10-28.endive',
        livemode: false,
        data: { object },
      });
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: at });
      return { id, payload, signature };
    },

    /** A signature over any text, of now. */
    sign: (payload: string, secret = 'whsec_1') => Stripe.webhooks.generateTestHeaderString({ payload, secret }),

    listen: () =>
      new Promise<string>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
      }),
    forget: () => {
      requests.length = 0;
      troubles = [];
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type StripeDouble = ReturnType<typeof createStripe>;

/** Stripe for the tests of a file. */
export function stripeForThisFile(): StripeDouble {
  const stripe = createStripe();
  beforeAll(async () => useStripeAt(await stripe.listen()));
  afterAll(() => {
    useStripeAt(null);
    stripe.close();
  });
  return stripe;
}

async function receive(request: http.IncomingMessage): Promise<Received> {
  const url = new URL(request.url ?? '/', 'http://stripe.test');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const sent = request.method === 'GET' ? url.searchParams : new URLSearchParams(Buffer.concat(chunks).toString());
  const header = (name: string) => (request.headers[name] as string | undefined) ?? null;
  return {
    method: request.method ?? '',
    path: url.pathname,
    params: Object.fromEntries(sent),
    key: header('authorization')?.replace('Bearer ', '') ?? '',
    idempotencyKey: header('idempotency-key'),
    version: header('stripe-version'),
  };
}

function send(response: http.ServerResponse, { status, body, replayed }: Reply): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': idOf('req'),
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
  });
  response.end(JSON.stringify(body));
}

function metadataOf(params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => {
      const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
      return key === undefined ? [] : [[key, value]];
    }),
  );
}
