import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const project = path.resolve(import.meta.dirname, '../..');
const readme = fs.readFileSync(path.join(project, 'README.md'), 'utf8');
const section = /^## Security$(?<text>[\s\S]*?)^## /m.exec(readme)?.groups?.text ?? '';

/** What is promised there, and the tests that are said to hold it. */
const promises = [...section.matchAll(/^\| (?<promise>[^|]+) \| (?<holders>[^|]+) \|$/gm)]
  .map(({ groups }) => groups as { promise: string; holders: string })
  .filter(({ promise }) => promise !== 'Promise');

describe('the Security section of the README', () => {
  test('is found, with its promises', () => expect(promises.length).toBeGreaterThan(30));

  test.each(promises.map(({ promise, holders }) => [promise, holders]))('%s: has tests', (_, holders) => {
    const files = holders
      .split(', ')
      .map((name) => /^`(test\/\S+\.test\.ts)`$/.exec(name)?.[1] ?? `not a test: ${name}`);
    expect(files.filter((file) => !fs.existsSync(path.join(project, file)))).toEqual([]);
  });

  test('names nothing else that is not there', () => {
    const named = [...section.matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file as string);
    expect(named.filter((file) => !fs.existsSync(path.join(project, file)))).toEqual([]);
    const { scripts } = JSON.parse(fs.readFileSync(path.join(project, 'package.json'), 'utf8')) as { scripts: object };
    const run = [...section.matchAll(/`npm run ([^`\s]+)/g)].map(([, script]) => script as string);
    expect(run).toContain('attack');
    expect(run.filter((script) => !(script in scripts))).toEqual([]);
  });
});
