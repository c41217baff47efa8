import type { Outcome } from '../clients/cast.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

/** Everybody who might lay hands on what is sold. */
export async function makeCast() {
  const world = await makeWorld();
  const group = await world.group();
  const assignee = await world.member({ grants: { services: 1 }, groupId: group.id });
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    manager: await world.member({ role: world.roles.manager }),
    assignee,
    colleague: await world.member({ grants: { services: 2 }, groupId: group.id }),
    contractor: await world.member({ role: world.roles.contractor }),
    client: await world.client(),
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  return { world, people, assignee };
}

/** What is on sale is changed by grade 3; being assigned to it does not help. */
export const onlyGradeThree = {
  administrator: 'done',
  token: 'done',
  manager: 'done',
  assignee: 'FORBIDDEN',
  colleague: 'FORBIDDEN',
  contractor: 'FORBIDDEN',
  client: 'FORBIDDEN',
  stranger: 'NotFoundError',
  anonymous: 'UNAUTHENTICATED',
} satisfies Record<string, Outcome>;
