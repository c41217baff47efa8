import type { CodegenConfig } from '@graphql-codegen/cli';
import { type DocumentNode, Kind, type SelectionNode, visit } from 'graphql';

const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

// Where a document tells types apart it must also learn which one came: `success()` and `failure()` narrow by it.
function withTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet(set) {
      const tellsApart = set.selections.some(
        (selection) => selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition,
      );
      return tellsApart ? { ...set, selections: [typename, ...set.selections] } : undefined;
    },
  });
}

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['test/**/*.ts', '!test/generated/**'],
  ignoreNoDocuments: true,
  generates: {
    'test/generated/': {
      preset: 'client',
      presetConfig: {
        fragmentMasking: false,
        skipIndexFile: true,
        // What a deployment gives its server as PERSISTED_OPERATIONS.
        persistedDocuments: { hashAlgorithm: 'sha256' },
      },
      documentTransforms: [
        {
          transform: ({ documents }) =>
            documents.map((file) => ({ ...file, document: file.document && withTypenames(file.document) })),
        },
      ],
      config: {
        documentMode: 'string',
        useTypeImports: true,
        importExtension: '.ts',
        enumType: 'string-literal',
        strictScalars: true,
        scalars: {
          Date: 'string',
          DateTime: 'string',
          Decimal: { input: 'string | number', output: 'string' },
          CurrencyCode: 'string',
          CountryCode: 'string',
          EmailAddress: 'string',
          JSON: 'unknown',
          JSONObject: { input: 'unknown', output: 'Record<string, unknown>' },
        },
      },
    },
  },
};

export default config;
