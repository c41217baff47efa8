import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { keep } from './lifetime.ts';

export type Installation = { folder: string; versions: Record<string, string> };

/** Installs packages with npm into a folder of their own under the temp directory. It ends with the script. */
export async function installForNow(packages: Readonly<Record<string, string>>): Promise<Installation> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'service-engine-peers-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  await runNpm(
    ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    folder,
  );
  const versionOf = (name: string): string =>
    JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  return { folder, versions: Object.fromEntries(Object.keys(packages).map((name) => [name, versionOf(name)])) };
}

async function runNpm(args: string[], cwd: string): Promise<void> {
  const npm = spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    npm.once('error', reject);
    npm.once('exit', resolve);
  });
  keep({
    stop: async () => {
      npm.kill('SIGTERM');
      await ended.catch(() => undefined);
    },
  });
  const code = await ended;
  if (code !== 0) throw new Error(`npm ${args[0]} ended with ${code ?? 'a signal'}.`);
}
