import { randomBytes } from 'node:crypto';
import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { InputIds } from '../../src/graphql/ids.ts';
import { encodeId, type IdType } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { password } from './builders/accounts.ts';
import { createIssuer } from './issuer.ts';
import { codeAt } from './totp.ts';
import { unique } from './unique.ts';
import type { Person } from './viewers.ts';
import { makeWorld, type PopulatedWorld } from './world.ts';

type Input = Record<string, unknown>;

/** One mutation of the schema, for tests that go through them all. */
export type Mutation = {
  name: string;
  /** Null: it is open to everybody. */
  permission: string | null;
  inputType: GraphQLInputObjectType;
  /** What it answers when it is done. */
  success: GraphQLObjectType;
  /** Its input's ids, and what each names; within objects of the input as `discounts.serviceIds`. */
  ids: Record<string, IdType[]>;
  document: string;
};

export const mutations: Mutation[] = Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => {
  const { permission, ids = {} } = field.extensions as { permission: string | null; ids?: InputIds };
  const inputType = getNamedType(field.args[0]?.type) as GraphQLInputObjectType;
  return {
    name: field.name,
    permission,
    inputType,
    success: schema.getType(`${inputType.name.replace(/Input$/, '')}Success`) as GraphQLObjectType,
    ids: Object.fromEntries(idsOf(ids)),
    document: mutationDocument(field),
  };
});

function idsOf(ids: InputIds): [string, IdType[]][] {
  return Object.entries(ids).flatMap(([name, named]): [string, IdType[]][] => {
    if (typeof named === 'string') return [[name, [named]]];
    if (Array.isArray(named)) return [[name, named]];
    return idsOf(named as InputIds).map(([inner, types]) => [`${name}.${inner}`, types]);
  });
}

function mutationDocument(field: GraphQLField<unknown, unknown>): string {
  return `mutation Any($input: ${field.args[0]?.type}) {
    ${field.name}(input: $input) {
      __typename
      ... on Error { message code ... on NotFoundError { path } ... on InvalidInputError { issues { path code } } }
    }
  }`;
}

// A status's code is a small integer, and a run that one process does alone counts beyond those.
const newCode = () => 1_000 + (unique() % 30_000);

const newEmail = () => `new-${unique()}-${randomBytes(3).toString('hex')}@example.com`;

/** An administrator who could own the organization. */
const heirOf = async (world: PopulatedWorld) =>
  await world.withAccount(await world.member({ role: world.roles.administrator }));

/** What a mutation's input needs beyond what its type says: rows in the right state, one of two fields. */
const examples: Record<string, (world: PopulatedWorld, actor: Person) => Promise<Input> | Input> = {
  apiTokenRotate: async (world, actor) => ({ id: (await world.token(actor)).id }),
  clientTeamMemberAdd: async ({ client, one: { member } }) => ({ memberId: (await client({ managers: [member] })).id }),
  emailVerificationSend: () => ({ email: newEmail(), password }),
  emailVerify: async ({ accountCode, admin }) => ({
    token: (await accountCode({ accountId: admin.accountId as string, kind: 'VERIFY_EMAIL', email: newEmail() })).token,
  }),
  passwordChange: () => ({ currentPassword: password, newPassword: 'eight calm herons' }),
  passwordReset: async ({ accountCode, admin }) => ({
    token: (await accountCode({ accountId: admin.accountId as string })).token,
    password: 'eight calm herons',
  }),
  recoveryCodesRenew: async ({ secondFactor, admin }) => {
    await secondFactor(admin.accountId as string);
    return { password };
  },
  signIn: async ({ rows, admin }) => {
    const { email } = await rows.account.findUniqueOrThrow({ where: { id: admin.accountId as string } });
    return { email, password };
  },
  signUp: () => ({ password: 'eight calm herons' }),
  signUpConfirm: async ({ signUp }) => ({ token: (await signUp()).token, password }),
  totpBegin: () => ({ password }),
  totpConfirm: async ({ secondFactor, admin }) => ({
    code: codeAt(await secondFactor(admin.accountId as string, { isConfirmed: false })),
  }),
  totpDisable: async ({ secondFactor, admin }) => ({
    password,
    code: codeAt(await secondFactor(admin.accountId as string)),
  }),
  clientInvite: async ({ client, one: { member } }) => ({
    id: encodeId('Client', (await client({ managers: [member] })).id),
  }),
  sessionSwitch: async ({ rows, admin }) => {
    const other = await makeWorld();
    await rows.user.update({ where: { id: other.admin.id }, data: { accountId: admin.accountId } });
    return { organizationId: encodeId('Organization', other.organizationId) };
  },
  clientDelete: async (world) => ({ id: (await world.client()).id }),
  couponRestore: async (world) => ({ id: (await world.coupon({ deletedAt: new Date() })).id }),
  paymentMethodAttach: (world) => ({
    clientId: world.ids.Client,
    processor: 'TEST',
    token: 'pm_test_authentication',
  }),
  invoiceCharge: (world) => ({ paymentMethodId: world.ids.PaymentMethod }),
  invoiceCreate: (world) => ({ clientId: world.ids.Client }),
  invoiceRefund: async ({ invoice, one: { client } }) => ({ id: (await invoice({ client, status: 'PAID' })).id }),
  invoiceRestore: async ({ invoice, one: { client } }) => ({
    id: (await invoice({ client, deletedAt: new Date() })).id,
  }),
  orderCreate: (world) => ({ clientId: world.ids.Client, serviceName: 'Something new' }),
  orderRestore: async ({ order, one: { member } }) => ({
    id: (await order({ employees: [member], deletedAt: new Date() })).id,
  }),
  orderStatusDelete: async (world) => ({
    id: (await world.status({ code: newCode(), name: `Status ${unique()}`, kind: 'ON_HOLD' })).id,
  }),
  filledFormFieldCreate: (world) => ({ orderId: world.ids.Order }),
  orderTaskReopen: async (world) => ({
    id: (await world.one.order.task({ isComplete: true, completedAt: new Date() })).id,
  }),
  issuerCreate: async () => ({ address: await standingIssuer() }),
  invitationAccept: async ({ invitation }) => ({
    token: (await invitation()).token,
    firstName: 'Nora',
    lastName: 'Newcomer',
    password: 'eight calm herons',
  }),
  invitationDecline: async ({ invitation }) => ({ token: (await invitation()).token }),
  // The owner can't leave: somebody else is it.
  organizationLeave: async (world) => {
    await world.rows.organization.update({
      where: { id: world.organizationId },
      data: { ownerId: (await heirOf(world)).id },
    });
    return { name: world.organization.name };
  },
  organizationTransferOwnership: async (world) => ({
    ownerId: encodeId('TeamMember', (await heirOf(world)).id),
    password,
  }),
  organizationArchive: (world) => ({ name: world.organization.name }),
  organizationRestore: async (world) => ({ id: encodeId('Organization', await archivedOf(world)) }),
  roleAssign: async (world) => ({ roleId: (await world.role({ dashboardAccess: 1 })).id }),
  roleDelete: async (world) => ({ id: (await world.role({ dashboardAccess: 1 })).id }),
  roleUpdate: async (world) => ({ id: (await world.role({ dashboardAccess: 1 })).id }),
  stripeAccountUpdate: () => ({ publishableKey: 'pk_test_2', secretKey: 'sk_test_2', webhookSecrets: ['whsec_2'] }),
  subscriptionChargeNow: async (world) => {
    const invoice = await world.invoice({ client: world.one.client, status: 'PAID' });
    await invoice.item();
    return { id: (await world.subscription({ invoiceId: invoice.id, clientId: invoice.clientId as string })).id };
  },
  subscriptionResume: async ({ subscription, one: { client } }) => ({
    id: (await subscription({ client, status: 'PAUSED' })).id,
  }),
  serviceRestore: async (world) => ({ id: (await world.service({ deletedAt: new Date() })).id }),
  ticketCreate: (world) => ({ clientId: world.ids.Client }),
  ticketMerge: async ({ ticket, one: { client, member } }) => ({
    targetId: (await ticket({ client, employees: [member] })).id,
  }),
  ticketRestore: async ({ ticket, one: { member } }) => ({
    id: (await ticket({ employees: [member], deletedAt: new Date() })).id,
  }),
  ticketStatusDelete: async (world) => ({
    id: (await world.ticketStatus({ code: newCode(), name: `Status ${unique()}`, kind: 'PENDING' })).id,
  }),
};

// One for all files: it ends with the process.
let standing: Promise<string> | undefined;
async function standingIssuer(): Promise<string> {
  standing ??= (async () => {
    const issuer = createIssuer();
    await issuer.listen();
    return issuer.url;
  })();
  return await standing;
}

/** An archived organization that the administrator's account owns, too. */
async function archivedOf({ rows, admin }: PopulatedWorld): Promise<string> {
  const other = await makeWorld();
  await rows.user.update({ where: { id: other.admin.id }, data: { accountId: admin.accountId } });
  const data = { ownerId: other.admin.id, archivedAt: new Date() };
  await rows.organization.update({ where: { id: other.organizationId }, data });
  return other.organizationId;
}

/** The lists that are asked for beneath one object: as an argument, an order by its id. */
export const beneath: Record<string, (orderId: unknown) => string> = {
  filledFormFields: (orderId) => `orderId: "${orderId}"`,
};

/** The least that the mutation takes and carries out for somebody, in a world that has one of everything. */
export async function validInput(
  { name, inputType, ids }: Mutation,
  world: PopulatedWorld,
  actor: Person = world.admin,
): Promise<Input> {
  const input = leastOf(inputType, '', (path) => idAt(path, ids, world));
  return { ...input, ...(await examples[name]?.(world, actor)) };
}

/** The same with an id somewhere in it, and the way there. */
export function withId({ inputType, ids }: Mutation, valid: Input, place: string, id: string, world: PopulatedWorld) {
  const path: string[] = [];
  const put = (type: GraphQLInputObjectType, given: Input, names: string[], before: string): Input => {
    const [name, ...inner] = names as [string, ...string[]];
    const field = type.getFields()[name] as GraphQLInputField;
    const isList = isListType(getNullableType(field.type));
    path.push(name, ...(isList ? ['0'] : []));
    const object = getNamedType(field.type);
    const within = `${before}${name}.`;
    const value =
      inner.length > 0 && isInputObjectType(object)
        ? put(
            object,
            leastOf(object, within, (at) => idAt(at, ids, world)),
            inner,
            within,
          )
        : id;
    return { ...given, [name]: isList ? [value] : value };
  };
  return { input: put(inputType, valid, place.split('.'), ''), path };
}

function idAt(path: string, ids: Mutation['ids'], world: PopulatedWorld): string {
  const type = ids[path]?.[0];
  if (!type) throw new Error(`The input field ${path} is an ID, but the mutation does not say of what.`);
  return world.ids[type];
}

/** What must be given of an object. */
function leastOf(type: GraphQLInputObjectType, before: string, id: (path: string) => string): Input {
  const needed = Object.values(type.getFields()).filter(
    (field) => isNonNullType(field.type) && field.defaultValue === undefined,
  );
  return Object.fromEntries(needed.map(({ name, type }) => [name, ofType(type, `${before}${name}`, id)]));
}

function ofType(type: GraphQLInputType, path: string, id: (path: string) => string): unknown {
  if (isNonNullType(type)) return ofType(type.ofType as GraphQLInputType, path, id);
  if (isListType(type)) return [ofType(type.ofType as GraphQLInputType, path, id)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) return leastOf(type, `${path}.`, id);
  const number = unique();
  const values: Record<string, unknown> = {
    ID: undefined,
    String: `${path.split('.').at(-1)} ${number}`,
    Int: 1,
    Boolean: true,
    Decimal: '10.00',
    DateTime: '2030-01-01T00:00:00.000Z',
    CurrencyCode: 'EUR',
    CountryCode: 'DE',
    EmailAddress: `someone-${number}@example.com`,
    JSON: {},
    JSONObject: {},
  };
  const scalar = getNamedType(type).name;
  if (scalar === 'ID') return id(path);
  if (!(scalar in values)) throw new Error(`There is no example of a ${scalar} yet: add one in test/kit/inputs.ts.`);
  return values[scalar];
}

// ------------------------------------------------------------------ queries

/** A query that must be given more than an id: its arguments, as the document has them. */
const queryArguments: Record<string, (world: PopulatedWorld) => string> = {
  couponPreview: ({ one }) => `(code: "${one.coupon.code}", items: [{ amount: "10" }])`,
};

/** The least that the field takes, in a world that has one of everything. */
export function validArguments(field: GraphQLField<unknown, unknown>, world: PopulatedWorld): string {
  const given = queryArguments[field.name];
  if (given) return given(world);
  if (field.name in beneath) return '(orderId: "x")';
  if (field.args.some(({ name }) => name === 'id')) return '(id: "x")';
  return field.args.some(({ name }) => name === 'ids') ? '(ids: ["x"])' : '';
}
