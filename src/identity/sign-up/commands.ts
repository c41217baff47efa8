import { act, command, openToAll, saga } from '../../kernel/command.ts';
import { type Database, enterAccount } from '../../kernel/db.ts';
import { type InputIssue, InvalidStateError, issueList } from '../../kernel/errors.ts';
import { requiredText } from '../../kernel/input.ts';
import { addMinutes, now } from '../../kernel/time.ts';
import { hashToken } from '../../kernel/tokens.ts';
import { queueMail } from '../../mail/commands.ts';
import { checkEmail, normalizedEmail } from '../accounts/rules.ts';
import { mayAskForLink, tryOnce } from '../attempts/commands.ts';
import { codeMinutes, isToken, requireSecret, spent, tokenOf } from '../codes/rules.ts';
import { foundFor } from '../memberships/commands.ts';
import type { Surroundings } from '../passwords/commands.ts';
import { checkPassword, couldBePassword } from '../passwords/rules/laws.ts';
import type { Device } from '../sessions/rules.ts';
import { namedDevice, type SignedIn, signInAs } from '../sign-in/commands.ts';
import { signUpName } from './rules.ts';

export type SignUp = {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
  organizationName: string;
};

/** Notes who wants an account and an organization, and has the address asked. Laws 1 and 2. */
export const signUp = saga(openToAll, async (tools, viewer, input: SignUp & Surroundings) => {
  const { device, settings, password } = input;
  const email = normalizedEmail(input.email);
  const issues = issueList();
  checkEmail(issues, 'email', email);
  checkPassword(issues, 'password', password, email);
  const firstName = requiredText(issues, 'firstName', input.firstName);
  const lastName = requiredText(issues, 'lastName', input.lastName);
  const organizationName = requiredText(issues, 'organizationName', input.organizationName);
  issues.throwIfAny();
  const secret = requireSecret(settings.secret);
  if (await mayAskForLink(tools.database, email, device.ipAddress)) {
    const passwordHash = await tools.passwords.hash(password);
    await act(tools, viewer, note, { email, firstName, lastName, organizationName, passwordHash, secret });
  }
  return { id: email };
});

type Note = Omit<SignUp, 'password'> & { passwordHash: string; secret: string };

const note = command(openToAll, async (tx, _viewer, input: Note) => {
  const { email, passwordHash, firstName, lastName, organizationName, secret } = input;
  const [{ id }] = await tx.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
  const expiresAt = addMinutes(now(), codeMinutes.SIGN_UP);
  const tokenHash = hashToken(tokenOf('SIGN_UP', { id, expiresAt }, secret));
  await tx.$executeRaw`
    select add_sign_up(
      ${id}::uuid, ${email}, ${tokenHash}, ${passwordHash}, ${firstName}, ${lastName}, ${organizationName}, ${expiresAt})`;
  await queueMail(tx, 'account.sign_up', { signUpId: id });
  return { id };
});

export type FoundSignUp = { id: string; email: string; organizationName: string; passwordHash: string };

/** The sign-up that the token belongs to, while it is good; looking changes nothing. */
export async function findSignUp(database: Database, token: string): Promise<FoundSignUp | null> {
  if (!isToken(token)) return null;
  const { rows } = await database.pool.query<FoundSignUp>(
    `select sign_up_id as id, email, organization_name as "organizationName", password_hash as "passwordHash"
     from find_sign_up($1, $2)`,
    [hashToken(token), now()],
  );
  return rows[0] ?? null;
}

/** Makes of a sign-up what was wished for, and signs in. Laws 2 and 3. */
export const confirm = saga(
  openToAll,
  async (tools, viewer, input: { token: string; password: string; deviceName?: string | null } & Surroundings) => {
    const { database, passwords } = tools;
    const { token, password } = input;
    const device = namedDevice(input);
    const { ipAddress } = device;
    const wish = await tryOnce(database, { name: null, ipAddress }, async () => {
      const good = await findSignUp(database, token);
      if (!good) throw spent();
      return good;
    });
    return await tryOnce(database, { name: signUpName(wish.email), ipAddress }, async () => {
      if (!couldBePassword(password) || !(await passwords.verify(wish.passwordHash, password))) {
        throw new InvalidStateError('That is not the password that you have chosen.', 'WRONG_PASSWORD');
      }
      return await act(tools, viewer, begin, { id: wish.id, device });
    });
  },
);

type Taken = { email: string; passwordHash: string; firstName: string; lastName: string; organizationName: string };

const uniques: Record<string, InputIssue> = {
  accounts_email_key: {
    path: ['token'],
    code: 'TAKEN',
    message: 'There is an account with this e-mail address by now: sign in to it.',
  },
};

/**
 * Account, organization and person, and the person's first session. Announces `organization.created`, `team_member.created`
 * and `session.created`.
 */
const begin = command(
  openToAll,
  async (tx, _viewer, { id, device }: { id: string; device: Device }): Promise<SignedIn> => {
    const at = now();
    const [wish] = await tx.$queryRaw<Taken[]>`
      select email, password_hash as "passwordHash", first_name as "firstName", last_name as "lastName",
        organization_name as "organizationName"
      from take_sign_up(${id}::uuid, ${at})`;
    if (!wish) throw spent();
    const { email, passwordHash, firstName, lastName, organizationName } = wish;

    const [{ id: accountId }] = await tx.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
    await enterAccount(tx, accountId);
    await tx.account.create({
      data: { id: accountId, email, passwordHash, verifiedAt: at, displayName: `${firstName} ${lastName}` },
      select: { id: true },
    });

    const founder = { accountId, email, firstName, lastName };
    const { id: organizationId } = await foundFor(tx, founder, organizationName);
    return await signInAs(tx, organizationId, device);
  },
  uniques,
);
