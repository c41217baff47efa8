import { outcomeOf, type Probe, probesOf, times } from '../probe.ts';
import { password } from '../target.ts';

const probe = probesOf('OWASP');
const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on Error { code message } } }';

/** The cheat sheet for GraphQL: validation, denial of service, access, batching, configuration. */
export const owasp: Probe[] = [
  // Input
  probe('SQL in a filter, a search, a cursor, an id', 'only what is meant by the letters', async ({ ask, ours }) => {
    const evil = `' or 1=1; drop table orders; --`;
    const reply = await ask(
      `query ($text: String, $id: ID!) {
        a: orders(filter: { number: { eq: $text } }) { totalCount }
        b: orders(filter: { number: { contains: $text } }) { totalCount }
        c: orders(search: $text) { totalCount }
        d: node(id: $id) { id }
        e: order(id: $id) { id }
      }`,
      { token: ours.token, variables: { text: evil, id: evil } },
    );
    const none = { totalCount: 0 };
    const isLiteral =
      JSON.stringify(reply.json.data) === JSON.stringify({ a: none, b: none, c: none, d: null, e: null });
    return isLiteral ? 'only what is meant by the letters' : reply.text;
  }),
  probe('LIKE wildcards in a filter', 'no row more', async ({ ask, ours }) => {
    const reply = await ask('{ orders(filter: { number: { contains: "%" } }) { totalCount } }', { token: ours.token });
    return reply.text === '{"data":{"orders":{"totalCount":0}}}' ? 'no row more' : reply.text;
  }),
  probe('a scalar of another type', 'BAD_USER_INPUT', async ({ ask, ours }) => {
    const document = 'query ($first: Int) { orders(first: $first) { totalCount } }';
    const replies = await Promise.all(
      ['1', 1.5, true, [1, 2], {}, 2 ** 31, '1; drop table orders'].map((first) =>
        ask(document, { token: ours.token, variables: { first } }),
      ),
    );
    return [...new Set(replies.map(outcomeOf))].join();
  }),
  probe('NUL, half characters and endless texts', 'refused by name', async ({ ask, ours }) => {
    const input = async (name: string) =>
      outcomeOf(
        await ask('mutation ($name: String!) { tagCreate(input: { name: $name }) { __typename } }', {
          token: ours.token,
          variables: { name },
        }),
      );
    const outcomes = [await input('a\0b'), await input('x'.repeat(100_000)), await input('x'.repeat(300_000))];
    return outcomes.join() === 'InvalidInputError,InvalidInputError,LIMIT_REACHED'
      ? 'refused by name'
      : outcomes.join();
  }),
  probe(
    'a field that no input has (mass assignment)',
    'refused, and nothing is made',
    async ({ ask, ours, theirs }) => {
      const document = 'mutation ($input: TagCreateInput!) { tagCreate(input: $input) { __typename } }';
      const asked = (more: object) =>
        ask(document, { token: ours.token, variables: { input: { name: 'assigned', ...more } } });
      const replies = await Promise.all(
        [
          { organizationId: theirs.organizationId },
          { id: theirs.ids.tag },
          { version: 9 },
          { createdAt: '2020-01-01' },
        ].map(asked),
      );
      const { text } = await ask('{ tags(filter: { name: { eq: "assigned" } }) { totalCount } }', {
        token: ours.token,
      });
      const isRefused = replies.every(({ json }) => json.errors?.length === 1 && json.data == null);
      return isRefused && text === '{"data":{"tags":{"totalCount":0}}}' ? 'refused, and nothing is made' : text;
    },
  ),
  probe('prototype pollution', 'no property of anything', async ({ ask, ours, send }) => {
    const body = `{"query":"mutation ($metadata: JSON) { orderUpdate(input: { id: \\"${ours.ids.order}\\", metadata: $metadata }) { __typename } }","variables":{"metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}},"__proto__":{"polluted":1}}`;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ours.token}` };
    await send('/graphql', { method: 'POST', headers, body });
    const { json } = await ask(`{ order(id: "${ours.ids.order}") { metadata version } }`, { token: ours.token });
    const order = json.data?.order as { metadata: Record<string, unknown>; polluted?: unknown } | undefined;
    return order && order.polluted === undefined ? 'no property of anything' : JSON.stringify(json);
  }),
  // Denial of service
  probe('depth', 'LIMIT_REACHED', async ({ ask, ours }) => {
    const deep = `${'client { orders(first: 1) { nodes { '.repeat(10)}id${' } } }'.repeat(10)}`;
    return outcomeOf(await ask(`{ order(id: "${ours.ids.order}") { ${deep} } }`, { token: ours.token }));
  }),
  probe('a page of a million rows', 'INVALID_INPUT', async ({ ask, ours }) =>
    outcomeOf(await ask('{ orders(first: 1000000) { totalCount nodes { id } } }', { token: ours.token })),
  ),
  probe('pages within pages', 'LIMIT_REACHED', async ({ ask, ours }) => {
    const query = `{ clients(first: 100) { nodes { orders(first: 100) { nodes { tasks(first: 100) { nodes { id } } } } } } }`;
    return outcomeOf(await ask(query, { token: ours.token }));
  }),
  probe('an operation that costs too much', 'COST_LIMIT_EXCEEDED', async ({ ask, ours }) => {
    const query = `{ ${times(45, (index) => `a${index}: orders(first: 100) { nodes { employees { id } tags { id } tasks(first: 15) { nodes { id } } } }`)} }`;
    return outcomeOf(await ask(query, { token: ours.token }));
  }),
  probe('too much in a minute, from one address', 'RATE_LIMITED', async ({ ask }) => {
    const headers = { 'x-forwarded-for': '198.51.100.66' };
    const lists = times(50, (index) => `a${index}: orders(first: 100) { nodes { id } }`);
    const outcomes = new Set<string>();
    for (let tries = 0; tries < 50 && !outcomes.has('RATE_LIMITED'); tries += 1) {
      outcomes.add(outcomeOf(await ask(`{ ${lists} }`, { headers })));
    }
    return outcomes.has('RATE_LIMITED') ? 'RATE_LIMITED' : [...outcomes].join();
  }),
  probe('a body of 20 MB', '413', async ({ ask }) =>
    String((await ask(`{ __typename } #${'x'.repeat(20_000_000)}`)).status),
  ),
  probe('a body that becomes long when it is unpacked', 'refused as no JSON', async ({ send }) => {
    const { gzipSync } = await import('node:zlib');
    const body = gzipSync(JSON.stringify({ query: `{ __typename } #${'x'.repeat(50_000_000)}` }));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const { status } = await send('/graphql', { method: 'POST', headers, body });
    return [400, 413, 415].includes(status) ? 'refused as no JSON' : String(status);
  }),
  probe('nested lists and objects without end', 'LIMIT_REACHED', async ({ ask, ours }) => {
    const literal = `${'['.repeat(4_000)}${']'.repeat(4_000)}`;
    return outcomeOf(await ask(`{ orders(filter: ${literal}) { totalCount } }`, { token: ours.token }));
  }),
  probe('a list of a hundred thousand ids', 'LIMIT_REACHED', async ({ ask, ours }) =>
    outcomeOf(
      await ask('query ($ids: [ID!]) { orders(filter: { id: { in: $ids } }) { totalCount } }', {
        token: ours.token,
        variables: { ids: Array(100_000).fill('order') },
      }),
    ),
  ),
  probe('a document of twenty thousand words', 'LIMIT_REACHED', async ({ ask, ours }) =>
    outcomeOf(await ask(`{ tags { ${times(20_000, (index) => `f${index}`)} } }`, { token: ours.token })),
  ),
  probe('ever new documents, to fill the memory', 'it goes on', async ({ ask, server }) => {
    // As many as would not fit into what `npm start` gives the server, if each were kept.
    for (let round = 0; round < 60; round += 1) {
      const documents = Array.from({ length: 10 }, (_, index) => {
        return `{ __typename ${times(2_400, (field) => `f${field}`)} x${round}_${index} }`;
      });
      await Promise.all(documents.map((document) => ask(document)));
    }
    const answer = await ask('{ __typename }');
    return server.child.exitCode === null && outcomeOf(answer) === 'answered' ? 'it goes on' : answer.text;
  }),
  probe('what the limits are', 'not told', async ({ ask, send, ours }) => {
    const headers = { 'content-type': 'application/json' };
    const replies = await Promise.all([
      ask(`{ ${times(101, (index) => `a${index}: __typename`)} }`),
      ask(`{ __typename ${times(50, () => '@aa')} }`),
      ask(`{ tags { ${times(500, () => 'totalCount')} } }`),
      ask(`{ tags(filter: ${'['.repeat(4_000)}${']'.repeat(4_000)}) { totalCount } }`),
      ask('query ($ids: [ID!]) { nodes(ids: $ids) { id } }', {
        token: ours.token,
        variables: { ids: Array(20_000).fill('x') },
      }),
      send('/graphql', { method: 'POST', headers, body: JSON.stringify({ query: '#'.repeat(2_000_000) }) }),
    ]);
    const told = replies.map(({ text, json }) => json.errors?.map(({ message }) => message).join(' ') ?? text);
    return told.some((message) => /\d/.test(message)) ? told.join(' | ') : 'not told';
  }),
  // Access
  probe(
    'somebody else’s objects, by id, wherever an id is taken',
    'as if there were none',
    async ({ ask, ours, theirs }) => {
      const nowhere = (type: string) => `${type}_00000000-0000-7000-8000-000000000000`;
      const question = (ids: Record<string, string>) =>
        ask(
          `query ($client: ID!, $order: ID!, $invoice: ID!, $service: ID!, $tag: ID!) {
          a: node(id: $order) { id } b: nodes(ids: [$client, $invoice]) { id } c: order(id: $order) { id note }
          d: client(id: $client) { email } e: invoice(id: $invoice) { number viewLink } f: service(id: $service) { name }
          g: orders(filter: { clientId: { eq: $client } }) { totalCount } h: orders(filter: { tagId: { eq: $tag } }) { totalCount }
          i: logs(filter: { entityId: { eq: $order } }) { totalCount }
        }`,
          { token: ours.token, variables: ids },
        );
      const [real, none] = await Promise.all([
        question(theirs.ids),
        question(Object.fromEntries(Object.keys(theirs.ids).map((type) => [type, nowhere(type)]))),
      ]);
      return real.text === none.text && real.status === none.status ? 'as if there were none' : real.text;
    },
  ),
  probe('changing somebody else’s objects', 'NotFoundError', async ({ ask, ours, theirs }) =>
    outcomeOf(
      await ask(
        `mutation ($client: ID!, $order: ID!, $invoice: ID!, $service: ID!, $tag: ID!) {
          a: orderUpdate(input: { id: $order, note: "hacked" }) { __typename } b: orderDelete(input: { id: $order }) { __typename }
          c: clientUpdate(input: { id: $client, note: "hacked" }) { __typename } d: invoiceVoid(input: { id: $invoice }) { __typename }
          e: serviceDelete(input: { id: $service }) { __typename } f: tagDelete(input: { id: $tag }) { __typename }
        }`,
        { token: ours.token, variables: theirs.ids },
      ),
    ),
  ),
  probe(
    'a name and an address that another organization has',
    'as if there were no other',
    async ({ ask, ours, theirs }) => {
      const created = await ask(
        `mutation ($email: EmailAddress!, $tag: String!) {
        a: clientCreate(input: { email: $email, firstName: "a", lastName: "b" }) { __typename } b: tagCreate(input: { name: $tag }) { __typename }
      }`,
        { token: ours.token, variables: { email: `client@${theirs.email.split('@')[1]}`, tag: 'Tag of victim' } },
      );
      return outcomeOf(created) === 'ClientCreateSuccess, TagCreateSuccess'
        ? 'as if there were no other'
        : created.text;
    },
  ),
  probe('an order for somebody else’s client', 'InvalidInputError', async ({ ask, ours, theirs }) =>
    outcomeOf(
      await ask('mutation ($input: OrderCreateInput!) { orderCreate(input: $input) { __typename } }', {
        token: ours.token,
        variables: { input: { clientId: theirs.ids.client, serviceName: 'x' } },
      }),
    ),
  ),
  probe('a token that may only read', 'FORBIDDEN', async ({ ask, ours }) => {
    const made = await ask(
      'mutation { apiTokenCreate(input: { name: "reader", scopes: ["tags:read"] }) { ... on ApiTokenCreateSuccess { secret } } }',
      { token: ours.session },
    );
    const { secret } = (made.json.data as { apiTokenCreate: { secret: string } }).apiTokenCreate;
    return outcomeOf(await ask('mutation { tagCreate(input: { name: "x" }) { __typename } }', { token: secret }));
  }),
  probe('without a credential', 'UNAUTHENTICATED', async ({ ask }) =>
    outcomeOf(
      await ask('{ orders { totalCount } clients { totalCount } invoices { totalCount } logs { totalCount } }'),
    ),
  ),
  // Batching
  probe('many passwords in one request', 'InvalidStateError, LimitReachedError', async ({ ask, theirs }) => {
    const guesses = times(
      10,
      (index) =>
        `a${index}: signIn(input: { email: "${theirs.email}", password: "guess number ${index}" }) { __typename }`,
    );
    return outcomeOf(await ask(`mutation { ${guesses} }`));
  }),
  probe('the right password, while the name is locked', 'LimitReachedError', async ({ ask, theirs }) =>
    outcomeOf(await ask(signIn, { variables: { input: { email: theirs.email, password } } })),
  ),
  probe('a hundred mutations in one request', 'LIMIT_REACHED', async ({ ask, ours }) =>
    outcomeOf(
      await ask(
        `mutation { ${times(100, (index) => `a${index}: tagCreate(input: { name: "t${index}" }) { __typename }`)} }`,
        {
          token: ours.token,
        },
      ),
    ),
  ),
  // Configuration
  probe('introspection by another name, in a fragment, of one type', 'UNAUTHENTICATED', async ({ ask }) => {
    const outcomes = await Promise.all(
      [
        '{ a: __schema { queryType { name } } }',
        '{ ...__schema } fragment __schema on Query { __schema { queryType { name } } }',
        '{ ... on Query { __type(name: "Order") { name } } }',
        'query IntrospectionQuery { __schema\n{ types { name } } }',
        'mutation A { __typename } query B { __schema { types { name } } }',
      ].map(async (query, index) => outcomeOf(await ask(query, index === 4 ? { more: { operationName: 'B' } } : {}))),
    );
    return [...new Set(outcomes)].join();
  }),
  probe('a hundred faults at once', 'ten of them', async ({ ask }) => {
    const replies = [
      await ask(`{ ${times(45, (index) => `nothing${index}`)} }`),
      await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { variables: { ids: Array(100).fill({}) } }),
    ];
    const counts = [...new Set(replies.map(({ json }) => json.errors?.length))];
    return counts.join() === '10' ? 'ten of them' : counts.join();
  }),
];
