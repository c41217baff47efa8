import type { Issuer } from '../../generated/prisma/client.ts';
import { act, command, saga, type Tools } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { type InputIssue, invalid, issueList, LimitReachedError, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { requireVersion } from '../../kernel/input.ts';
import { placeOf, type Secrets } from '../../kernel/secrets.ts';
import { organizationOf } from '../../kernel/viewer.ts';
import { lockOrganization } from '../../organizations/commands.ts';
import { checkOwner } from '../../organizations/rules.ts';
import { createOpenId } from './openid/jobs.ts';
import { IssuerError } from './openid/rules.ts';
import * as rules from './rules.ts';

const uniques: Record<string, InputIssue> = {
  issuers_organization_id_lower_name_key: {
    path: ['name'],
    code: 'TAKEN',
    message: 'There is an issuer of this name already.',
  },
};

export type CreateIssuer = {
  name: string;
  address: string;
  applicationId: string;
  applicationSecret?: string | null;
};

/** Adds an issuer of the organization's own. Laws 3 and 4. Announces `issuer.created`. */
export const create = saga('issuers.create', async (tools, viewer, input: CreateIssuer) => {
  const issues = issueList();
  const fields = rules.checkFields(issues, input, true) as Fields;
  const address = rules.checkAddress(issues, input.address);
  issues.throwIfAny();
  await act(tools, viewer, mayCreate, undefined);
  await askIssuer(tools, address);
  return await act(tools, viewer, store(tools.secrets), { ...fields, address });
});

type Fields = { name: string; applicationId: string; applicationSecret: string | null | undefined };

// Nobody else has us call an address.
const mayCreate = command('issuers.create', async (tx, viewer) => {
  checkOwner(await lockOrganization(tx), viewer);
});

/** Law 4. What exactly is the matter with it might tell about our network. */
async function askIssuer({ fetchOutbound }: Tools, address: string): Promise<void> {
  try {
    await createOpenId(fetchOutbound).discover(address);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    if (error.code === 'ISSUER_UNAVAILABLE') throw invalid('address', 'UNAVAILABLE', 'No issuer answers at address.');
    throw invalid('address', 'NOT_AN_ISSUER', error.message);
  }
}

const store = (secrets: Secrets) =>
  command(
    'issuers.create',
    async (tx, viewer, { applicationSecret, ...fields }: Fields & { address: string }) => {
      const organizationId = organizationOf(viewer);
      checkOwner(await lockOrganization(tx), viewer);
      if ((await tx.issuer.count()) >= rules.mostIssuers)
        throw new LimitReachedError(`An organization has at most ${rules.mostIssuers} issuers.`, rules.mostIssuers);
      const issuer = await tx.issuer.create({
        data: { organizationId, ...fields, ...sealed(secrets, organizationId, applicationSecret) },
        select: { id: true },
      });
      await emit(tx, 'issuer.created', { issuer: issuer.id });
      return issuer;
    },
    uniques,
  );

export type UpdateIssuer = { id: string; expectedVersion?: number | null } & rules.IssuerFields;

/**
 * Changes an issuer: its name, and what we are to it. Law 3. A saga only for the sake of the secret: nothing calls out. Announces
 * `issuer.updated` when it differs.
 */
export const update = saga('issuers.update', (tools, viewer, input: UpdateIssuer) =>
  act(tools, viewer, change(tools.secrets), input),
);

const change = (secrets: Secrets) =>
  command(
    'issuers.update',
    async (tx, viewer, input: UpdateIssuer) => {
      const issuer = await lockIssuer(tx, input.id);
      requireVersion(issuer, input.expectedVersion);
      checkOwner(await lockOrganization(tx), viewer);
      const issues = issueList();
      const { applicationSecret, ...fields } = rules.checkFields(issues, input, false);
      issues.throwIfAny();
      const changed = await tx.issuer.update({
        where: { id: issuer.id },
        data: { ...fields, ...sealed(secrets, issuer.organizationId, applicationSecret) },
        select: { version: true },
      });
      if (changed.version !== issuer.version) await emit(tx, 'issuer.updated', { issuer: issuer.id });
      return { id: issuer.id };
    },
    uniques,
  );

function sealed(secrets: Secrets, organizationId: string, secret: string | null | undefined) {
  if (secret === undefined) return {};
  if (secret === null) return { applicationSecret: null, keyId: null };
  const { keyId, bytes } = secrets.seal(secret, placeOf('issuers.application_secret', organizationId));
  return { applicationSecret: bytes, keyId };
}

/** Deletes an issuer: whom it let in is out at once. Laws 3 and 5. Announces `issuer.deleted`. */
export const remove = command('issuers.delete', async (tx, viewer, { id }: { id: string }) => {
  const issuer = await lockIssuer(tx, id);
  checkOwner(await lockOrganization(tx), viewer);
  await tx.issuer.delete({ where: { id: issuer.id } });
  await emit(tx, 'issuer.deleted', { issuer: issuer.id });
  return { id: issuer.id };
});

async function lockIssuer(tx: Transaction, id: string): Promise<Issuer> {
  await tx.$queryRaw`select id from issuers where id = ${id}::uuid for update`;
  const issuer = await tx.issuer.findUnique({ where: { id } });
  if (!issuer) throw new NotFoundError('There is no issuer with this id.');
  return issuer;
}
