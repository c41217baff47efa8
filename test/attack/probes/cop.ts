import { leaks, outcomeOf, type Probe, probesOf, times } from '../probe.ts';

const probe = probesOf('graphql-cop');

/** The thirteen probes of graphql-cop. */
export const cop: Probe[] = [
  probe('alias overloading', 'LIMIT_REACHED', async ({ ask }) =>
    outcomeOf(await ask(`{ ${times(101, (index) => `a${index}: __typename`)} }`)),
  ),
  probe('array batching', 'BAD_REQUEST', async ({ send }) => {
    const body = JSON.stringify(Array(10).fill({ query: '{ __typename }' }));
    return outcomeOf(await send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
  }),
  probe('directive overloading', 'LIMIT_REACHED', async ({ ask }) =>
    outcomeOf(await ask(`{ __typename ${times(50, () => '@aa')} }`)),
  ),
  probe('circular introspection', 'GRAPHQL_VALIDATION_FAILED', async ({ ask }) => {
    const circle = `fields { type { ${'fields { type { '.repeat(8)}name${' } }'.repeat(8)} } }`;
    return outcomeOf(await ask(`{ __schema { types { ${circle} } } }`));
  }),
  probe('field duplication', 'LIMIT_REACHED', async ({ ask }) =>
    outcomeOf(await ask(`{ ${times(500, () => '__typename')} }`)),
  ),
  probe('GraphiQL', 'a page with no credential in it, in no frame', async ({ send }) => {
    const { status, text, headers } = await send('/graphql', { headers: { accept: 'text/html' } });
    const isFramed = !headers.get('content-security-policy')?.includes("frame-ancestors 'none'");
    if (status !== 200) return String(status);
    return `a page with ${/sx_(live|test|session)_/.test(text) ? 'a' : 'no'} credential in it, in ${isFramed ? 'a' : 'no'} frame`;
  }),
  probe('introspection', 'UNAUTHENTICATED', async ({ ask }) => outcomeOf(await ask('{ __schema { types { name } } }'))),
  probe('field suggestions', 'GRAPHQL_VALIDATION_FAILED, no suggestion', async ({ ask }) => {
    const reply = await ask('{ orderz { totalCount } }');
    return `${outcomeOf(reply)}, ${/did you mean/i.test(reply.text) ? 'a' : 'no'} suggestion`;
  }),
  probe('query by GET', 'answered; with the cookie alone UNAUTHENTICATED', async ({ send, ours }) => {
    const query = `/graphql?query=${encodeURIComponent('{ viewer { kind } }')}`;
    const plain = await send(`/graphql?query=${encodeURIComponent('{ __typename }')}`);
    const stolen = await send(query, { headers: { cookie: `__Host-session=${ours.session}` } });
    return `${outcomeOf(plain)}; with the cookie alone ${outcomeOf(stolen)}`;
  }),
  probe('mutation by GET', '405', async ({ send, ours }) => {
    const query = encodeURIComponent('mutation { tagCreate(input: { name: "x" }) { __typename } }');
    return String(
      (await send(`/graphql?query=${query}`, { headers: { authorization: `Bearer ${ours.token}` } })).status,
    );
  }),
  probe('POST as a form', '415', async ({ send }) =>
    String((await send('/graphql', { method: 'POST', body: new URLSearchParams({ query: '{ __typename }' }) })).status),
  ),
  probe('tracing', 'none', async ({ ask }) => ((await ask('{ __typename }')).json.extensions ? 'some' : 'none')),
  probe('unhandled errors', 'a code, no stack', async ({ ask }) => {
    const replies = await Promise.all([ask('qwerty { abc }'), ask('{ a'), ask(''), ask('{ node(id: {}) { id } }')]);
    const codes = replies.every((reply) => /^[A-Z_]+$/.test(outcomeOf(reply)));
    return `${codes ? 'a code' : replies.map(outcomeOf).join()}, ${replies.some(({ text }) => leaks.test(text)) ? 'a' : 'no'} stack`;
  }),
];
