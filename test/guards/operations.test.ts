import fs from 'node:fs';
import path from 'node:path';
import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** The rows of README's table: SPP's number, what it does, and the field that does it here. */
const operations = [
  ...fs
    .readFileSync(path.join(project, 'README.md'), 'utf8')
    .matchAll(/^\| (?<number>\d+\.\d+) (?<title>[^|]+) \| `(?<field>[\w.]+)` \|$/gm),
].map(({ groups }) => groups as { number: string; title: string; field: string });

/** How many operations each of SPP's seventeen sections has. */
const sections = [2, 5, 5, 7, 1, 1, 5, 3, 4, 5, 3, 1, 2, 5, 3, 5, 5];

function fieldOf(name: string) {
  const [field, typeName] = name.split('.').reverse() as [string, string | undefined];
  const types = typeName ? [schema.getType(typeName)] : [schema.getQueryType(), schema.getMutationType()];
  return types
    .filter(isObjectType)
    .map((type) => type.getFields()[field])
    .find(Boolean);
}

/** Tests and the operations that several of them share; not what goes through all fields anyway. */
const tests = fs
  .readdirSync(path.join(project, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/^(generated|guards|bench|reads)\b/.test(file))
  .map((file) => fs.readFileSync(path.join(project, 'test', file), 'utf8'));

describe('the operations of SPP', () => {
  test('are all in the table, section by section', () => {
    const expected = sections.flatMap((count, index) =>
      Array.from({ length: count }, (_, place) => `${index + 1}.${place + 1}`),
    );
    expect(operations.map(({ number }) => number)).toEqual(expected);
    expect(expected).toHaveLength(62);
  });

  test.each(operations.map(({ number, title, field }) => [number, title, field]))(
    '%s %s: %s says so and is tested',
    (number, _, name) => {
      expect(fieldOf(name)?.description).toContain(`(${number})`);
      const field = name.split('.').at(-1) as string;
      const asked = new RegExp(`\\b${field}\\b\\s*[({]`);
      expect(tests.filter((text) => asked.test(text)).length).toBeGreaterThan(0);
    },
  );
});
