import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { countStatements, openDatabase, roleDanger } from '../../src/kernel/db.ts';
import { systemViewer } from '../../src/kernel/viewer.ts';
import { testDatabase } from '../kit/db.ts';
import { anonymous, viewerOf } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

describe('the role that serves', () => {
  test('may be the app role', async () => {
    const { database } = await testDatabase();
    expect(await roleDanger(database.pool)).toBeNull();
  });

  test('may not be the owner', async () => {
    const { owner } = await testDatabase();
    expect(await roleDanger(owner)).toMatch(/^The database role service_engine_owner owns the table \w+/);
  });

  test('may not be a superuser', async () => {
    await withPool((await testDatabase()).superuserUrl, async (pool) => {
      expect(await roleDanger(pool)).toBe('The database role postgres is a superuser.');
    });
  });

  test('may not bypass row-level security, nor become the owner', async () => {
    const { superuserUrl } = await testDatabase();
    await withPool(superuserUrl, async (superuser) => {
      for (const [name, definition, reason] of [
        ['bypasser', 'bypassrls', 'may bypass row-level security'],
        ['heir', 'in role service_engine_owner', 'is a member of its owner'],
      ] as const) {
        const role = `${name}_${process.pid}`;
        await superuser.query(`create role ${role} login password 'x' ${definition}`);
        const url = new URL(superuserUrl);
        url.username = role;
        url.password = 'x';
        await withPool(url.href, async (pool) => expect(await roleDanger(pool)).toContain(reason));
        await superuser.query(`drop role ${role}`);
      }
    });
  });
});

describe('tenants', () => {
  test('without one there are no rows at all', async () => {
    const world = await makeWorld();
    await world.tag();
    for (const table of ['organizations', 'users', 'tags', 'roles', 'logs', 'orders', 'api_tokens']) {
      const { rows } = await world.database.pool.query(`select count(*)::int as rows from ${table}`);
      expect({ table, ...rows[0] }).toEqual({ table, rows: 0 });
    }
    expect(await world.database.read(anonymous, (db) => db.tag.count())).toBe(0);
  });

  test('each sees its own rows and none of another’s, also side by side', async () => {
    const [a, b] = [await makeWorld(), await makeWorld()];
    await Promise.all([a.tag('a'), b.tag('b'), b.tag('c')]);
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const { database, admin } = index % 2 === 0 ? a : b;
        return database.read(viewerOf(admin), (db) => db.tag.findMany({ orderBy: { name: 'asc' } }));
      }),
    );
    seen.forEach((tags, index) => {
      expect(tags.map((tag) => tag.name)).toEqual(index % 2 === 0 ? ['a'] : ['b', 'c']);
    });
  });

  test('a row for another tenant is refused, written or moved', async () => {
    const [a, b] = [await makeWorld(), await makeWorld()];
    const tag = await a.tag();
    await expect(
      a.database.transact(viewerOf(a.admin), (tx) =>
        tx.tag.create({ data: { organizationId: b.organizationId, name: 'x' } }),
      ),
    ).rejects.toThrow(/row-level security/);
    await expect(
      a.database.transact(viewerOf(a.admin), (tx) =>
        tx.tag.update({ where: { id: tag.id }, data: { organizationId: b.organizationId } }),
      ),
    ).rejects.toThrow(/row-level security/);
    const moved = await b.database.transact(viewerOf(b.admin), (tx) =>
      tx.tag.updateMany({ where: { id: tag.id }, data: { name: 'mine' } }),
    );
    expect(moved.count).toBe(0);
    expect(
      await a.rows.tag.findMany({ where: { organizationId: { in: [a.organizationId, b.organizationId] } } }),
    ).toEqual([tag]);
  });

  test('the database itself keeps a row from pointing into another tenant', async () => {
    const [a, b] = [await makeWorld(), await makeWorld()];
    const [client, order] = [await b.client(), await a.order()];
    await expect(a.order({ client })).rejects.toThrow(/orders_organization_id_client_id_fkey|foreign key/i);
    await expect(
      a.rows.orderEmployee.create({
        data: { organizationId: a.organizationId, orderId: order.id, employeeId: b.admin.id },
      }),
    ).rejects.toThrow(/foreign key/i);
  });

  test('a connection forgets its tenant with its transaction', async () => {
    const world = await makeWorld();
    const { appUrl, log } = await testDatabase();
    const database = openDatabase(appUrl, { poolSize: 1, log });
    try {
      const viewer = viewerOf(world.admin);
      expect(await database.read(viewer, (db) => db.organization.count())).toBe(1);
      expect((await database.pool.query('select from organizations')).rowCount).toBe(0);
      const failed = database.transact(viewer, async (tx) => {
        await tx.organization.count();
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect((await database.pool.query('select from organizations')).rowCount).toBe(0);
    } finally {
      await database.close();
    }
  });

  test('an id that is none never becomes SQL', async () => {
    const world = await makeWorld();
    const evil = {
      ...systemViewer(`${world.organizationId}', true), set_config('app.actor_kind', 'X`),
      userId: "'; drop table tags; --",
    };
    expect(await world.database.read(evil, (db) => db.organization.count())).toBe(0);
  });
});

describe('transactions', () => {
  test('for reading are one snapshot, and can’t write', async () => {
    const world = await makeWorld();
    const session = await world.database.openRead(viewerOf(world.admin));
    expect(await session.db.tag.count()).toBe(0);
    await world.tag();
    expect(await session.db.tag.count()).toBe(0);
    await session.close();
    expect(await world.database.read(viewerOf(world.admin), (db) => db.tag.count())).toBe(1);

    const writing = world.database.read(viewerOf(world.admin), (db) =>
      db.tag.create({ data: { organizationId: world.organizationId, name: 'x' } }),
    );
    await expect(writing).rejects.toThrow(/read-only transaction/);
  });

  test('for writing keep nothing when the work throws', async () => {
    const world = await makeWorld();
    const failed = world.database.transact(viewerOf(world.admin), async (tx) => {
      await tx.tag.create({ data: { organizationId: world.organizationId, name: 'x' } });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(0);
  });

  test('cost one statement more than begin and commit for each thing read', async () => {
    const world = await makeWorld();
    const counted = await countStatements(() =>
      world.database.read(viewerOf(world.admin), async (db) => [await db.tag.count(), await db.role.count()]),
    );
    expect(counted).toEqual({ result: [0, 4], statements: 4 });
  });

  test('are counted apart from what others do meanwhile', async () => {
    const world = await makeWorld();
    const read = (times: number) =>
      countStatements(() =>
        world.database.read(viewerOf(world.admin), async (db) => {
          for (let index = 0; index < times; index += 1) await db.tag.count();
        }),
      );
    const counted = await Promise.all([read(1), read(5), read(3)]);
    expect(counted.map(({ statements }) => statements)).toEqual([3, 7, 5]);
  });

  test('that ask nothing send nothing', async () => {
    const world = await makeWorld();
    const { statements } = await countStatements(() => world.database.read(viewerOf(world.admin), async () => null));
    expect(statements).toBe(0);
    const refused = countStatements(() =>
      world.database.transact(viewerOf(world.admin), async () => {
        throw new Error('no');
      }),
    );
    await expect(refused).rejects.toThrow('no');
    // Nothing of them is left for whoever has the connection next.
    const { rows } = await world.database.pool.query(`select current_setting('app.organization_id', true) as tenant`);
    expect(rows[0].tenant ?? '').toBe('');
  });

  test('that fail to open are told, and close nothing', async () => {
    const { appUrl, log } = await testDatabase();
    const url = new URL(appUrl);
    url.password = 'wrong';
    const database = openDatabase(url.href, { poolSize: 1, log });
    await expect(database.openRead(systemViewer('00000000-0000-0000-0000-000000000000'))).rejects.toThrow();
    await database.close();
  });
});

describe('a value read in one message', () => {
  const nameOfOrganization = { text: 'select name::text from organizations', values: [] };

  test('is the tenant’s own, also side by side', async () => {
    const [a, b] = [await makeWorld(), await makeWorld()];
    const names = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const { database, admin } = index % 2 === 0 ? a : b;
        return database.readValue(viewerOf(admin), nameOfOrganization);
      }),
    );
    names.forEach((name, index) => {
      expect(name).toBe((index % 2 === 0 ? a : b).organization.name);
    });
    expect(await a.database.readValue(anonymous, nameOfOrganization)).toBeNull();
  });

  test('can’t be written on the way, and a failure leaves nothing behind', async () => {
    const world = await makeWorld();
    const { appUrl, log } = await testDatabase();
    const database = openDatabase(appUrl, { poolSize: 1, log });
    try {
      const viewer = viewerOf(world.admin);
      const text = `with made as (insert into tags (organization_id, name) values ($1, 'x') returning name) select name from made`;
      const writing = database.readValue(viewer, { text, values: [world.organizationId] });
      await expect(writing).rejects.toThrow(/read-only transaction/);
      expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(0);
      expect((await database.pool.query('select from organizations')).rowCount).toBe(0);
      expect(await database.readValue(viewer, nameOfOrganization)).toBe(world.organization.name);
    } finally {
      await database.close();
    }
  });

  test('in ever new statements leaves no more than 200 of them prepared', async () => {
    const world = await makeWorld();
    const { appUrl, log } = await testDatabase();
    const database = openDatabase(appUrl, { poolSize: 1, log });
    try {
      const viewer = viewerOf(world.admin);
      const ask = (number: number) =>
        database.readValue(viewer, { text: `select ($1::int + ${number})::text`, values: [1] });
      for (let number = 0; number < 300; number += 1) expect(await ask(number)).toBe(String(number + 1));
      const { rows } = await database.pool.query('select count(*)::int as prepared from pg_prepared_statements');
      expect(rows).toEqual([{ prepared: 200 }]);
      // One that was given up is prepared anew.
      expect(await ask(0)).toBe('1');
    } finally {
      await database.close();
    }
  });
});

async function withPool(connectionString: string, work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ connectionString, max: 1 });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}
