import path from 'node:path';
import { defineConfig } from 'prisma/config';

const project = path.resolve(import.meta.dirname, '..');
const { DATABASE_OWNER_URL: url } = process.env;

// Every command looks for the schema engine, which is a download, but most never start it: any program will
// do for them. `prisma migrate` and `prisma db` do start it and get the real one, where there is internet.
const needsEngine = process.argv.some((word) => word === 'migrate' || word === 'db');
if (!needsEngine) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: path.join(project, 'prisma/schema'),
  migrations: { path: path.join(project, 'prisma/migrations') },
  ...(url ? { datasource: { url } } : {}),
});
