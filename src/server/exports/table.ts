import { type Stringifier, stringify } from 'csv-stringify';

/** What of a node stands at the end of a path: of a list, all that stand there. */
export function cellOf(node: unknown, path: readonly string[]): string | null {
  const [name, ...rest] = path;
  if (node == null) return null;
  if (Array.isArray(node)) return node.map((item) => cellOf(item, path) ?? '').join('; ');
  if (name === undefined) return String(node);
  return cellOf((node as Record<string, unknown>)[name], rest);
}

// A spreadsheet takes what begins with one of these for a formula, and does as it says, as whoever opens the file.
const formula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const amount = /^-?\d+(\.\d+)?$/;

/** The text of a cell that a spreadsheet shows and never obeys. An amount is no formula, also below zero. */
export function harmless(text: string): string {
  return formula.test(text) && !amount.test(text) ? `'${text}` : text;
}

/** Takes rows of cells and gives the text of a table (RFC 4180), which begins with the columns' names. */
export function tableOf(columns: readonly string[], { bom }: { bom: boolean }): Stringifier {
  return stringify({
    columns: [...columns],
    header: true,
    bom,
    record_delimiter: '\r\n',
    // Also where there is nothing to separate: a program may take another character for the one between cells.
    quoted_string: true,
    cast: { string: harmless },
  });
}
