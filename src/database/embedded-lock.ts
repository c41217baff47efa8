import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/**
 * Takes `<directory>/engine.pid` for this process and returns how to give it back, or the id of the living
 * process that holds it. Number and start time together name a process, because numbers are used again.
 */
export function takeLock(directory: string): { release(): void } | { heldBy: number } {
  const file = path.join(directory, 'engine.pid');
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  // A link appears with its content in one step and never replaces another.
  fs.writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (;;) {
      try {
        fs.linkSync(draft, file);
        return { release: () => releaseLock(file, mine) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const held = readText(file);
      const holder = held === null ? null : livingHolder(held);
      if (holder !== null) return { heldBy: holder };
      if (held !== null) removeStale(file, held);
    }
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * When the process began, as a text that is only good for comparing; null when it does not run (any more).
 */
export function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = readText(`/proc/${pid}/stat`);
    if (stat === null) return null;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended, although nobody has fetched its exit code yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  }
  const line = ps(pid, 'stat=,lstart=');
  return line === '' || line.startsWith('Z') ? null : line.split(/\s+/).slice(1).join(' ');
}

/** What `ps` says of one process, empty when there is no such process. */
export function ps(pid: number, columns: string): string {
  try {
    return execFileSync('ps', ['-o', columns, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

export function readText(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    // ESRCH: a file of /proc whose process ended between opening and reading.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function livingHolder(held: string): number | null {
  const [pid = '', ...start] = held.trim().split(' ');
  return startOf(Number(pid)) === start.join(' ') ? Number(pid) : null;
}

function releaseLock(file: string, mine: string): void {
  if (readText(file) === mine) fs.rmSync(file, { force: true });
}

/**
 * Moves the dead lock aside before removing it, so that of two processes doing this none removes the other's
 * new one.
 */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readText(aside) !== stale) fs.linkSync(aside, file);
  fs.rmSync(aside, { force: true });
}
