import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type * as Engine from '@prisma/schema-engine-wasm';
import pg from 'pg';

type Exports = Record<string, () => void>;
type Imports = Record<string, unknown>;
type Bindings = typeof Engine & { __wbg_set_wasm(exports: Exports): void };

/** TypeScript knows it as part of the DOM only. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: Record<string, Imports>): Promise<{ instance: { exports: Exports } }>;
};

/** PostgreSQL's type `"char"`, one byte, which only its catalogues use. */
const CHAR_OID = 18;
const TEXT_OID = 25;

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** PostgreSQL's words, which the engine shortens (`No such table`). */
type ScriptFailure = { message?: string };

let bindings: Promise<Bindings> | undefined;
let panic: string | undefined;

/**
 * Runs Prisma's own schema engine in this process, connected to one database. The command line tool would
 * download it as a binary; this build comes from npm and talks through `pg`.
 */
export async function withSchemaEngine<T>(
  connectionString: string,
  work: (engine: Engine.SchemaEngine) => Promise<T>,
  datamodels?: [path: string, content: string][],
): Promise<T> {
  const { SchemaEngine } = await load();
  // One connection: what a migration sets for its session holds for the next one, as with Prisma's binary.
  const pool = new pg.Pool({ connectionString, max: 1 });
  const failure: ScriptFailure = {};
  try {
    readCharAsText(pool);
    const factory = bindMigrationAwareSqlAdapterFactory(mended(new PrismaPg(pool), failure));
    const engine = await SchemaEngine.new({ datamodels }, () => undefined, factory);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } catch (error) {
    throw readable(error, failure);
  } finally {
    await pool.end();
  }
}

const charColumns = new WeakMap<unknown[], number[]>();

/**
 * The adapter refuses results with columns of type `"char"`; the engine's look at a live database has many.
 */
function readCharAsText(pool: pg.Pool): void {
  const query = pool.query.bind(pool) as (config: pg.QueryArrayConfig) => Promise<pg.QueryArrayResult>;
  const mendedQuery = async (config: pg.QueryArrayConfig) => {
    const result = await query(config);
    if (!result.fields) return result;
    const found = result.fields.flatMap((field, index) => (field.dataTypeID === CHAR_OID ? [index] : []));
    for (const index of found) Object.assign(result.fields[index] ?? {}, { dataTypeID: TEXT_OID });
    charColumns.set(result.rows, found);
    return result;
  };
  pool.query = mendedQuery as unknown as typeof pool.query;
}

function mended(factory: PrismaPg, failure: ScriptFailure): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => mendedAdapter(await factory.connect(), failure),
    connectToShadowDb: async () => mendedAdapter(await factory.connectToShadowDb(), failure),
  };
}

function mendedAdapter(adapter: PgAdapter, failure: ScriptFailure): SqlDriverAdapter {
  const queryRaw = adapter.queryRaw.bind(adapter);
  return Object.assign(adapter, {
    queryRaw: async (query: Parameters<typeof queryRaw>[0]) => {
      const result = await queryRaw(query);
      for (const index of charColumns.get(result.rows) ?? []) {
        result.columnTypes[index] = ColumnTypeEnum.Character;
      }
      return result;
    },
    // The adapter cuts scripts at every semicolon, also inside function bodies. The server knows better.
    executeScript: async (script: string) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        failure.message = located(script, error);
        throw new DriverAdapterError(reported(error, failure.message));
      }
    },
  });
}

function located(script: string, error: pg.DatabaseError): string {
  if (!error.position) return error.message;
  const line = script.slice(0, Number(error.position)).split('\n').length;
  return `${error.message} (line ${line} of the script)`;
}

/** What the engine keeps in `_prisma_migrations.logs`. */
function reported({ code = 'N/A', severity = 'ERROR', detail, column, hint }: pg.DatabaseError, message: string) {
  return { kind: 'postgres', code, severity, message, detail, column, hint } as const;
}

async function load(): Promise<Bindings> {
  bindings ??= instantiate();
  return bindings;
}

async function instantiate(): Promise<Bindings> {
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (message: string) => {
        panic = message;
      },
    },
  });
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = (await import(pathToFileURL(script).href)) as Bindings;
  const bytes = fs.readFileSync(path.join(path.dirname(script), 'schema_engine_bg.wasm'));
  // Node can import the module as it is, but warns that this is experimental.
  const imports = withUnrefTimers(module as unknown as Imports);
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports });
  module.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return module;
}

/**
 * The engine limits some waits to ten seconds and forgets the timer, which would keep a finished script
 * alive.
 */
function withUnrefTimers(imports: Imports): Imports {
  const names = Object.keys(imports).filter((name) => name.startsWith('__wbg_setTimeout_'));
  const setUnref = (callback: () => void, delay: number) => setTimeout(callback, delay).unref();
  return { ...imports, ...Object.fromEntries(names.map((name) => [name, setUnref])) };
}

/** Without the engine's own call stack; a failed migration is named. */
function readable(error: unknown, failure: ScriptFailure): unknown {
  if (panic !== undefined) {
    const message = panic;
    panic = undefined;
    // A module that panicked is in no state to be used again.
    bindings = undefined;
    return new Error(`Prisma's schema engine panicked: ${message}`, { cause: error });
  }
  if (!(error instanceof Error)) return error;
  const migration = /migration_name="([^"]+)"/.exec(error.message)?.[1];
  const said = failure.message ?? error.message.replace(/\n\s+0: [\s\S]*$/, '');
  return new Error(migration ? `Migration ${migration} failed: ${said}` : said, { cause: error });
}
