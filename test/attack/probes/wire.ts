import { fingerprint } from '../../kit/fingerprint.ts';
import { leaks, outcomeOf, type Probe, probesOf } from '../probe.ts';
import { dashboard, password, publicUrl, type Target } from '../target.ts';

const probe = probesOf('HTTP');
const change = 'mutation { tagCreate(input: { name: "forged" }) { __typename } }';

async function forged(target: Target): Promise<number> {
  const { json } = await target.ask('{ tags(filter: { name: { eq: "forged" } }) { totalCount } }', {
    token: target.ours.token,
  });
  return (json.data as { tags: { totalCount: number } }).tags.totalCount;
}

/** What comes over the wire, and from pages elsewhere. */
export const wire: Probe[] = [
  probe(
    'a page elsewhere posts with the cookie, in every way that needs no permission',
    'nothing is done',
    async (target) => {
      const { send, ours } = target;
      const cookie = `__Host-session=${ours.session}`;
      const page = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      const body = JSON.stringify({ query: change });
      for (const type of [
        'text/plain',
        'text/plain; application/json',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json',
        '',
      ]) {
        await send('/graphql', { method: 'POST', headers: { ...page, 'content-type': type }, body });
        await send('/graphql', { method: 'POST', headers: { cookie, 'content-type': type }, body });
        await send('/graphql', { method: 'POST', headers: { cookie, origin: 'null', 'content-type': type }, body });
      }
      await send('/graphql', { method: 'POST', headers: page, body: new URLSearchParams({ query: change }) });
      return (await forged(target)) === 0 ? 'nothing is done' : 'a tag';
    },
  ),
  probe('CORS: a stranger, null, a look-alike', 'no permission', async ({ send }) => {
    for (const origin of [
      'https://evil.example',
      'null',
      `${dashboard}.evil.example`,
      dashboard.replace('https', 'http'),
      '*',
    ]) {
      const headers = { origin, 'access-control-request-method': 'POST' };
      const reply = await send('/graphql', { method: 'OPTIONS', headers });
      if (reply.headers.has('access-control-allow-origin')) return `permission for ${origin}`;
    }
    return 'no permission';
  }),
  probe('CORS: the listed page', `permission for it alone, with Vary`, async ({ send }) => {
    const { headers } = await send('/graphql', {
      method: 'OPTIONS',
      headers: { origin: dashboard, 'access-control-request-method': 'POST' },
    });
    const isAlone = headers.get('access-control-allow-origin') === dashboard && headers.get('vary') === 'Origin';
    return isAlone ? 'permission for it alone, with Vary' : JSON.stringify([...headers]);
  }),
  probe('headers that protect', 'all of them', async ({ send, ask }) => {
    const replies = await Promise.all([ask('{ __typename }'), send('/login'), send('/nothing'), send('/healthz')]);
    const names = [
      'strict-transport-security',
      'x-content-type-options',
      'x-frame-options',
      'content-security-policy',
      'referrer-policy',
      'cross-origin-resource-policy',
      'cache-control',
    ];
    const missing = names.filter((name) => !replies.every(({ headers }) => headers.has(name)));
    return missing.length === 0 ? 'all of them' : `without ${missing.join()}`;
  }),
  probe('a token in the address', 'UNAUTHENTICATED', async ({ send, ours }) =>
    outcomeOf(
      await send(
        `/graphql?token=${ours.token}&access_token=${ours.token}&query=${encodeURIComponent('{ viewer { kind } }')}`,
      ),
    ),
  ),
  probe('a method in a header (X-HTTP-Method-Override)', 'nothing is done', async (target) => {
    const { send, ours } = target;
    const headers = {
      authorization: `Bearer ${ours.token}`,
      'x-http-method-override': 'POST',
      'x-method-override': 'POST',
    };
    await send(`/graphql?query=${encodeURIComponent(change)}`, { headers });
    return (await forged(target)) === 0 ? 'nothing is done' : 'a tag';
  }),
  probe('another host in the headers of a reset', 'the link leads to us', async ({ ask, mailTo, ours }) => {
    const since = Date.now() - 1_000;
    await ask('mutation ($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { __typename } }', {
      variables: { input: { email: ours.email } },
      headers: { 'x-forwarded-host': 'evil.example', origin: 'https://evil.example', forwarded: 'host=evil.example' },
    });
    const mail = await mailTo(ours.email, since);
    return mail.includes(`${publicUrl}/reset-password?token=`) && !mail.includes('evil.example')
      ? 'the link leads to us'
      : mail;
  }),
  probe(
    'slow headers (slowloris)',
    '408',
    async ({ write }) =>
      /^HTTP\/1\.1 (\d+)/.exec(await write('GET /healthz HTTP/1.1\r\nhost: x\r\nx: y'))?.[1] ?? 'never closed',
  ),
  probe(
    'headers of 20 kB',
    '431',
    async ({ write }) =>
      /^HTTP\/1\.1 (\d+)/.exec(await write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`))?.[1] ??
      'never closed',
  ),
  probe('two requests in one (smuggling)', 'one answer at most, and not the second’s', async ({ write }) => {
    const smuggled = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n';
    const replies = await Promise.all([
      write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
        { limitMs: 2_000 },
      ),
      write(`POST /graphql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`, {
        limitMs: 2_000,
      }),
      write(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 50\r\n\r\n${smuggled}`, {
        limitMs: 2_000,
      }),
    ]);
    const isOne = replies.every((reply) => reply.split('HTTP/1.1 ').length === 2 && !reply.includes('service_engine_'));
    return isOne ? 'one answer at most, and not the second’s' : replies.map((reply) => reply.slice(0, 60)).join(' | ');
  }),
  probe('TRACE, CONNECT, an upgrade', 'no echo, no tunnel, no other protocol', async ({ write }) => {
    const replies = await Promise.all([
      write('TRACE /graphql HTTP/1.1\r\nhost: x\r\ncookie: secret\r\nconnection: close\r\n\r\n', { limitMs: 2_000 }),
      write('CONNECT 127.0.0.1:5432 HTTP/1.1\r\nhost: x\r\n\r\n', { limitMs: 2_000 }),
      write(
        'GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: x\r\n\r\n',
        { limitMs: 2_000 },
      ),
    ]);
    const isRefused = replies.every((reply) => !/^HTTP\/1\.1 101/.test(reply) && !reply.includes('cookie: secret'));
    return isRefused && !/^HTTP\/1\.1 2/.test(replies[1] ?? '')
      ? 'no echo, no tunnel, no other protocol'
      : replies.map((reply) => reply.slice(0, 60)).join(' | ');
  }),
  probe('subscriptions, @defer, @stream', 'not there', async ({ ask, ours }) => {
    const replies = await Promise.all([
      ask('subscription { orders { totalCount } }', { token: ours.token, headers: { accept: 'text/event-stream' } }),
      ask('{ ... @defer { orders { totalCount } } }', { token: ours.token, headers: { accept: 'multipart/mixed' } }),
      ask('{ orders { nodes @stream(initialCount: 0) { id } } }', { token: ours.token }),
    ]);
    return replies.every(({ text }) => text.includes('errors') || text === '')
      ? 'not there'
      : replies.map(({ text }) => text).join();
  }),
  probe('an unknown persisted operation', 'PERSISTED_OPERATION_NOT_FOUND', async ({ ask, ours }) =>
    outcomeOf(await ask('{ __typename }', { token: ours.token, more: { documentId: `sha256:${'0'.repeat(64)}` } })),
  ),
  probe('an export without a credential, and of others’ rows', '401, and no row', async ({ send, ours, theirs }) => {
    const { status } = await send('/exports/clients.csv');
    const headers = { authorization: `Bearer ${ours.token}` };
    const filter = encodeURIComponent(JSON.stringify({ id: { eq: theirs.ids.client } }));
    const { text } = await send(`/exports/clients.csv?filter=${filter}`, { headers });
    return `${status}, and ${text.trim().split('\r\n').length === 1 ? 'no row' : 'rows'}`;
  }),
  probe('a formula in a table', 'text', async ({ ask, send, ours }) => {
    const company = '=HYPERLINK("http://evil.example","x")';
    await ask(
      'mutation ($id: ID!, $company: String!) { clientUpdate(input: { id: $id, company: $company }) { __typename } }',
      {
        token: ours.token,
        variables: { id: ours.ids.client, company },
      },
    );
    const { text } = await send('/exports/clients.csv', { headers: { authorization: `Bearer ${ours.token}` } });
    return text.includes(`"'=HYPERLINK(""http`) ? 'text' : text;
  }),
  probe('an event of Stripe that nobody signed', '404', async ({ send, ours }) => {
    const reply = await send(`/webhooks/stripe/${ours.organizationId}`, {
      method: 'POST',
      headers: { 'stripe-signature': 't=1,v1=00', 'content-type': 'application/json' },
      body: '{"type":"payment_intent.succeeded"}',
    });
    return String(reply.status);
  }),
  probe('one idempotency key for two mutations', 'IDEMPOTENCY_KEY_REUSED', async ({ ask, ours }) => {
    const create = (name: string) =>
      ask('mutation ($name: String!) { tagCreate(input: { name: $name }) { __typename } }', {
        token: ours.token,
        variables: { name },
        headers: { 'idempotency-key': 'attack-1' },
      });
    await create('first');
    return outcomeOf(await create('second'));
  }),
  probe('secrets in the log', 'none', async ({ server, ours, theirs }) => {
    const secrets = [ours, theirs].flatMap(({ token, session, email }) => [token, session, email]);
    const found = [...secrets, password].filter((secret) => server.output().includes(secret));
    return found.length === 0 ? 'none' : found.join();
  }),
  probe('the server afterwards', 'ready, and nothing leaked into an answer', async ({ send, ask, server }) => {
    const [ready, answer] = [await send('/readyz'), await ask('{ __typename }')];
    const isWell = ready.status === 200 && outcomeOf(answer) === 'answered' && !leaks.test(answer.text);
    const failures = server
      .output()
      .split('\n')
      .filter((line) => line.includes('"level":50') || line.includes('"level":60'));
    return isWell && failures.length === 0
      ? 'ready, and nothing leaked into an answer'
      : failures.join('\n').slice(0, 2_000) || String(ready.status);
  }),
];

/** Nothing is told in time when the database answers nobody; so it stands behind what looks at how the server fared. */
export const stuck = probe(
  'a database that is kept from answering',
  '503 for each, soon; then answered',
  async (target) => {
    const { ask, owner, ours } = target;
    const count = () => ask('{ tags { totalCount } }', { token: ours.token });
    const keeper = await owner.connect();
    const replies = await (async () => {
      try {
        await keeper.query('begin; lock table tags in access exclusive mode');
        return await Promise.all(Array.from({ length: 300 }, count));
      } finally {
        await keeper.query('rollback');
        keeper.release();
      }
    })();
    const statuses = [...new Set(replies.map(({ status }) => status))].join();
    const times = replies.map(({ ms }) => Math.round(ms)).sort((one, other) => one - other);
    const [soonest = 0, latest = 0] = [times[50], times.at(-1)];
    // Those that are one too many at once; those that wait for a connection or for the table when the time for that is over.
    const isSoon = soonest < 2_500 && latest < 12_000;
    return `${statuses} for each, ${isSoon ? 'soon' : `from ${soonest} to ${latest} ms`}; then ${outcomeOf(await count())}`;
  },
);

/** Asked at the very end, with what the other agency's rows came to at the beginning. */
export function untouched(before: Awaited<ReturnType<typeof rowsOfTheirs>>): Probe {
  return probe('the other organization’s rows', 'as they were', async (target) => {
    const after = await rowsOfTheirs(target);
    const changed = Object.keys(after).filter(
      (table) => JSON.stringify(after[table]) !== JSON.stringify(before[table]),
    );
    return changed.length === 0 ? 'as they were' : changed.join();
  });
}

export function rowsOfTheirs({ owner, theirs }: Target) {
  return fingerprint(owner, theirs.organizationId.replace('organization_', ''));
}
