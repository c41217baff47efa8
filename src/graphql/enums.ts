import type { EnumRef } from '@pothos/core';
import { builder, type Types } from './builder.ts';

/** Declares an enum from its values and what each means. Values are stored as they are named. */
export function enumType<Value extends string>(
  name: string,
  description: string,
  values: Record<Value, string>,
): EnumRef<Types, Value> {
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries<string>(values).map(([value, meaning]) => [value, { value, description: meaning }]),
    ),
  }) as EnumRef<Types, never> as EnumRef<Types, Value>;
}
