import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

test('secrets never reach the log, wherever they stand', () => {
  const file = path.resolve(import.meta.dirname, '../../src/kernel/log.ts');
  const script = `
    const { createLog } = await import(process.argv[1]);
    const log = createLog('info');
    log.info({ authorization: 'Bearer one', headers: { authorization: 'Bearer two' }, body: { password: 'three', token: 'four', secret: 'five' }, kept: 'six' }, 'said');
    log.debug('too quiet');
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script, file], { encoding: 'utf8' });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(1);
  expect(stdout).not.toMatch(/one|two|three|four|five/);
  expect(lines[0]).toMatchObject({ msg: 'said', kept: 'six', authorization: '[redacted]' });
});
