import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/** The architecture: a domain knows those before it and speaks to those after it by events. */
const domains = [
  'mail', // how anybody is told
  ...['organizations', 'identity'], // who is asking
  ...['clients', 'team', 'files', 'tags'], // whom it is about
  ...['services', 'coupons'], // what is sold
  ...['statuses', 'forms'], // what orders and tickets have in common
  'orders', // the engine
  'tickets',
  ...['subscriptions', 'payments', 'invoices'], // the money
  ...['webhooks', 'notifications', 'reports', 'logs'], // who is told
];

/** The kinds of file in a domain. A file that grows too long becomes a folder of the same name. */
const kinds = ['schema', 'commands', 'rules', 'policy', 'filters', 'loaders', 'events', 'jobs'] as const;
type Kind = (typeof kinds)[number];

/** What no kind fits, with the reason. */
const exceptions: Record<string, string> = {
  'identity/authentication.ts': 'who sends a request: before there is a viewer, a transaction or a graph',
  'identity/permissions.ts': 'the matrix that every domain’s permissions stand in',
  'identity/people.ts': 'the fields that clients and team members have in common, for the schemas of both',
  'orders/locks.ts': 'what a command must lock before it reads, for orders and all that hangs beneath them',
  'tickets/locks.ts': 'the same for tickets',
  'invoices/locks.ts': 'the same for invoices and the money about them',
};

/** The process around the graph, and the database's own tools: no part of the graph, so the order does not bind them. */
const outside = ['server.ts', 'schema.ts', 'server', 'database', 'generated'];
const longest = 400;

type Source = { file: string; text: string };
/** What a file imports: a file of ours, by its path in src, or a package. */
type Import = { target: string; isPackage: boolean; isType: boolean };

const src = path.resolve(import.meta.dirname, '../../src');
const sources: Source[] = fs
  .readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
  .map((file) => ({ file, text: fs.readFileSync(path.join(src, file), 'utf8') }));

function importsOf({ file, text }: Source): Import[] {
  const pattern =
    /^(?:import|export)(?<type>\s+type)?\b[^'";]*?\bfrom\s*'(?<from>[^']+)'|^import\s*'(?<bare>[^']+)'|\bimport\(\s*'(?<dynamic>[^']+)'/gm;
  return [...text.matchAll(pattern)].map(({ groups = {} }) => {
    const specifier = (groups.from ?? groups.bare ?? groups.dynamic) as string;
    const isPackage = !specifier.startsWith('.');
    return {
      target: isPackage ? specifier : path.join(path.dirname(file), specifier),
      isPackage,
      isType: groups.type !== undefined,
    };
  });
}

const layerOf = (file: string) => file.split('/')[0] as string;
const kindOf = (file: string): string | undefined => {
  const parts = file.replace(/\.ts$/, '').split('/').slice(1);
  return [...parts].reverse().find((part) => (kinds as readonly string[]).includes(part)) ?? parts.at(-1);
};
const isGraphqlPackage = (name: string) => /^(graphql|@pothos\/|@graphql-)/.test(name);
const isNetwork = (name: string) => /^(node:(https?|net|tls|dns|dgram)|undici|axios|nodemailer|stripe$)/.test(name);

/** Design §3, "What a file may touch", as far as imports show it. `own` is the domain's folder. */
const mayTouch: Record<Kind, (target: string, own: string, isType: boolean) => boolean> = {
  schema: (target, own) =>
    ['graphql', 'kernel', 'generated'].includes(layerOf(target)) ||
    layerOf(target) === own ||
    ['schema', 'policy'].includes(kindOf(target) ?? '') ||
    ['identity/permissions.ts', 'identity/people.ts'].includes(target),
  commands: (target, own) =>
    ['kernel', 'generated'].includes(layerOf(target)) ||
    (layerOf(target) === own && !['schema', 'filters', 'loaders'].includes(kindOf(target) ?? '')) ||
    ['commands', 'policy', 'rules'].includes(kindOf(target) ?? '') ||
    target === 'identity/permissions.ts',
  rules: (target, own, isType) =>
    /^kernel\/(money|time|errors|input|id|html|mail)\.ts$/.test(target) ||
    target === 'identity/permissions.ts' ||
    (layerOf(target) === 'generated' && isType) ||
    kindOf(target) === 'rules' ||
    (layerOf(target) === own && isType),
  policy: (target, _own, isType) =>
    ['kernel/viewer.ts', 'identity/permissions.ts'].includes(target) ||
    (layerOf(target) === 'generated' && isType) ||
    kindOf(target) === 'policy',
  filters: (target, own) =>
    /^graphql\/(comparators|pagination|enums)\.ts$/.test(target) ||
    ['schema', 'filters'].includes(kindOf(target) ?? '') ||
    layerOf(target) === own,
  loaders: (target, own) =>
    ['graphql', 'kernel', 'generated'].includes(layerOf(target)) ||
    layerOf(target) === own ||
    kindOf(target) === 'loaders',
  events: (target, own) =>
    ['kernel', 'generated'].includes(layerOf(target)) || layerOf(target) === own || kindOf(target) === 'commands',
  jobs: (target, own) =>
    ['kernel', 'generated'].includes(layerOf(target)) ||
    layerOf(target) === own ||
    ['commands', 'rules'].includes(kindOf(target) ?? ''),
};

function importFaults(source: Source): string[] {
  const { file } = source;
  const layer = layerOf(file);
  if (outside.includes(layer)) return [];
  return importsOf(source).flatMap(({ target, isPackage, isType }) => {
    const fault = (why: string) => [`${file} imports ${target}: ${why}`];
    if (isPackage) {
      if (layer === 'kernel' && isGraphqlPackage(target)) return fault('the kernel knows no GraphQL');
      if (!domains.includes(layer)) return [];
      if (isGraphqlPackage(target) && kindOf(file) !== 'schema' && kindOf(file) !== 'loaders')
        return fault('only schema.ts translates to GraphQL');
      if (isNetwork(target) && kindOf(file) !== 'jobs') return fault('only jobs.ts calls out');
      return [];
    }
    const there = layerOf(target);
    if (layer === 'kernel') return ['kernel', 'generated'].includes(there) ? [] : fault('the kernel knows nobody');
    if (layer === 'graphql')
      return ['graphql', 'kernel', 'generated'].includes(there) ? [] : fault('graphql/ knows only the kernel');
    if (!domains.includes(layer)) return [`${file}: ${layer} is no domain of the architecture`];
    if (domains.includes(there) && domains.indexOf(there) > domains.indexOf(layer))
      return fault(`${there} comes after ${layer}`);
    if (outside.includes(there) && there !== 'generated') return fault('that is outside of the graph');
    const kind = kindOf(file) as Kind;
    if (kinds.includes(kind) && !mayTouch[kind](target, layer, isType)) return fault(`not for ${kind}.ts`);
    return [];
  });
}

function nameFaults({ file }: Source): string[] {
  const layer = layerOf(file);
  const parts = file.replace(/\.ts$/, '').split('/');
  const banned = parts.filter((part) => /^(utils?|helpers?|common|misc|managers?|index|shared|lib)$/.test(part));
  if (banned.length > 0) return [`${file}: ${banned.join()} says nothing about what is in it`];
  if (!parts.every((part) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(part))) return [`${file}: names are in kebab-case`];
  if (!domains.includes(layer)) return [];
  if (file in exceptions || (kinds as readonly string[]).includes(kindOf(file) as string)) return [];
  return [`${file}: not one of ${kinds.join('.ts, ')}.ts`];
}

function textFaults({ file, text }: Source): string[] {
  const faults: string[] = [];
  const lines = text.split('\n').length - 1;
  if (lines > longest) faults.push(`${file} has ${lines} lines, more than ${longest}`);
  if (/^export default/m.test(text)) faults.push(`${file} has a default export`);
  if (/^export\s+(\*|(type\s+)?\{[^}]*\})\s*from/m.test(text) && file !== 'kernel/money.ts')
    faults.push(`${file} re-exports`);
  for (const [, name, parent] of text.matchAll(/^(?:export )?(?:abstract )?class (\w+)(?: extends ([\w.]+))?/gm)) {
    const allowed =
      /Error$/.test(parent ?? '') ||
      (file === 'kernel/db.ts' && parent === 'pg.Client') ||
      (file.startsWith('database/') && parent === 'pg.Client');
    if (!allowed) faults.push(`${file}: ${name} is a class and no error`);
  }
  const kind = kindOf(file);
  if (domains.includes(layerOf(file)) && /\bnew Date\(\)|\bDate\.now\(\)/.test(text))
    faults.push(`${file} reads another clock than time.now()`);
  if (
    domains.includes(layerOf(file)) &&
    kind === 'rules' &&
    /\basync\b|\bawait\b|\bPromise\b/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))
  ) {
    faults.push(`${file} waits: rules are pure functions`);
  }
  if (domains.includes(layerOf(file)) && /\bprocess\.env\b/.test(text)) faults.push(`${file} reads the environment`);
  return faults;
}

describe('the architecture', () => {
  test('imports go upward only, and each file touches what its kind may', () => {
    expect(sources.flatMap(importFaults)).toEqual([]);
  });

  test('every folder of src has its place in it', () => {
    const folders = new Set(sources.map(({ file }) => layerOf(file)));
    const known = new Set([...domains, ...outside, 'kernel', 'graphql']);
    expect([...folders].filter((folder) => !known.has(folder))).toEqual([]);
    expect(sources.length).toBeGreaterThan(40);
  });

  test('every file of a domain is one of the eight kinds', () => {
    expect(sources.flatMap(nameFaults)).toEqual([]);
    expect(Object.keys(exceptions).filter((file) => !sources.some((source) => source.file === file))).toEqual([]);
  });

  test('no file is too long, re-exports, exports a default, or has a class that is no error', () => {
    expect(sources.flatMap(textFaults)).toEqual([]);
  });

  // The guard itself: each rule finds what breaks it.
  test.each<[string, string, string]>([
    ['kernel/id.ts', `import { x } from '../orders/rules.ts';`, 'the kernel knows nobody'],
    ['kernel/id.ts', `import type { X } from '../graphql/builder.ts';`, 'the kernel knows nobody'],
    ['kernel/id.ts', `import { GraphQLError } from 'graphql';`, 'the kernel knows no GraphQL'],
    ['graphql/nodes.ts', `import { Tag } from '../tags/schema.ts';`, 'graphql/ knows only the kernel'],
    ['tags/commands.ts', `import * as orders from '../orders/commands.ts';`, 'orders comes after tags'],
    [
      'orders/tasks/schema.ts',
      `import {\n  Invoice,\n} from '../../invoices/schema.ts';`,
      'invoices comes after orders',
    ],
    ['orders/tasks/schema.ts', `const x = await import('../../logs/schema.ts');`, 'logs comes after orders'],
    ['orders/commands.ts', `import { builder } from '../graphql/builder.ts';`, 'not for commands.ts'],
    ['orders/commands.ts', `import { Tag } from '../tags/schema.ts';`, 'not for commands.ts'],
    ['orders/commands/create.ts', `import '../../graphql/builder.ts';`, 'not for commands.ts'],
    ['orders/commands.ts', `import https from 'node:https';`, 'only jobs.ts calls out'],
    ['orders/rules.ts', `import type { Transaction } from '../kernel/db.ts';`, 'not for rules.ts'],
    ['orders/policy.ts', `import { PrismaClient } from '../generated/prisma/client.ts';`, 'not for policy.ts'],
    ['orders/schema.ts', `import { ensureTags } from '../tags/commands.ts';`, 'not for schema.ts'],
    ['orders/policy.ts', `import { GraphQLError } from 'graphql';`, 'only schema.ts translates to GraphQL'],
    ['orders/commands.ts', `import '../server/http.ts';`, 'that is outside of the graph'],
    ['plumbing/pipes.ts', `import '../kernel/id.ts';`, 'plumbing is no domain'],
  ])('would find %s: %s', (file, text, why) => {
    expect(importFaults({ file, text }).join()).toContain(why);
  });

  test.each<[string, string, string]>([
    ['orders/schema.ts', 'x\n'.repeat(401), '401 lines'],
    ['orders/schema.ts', 'export default 1;', 'default export'],
    ['orders/schema.ts', `export { x } from './rules.ts';`, 're-exports'],
    ['orders/schema.ts', `export * from './rules.ts';`, 're-exports'],
    ['orders/schema.ts', 'export class OrderManager {\n}', 'is a class'],
    ['orders/commands.ts', 'const at = new Date();', 'another clock'],
    ['orders/rules.ts', 'export async function f() {}', 'rules are pure'],
  ])('would find in %s: %j', (file, text, why) => {
    expect(textFaults({ file, text }).join()).toContain(why);
  });

  test.each(['orders/utils.ts', 'orders/index.ts', 'orders/pricing.ts', 'orders/formFields/schema.ts'])(
    'would not take the name %s',
    (file) => {
      expect(nameFaults({ file, text: '' })).toHaveLength(1);
    },
  );
});
