/**
 * `npm run generate`: Prisma client and Pothos types, schema.graphql, the typed documents of the tests.
 * `--install` leaves schema.graphql alone (it is committed), `--client-only` does just the first.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT, runScript } from './script.ts';

/** Prisma looks up its generators by name, also when it was not npm that called us. */
const PATH = [path.join(PROJECT, 'node_modules/.bin'), process.env.PATH].join(path.delimiter);

const PRINT_SCHEMA = `
  import fs from 'node:fs';
  import { lexicographicSortSchema, printSchema } from 'graphql';
  const { schema } = await import('./src/schema.ts');
  fs.writeFileSync('schema.graphql', printSchema(lexicographicSortSchema(schema)) + '\\n');
  process.exit();
`;

await runScript(async () => {
  const { values } = parseArgs({
    options: { install: { type: 'boolean' }, 'client-only': { type: 'boolean' } },
  });
  if (values['client-only']) {
    await generateClient();
  } else if (values.install) {
    await Promise.all([generateClient(), generateDocuments()]);
  } else {
    await generateClient();
    await generateSchema();
    await generateDocuments();
  }
});

async function generateClient(): Promise<void> {
  const prisma = programOf('prisma', 'prisma');
  if (!prisma) throw new Error('The package prisma is not installed: run npm ci');
  await run('Prisma client', [prisma, 'generate', '--config', '.config/prisma.ts', '--no-hints']);
}

/** In a process of its own: this one may have loaded the client before it was generated anew. */
async function generateSchema(): Promise<void> {
  if (exists('src/schema.ts')) await run('schema.graphql', ['--input-type=module', '--eval', PRINT_SCHEMA]);
}

async function generateDocuments(): Promise<void> {
  const codegen = programOf('@graphql-codegen/cli', 'graphql-codegen');
  if (!codegen || !exists('codegen.ts') || !exists('schema.graphql')) return;
  await run('Typed documents', [codegen, '--config', 'codegen.ts', '--errors-only']);
}

/** One line when it went well, everything the program said when not. */
async function run(what: string, args: string[]): Promise<void> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    env: { ...process.env, PATH, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${what}: could not be generated.\n${output.trim()}`);
  console.log(`${what}: generated in ${Math.round(performance.now() - started)} ms`);
}

/** The file behind a command of an installed package; npx and npm would cost half a second each. */
function programOf(name: string, command: string): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { bin } = JSON.parse(fs.readFileSync(manifest, 'utf8')) as { bin: Record<string, string> };
    const file = bin[command];
    return file ? path.join(path.dirname(manifest), file) : null;
  } catch {
    return null;
  }
}

function exists(file: string): boolean {
  return fs.existsSync(path.join(PROJECT, file));
}
