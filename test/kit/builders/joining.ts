import { randomBytes } from 'node:crypto';
import type { Prisma, PrismaClient, Role } from '../../../src/generated/prisma/client.ts';
import { tokenOf } from '../../../src/identity/codes/rules.ts';
import { placeOf } from '../../../src/kernel/secrets.ts';
import { hashToken } from '../../../src/kernel/tokens.ts';
import { settings } from '../client.ts';
import { testSecrets } from '../tools.ts';
import { unique } from '../unique.ts';
import type { Person, standardRoles } from '../viewers.ts';

type StandardRole = keyof typeof standardRoles;

/** Who vouches for people, and who is asked to join. */
export function joiningBuilders(rows: PrismaClient, organizationId: string, roles: Record<StandardRole, Role>) {
  type IssuerFields = Partial<Omit<Prisma.IssuerUncheckedCreateInput, 'applicationSecret'>> & {
    applicationSecret?: string | null;
  };
  /** An issuer of the organization's own, whose secret can be opened. */
  async function issuer({ applicationSecret = 'a secret of the issuer', ...fields }: IssuerFields = {}) {
    const sealed =
      applicationSecret === null
        ? null
        : testSecrets.seal(applicationSecret, placeOf('issuers.application_secret', organizationId));
    return await rows.issuer.create({
      data: {
        organizationId,
        name: `Issuer ${unique()}`,
        address: 'https://issuer.example',
        applicationId: 'service-engine',
        applicationSecret: sealed?.bytes,
        keyId: sealed?.keyId,
        ...fields,
      },
    });
  }

  const userIdentity = (fields: { issuerId: string; userId: string; subject?: string }) =>
    rows.userIdentity.create({ data: { organizationId, subject: `subject-${unique()}`, ...fields } });

  const accountIdentity = (fields: { accountId: string; issuer?: string; subject?: string }) =>
    rows.accountIdentity.create({
      data: {
        issuer: 'https://issuer.example',
        subject: `subject-${unique()}-${randomBytes(3).toString('hex')}`,
        ...fields,
      },
    });

  type InvitationFields = Partial<Prisma.InvitationUncheckedCreateInput> & { client?: Person; expiresAt?: Date };
  /** An invitation that waits, to the team or of a client to the portal, and the token in its link. */
  async function invitation({ client, ...fields }: InvitationFields = {}) {
    const kind = client ? 'CLIENT' : 'STAFF';
    const [{ id }] = await rows.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
    const expiresAt = fields.expiresAt ?? new Date(Date.now() + 7 * 86_400_000);
    const token = tokenOf('INVITATION', { id, expiresAt }, settings.secret ?? '');
    const made = await rows.invitation.create({
      data: {
        id,
        organizationId,
        kind,
        email: client?.email ?? `invited-${unique()}-${randomBytes(3).toString('hex')}@example.com`,
        roleId: (client ? roles.client : roles.contractor).id,
        userId: client?.id,
        tokenHash: hashToken(token),
        sentAt: new Date(Date.now() - 3_600_000),
        expiresAt,
        ...fields,
      },
    });
    return { ...made, token };
  }

  return { issuer, userIdentity, accountIdentity, invitation };
}
