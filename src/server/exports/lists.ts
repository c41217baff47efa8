import { schema } from '../../schema.ts';

/** A list that can be saved as a table: what each column is called, and where its value is in a node. */
export type ExportedList = {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
  /** The operation that answers one page of it, and its name. */
  readonly document: string;
  readonly operation: string;
  /** What it can be narrowed and ordered by. */
  readonly parameters: readonly string[];
};

const takes = ['filter', 'search', 'sort'];

function list(name: string, columns: Readonly<Record<string, string>>): ExportedList {
  const taken =
    schema
      .getQueryType()
      ?.getFields()
      [name]?.args.filter((argument) => takes.includes(argument.name)) ?? [];
  const given = taken.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const declared = taken.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const operation = `Export${name[0]?.toUpperCase()}${name.slice(1)}`;
  return {
    name,
    columns,
    operation,
    parameters: taken.map((argument) => argument.name),
    document: `query ${operation}(${declared}, $after: String, $isFirst: Boolean!) {
      ${name}(${given}, first: 100, after: $after) {
        totalCount @include(if: $isFirst)
        nodes ${selectionOf(Object.values(columns).map((path) => path.split('.')))}
        pageInfo { hasNextPage endCursor }
      }
    }`,
  };
}

/** `[['number'], ['price', 'amount'], ['price', 'currency']]` as `{ number price { amount currency } }`. */
function selectionOf(paths: readonly string[][]): string {
  const names = [...new Set(paths.map(([name]) => name as string))];
  const fields = names.map((name) => {
    const below = paths.filter(([first, ...rest]) => first === name && rest.length > 0).map(([, ...rest]) => rest);
    return below.length === 0 ? name : `${name} ${selectionOf(below)}`;
  });
  return `{ ${fields.join(' ')} }`;
}

export const exportedLists: readonly ExportedList[] = [
  list('orders', {
    Number: 'number',
    Service: 'serviceName',
    Quantity: 'quantity',
    Price: 'price.amount',
    Currency: 'price.currency',
    Status: 'status.name',
    Client: 'client.name',
    Email: 'client.email',
    Company: 'client.company',
    Employees: 'employees.name',
    Tags: 'tags.name',
    Invoice: 'invoice.number',
    'Paid with': 'paymentProcessor',
    Created: 'createdAt',
    Started: 'startedAt',
    Due: 'dueAt',
    Completed: 'completedAt',
  }),
  list('invoices', {
    Number: 'number',
    Status: 'status',
    Client: 'client.name',
    Email: 'client.email',
    'Billed company': 'billingAddress.companyName',
    'Billed country': 'billingAddress.country',
    'Tax id': 'billingAddress.taxId',
    Currency: 'currency',
    Subtotal: 'subtotal.amount',
    'Tax name': 'taxName',
    'Tax rate': 'taxRate',
    Tax: 'tax.amount',
    Total: 'total.amount',
    Credit: 'credit.amount',
    Paid: 'amountPaid.amount',
    Refunded: 'amountRefunded.amount',
    'Still due': 'amountDue.amount',
    Reason: 'reason',
    'Paid with': 'paymentProcessor',
    Transaction: 'transactionId',
    Created: 'createdAt',
    Due: 'dueAt',
    'Paid at': 'paidAt',
  }),
  list('clients', {
    Name: 'name',
    Email: 'email',
    Company: 'company',
    Phone: 'phone',
    'Tax id': 'taxId',
    Status: 'status',
    Balance: 'balance.amount',
    Currency: 'balance.currency',
    Spent: 'spent.amount',
    'Line 1': 'address.line1',
    'Line 2': 'address.line2',
    Postcode: 'address.postcode',
    City: 'address.city',
    State: 'address.state',
    Country: 'address.country',
    Created: 'createdAt',
  }),
  list('payments', {
    Created: 'createdAt',
    Settled: 'settledAt',
    Kind: 'kind',
    Status: 'status',
    Amount: 'amount.amount',
    Currency: 'amount.currency',
    Client: 'client.name',
    Email: 'client.email',
    Invoice: 'invoice.number',
    'Paid with': 'processor',
    Transaction: 'transactionId',
    Note: 'note',
  }),
];
