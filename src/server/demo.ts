import { randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { EmbeddedInUseError, type EmbeddedServer, startEmbedded } from '../database/embedded.ts';
import { applyMigrations, pendingMigrations } from '../database/migrations.ts';
import { viewerBehind } from '../identity/authentication.ts';
import { newSecret } from '../identity/tokens/commands.ts';
import { leastSecret } from '../kernel/env.ts';
import { UnauthenticatedError } from '../kernel/errors.ts';
import { migrateJobs } from '../kernel/jobs.ts';
import { createPasswords } from '../kernel/passwords.ts';
import { migrationTrouble } from './database.ts';
import { type Lifetime, StartError } from './lifetime.ts';

export type Demo = {
  databaseUrl: string;
  token: string;
  tokenFile: string;
  secret: string;
  /** With which address the administrator signs in; the password is in the file. */
  email: string;
  passwordFile: string;
};

type Options = { directory: string; lifetime: Lifetime; say: (line: string) => void };

/** The embedded database: started, migrated, with a demo organization in it and a token for its administrator. */
export async function openDemo({ directory, lifetime, say }: Options): Promise<Demo> {
  if (!fs.existsSync(directory)) say(`Creating a database in ${directory}, once.`);
  const server = await startServer(directory);
  lifetime.onEnd('the embedded database', server.stop, { mayBeCutOff: false });
  await migrate(server.ownerUrl, directory);
  await seedOnce(server.ownerUrl, say);
  const token = await provideDemoToken(server.ownerUrl, directory);
  const account = await provideDemoAccount(server.ownerUrl, directory);
  return { databaseUrl: server.appUrl, ...token, ...account, secret: provideSecret(directory) };
}

/** The administrator's token of the demo organization, in a file beside its data. */
export async function provideDemoToken(
  ownerUrl: string,
  directory: string,
): Promise<Pick<Demo, 'token' | 'tokenFile'>> {
  const tokenFile = path.join(directory, 'demo-token');
  return await asOwner(ownerUrl, async (owner) => ({ token: await provideToken(owner, tokenFile), tokenFile }));
}

/** The administrator's account, whose first password is in a file beside the data. */
export async function provideDemoAccount(
  ownerUrl: string,
  directory: string,
): Promise<Pick<Demo, 'email' | 'passwordFile'>> {
  const passwordFile = path.join(directory, 'demo-password');
  return await asOwner(ownerUrl, async (owner) => ({ email: await provideAccount(owner, passwordFile), passwordFile }));
}

async function asOwner<Result>(ownerUrl: string, work: (owner: pg.Pool) => Promise<Result>): Promise<Result> {
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  owner.on('error', () => undefined);
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

async function startServer(directory: string): Promise<EmbeddedServer> {
  try {
    return await startEmbedded({ directory });
  } catch (error) {
    if (error instanceof EmbeddedInUseError) throw error;
    throw new StartError(error instanceof Error ? error.message : String(error));
  }
}

async function migrate(ownerUrl: string, directory: string): Promise<void> {
  const state = await pendingMigrations(ownerUrl);
  if (state.failed.length > 0 || state.edited.length > 0) {
    throw new StartError(
      `${migrationTrouble(state)}\nThe demo database does not fit this version. Remove ${directory} to begin anew.`,
    );
  }
  if (state.pending.length > 0) await applyMigrations(ownerUrl);
  await migrateJobs(ownerUrl);
}

async function seedOnce(ownerUrl: string, say: Options['say']): Promise<void> {
  // Only here: a server with a database of its own runs without these files.
  const { hasDemo, seed } = await import('../../prisma/seed.ts');
  if (await hasDemo(ownerUrl)) return;
  say('Creating the demo organization, once.');
  await seed({ ownerUrl, size: 'small' });
}

const tokenName = 'Demo (npm start)';

/** The token of the last start while it works, else a new one in its place. */
async function provideToken(owner: pg.Pool, file: string): Promise<string> {
  const kept = readOwn(file);
  if (kept !== '' && (await works(owner, kept))) return kept;
  const { secret, kept: stored } = newSecret('LIVE');
  await owner.query('update api_tokens set revoked_at = now() where name = $1 and revoked_at is null', [tokenName]);
  await owner.query(
    `insert into api_tokens (organization_id, user_id, role_id, name, prefix, token_hash)
     select u.organization_id, u.id, u.role_id, $1, $2, $3 from users u where u.id = $4`,
    [tokenName, stored.prefix, stored.tokenHash, await administrator(owner)],
  );
  writeOwn(file, secret);
  return secret;
}

/** Answers the account's address. A password that was changed is its holder's; one whose file is gone is made anew. */
async function provideAccount(owner: pg.Pool, file: string): Promise<string> {
  const userId = await administrator(owner);
  const { rows } = await owner.query<{ email: string }>(
    'select a.email from accounts a join users u on u.account_id = a.id where u.id = $1',
    [userId],
  );
  if (rows[0] && readOwn(file) !== '') return rows[0].email;
  const password = randomBytes(18).toString('base64url');
  const { rows: made } = await owner.query<{ email: string }>(
    `with account as (
       insert into accounts (email, password_hash, verified_at, display_name)
         select lower(u.email), $2, now(), u.first_name || ' ' || u.last_name from users u where u.id = $1
         on conflict (email) do update set password_hash = excluded.password_hash
         returning id, email
     ), person as (
       update users u set account_id = account.id from account where u.id = $1
     )
     select email from account`,
    [userId, await createPasswords().hash(password)],
  );
  writeOwn(file, password);
  return made[0]?.email ?? '';
}

/** What a deployment gives as SECRET: made at the first start, and kept. */
function provideSecret(directory: string): string {
  const file = path.join(directory, 'secret');
  const kept = readOwn(file);
  if (kept.length >= leastSecret) return kept;
  const secret = randomBytes(32).toString('base64url');
  writeOwn(file, secret);
  return secret;
}

// Files with a secret in them are their owner's alone, whoever wrote them.
function readOwn(file: string): string {
  if (!fs.existsSync(file)) return '';
  fs.chmodSync(file, 0o600);
  return fs.readFileSync(file, 'utf8').trim();
}

function writeOwn(file: string, text: string): void {
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
}

async function works(owner: pg.Pool, token: string): Promise<boolean> {
  try {
    await viewerBehind(owner, token, randomUUID());
    return true;
  } catch (error) {
    if (error instanceof UnauthenticatedError) return false;
    throw error;
  }
}

/** Whose the demo token was before, else the demo organization's most powerful member. */
async function administrator(owner: pg.Pool): Promise<string> {
  const { northwind } = await import('../../prisma/seed/northwind.ts');
  const { rows } = await owner.query<{ id: string }>(
    `select u.id from users u join roles r on r.id = u.role_id join organizations o on o.id = u.organization_id
     where u.kind = 'STAFF' and u.status = 'ACTIVE'
     order by
       exists (select from api_tokens t where t.user_id = u.id and t.name = $1) desc, o.slug = $2 desc,
       r.settings_team desc, r.dashboard_access desc, r.order_access desc, u.created_at, u.id
     limit 1`,
    [tokenName, northwind.organization.slug],
  );
  if (!rows[0])
    throw new StartError('The demo organization has no active member. Remove the data folder to begin anew.');
  return rows[0].id;
}
