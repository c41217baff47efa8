import fs from 'node:fs';
import path from 'node:path';

export type User = { uid: number; gid: number };

/**
 * Folders that everybody may reach, in the order of preference, without those where others could swap ours.
 */
export function sharedFolders(candidates: string[], user: User): string[] {
  return [...new Set(candidates)].filter((folder) => {
    const mode = fs.statSync(folder, { throwIfNoEntry: false })?.mode;
    if (mode === undefined) return false;
    const swappable = (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
    return !swappable && mayEnter(folder, user);
  });
}

/** Whether `user` may pass through every folder down to `folder`, going by owner and mode. */
export function mayEnter(folder: string, user: User): boolean {
  let current = fs.realpathSync(folder);
  for (;;) {
    if ((permissions(fs.statSync(current), user) & 0o1) === 0) return false;
    const parent = path.dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}

/** The rwx bits that apply to `user`. */
export function permissions(stat: fs.Stats, user: User): number {
  if (stat.uid === user.uid) return (stat.mode >> 6) & 0o7;
  if (stat.gid === user.gid) return (stat.mode >> 3) & 0o7;
  return stat.mode & 0o7;
}
