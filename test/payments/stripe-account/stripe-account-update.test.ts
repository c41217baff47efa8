import { describe, expect, test } from 'vitest';
import { act } from '../../../src/kernel/command.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { createSecrets, placeOf } from '../../../src/kernel/secrets.ts';
import { update as updateAccount } from '../../../src/payments/stripe-account/commands.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { testSecrets } from '../../kit/tools.ts';
import { viewerOf } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { StripeAccount, StripeAccountUpdate } from './documents.ts';

type Input = VariablesOf<typeof StripeAccountUpdate>['input'];

const keys = {
  publishableKey: 'pk_test_abcd',
  secretKey: 'sk_test_geheim1234',
  webhookSecrets: ['whsec_new5678', 'whsec_old9012'],
};

const update = async (world: World, input: Input) =>
  (await world.as(world.admin).run(StripeAccountUpdate, { input })).stripeAccountUpdate;

/** What is really kept, opened. */
async function keptBy(world: World) {
  const { keyId, ...row } = await world.rows.stripeAccount.findUniqueOrThrow({
    where: { organizationId: world.organizationId },
  });
  const open = (bytes: Uint8Array<ArrayBuffer>, column: 'secret_key' | 'webhook_secrets') =>
    testSecrets.open({ keyId, bytes }, placeOf(`stripe_accounts.${column}`, world.organizationId));
  return {
    secretKey: open(row.secretKey, 'secret_key'),
    webhookSecrets: JSON.parse(open(row.webhookSecrets, 'webhook_secrets')) as string[],
  };
}

describe('stripeAccountUpdate', () => {
  test('connects the account: its secrets are kept encrypted and told by their ends only', async () => {
    const world = await makeWorld({ domain: 'studio.example.com' });
    const { result, events, logs } = await recorded(world, () => update(world, keys));
    const account = success(result).stripeAccount;
    expect(account).toEqual({
      id: expect.stringMatching(/^stripe_/),
      publishableKey: 'pk_test_abcd',
      secretKeyLast4: '1234',
      webhookSecretsLast4: ['5678', '9012'],
      webhookUrl: `https://studio.example.com/webhooks/stripe/${encodeId('Organization', world.organizationId)}`,
      version: 1,
    });
    const { secretKey, webhookSecrets } = keys;
    expect(await keptBy(world)).toEqual({ secretKey, webhookSecrets });
    expect(events.map(({ type, aggregate, payload }) => ({ type, aggregate, payload }))).toEqual([
      { type: 'stripe_account.connected', aggregate: 'stripeAccount', payload: {} },
    ]);
    expect(logs.map(({ entity, event }) => [entity, event])).toEqual([['STRIPE_ACCOUNT', 'CREATED']]);
    const { rows } = await world.owner.query(
      `select string_agg(t::text, '') as text from (
         select s::text from stripe_accounts s where organization_id = $1
         union all select l::text from logs l where organization_id = $1
         union all select e::text from events e where organization_id = $1) t`,
      [world.organizationId],
    );
    expect(rows[0].text).toContain('pk_test_abcd');
    expect(rows[0].text).not.toContain('geheim');
    expect(await world.as(world.admin).run(StripeAccount)).toEqual({
      stripeAccount: account,
      organization: { stripePublishableKey: 'pk_test_abcd' },
    });
  });

  test('what is absent stays; a list of secrets replaces the list', async () => {
    const world = await makeWorld();
    success(await update(world, keys));
    const { result, events } = await recorded(world, () => update(world, { webhookSecrets: ['whsec_next3456'] }));
    expect(success(result).stripeAccount).toMatchObject({
      secretKeyLast4: '1234',
      webhookSecretsLast4: ['3456'],
      version: 2,
    });
    expect(await keptBy(world)).toEqual({ secretKey: keys.secretKey, webhookSecrets: ['whsec_next3456'] });
    expect(events.map(({ type }) => type)).toEqual(['stripe_account.updated']);
    success(await update(world, { secretKey: 'rk_test_restricted' }));
    expect(await keptBy(world)).toEqual({ secretKey: 'rk_test_restricted', webhookSecrets: ['whsec_next3456'] });
    success(await update(world, { webhookSecrets: [] }));
    expect((await keptBy(world)).webhookSecrets).toEqual([]);
    await unchanged(world, async () => success(await update(world, { publishableKey: keys.publishableKey })));
  });

  test('without a domain only the path of the webhook is known', async () => {
    const world = await makeWorld();
    expect(success(await update(world, keys)).stripeAccount.webhookUrl).toBe(
      `/webhooks/stripe/${encodeId('Organization', world.organizationId)}`,
    );
  });

  test('law 9: both keys are of one mode, and change it together', async () => {
    const world = await makeWorld();
    const mixed = await unchanged(world, () => update(world, { ...keys, secretKey: 'sk_live_1' }));
    expect(issuesOf(mixed)).toEqual(['secretKey INVALID']);
    success(await update(world, keys));
    for (const input of [{ secretKey: 'sk_live_1' }, { publishableKey: 'pk_live_1' }]) {
      expect(issuesOf(await unchanged(world, () => update(world, input)))).toEqual(['secretKey INVALID']);
    }
    success(await update(world, { secretKey: 'sk_live_1', publishableKey: 'pk_live_1' }));
  });

  test.each<[Input, string[]]>([
    [{}, ['publishableKey REQUIRED', 'secretKey REQUIRED']],
    [{ webhookSecrets: ['whsec_1'] }, ['publishableKey REQUIRED', 'secretKey REQUIRED']],
    [{ ...keys, publishableKey: null, webhookSecrets: null }, ['publishableKey REQUIRED', 'webhookSecrets REQUIRED']],
    [{ ...keys, publishableKey: keys.secretKey }, ['publishableKey INVALID']],
    [{ ...keys, secretKey: keys.publishableKey }, ['secretKey INVALID']],
    [{ ...keys, secretKey: 'sk_test_1\nx' }, ['secretKey INVALID']],
    [{ ...keys, secretKey: `sk_test_${'x'.repeat(255)}` }, ['secretKey INVALID']],
    [{ ...keys, webhookSecrets: ['whsec_1', 'sk_test_1'] }, ['webhookSecrets.1 INVALID']],
    [
      { ...keys, webhookSecrets: Array.from({ length: 6 }, (_, index) => `whsec_${index}`) },
      ['webhookSecrets OUT_OF_RANGE'],
    ],
  ])('refuses %j', async (input, issues) => {
    const world = await makeWorld();
    expect(issuesOf(await unchanged(world, () => update(world, input)))).toEqual(issues);
  });

  test('refuses a stale version', async () => {
    const world = await makeWorld();
    success(await update(world, keys));
    const stale = { secretKey: 'sk_test_2', expectedVersion: 0 };
    const result = await unchanged(world, () => update(world, stale));
    expect(failure(result, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 1 });
  });

  test('of two who connect it at once, one connects and one updates', async () => {
    const world = await makeWorld();
    const { result, events } = await recorded(world, () =>
      Promise.all(['sk_test_1', 'sk_test_2'].map((secretKey) => update(world, { ...keys, secretKey }))),
    );
    for (const one of result) success(one);
    expect(events.map(({ type }) => type)).toEqual(['stripe_account.connected', 'stripe_account.updated']);
  });

  test('is refused by a server that has no key to encrypt with', async () => {
    const world = await makeWorld();
    const tools = { ...world.tools, secrets: createSecrets([]) };
    await unchanged(world, async () => {
      await expect(act(tools, viewerOf(world.admin), updateAccount, keys)).rejects.toMatchObject({
        code: 'ENCRYPTION_NOT_CONFIGURED',
      });
    });
  });

  test('is for those who set up payments', async () => {
    const world = await makeWorld();
    const allowed = await world.member({ grants: { settingsPayments: true } });
    const { stripeAccountUpdate } = await world.as(allowed).run(StripeAccountUpdate, { input: keys });
    success(stripeAccountUpdate);
    for (const actor of [await world.member({ role: world.roles.manager }), await world.client()]) {
      const refusals = await unchanged(world, () => world.as(actor).refused(StripeAccountUpdate, { input: keys }));
      expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
      expect((await world.as(actor).refused('{ stripeAccount { id } }')).map(({ code }) => code)).toEqual([
        'FORBIDDEN',
      ]);
      const read = await world.as(actor).run('{ organization { stripePublishableKey } }');
      expect(read.organization.stripePublishableKey).toBe('pk_test_abcd');
    }
  });
});
