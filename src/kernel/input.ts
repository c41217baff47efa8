import { ConflictError, type IssueList } from './errors.ts';
import { Decimal, isCurrency, isPayable } from './money.ts';

// Checks that the rules of every domain share. Each adds an issue for what is wrong and answers the value to store.

/** A text that must be there: trimmed, not blank, not longer than its column. */
export function requiredText(issues: IssueList, path: string, value: string | null | undefined, most = 255): string {
  const text = value?.trim() ?? '';
  if (text === '') issues.add(path, 'REQUIRED', `${path} must not be blank.`);
  else checkLength(issues, path, text, most);
  return text;
}

/** A text that may be missing: null clears it, a blank one counts as none. */
export function optionalText(
  issues: IssueList,
  path: string,
  value: string | null | undefined,
  most = 255,
): string | null | undefined {
  if (value == null) return value;
  const text = value.trim();
  if (text === '') return null;
  checkLength(issues, path, text, most);
  return text;
}

function checkLength(issues: IssueList, path: string, text: string, most: number): void {
  if ([...text].length > most) issues.add(path, 'TOO_LONG', `${path} must not be longer than ${most} characters.`);
  // PostgreSQL can't store either, and no name has one: half a character would become another one, or no JSON.
  if (text.includes('\0')) issues.add(path, 'INVALID', `${path} must not contain the character NUL.`);
  if (!text.isWellFormed()) issues.add(path, 'INVALID', `${path} must not contain half of a character.`);
}

/** A column that can't be cleared: absent leaves it, null is refused. */
export function notCleared(issues: IssueList, path: string, value: unknown): void {
  if (value === null) issues.add(path, 'REQUIRED', `${path} can't be cleared.`);
}

export function checkCurrency(issues: IssueList, path: string, currency: string | null | undefined): void {
  if (currency != null && !isCurrency(currency)) issues.add(path, 'UNKNOWN', `${currency} is not a currency in use.`);
}

/** An amount to be asked for: not negative, payable in its currency. */
export function checkAmount(
  issues: IssueList,
  path: string,
  amount: string | null | undefined,
  currency: string,
): void {
  if (amount == null) return;
  if (new Decimal(amount).isNegative()) issues.add(path, 'OUT_OF_RANGE', `${path} must not be negative.`);
  else if (!isPayable(amount, currency))
    issues.add(path, 'OUT_OF_RANGE', `${path} has more decimals than ${currency} has.`);
}

export function checkRange(
  issues: IssueList,
  path: string,
  value: number | null | undefined,
  least: number,
  most = 2_147_483_647,
): void {
  if (value != null && (value < least || value > most)) {
    issues.add(path, 'OUT_OF_RANGE', `${path} must be between ${least} and ${most}.`);
  }
}

/** A document: PostgreSQL can't store NUL in JSON, nor half of a character. */
export function checkJson(issues: IssueList, path: string, value: unknown): void {
  const escaped = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;
  if (value != null && escaped.test(JSON.stringify(value))) {
    issues.add(path, 'INVALID', `${path} must not contain the character NUL or halves of characters.`);
  }
}

/** A list of http or https addresses, such as a message's files. */
export function checkWebAddresses(issues: IssueList, path: string, addresses: readonly string[], most: number): void {
  if (addresses.length > most) issues.add(path, 'OUT_OF_RANGE', `${path} takes at most ${most} addresses.`);
  addresses.forEach((address, index) => {
    if (!isWebAddress(address))
      issues.add([path, String(index)], 'INVALID', `${path}.${index} must be an http or https address.`);
  });
}

function isWebAddress(text: string): boolean {
  return webUrlOf(text) !== null;
}

/** An address of the web: http or https, and nobody's name and password in it. Null when it is something else. */
export function webUrlOf(text: string): URL | null {
  if (text.length > 2_000 || /\p{Cc}/u.test(text)) return null;
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null;
}

const thisMachine = new Set(['localhost', '127.0.0.1', '[::1]']);

/** One that nobody between reads along: over https; over http only on this very machine, where developers have theirs. */
export function safeUrlOf(text: string): URL | null {
  const url = webUrlOf(text);
  return url?.protocol === 'https:' || thisMachine.has(url?.hostname ?? '') ? url : null;
}

type JsonObject = { [key: string]: unknown };

/** SPP's metadata: an object, or a list of `{ title, value }` of which the later duplicate wins. Stored as an object. */
export function metadataObject(issues: IssueList, path: string, value: unknown): JsonObject | undefined {
  if (value === undefined) return undefined;
  if (value === null) return {};
  checkJson(issues, path, value);
  if (Array.isArray(value)) {
    const entries = value.flatMap((entry, index) => {
      const { title, value: content } = (entry ?? {}) as { title?: unknown; value?: unknown };
      if (typeof title !== 'string' || title.trim() === '') {
        issues.add([path, String(index), 'title'], 'REQUIRED', `${path}.${index}.title must not be blank.`);
      } else if (content !== null && typeof content === 'object') {
        issues.add(
          [path, String(index), 'value'],
          'INVALID',
          `${path}.${index}.value must be a text, number or boolean.`,
        );
      } else {
        return [[title.trim(), content == null ? '' : String(content)]];
      }
      return [];
    });
    return Object.fromEntries(entries) as JsonObject;
  }
  if (typeof value === 'object') return value as JsonObject;
  issues.add(path, 'INVALID', `${path} must be an object or a list of { title, value }.`);
  return {};
}

/** What raises the version of a row when one of its lists was changed: an edit, of one step together with its columns'. */
export function raiseVersion(isChanged: boolean): { version?: { increment: 1 } } {
  return isChanged ? { version: { increment: 1 } } : {};
}

/** Refuses an edit of a row that has changed since the caller read it. */
export function requireVersion(row: { version: number }, expected: number | null | undefined): void {
  if (expected != null && row.version !== expected) {
    throw new ConflictError(
      `The object has changed since version ${expected}: it has version ${row.version} now.`,
      'STALE_VERSION',
      row.version,
    );
  }
}
