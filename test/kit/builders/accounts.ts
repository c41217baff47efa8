import { randomBytes } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../../src/generated/prisma/client.ts';
import { testPasswords } from '../tools.ts';
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
  const accountCode = (fields: CodeFields) =>
    rows.accountCode.create({
      data: {
        kind: 'RESET_PASSWORD',
        email: 'somebody@example.com',
        tokenHash: randomBytes(32),
        expiresAt: new Date(Date.now() + 900_000),
        ...fields,
      },
    });

  const recoveryCode = (accountId: string, fields: Partial<Prisma.RecoveryCodeUncheckedCreateInput> = {}) =>
    rows.recoveryCode.create({ data: { accountId, codeHash: randomBytes(32), ...fields } });

  return { account, withAccount, accountCode, recoveryCode };
}
