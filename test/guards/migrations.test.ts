import { expect, test } from 'vitest';
import { pendingMigrations, schemaDrift } from '../../src/database/migrations.ts';
import { testDatabase } from '../kit/db.ts';

// The worker's database is what the migrations make of nothing.
test('the migrations, replayed from nothing, give the Prisma schema', async () => {
  const { ownerUrl } = await testDatabase();
  expect(await schemaDrift(ownerUrl)).toBeNull();
});

test('a column or index too many or too few would be found', async () => {
  const { ownerUrl, owner } = await testDatabase();
  const change = async (forth: string, back: string) => {
    await owner.query(forth);
    try {
      return await schemaDrift(ownerUrl);
    } finally {
      await owner.query(back);
    }
  };
  expect(await change('alter table tags add column drifted int', 'alter table tags drop column drifted')).toContain(
    'drifted',
  );
  expect(
    await change(
      'alter table tags alter column name type text',
      'alter table tags alter column name type varchar(255)',
    ),
  ).toContain('"name"');
  expect(await schemaDrift(ownerUrl)).toBeNull();
});

test('all of them have run, and none was changed since, which the app role can tell by itself', async () => {
  const { appUrl } = await testDatabase();
  expect(await pendingMigrations(appUrl)).toEqual({ pending: [], failed: [], edited: [] });
});
