import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mayEnter, sharedFolders, type User } from './embedded-access.ts';
import { packagedPrograms, reachablePrograms } from './embedded-programs.ts';

/** The user that PostgreSQL runs as; undefined is ourselves. */
export type Account = User | undefined;

/**
 * `parent` holds the cluster (`data`): the project's data folder, or a stand-in for it outside of the
 * project.
 */
export type Place = { account: Account; programs: string; parent: string; data: string };

const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Decides where the cluster of `directory` lives and who runs it. PostgreSQL refuses to run as root, so root
 * hands it to `nobody`; where `nobody` may not go (a clone with mode 0700), programs and data stay outside of
 * the project.
 */
export function findPlace(directory: string): Place {
  const data = path.join(directory, 'postgres');
  const owner = fs.statSync(data, { throwIfNoEntry: false });
  const self = process.getuid?.();
  if (self !== 0) {
    if (owner && owner.uid !== self) throw belongsToOther(data, owner.uid);
    return { account: undefined, programs: packagedPrograms(), parent: directory, data };
  }
  if (owner?.uid === 0) throw belongsToOther(data, 0);
  const account = owner ? { uid: owner.uid, gid: owner.gid } : NOBODY;
  const programs = reachablePrograms(account);
  if (mayEnter(directory, account)) return { account, programs, parent: directory, data };
  if (owner) throw new Error(`${data} belongs to user ${owner.uid}, who may not enter the folders above it.`);
  const parent = standIn(directory);
  return { account, programs, parent, data: path.join(parent, 'postgres') };
}

/** The folder outside of the project that holds the cluster of `directory`, if there is one. */
export function recordedStandIn(directory: string): string | null {
  const record = recordOf(directory);
  if (!fs.existsSync(record)) return null;
  const [location, madeFor] = fs.readFileSync(record, 'utf8').split('\n');
  if (!location || !madeFor) return null;
  // A project that was moved keeps its data; a copy must not take the data of the one that is still there.
  return madeFor !== directory && fs.existsSync(madeFor) ? null : location;
}

function standIn(directory: string): string {
  const recorded = recordedStandIn(directory);
  if (recorded && !fs.existsSync(recorded)) {
    process.emitWarning(`${recorded}, the database of ${directory}, is gone: starting with an empty one.`);
  }
  const location = recorded ?? newStandIn(directory);
  fs.mkdirSync(path.dirname(location), { recursive: true });
  try {
    fs.mkdirSync(location, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // Anybody may create a name in a temp folder, so take only what root or the account made and nobody else
  // can open.
  const found = fs.lstatSync(location);
  if (!found.isDirectory() || ![0, NOBODY.uid].includes(found.uid) || (found.mode & 0o077) !== 0) {
    throw new Error(`${location} was not made by us: remove it, the database of ${directory} goes there.`);
  }
  fs.lchownSync(location, NOBODY.uid, NOBODY.gid);
  fs.writeFileSync(recordOf(directory), `${location}\n${directory}\n`);
  return location;
}

function newStandIn(directory: string): string {
  // /var/tmp first: the data shall outlive a restart of the machine.
  const base = sharedFolders(['/var/tmp', os.tmpdir(), '/tmp'], NOBODY)[0];
  if (!base) throw new Error(`User ${NOBODY.uid} may enter neither ${directory} nor a temp folder.`);
  return path.join(base, `service-engine-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`);
}

function recordOf(directory: string): string {
  return path.join(directory, 'postgres-location');
}

function belongsToOther(data: string, uid: number): Error {
  const who = uid === 0 ? 'root, as whom PostgreSQL does not run' : `user ${uid}`;
  return new Error(`${data} belongs to ${who}: give it to the right user, or remove it to begin anew.`);
}
