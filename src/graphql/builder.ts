import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import type PrismaTypes from '../generated/pothos.ts';
import { getDatamodel } from '../generated/pothos.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Context } from './context.ts';
import {
  CountryCodeScalar,
  CurrencyCodeScalar,
  DateScalar,
  DateTimeScalar,
  DecimalScalar,
  EmailAddressScalar,
  JSONObjectScalar,
  JSONScalar,
} from './scalars.ts';

export interface BuilderTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: true;
  DefaultInputFieldRequiredness: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Date: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    Decimal: { Input: string; Output: string };
    CurrencyCode: { Input: string; Output: string };
    EmailAddress: { Input: string; Output: string };
    CountryCode: { Input: string; Output: string };
    JSON: { Input: Prisma.InputJsonValue; Output: unknown };
    JSONObject: { Input: Prisma.InputJsonObject; Output: unknown };
  };
}

export type ModelName = keyof PrismaTypes;
export type Row<Model extends ModelName> = PrismaTypes[Model]['Shape'];
export type Where<Model extends ModelName> = PrismaTypes[Model]['Where'];
export type Builder = PothosSchemaTypes.SchemaBuilder<PothosSchemaTypes.ExtendDefaultTypes<BuilderTypes>>;
export type Types = PothosSchemaTypes.ExtendDefaultTypes<BuilderTypes>;

export const builder: Builder = new SchemaBuilder<BuilderTypes>({
  plugins: [PrismaPlugin],
  prisma: {
    client: (context) => context.db as never,
    dmmf: getDatamodel(),
    // A query that Pothos planned and nobody ran is an N+1 in the making.
    onUnusedQuery: 'error',
  },
});

builder.queryType({
  description: 'Everything that can be read. A query sees one snapshot of the viewer’s organization.',
});
builder.mutationType({ description: 'Everything that can be changed. Each mutation is one transaction.' });

builder.addScalarType('Date', DateScalar);
builder.addScalarType('DateTime', DateTimeScalar);
builder.addScalarType('Decimal', DecimalScalar);
builder.addScalarType('CurrencyCode', CurrencyCodeScalar);
builder.addScalarType('EmailAddress', EmailAddressScalar);
builder.addScalarType('CountryCode', CountryCodeScalar);
builder.addScalarType('JSON', JSONScalar);
builder.addScalarType('JSONObject', JSONObjectScalar);
