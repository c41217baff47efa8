import { createHmac } from 'node:crypto';
import { leaks, outcomeOf, type Probe, probesOf, times } from '../probe.ts';

const probe = probesOf('DVGA');

/** What Damn Vulnerable GraphQL Application teaches. */
export const dvga: Probe[] = [
  probe('batch query attack', 'BAD_REQUEST', async ({ send, ours }) => {
    const body = JSON.stringify(Array(100).fill({ query: '{ orders { totalCount } }' }));
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ours.token}` };
    return outcomeOf(await send('/graphql', { method: 'POST', headers, body }));
  }),
  probe('deep recursion', 'LIMIT_REACHED', async ({ ask, ours }) =>
    outcomeOf(
      await ask(`{ clients { nodes { ${'referredBy { '.repeat(30)}id${' }'.repeat(30)} } } }`, { token: ours.token }),
    ),
  ),
  probe('resource intensive query', 'COST_LIMIT_EXCEEDED', async ({ ask, ours }) => {
    const report = 'reports { monthlyRecurringRevenue { subscriptions } }';
    const lists = times(
      48,
      (index) =>
        `a${index}: orders(first: 100, search: "a b c") { totalCount nodes { client { orders(first: 18) { nodes { id tags { id } } } } } }`,
    );
    return outcomeOf(await ask(`{ ${report} ${lists} }`, { token: ours.token }));
  }),
  probe('field duplication', 'LIMIT_REACHED', async ({ ask, ours }) =>
    outcomeOf(await ask(`{ orders { nodes { ${times(1_000, () => 'number')} } } }`, { token: ours.token })),
  ),
  probe('aliases', 'LIMIT_REACHED', async ({ ask, ours }) =>
    outcomeOf(await ask(`{ ${times(500, (index) => `a${index}: orders { totalCount }`)} }`, { token: ours.token })),
  ),
  probe('circular fragments', 'GRAPHQL_VALIDATION_FAILED', async ({ ask, ours }) =>
    outcomeOf(
      await ask('{ orders { nodes { ...A } } } fragment A on Order { id ...B } fragment B on Order { id ...A }', {
        token: ours.token,
      }),
    ),
  ),
  probe('fragments that double themselves', 'LIMIT_REACHED', async ({ ask, ours }) => {
    const fragments = times(
      18,
      (index) =>
        `fragment F${index} on Client { a: referredBy { id ${index < 17 ? `...F${index + 1}` : ''} } b: referredBy { id ${index < 17 ? `...F${index + 1}` : ''} } }`,
    );
    return outcomeOf(await ask(`{ clients { nodes { ...F0 } } } ${fragments}`, { token: ours.token }));
  }),
  probe('directives overloading', 'LIMIT_REACHED', async ({ ask, ours }) =>
    outcomeOf(await ask(`{ orders { totalCount ${times(500, () => '@include(if: true)')} } }`, { token: ours.token })),
  ),
  probe('field suggestions', 'none', async ({ ask, ours }) => {
    const replies = await Promise.all([
      ask('{ ordr { id } }', { token: ours.token }),
      ask('query ($kind: OrderStatusKind!) { orders(filter: { status: { eq: $kind } }) { totalCount } }', {
        token: ours.token,
        variables: { kind: 'COMPLET' },
      }),
      ask('query ($kind: OrderStatusKind!) { orders(filter: { status: { eq: $kind } }) { totalCount } }', {
        variables: { kind: 'COMPLET' },
      }),
      ask('{ orders(fist: 1) { totalCount } }', { token: ours.token }),
      ask('{ orders { ... on Ordr { id } } }', { token: ours.token }),
    ]);
    return replies.some(({ text }) => /did you mean/i.test(text)) ? 'some' : 'none';
  }),
  probe(
    'GraphiQL opened by a cookie (env=graphiql:enable)',
    'the same page, which asks as nobody',
    async ({ send }) => {
      const page = (cookie?: string) =>
        send('/graphql', { headers: { accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) } });
      const [plain, forged] = [await page(), await page('env=graphiql:enable; sx_session=sx_session_x')];
      return plain.text === forged.text ? 'the same page, which asks as nobody' : 'another page';
    },
  ),
  probe(
    'SSRF: an issuer in our own network (importPaste)',
    'refused, and nothing is told',
    async ({ ask, ours, server }) => {
      const outcomes = new Set<string>();
      for (const address of [
        server.url,
        'http://127.0.0.1:5432',
        'http://169.254.169.254/latest/meta-data',
        'https://localhost',
        'https://[::ffff:169.254.169.254]',
        'https://2130706433',
        'file:///etc/passwd',
        'gopher://127.0.0.1:6379/_INFO',
      ]) {
        const reply = await ask(
          'mutation ($input: IssuerCreateInput!) { issuerCreate(input: $input) { __typename ... on Error { code message } } }',
          {
            token: ours.token,
            variables: { input: { address, applicationId: 'a', applicationSecret: 'b', name: 'c' } },
          },
        );
        const isSilent =
          !leaks.test(reply.text) && !/refused|private|10\.|127\.|port/i.test(reply.text.replace(address, ''));
        const isRefused = outcomeOf(reply) !== 'IssuerCreateSuccess';
        outcomes.add(isRefused && isSilent ? 'refused, and nothing is told' : `${address}: ${reply.text}`);
      }
      return [...outcomes].join();
    },
  ),
  probe('SSRF: a file of a message', 'InvalidInputError', async ({ ask, ours }) => {
    const send = (file: string) =>
      ask('mutation ($input: OrderMessageCreateInput!) { orderMessageCreate(input: $input) { __typename } }', {
        token: ours.token,
        variables: { input: { orderId: ours.ids.order, body: 'x', files: [file] } },
      });
    const replies = await Promise.all(['file:///etc/passwd', 'javascript:alert(1)', 'http://u:p@x.example'].map(send));
    return [...new Set(replies.map(outcomeOf))].join();
  }),
  probe('OS command injection', 'text stays text', async ({ ask, ours }) => {
    const name = '"; cat /etc/passwd #`id`$(id)|nc';
    const made = await ask(
      'mutation ($name: String!) { tagCreate(input: { name: $name }) { ... on TagCreateSuccess { tag { name } } } }',
      { token: ours.token, variables: { name } },
    );
    return made.text.includes(JSON.stringify(name)) ? 'text stays text' : made.text;
  }),
  probe('SQL injection in an order, a sort, a name', 'refused or text', async ({ ask, ours }) => {
    const replies = await Promise.all([
      ask('query ($sort: [OrderSort!]) { orders(sort: $sort) { totalCount } }', {
        token: ours.token,
        variables: { sort: [{ field: 'PRICE; drop table orders', direction: 'ASC' }] },
      }),
      ask('query ($after: String) { orders(after: $after) { totalCount } }', {
        token: ours.token,
        variables: { after: Buffer.from(`["x","' or 1=1","' or 1=1"]`).toString('base64url') },
      }),
      ask(`{ a: orders(search: "'; select pg_sleep(5); --") { totalCount } }`, { token: ours.token }),
    ]);
    const isQuick = replies.every(({ ms }) => ms < 4_000);
    const isSilent = replies.every(({ text }) => !/syntax error at|pg_sleep\(|relation|prisma/i.test(text));
    return isQuick && isSilent ? 'refused or text' : replies.map(({ text }) => text).join();
  }),
  probe('stored XSS, HTML injection', 'text on every page', async ({ ask, send, ours }) => {
    const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
    const change = (type: string, input: string) =>
      ask(`mutation ($evil: String!) { ${type}(input: ${input}) { __typename } }`, {
        token: ours.token,
        variables: { evil },
      });
    await change('invoiceUpdate', `{ id: "${ours.ids.invoice}", note: $evil }`);
    await change('clientUpdate', `{ id: "${ours.ids.client}", firstName: $evil, company: $evil }`);
    const { json } = await ask(`{ invoice(id: "${ours.ids.invoice}") { viewLink } }`, { token: ours.token });
    const link = new URL((json.data as { invoice: { viewLink: string } }).invoice.viewLink);
    const page = await send(`${link.pathname}${link.search}`);
    const isText = page.status === 200 && page.text.includes('&lt;script&gt;') && !/<script|<img/i.test(page.text);
    return isText ? 'text on every page' : page.text.slice(0, 500);
  }),
  probe('log spoofing', 'no line that is not ours', async ({ ask, send, server }) => {
    await send('/x%0a{"level":60,"msg":"hacked"}%0d%0a', { headers: { 'user-agent': 'a{"level":60,"msg":"hacked"}' } });
    await ask('query A { __typename }', { more: { operationName: '\n{"level":60,"msg":"hacked"}' } });
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const isWhole = lines.slice(0, -1).every((line) => (JSON.parse(line) as { msg?: string }).msg !== 'hacked');
    return isWhole ? 'no line that is not ours' : 'a line of somebody else’s';
  }),
  probe('a forged or unsigned token (JWT, alg none)', 'UNAUTHENTICATED', async ({ ask, ours }) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ sub: 'admin', organization: ours.organizationId, identity: 'admin' });
    const signed = `${part({ alg: 'HS256' })}.${claims}`;
    const hmac = createHmac('sha256', 'dvga').update(signed).digest('base64url');
    const outcomes = await Promise.all(
      [
        `${part({ alg: 'none' })}.${claims}.`,
        `${signed}.${hmac}`,
        'null',
        'undefined',
        'sx_live_',
        `sx_live_${'a'.repeat(43)}`,
      ].map(async (token) => outcomeOf(await ask('{ viewer { kind } }', { token }))),
    );
    return [...new Set(outcomes)].join();
  }),
  probe('weak passwords at sign-up', 'InvalidInputError', async ({ ask }) => {
    const signUp = (password: string) =>
      ask('mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }', {
        variables: {
          input: { email: 'weak@weak.example', password, firstName: 'a', lastName: 'b', organizationName: 'weak' },
        },
      });
    const replies = await Promise.all(
      ['password', 'password123', '1234567890', 'qwertyuiop', 'aaaaaaaaaa'].map(signUp),
    );
    return [...new Set(replies.map(outcomeOf))].join();
  }),
  probe('brute force of a password', 'locked after five', async ({ ask }) => {
    const outcomes: string[] = [];
    for (let guess = 0; guess < 8; guess += 1) {
      const input = { email: 'nobody@nowhere.example', password: `guess number ${guess}` };
      outcomes.push(
        outcomeOf(
          await ask('mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }', {
            variables: { input },
          }),
        ),
      );
    }
    const failed = outcomes.filter((outcome) => outcome === 'InvalidStateError').length;
    return outcomes.slice(failed).every((outcome) => outcome === 'LimitReachedError')
      ? `locked after ${['none', 'one', 'two', 'three', 'four', 'five'][failed] ?? failed}`
      : outcomes.join();
  }),
  probe('who has an account', 'the same answer for both', async ({ ask, theirs }) => {
    const tell = async (email: string) => {
      const signIn = await ask(
        'mutation ($input: SignInInput!) { signIn(input: $input) { ... on Error { code message } } }',
        {
          variables: { input: { email, password: 'never the password' } },
        },
      );
      const reset = await ask(
        'mutation ($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { __typename } }',
        {
          variables: { input: { email } },
        },
      );
      return `${signIn.text} ${reset.text}`;
    };
    const [known, unknown] = [await tell(`client${theirs.email.slice(3)}`), await tell('somebody@nowhere.example')];
    return known === unknown ? 'the same answer for both' : `${known} | ${unknown}`;
  }),
  probe('an uploaded file with a path in its name (uploadPaste)', '415', async ({ send, ours }) => {
    const form = new FormData();
    form.set(
      'operations',
      JSON.stringify({
        query: 'mutation ($f: String!) { tagCreate(input: { name: $f }) { __typename } }',
        variables: { f: null },
      }),
    );
    form.set('map', '{"0":["variables.f"]}');
    form.set('0', new Blob(['x']), '../../../../tmp/hacked');
    const headers = { authorization: `Bearer ${ours.token}` };
    return String((await send('/graphql', { method: 'POST', headers, body: form })).status);
  }),
  probe('a path that leads out', '400 or 404, and no file', async ({ write }) => {
    const paths = [
      '/../../etc/passwd',
      '/exports/../../etc/passwd',
      '/invoices/..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/graphql/../package.json',
      '//etc/passwd',
      '/package.json',
      '/.env',
      '/.git/config',
    ];
    const replies = await Promise.all(
      paths.map((path) => write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)),
    );
    const isRefused = replies.every(
      (reply) => /^HTTP\/1\.1 (400|404) /.test(reply) && !/root:|service-engine-x"|\[core\]/.test(reply),
    );
    return isRefused ? '400 or 404, and no file' : replies.join().slice(0, 300);
  }),
  probe('a deny list passed by another name', 'UNAUTHENTICATED', async ({ ask }) => {
    const outcomes = await Promise.all(
      [
        'query getPastes { orders { totalCount } }',
        '{ systemHealth: orders { totalCount } }',
        'query { ...A } fragment A on Query { orders { totalCount } }',
      ].map(async (query) => outcomeOf(await ask(query))),
    );
    return [...new Set(outcomes)].join();
  }),
  probe('a field that only the staff sees, as a client', 'null', async ({ ask, ours, send }) => {
    const made = await ask(
      `mutation { magicLinkCreate(input: { clientId: "${ours.ids.client}" }) { ... on MagicLinkCreateSuccess { link } } }`,
      { token: ours.token },
    );
    const { link } = (made.json.data as { magicLinkCreate: { link: string } }).magicLinkCreate;
    const token = new URL(link).searchParams.get('token') ?? '';
    const signedIn = await send('/login', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ token }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { json } = await ask(`{ order(id: "${ours.ids.order}") { note } }`, {
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    });
    return JSON.stringify((json.data as { order: { note: unknown } } | null)?.order.note ?? json.errors ?? null);
  }),
  probe('stack traces', 'none', async ({ ask, send, ours }) => {
    const replies = await Promise.all([
      ask('{'),
      ask('{ nothing }', { token: ours.token }),
      ask('query ($id: ID!) { node(id: $id) { id } }', { token: ours.token, variables: { id: { a: 1 } } }),
      ask('query ($id: ID!) { node(id: $id) { id } }', { token: ours.token, variables: { id: '\ud800\0' } }),
      send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":' }),
      send('/graphql', { method: 'PUT' }),
      send('/%ff%fe'),
      send('/invoices/%ff?key=%ff'),
      send('/exports/orders.csv?filter=%7B'),
    ]);
    return replies.some(({ text }) => leaks.test(text)) ? replies.map(({ text }) => text).join() : 'none';
  }),
];
