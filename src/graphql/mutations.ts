import type { FieldMap, InputFieldBuilder, InputFieldMap, InputShapeFromFields, SchemaTypes } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { act, type Verb } from '../kernel/command.ts';
import { DomainError } from '../kernel/errors.ts';
import { encodeId, type IdType } from '../kernel/id.ts';
import { requirePermission } from '../kernel/viewer.ts';
import { builder, type ModelName, type Types } from './builder.ts';
import { type Context, closeRead, openRead } from './context.ts';
import { type ErrorName, errorTypes, failureOf } from './errors.ts';
import { decodeIds, type InputIds } from './ids.ts';
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
  /** Which input fields are ids, and of what. `id` is the subject; the others refer. */
  ids?: Partial<Record<keyof NoInfer<Fields> & string, InputIds[string]>>;
  errors: readonly ErrorName[];
  /** The object that is answered, under its field's name. */
  returns?: Record<string, Returned>;
  /** What a removal answers instead: the id of what is gone. */
  removes?: IdType;
  /** More of what the command answers, shown as it is: a secret that is told once. */
  extra?: (t: ObjectFieldBuilder<Types, Result>) => FieldMap;
};

function upperFirst(text: string): string {
  return (text[0] as string).toUpperCase() + text.slice(1);
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
  const { description, command, input, provide, ids = {}, errors, returns = {}, removes, extra } = options;
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
              return delegateOf(context, model).findFirst({
                ...queryFromInfo({ context, info }),
                where: { id: result[id as 'id'] },
              });
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
      description: `${description} Permission: \`${command.permission}\`.`,
      args: { input: t.arg({ type: Input, required: true, description: 'What to do, and to what.' }) },
      extensions: { permission: command.permission, ids },
      resolve: (async (_: object, args: { input: Input }, context: Context) => {
        // Who may not do it learns nothing about ids.
        requirePermission(context.viewer, command.permission);
        await closeRead(context);
        try {
          const given = { ...decodeIds(args.input, ids as InputIds), ...provide?.(context) };
          return await act(context.tools, context.viewer, command, given);
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
