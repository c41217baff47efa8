import { addDays, addHours } from '../../src/kernel/time.ts';
import { type Catalogue, type Colleague, type Studio, system, userRow } from './catalogue.ts';
import type { Row } from './copy.ts';
import { addressOf, type Company, emailOf, makeCompany, makePerson, type Person, phoneOf, taxIdOf } from './people.ts';
import { type Random, spread } from './random.ts';

export type Client = Person & {
  id: string;
  createdAt: Date;
  company: Company;
  manager: Colleague;
  /** Of the country that they live in; null where addresses go without. */
  state: string | null;
  /** The address as invoices keep it, in JSON. */
  billingAddress: string;
  /** What the team gave them to spend, in the smallest unit of the currency. */
  granted: number;
  /** Who brought them. */
  referredBy: Client | null;
};

const notes = [
  'Pays within a day. Likes to be called by first name.',
  'Billing goes through the parent company; ask before sending reminders.',
  'Met at the trade fair. Interested in a retainer.',
  'Detailed feedback, always on Mondays.',
  'Two decision makers: get both to sign off.',
  'Came by recommendation.',
];
const staffSizes = ['1 to 10', '11 to 50', '51 to 200', 'over 200'];

/** The clients, oldest first: about a third were there before the first order. What is known since later draws for itself. */
export function writeClients(studio: Studio, catalogue: Catalogue, count: number, later: Random): Client[] {
  const { random, base } = studio;
  const managers = catalogue.team.filter(({ role }) => role !== 'Contractor');
  const emails = new Set<string>();
  const clients: Client[] = [];
  const owners: Client[] = [];
  for (let index = 0; index < count; index += 1) {
    const daysAgo = 820 * (1 - (index + random.next()) / count);
    const createdAt = addHours(base, -24 * daysAgo);
    // Some are colleagues of a client who is there already, and work in that client's account.
    const owner = index > 8 && random.chance(0.09) ? random.pick(owners) : null;
    const person = makePerson(random, owner?.place);
    const company = owner?.company ?? makeCompany(random, person);
    const manager = owner?.manager ?? random.pick(managers);
    const email = unused(emails, emailOf(person, company.domain));
    // The oldest ones recommend the most.
    const referredBy = !owner && index > 4 && later.chance(0.12) ? (owners[later.int(0, 3)] ?? null) : null;
    const start = { ...person, id: random.uuid(createdAt), createdAt, company, manager, referredBy };
    const client = writeClient(studio, catalogue, start, email, index, later.chance(0.04));
    clients.push(client);
    if (owner) writeMembership(studio, owner, client);
    else owners.push(client);
  }
  return clients;
}

function unused(emails: Set<string>, wanted: string): string {
  let email = wanted;
  for (let number = 2; emails.has(email); number += 1) email = wanted.replace('@', `${number}@`);
  emails.add(email);
  return email;
}

type Newcomer = Omit<Client, 'state' | 'billingAddress' | 'granted'>;

function writeClient(
  studio: Studio,
  { roleIds, team }: Catalogue,
  client: Newcomer,
  email: string,
  index: number,
  hasTwoFactor: boolean,
): Client {
  const { random, writer, history, organizationId } = studio;
  const start = {
    id: client.id,
    organization_id: organizationId,
    created_at: client.createdAt,
    updated_at: client.createdAt,
  };
  const taxId = random.chance(0.6) ? taxIdOf(random, client) : null;
  const addressId = random.uuid(client.createdAt);
  const address = {
    ...start,
    id: addressId,
    line_2: random.chance(0.12) ? random.pick(['2nd floor', 'Building B', 'Unit 4', 'c/o Accounting']) : null,
    ...addressOf(random, client),
    first_name: client.firstName,
    last_name: client.lastName,
    tax_id: taxId,
    company_name: client.company.name,
    company_vat: taxId && random.chance(0.5) ? taxId : null,
  };
  writer.write('addresses', address);
  history.created('ADDRESS', address, system, null);
  const drawn = userRow(start, {
    role_id: roleIds.Client,
    kind: 'CLIENT',
    email,
    first_name: client.firstName,
    last_name: client.lastName,
    status: random.chance(0.05) ? 'INACTIVE' : 'ACTIVE',
    phone: random.chance(0.8) ? phoneOf(random, client) : null,
    company: client.company.name,
    tax_id: taxId,
    note: random.chance(0.25) ? random.pick(notes) : null,
    balance: random.chance(0.12) ? random.int(1, 30) * 10 : 0,
    currency: studio.agency.organization.currency,
    opt_in: random.chance(0.6) ? 'Yes' : null,
    stripe_id: random.chance(0.7)
      ? `cus_${random.code('ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789', 14)}`
      : null,
    custom_fields: random.chance(0.5)
      ? { employees: random.pick(staffSizes), website: `https://${client.company.domain}` }
      : {},
    affiliate_id: random.int(100_000, 999_999),
    affiliate_code: `${spread(index, 3)}${random.code('ABCDEFGHJKLMNPQRSTUVWXYZ', 3)}`,
    account_manager_id: client.manager.id,
    referred_by_id: client.referredBy?.id ?? null,
    has_two_factor: hasTwoFactor,
    address_id: addressId,
  });
  // A balance is what the ledger says: it is granted later.
  const row = { ...drawn, balance: 0 };
  writer.write('users', row);
  history.created('CLIENT', row, { kind: 'STAFF', id: client.manager.id }, row.id);
  const second = random.chance(0.2) ? random.pick(team.filter(({ id }) => id !== client.manager.id)) : null;
  for (const manager of second ? [client.manager, second] : [client.manager]) {
    const link = { organization_id: organizationId, client_id: client.id, manager_id: manager.id };
    writer.write('client_managers', { ...link, created_at: client.createdAt });
  }
  const granted = Number(drawn.balance) * 100;
  return { ...client, state: address.state, billingAddress: billingAddressOf(address), granted };
}

/** An address as invoices keep it. */
function billingAddressOf(address: Row): string {
  const { line_1, line_2, city, state, postcode, country } = address;
  const { first_name, last_name, tax_id, company_name, company_vat } = address;
  return JSON.stringify({
    line1: line_1,
    line2: line_2,
    city,
    state,
    postcode,
    country,
    firstName: first_name,
    lastName: last_name,
    taxId: tax_id,
    companyName: company_name,
    companyVat: company_vat,
  });
}

function writeMembership({ writer, organizationId, random, base }: Studio, owner: Client, member: Client): void {
  const invited = addDays(member.createdAt, 1);
  const at = invited < base ? invited : member.createdAt;
  writer.write('client_team_members', {
    // A client belongs to one team only, so its own id will do.
    id: member.id,
    organization_id: organizationId,
    owner_id: owner.id,
    member_id: member.id,
    can_orders: true,
    can_tickets: random.chance(0.8),
    can_invoices: random.chance(0.3),
    created_at: at,
    updated_at: at,
  });
}
