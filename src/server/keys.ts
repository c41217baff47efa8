import fs from 'node:fs';
import path from 'node:path';
import { type EncryptionKey, newEncryptionKey, parseEncryptionKeys } from '../kernel/secrets.ts';

/** Where a server that brings its own database keeps the keys that nobody has given it. */
function fileIn(directory: string): string {
  return path.join(directory, 'encryption-keys');
}

/** The keys of the folder, in the form of ENCRYPTION_KEYS; none when there are none yet. */
export function keptEncryptionKeys(directory: string): EncryptionKey[] {
  const file = fileIn(directory);
  return fs.existsSync(file) ? parseEncryptionKeys(fs.readFileSync(file, 'utf8').trim()) : [];
}

/** The same, with one made at the first start: whoever only tries the engine has nothing to set up. */
export function provideEncryptionKeys(directory: string): EncryptionKey[] {
  const kept = keptEncryptionKeys(directory);
  if (kept.length > 0) return kept;
  fs.writeFileSync(fileIn(directory), `${newEncryptionKey('local')}\n`, { mode: 0o600, flag: 'wx' });
  return keptEncryptionKeys(directory);
}
