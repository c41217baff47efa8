import * as clients from '../../clients/commands.ts';
import { visibleClients } from '../../clients/policy.ts';
import type { AddressInput } from '../../clients/rules.ts';
import type { Prisma } from '../../generated/prisma/client.ts';
import { requireAllowed } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidInputError, type IssueList } from '../../kernel/errors.ts';
import { gradeOf, type Viewer } from '../../kernel/viewer.ts';

// For whom an invoice is: a client by id, the client who has an e-mail address, or one who is made for it.

export type ClientInput = {
  firstName?: string | null;
  lastName?: string | null;
  company?: string | null;
  phone?: string | null;
  taxId?: string | null;
  address?: AddressInput | null;
  optIn?: string | null;
  customFields?: Prisma.InputJsonObject | null;
  currency?: string | null;
};

export type Named = { clientId?: string | null; email?: string | null; userData?: ClientInput | null };

/** The client that the input names, or makes; null for nobody. What names nobody is an issue. */
export async function findClient(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  { clientId, email, userData }: Named,
): Promise<string | null> {
  // Whoever may make invoices of the whole organization may make them for any of its clients.
  const reach = gradeOf(viewer, 'invoices.create') === 3 ? { kind: 'CLIENT' } : visibleClients(viewer);
  if (clientId != null) {
    if (email != null) issues.add('email', 'EXCLUSIVE', 'Give clientId or email, not both.');
    const client = await tx.user.findFirst({ where: { AND: [{ id: clientId }, reach] }, select: { id: true } });
    if (!client) issues.add('clientId', 'NOT_FOUND', 'clientId names no client.');
    return client?.id ?? null;
  }
  if (email == null) return null;
  const holder = await tx.user.findFirst({ where: { email: email.toLowerCase() }, select: { id: true } });
  if (!holder) return await makeClient(tx, viewer, issues, email, userData ?? {});
  const client = await tx.user.findFirst({ where: { AND: [{ id: holder.id }, reach] }, select: { id: true } });
  if (!client) issues.add('email', 'TAKEN', 'The e-mail address is that of somebody who is no client of yours.');
  return client?.id ?? null;
}

/** Makes the client as `clientCreate` does, with the permission for it; its issues stand where its data does. */
async function makeClient(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  email: string,
  { firstName, lastName, ...data }: ClientInput,
): Promise<string | null> {
  requireAllowed(viewer, clients.create);
  try {
    const input = { ...data, email, firstName: firstName ?? '', lastName: lastName ?? '' };
    return (await clients.create.run(tx, viewer, input)).id;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    for (const { path, code, message } of error.issues) {
      if (path[0] === 'email') issues.add(path, code, message);
      else issues.add(['userData', ...path], code, `userData.${message}`);
    }
    return null;
  }
}

/** The client's address as it is now, in the words of the API. Null without one. */
export async function addressOf(tx: Transaction, clientId: string | null): Promise<Prisma.InputJsonObject | null> {
  if (clientId === null) return null;
  return await tx.address.findFirst({
    where: { user: { id: clientId } },
    select: {
      line1: true,
      line2: true,
      city: true,
      state: true,
      postcode: true,
      country: true,
      firstName: true,
      lastName: true,
      taxId: true,
      companyName: true,
      companyVat: true,
    },
  });
}
