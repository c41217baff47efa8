import { describe, expect, test } from 'vitest';
import { expectOutcomes } from '../clients/cast.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

/** Everybody who might lay hands on a coupon. */
async function makeCast() {
  const world = await makeWorld();
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    manager: await world.member({ role: world.roles.manager }),
    reader: await world.member({ grants: { coupons: 1 } }),
    groupReader: await world.member({ grants: { coupons: 2 } }),
    biller: await world.member({ grants: { invoiceManagement: 1 } }),
    contractor: await world.member({ role: world.roles.contractor }),
    client: await world.client(),
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  return { world, people };
}

const onlyGradeThree = {
  administrator: 'done',
  token: 'done',
  manager: 'done',
  reader: 'FORBIDDEN',
  groupReader: 'FORBIDDEN',
  biller: 'FORBIDDEN',
  contractor: 'FORBIDDEN',
  client: 'FORBIDDEN',
  stranger: 'NotFoundError',
  anonymous: 'UNAUTHENTICATED',
} as const;

const told = '__typename ... on Error { message code }';
const mutation = (name: string, type: string) => `mutation ($input: ${type}!) { ${name}(input: $input) { ${told} } }`;

describe('who may do what with coupons', () => {
  test.each([
    ['change one', mutation('couponUpdate', 'CouponUpdateInput'), { description: 'New' }, null],
    ['delete one', mutation('couponDelete', 'CouponDeleteInput'), {}, null],
    ['restore one', mutation('couponRestore', 'CouponRestoreInput'), {}, new Date()],
  ] as const)('%s', async (_, document, more, deletedAt) => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      onlyGradeThree,
      () => cast.world.coupon({ deletedAt }),
      (actor, { id }) => actor.answer(document, { input: { id, ...more } }),
    );
  });

  test('make one', async () => {
    const cast = await makeCast();
    let made = 0;
    await expectOutcomes(
      cast,
      { ...onlyGradeThree, stranger: 'done' },
      async () => `CODE-${++made}`,
      (actor, code) =>
        actor.answer(mutation('couponCreate', 'CouponCreateInput'), { input: { code, type: 'PERCENTAGE' } }),
    );
  });

  test('read one: whoever may read coupons reads all, they are nobody’s own', async () => {
    const cast = await makeCast();
    const expected = { ...onlyGradeThree, reader: 'done', groupReader: 'done', stranger: 'nothing' } as const;
    await expectOutcomes(
      cast,
      expected,
      () => cast.world.coupon(),
      (actor, { id }) => actor.answer('query ($id: ID!) { coupon(id: $id) { code } }', { id }),
    );
    const { id } = await cast.world.coupon();
    for (const actor of [cast.people.client, cast.people.contractor, cast.people.biller]) {
      expect(await cast.world.as(actor).run(`{ node(id: "coupon_${id}") { id } }`)).toEqual({ node: null });
    }
  });

  test('try one: who works invoices', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      { ...onlyGradeThree, biller: 'done', stranger: 'INVALID_INPUT' as never },
      () => cast.world.coupon(),
      (actor, { code }) =>
        actor.answer('query ($code: String!) { couponPreview(code: $code, items: [{ amount: "1" }]) { __typename } }', {
          code,
        }),
    );
  });
});
