import type { FieldMap, InputFieldBuilder, InputFieldMap, InputShapeFromFields, SchemaTypes } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import { type GraphQLResolveInfo, getNamedType } from 'graphql';
import { act, openToAll, requireAllowed, type Verb } from '../kernel/command.ts';
import { DomainError, IdempotencyKeyError } from '../kernel/errors.ts';
import { encodeId, type IdType } from '../kernel/id.ts';
import { actOnce } from '../kernel/idempotency.ts';
import { builder, type ModelName, type Types } from './builder.ts';
import { type Context, closeRead, openRead } from './context.ts';
import { mutationWeight } from './cost.ts';
import { type ErrorName, errorTypes, failureOf } from './errors.ts';
import { decodeIds, type InputIds } from './ids.ts';
import { visibleNodes } from './nodes.ts';
import { delegateOf } from './queries.ts';

type ObjectFieldBuilder<T extends SchemaTypes, Shape> = PothosSchemaTypes.ObjectFieldBuilder<T, Shape>;

type Returned = {
  /** A Prisma model's row, re-read after commit so that the client gets exactly what it selected. */
  type: { name: string } | string;
  model: ModelName;
  description: string;
  /** Where in the command's answer the row's id is, if not under `id`. */
  id?: string;
};

export type MutationOptions<
  Fields extends InputFieldMap,
  Input,
  Result extends { id: string },
  Provided extends object = object,
> = {
  description: string;
  command: Verb<Input, Result>;
  /** Its fields must make up what the command takes: the compiler sees to it. */
  input: (
    t: InputFieldBuilder<Types, 'InputObject'>,
  ) => Fields & (InputShapeFromFields<Fields> & Provided extends Input ? unknown : never);
  /** What the command needs besides, which is not the client's to say. */
  provide?: (context: Context) => Provided;
  /** What is done with the command's answer before it is told: a cookie is set. */
  deliver?: (result: Result, context: Context) => Result;
  /** Which input fields are ids, and of what. `id` is the subject; the others refer. */
  ids?: Partial<Record<keyof NoInfer<Fields> & string, InputIds[string]>>;
  errors: readonly ErrorName[];
  /** What it weighs: see cost.ts. Without a word as much as others of its kind. */
  cost?: number;
  /** The object that is answered, under its field's name. */
  returns?: Record<string, Returned>;
  /** What a removal answers instead: the id of what is gone. */
  removes?: IdType;
  /** More of what the command answers, shown as it is: a secret that is told once. */
  extra?: (t: ObjectFieldBuilder<Types, Result>) => FieldMap;
};

function whoMay(permission: string | typeof openToAll): string {
  return permission === openToAll ? 'Open to everybody, signed in or not.' : `Permission: \`${permission}\`.`;
}

function upperFirst(text: string): string {
  return (text[0] as string).toUpperCase() + text.slice(1);
}

/** What was done a while ago may have been put out of the viewer's sight since. */
function stillVisible({ viewer }: Context, { returnType }: GraphQLResolveInfo): object {
  return visibleNodes(getNamedType(returnType).name, viewer) ?? {};
}

/**
 * Declares a mutation: its input, its command, its failures and what it answers. The names of input, success and union
 * follow from its own.
 */
export function mutation<
  Fields extends InputFieldMap,
  Input extends object,
  Result extends { id: string },
  Provided extends object = object,
>(name: string, options: MutationOptions<Fields, Input, Result, Provided>): void {
  const {
    description,
    command,
    input,
    provide,
    deliver,
    ids = {},
    errors,
    cost,
    returns = {},
    removes,
    extra,
  } = options;
  const delivered = (result: Result, context: Context) => (deliver ? deliver(result, context) : result);
  const Name = upperFirst(name);
  const Input = builder.inputType(`${Name}Input`, { description: `What \`${name}\` needs.`, fields: input as never });

  const Success = builder.objectRef<Result>(`${Name}Success`).implement({
    description: `What \`${name}\` answers when it is done.`,
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(returns).map(([field, { type, model, description, id = 'id' }]) => [
          field,
          t.field({
            type: type as never,
            nullable: false,
            description,
            resolve: (async (result: Result, _: object, context: Context, info: GraphQLResolveInfo) => {
              await openRead(context);
              const named = { id: result[id as 'id'] };
              const isReplayed = context.keys.answered.get(String(info.path.prev?.key)) === true;
              const row = await delegateOf(context, model).findFirst({
                ...queryFromInfo({ context, info }),
                where: isReplayed ? { AND: [named, stillVisible(context, info)] } : named,
              });
              if (!row && isReplayed) {
                throw new IdempotencyKeyError(
                  'This was done before. What it was done to is gone since, or out of sight.',
                  'IDEMPOTENCY_RESULT_GONE',
                );
              }
              return row;
            }) as never,
          }),
        ]),
      ),
      ...(removes
        ? {
            deletedId: t.id({
              nullable: false,
              description: 'The id of what is deleted.',
              resolve: (result) => encodeId(removes, result.id),
            }),
          }
        : {}),
      ...(extra?.(t as never) ?? {}),
    }),
  });

  const listed = errors.map((error) => errorTypes[error]);
  const ResultUnion = builder.unionType(`${Name}Result`, {
    description: `What came of \`${name}\`: done, or why not.`,
    types: [Success, ...listed] as never,
    resolveType: ((value: { __typename?: string }) => value.__typename ?? `${Name}Success`) as never,
  });

  builder.mutationField(name, (t) =>
    t.field({
      type: ResultUnion,
      nullable: false,
      description: `${description} ${whoMay(command.permission)}`,
      args: { input: t.arg({ type: Input, required: true, description: 'What to do, and to what.' }) },
      extensions: { permission: command.permission, ids, cost: cost ?? mutationWeight[command.kind] },
      resolve: (async (_: object, args: { input: Input }, context: Context, { path }: GraphQLResolveInfo) => {
        // Who may not do it learns nothing about ids.
        const { viewer, tools, keys } = context;
        requireAllowed(viewer, command);
        await closeRead(context);
        try {
          const input = decodeIds(args.input, ids as InputIds);
          const given = { ...input, ...provide?.(context) };
          const key = keys.given.get(String(path.key));
          if (key === undefined) return delivered(await act(tools, viewer, command, given), context);
          if (command.permission === openToAll) {
            throw new IdempotencyKeyError('An idempotency key is somebody’s own, and this is open to everybody.');
          }
          keys.answered.set(String(path.key), false);
          const keyed = { operation: name, key, input, isSecret: extra !== undefined };
          const done = await actOnce(tools, viewer, command, given, keyed);
          keys.answered.set(String(path.key), done.isReplayed);
          if ('failure' in done) throw done.failure;
          return delivered(done.result, context);
        } catch (error) {
          if (error instanceof DomainError && errors.includes(error.constructor.name as ErrorName)) {
            return failureOf(error);
          }
          throw error;
        }
      }) as never,
    }),
  );
}
