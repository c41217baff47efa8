/**
 * A Prisma generator: writes `src/generated/tables.ts`, what the compiler of reads must know of the database and Prisma's
 * client keeps to itself: names of tables and columns, SQL types, and which columns join two models.
 */
import fs from 'node:fs';
import path from 'node:path';
import generatorHelper, { type DMMF } from '@prisma/generator-helper';

const sqlTypes: Readonly<Record<string, string>> = {
  String: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Decimal: 'numeric',
  DateTime: 'timestamptz',
  Json: 'jsonb',
  Bytes: 'bytea',
  Uuid: 'uuid',
  Char: 'bpchar',
};

function columnOf(field: DMMF.Field) {
  const [native] = field.nativeType ?? [];
  const type = sqlTypes[native ?? ''] ?? sqlTypes[field.type];
  if (type === undefined) throw new Error(`${field.name} is a ${field.type}: no SQL type is known for that.`);
  return {
    column: field.dbName ?? field.name,
    type,
    isRequired: field.isRequired,
    isList: field.isList,
  };
}

/** The columns that join a model to the other one, as pairs: its own, the other's. */
function joinOf(model: DMMF.Model, field: DMMF.Field, models: readonly DMMF.Model[]): [string, string][] {
  const pairs = (from: readonly string[] = [], to: readonly string[] = []): [string, string][] =>
    from.map((name, index) => [name, to[index] as string]);
  if (field.relationFromFields?.length) return pairs(field.relationFromFields, field.relationToFields);
  const other = models
    .find(({ name }) => name === field.type)
    ?.fields.find(
      (candidate) =>
        candidate.relationName === field.relationName &&
        candidate.type === model.name &&
        candidate.relationFromFields?.length,
    );
  if (!other) throw new Error(`${model.name}.${field.name} has no other side.`);
  return pairs(other.relationToFields, other.relationFromFields);
}

function tableOf(model: DMMF.Model, models: readonly DMMF.Model[]) {
  const relations = model.fields.filter(({ kind }) => kind === 'object');
  const columns = model.fields.filter(({ kind }) => kind !== 'object');
  return {
    table: model.dbName ?? model.name,
    columns: Object.fromEntries(columns.map((field) => [field.name, columnOf(field)])),
    relations: Object.fromEntries(
      relations.map((field) => [
        field.name,
        { model: field.type, isRequired: field.isRequired, join: joinOf(model, field, models) },
      ]),
    ),
  };
}

generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'Tables', defaultOutput: '../../src/generated/tables.ts' }),
  onGenerate: async ({ dmmf, generator }) => {
    const { models } = dmmf.datamodel;
    const tables = Object.fromEntries(models.map((model) => [model.name, tableOf(model, models)]));
    const file = generator.output?.value as string;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(
      file,
      `export type Column = { column: string; type: string; isRequired: boolean; isList: boolean };
/** \`join\`: pairs of fields, the model's own and the other's. */
export type Relation = { model: string; isRequired: boolean; join: readonly (readonly [string, string])[] };
export type Table = {
  table: string;
  columns: Readonly<Record<string, Column>>;
  relations: Readonly<Record<string, Relation>>;
};

/** The database behind each Prisma model, by the names that the model gives its fields. */
export const tables: Readonly<Record<string, Table>> = ${JSON.stringify(tables, null, 2)};
`,
    );
  },
});
