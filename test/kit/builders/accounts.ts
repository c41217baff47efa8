import { randomBytes } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../../src/generated/prisma/client.ts';
import { newTotpSecret } from '../../../src/identity/two-factor/rules.ts';
import { placeOf } from '../../../src/kernel/secrets.ts';
import { hashToken, newToken } from '../../../src/kernel/tokens.ts';
import { testPasswords, testSecrets } from '../tools.ts';
import { unique } from '../unique.ts';
import type { Person } from '../viewers.ts';

/** The password of every account of the tests that says nothing else. */
export const password = 'seven brave otters';

let hashed: Promise<string> | undefined;

/** Logins, and what belongs to them. */
export function accountBuilders(rows: PrismaClient) {
  type AccountFields = Partial<Prisma.AccountUncheckedCreateInput> & { people?: readonly Person[] };

  /** An account whose address is proven, with the password above, behind the people given. */
  async function account({ people = [], ...fields }: AccountFields = {}) {
    hashed ??= testPasswords.hash(password);
    const made = await rows.account.create({
      data: {
        email: `account-${unique()}-${randomBytes(3).toString('hex')}@example.com`,
        displayName: 'Pat Account',
        verifiedAt: new Date(),
        passwordHash: await hashed,
        ...fields,
      },
    });
    await rows.user.updateMany({
      where: { id: { in: people.map(({ id }) => id) } },
      data: { accountId: made.id },
    });
    return made;
  }

  /** The person with an account of its own, as the one to act. */
  async function withAccount(person: Person, fields: AccountFields = {}): Promise<Person> {
    const { id } = await account({ ...fields, people: [person] });
    return {
      ...(await rows.user.findUniqueOrThrow({ where: { id: person.id }, include: { role: true } })),
      accountId: id,
    };
  }

  type CodeFields = Partial<Prisma.AccountCodeUncheckedCreateInput> & { accountId: string };
  /** A link that an account was sent, and the token in it. */
  async function accountCode(fields: CodeFields) {
    const token = newToken('');
    const made = await rows.accountCode.create({
      data: {
        kind: 'RESET_PASSWORD',
        email: 'somebody@example.com',
        tokenHash: hashToken(token),
        expiresAt: new Date(Date.now() + 900_000),
        ...fields,
      },
    });
    return { ...made, token };
  }

  /** A sign-up whose link was sent, with the password above, and the token in it. */
  async function signUp(fields: Partial<Prisma.SignUpUncheckedCreateInput> = {}) {
    hashed ??= testPasswords.hash(password);
    const token = newToken('');
    const made = await rows.signUp.create({
      data: {
        email: `sign-up-${unique()}-${randomBytes(3).toString('hex')}@example.com`,
        passwordHash: await hashed,
        tokenHash: hashToken(token),
        firstName: 'Nora',
        lastName: 'Newcomer',
        organizationName: 'Newcomer & Sons',
        expiresAt: new Date(Date.now() + 86_400_000),
        ...fields,
      },
    });
    return { ...made, token };
  }

  /** Lets the account ask for a second factor, or be about to. Answers the authenticator's secret. */
  async function secondFactor(accountId: string, { isConfirmed = true }: { isConfirmed?: boolean } = {}) {
    const secret = newTotpSecret();
    const { keyId, bytes } = testSecrets.seal(secret, placeOf('accounts.totp_secret', accountId));
    await rows.account.update({
      where: { id: accountId },
      data: {
        totpSecret: bytes,
        totpKeyId: keyId,
        totpConfirmedAt: isConfirmed ? new Date() : null,
        totpLastStep: null,
      },
    });
    return secret;
  }

  const recoveryCode = (accountId: string, fields: Partial<Prisma.RecoveryCodeUncheckedCreateInput> = {}) =>
    rows.recoveryCode.create({ data: { accountId, codeHash: randomBytes(32), ...fields } });

  return { account, withAccount, accountCode, recoveryCode, signUp, secondFactor };
}
