import graphql from '@graphql-eslint/eslint-plugin';

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Short lists (a page's `nodes`, an order's people and tags) are plain; what can be long is a connection.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Mutations are nouns with verbs, so that the sorted schema groups them by subject.
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          Argument: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          'FieldDefinition[parent.name.value=Query]': { forbiddenPrefixes: ['get', 'list', 'query'] },
          'FieldDefinition[parent.name.value=Mutation]': { forbiddenPrefixes: ['create', 'update', 'delete', 'add'] },
        },
      ],
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          acceptedIdNames: ['id'],
          acceptedIdTypes: ['ID'],
          exceptions: {
            // Values and answers, not objects: they have no identity of their own.
            types: [
              ...['PageInfo', 'Money', 'InputIssue', 'LogChange', 'Viewer', 'ViewerPermission', 'ViewerSession'],
              ...['ViewerOrganization', 'SignInOrganization'],
              ...['ApiTokenRateLimit', 'OrderViewerCan', 'TicketViewerCan', 'InvoiceViewerCan'],
              ...['CouponDiscount', 'CouponPreview', 'CouponPreviewItem'],
              ...['BillingAddress', 'InvoiceRecurrence', 'InvoiceTotal', 'NextInvoice', 'NextInvoiceLine'],
              ...['Reports', 'OrdersByStatus', 'CompletionTime', 'ServiceCompletionTime', 'EmployeeTasks'],
              ...['RevenuePart', 'OverdueInvoices', 'RecurringRevenue'],
            ],
            suffixes: ['Connection', 'Edge', 'Success', 'Error'],
          },
        },
      ],
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
          rootField: true,
        },
      ],
    },
  },
];
