import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const OrganizationUpdate = graphql(`
  mutation OrganizationUpdate($input: OrganizationUpdateInput!) {
    organizationUpdate(input: $input) {
      ... on OrganizationUpdateSuccess {
        organization {
          name
          domain
          notificationEmail
          currency
          timeZone
          taskCompletionMovesAssignees
          dunningDays
          ticketRepliesMoveStatus
          mailReplyTo
          mailSignature
          mailColor
          version
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof OrganizationUpdate>['input'];

async function update(world: World, input: Input) {
  return (await world.as(world.admin).run(OrganizationUpdate, { input })).organizationUpdate;
}

const longAddress = `${'x'.repeat(244)}@example.com`;

describe('organizationUpdate', () => {
  test('changes what is given and leaves the rest, announces it and logs the difference', async () => {
    const world = await makeWorld({ domain: 'old.example.com' });
    const { result, events, logs } = await recorded(world, () =>
      update(world, { name: ' New name ', currency: 'eur', timeZone: 'Europe/Berlin' }),
    );

    expect(success(result).organization).toEqual({
      name: 'New name',
      domain: 'old.example.com',
      notificationEmail: null,
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      taskCompletionMovesAssignees: false,
      dunningDays: [1, 3, 5, 7],
      ticketRepliesMoveStatus: true,
      mailReplyTo: null,
      mailSignature: null,
      mailColor: null,
      version: 2,
    });
    expect(events).toMatchObject([
      { type: 'organization.updated', aggregateId: world.organizationId, actorId: world.admin.id },
    ]);
    expect(logs).toMatchObject([
      {
        entity: 'ORGANIZATION',
        entityId: world.organizationId,
        event: 'UPDATED',
        actorId: world.admin.id,
        changes: {
          name: { before: world.organization.name, after: 'New name' },
          currency: { before: 'USD', after: 'EUR' },
          time_zone: { before: 'UTC', after: 'Europe/Berlin' },
        },
      },
    ]);
  });

  test('clears what may be missing, and nothing else', async () => {
    const world = await makeWorld({ domain: 'old.example.com', notificationEmail: 'old@example.com' });
    const cleared = success(await update(world, { domain: null, notificationEmail: null }));
    expect(cleared.organization).toMatchObject({ domain: null, notificationEmail: null });

    const refused = await unchanged(world, () =>
      update(world, {
        name: null,
        currency: null,
        timeZone: null,
        taskCompletionMovesAssignees: null,
        dunningDays: null,
        ticketRepliesMoveStatus: null,
      }),
    );
    expect(issuesOf(refused)).toEqual([
      'name REQUIRED',
      'currency REQUIRED',
      'timeZone REQUIRED',
      'taskCompletionMovesAssignees REQUIRED',
      'ticketRepliesMoveStatus REQUIRED',
      'dunningDays REQUIRED',
    ]);
  });

  test('switches what replies do to tickets', async () => {
    const world = await makeWorld();
    const switched = async (ticketRepliesMoveStatus: boolean) =>
      success(await update(world, { ticketRepliesMoveStatus })).organization;
    expect(await switched(false)).toMatchObject({ ticketRepliesMoveStatus: false, version: 2 });
    expect(await switched(true)).toMatchObject({ ticketRepliesMoveStatus: true, version: 3 });
  });

  test.each<[string, Input, string]>([
    ['a blank name', { name: ' ' }, 'name REQUIRED'],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, 'name TOO_LONG'],
    ['a currency that is not in use', { currency: 'XXX' }, 'currency UNKNOWN'],
    ['a time zone that there is not', { timeZone: 'Mars/Olympus' }, 'timeZone UNKNOWN'],
    ['a day before the first', { dunningDays: [0, 1] }, 'dunningDays.0 OUT_OF_RANGE'],
    ['days that do not ascend', { dunningDays: [1, 3, 3] }, 'dunningDays.2 OUT_OF_RANGE'],
    ['a day after a year', { dunningDays: [365, 366] }, 'dunningDays.1 OUT_OF_RANGE'],
    ['21 days', { dunningDays: Array.from({ length: 21 }, (_, index) => index + 1) }, 'dunningDays OUT_OF_RANGE'],
    ['an address of 256 characters', { notificationEmail: longAddress }, 'notificationEmail TOO_LONG'],
    ['an address of 256 characters to answer to', { mailReplyTo: longAddress }, 'mailReplyTo TOO_LONG'],
    ['a signature of 501 characters', { mailSignature: 'x'.repeat(501) }, 'mailSignature TOO_LONG'],
    ['a colour by name', { mailColor: 'red' }, 'mailColor INVALID'],
    ['a colour of three digits', { mailColor: '#fff' }, 'mailColor INVALID'],
    ['more than a colour', { mailColor: '#ffffff;position:fixed' }, 'mailColor INVALID'],
    ['an offset for a time zone', { timeZone: '+02:00' }, 'timeZone UNKNOWN'],
  ])('refuses %s', async (_, input, issue) => {
    const world = await makeWorld();
    expect(issuesOf(await unchanged(world, () => update(world, input)))).toEqual([issue]);
  });

  test('says what its mails look like, and where they are answered', async () => {
    const world = await makeWorld();
    const given = {
      mailReplyTo: 'hello@studio.example',
      mailSignature: ' Studio LLC\n12 Water Street ',
      mailColor: ' #FFD54A',
    };
    expect(success(await update(world, given)).organization).toMatchObject({
      mailReplyTo: 'hello@studio.example',
      mailSignature: 'Studio LLC\n12 Water Street',
      mailColor: '#ffd54a',
      version: 2,
    });
    const none = { mailReplyTo: null, mailSignature: null, mailColor: null };
    expect(success(await update(world, none)).organization).toMatchObject({ ...none, version: 3 });
  });

  test('replaces the days on which charges are tried again', async () => {
    const world = await makeWorld();
    for (const dunningDays of [[2, 10, 365], []]) {
      expect(success(await update(world, { dunningDays })).organization.dunningDays).toEqual(dunningDays);
    }
  });

  test('names every wrong field at once', async () => {
    const world = await makeWorld();
    const refused = await update(world, { name: '', currency: 'XXX', timeZone: 'Mars/Olympus' });
    expect(issuesOf(refused)).toEqual(['name REQUIRED', 'currency UNKNOWN', 'timeZone UNKNOWN']);
  });

  test('refuses what is no e-mail address or currency code before it begins', async () => {
    const world = await makeWorld();
    await unchanged(world, async () => {
      for (const input of [{ notificationEmail: 'nobody' }, { currency: 'EURO' }]) {
        const refusals = await world.as(world.admin).refused(OrganizationUpdate, { input });
        expect(refusals[0]?.message).toMatch(/notificationEmail|currency/);
      }
    });
  });

  test('refuses a stale version', async () => {
    const world = await makeWorld();
    success(await update(world, { name: 'First', expectedVersion: 1 }));
    const refused = await unchanged(world, () => update(world, { name: 'Second', expectedVersion: 1 }));
    expect(failure(refused, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('changes one organization and no other', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    await unchanged(other, () => update(world, { name: 'Only here' }));
  });
});
