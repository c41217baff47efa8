import { type InputIssue, InvalidInputError, NotFoundError } from '../kernel/errors.ts';
import { decodeId, type IdType } from '../kernel/id.ts';

/** Which fields of an input are ids, and of what; of an object, or of a list of them, which of its fields. */
export type InputIds = { readonly [field: string]: IdType | readonly IdType[] | InputIds };

// What people know by a number may be named by it wherever its id is asked for; the command looks it up.
const numberedTypes: ReadonlySet<IdType> = new Set(['Order', 'Ticket', 'Subscription', 'Invoice']);

/** Public ids become UUIDs. One that can name nothing is not found: as the subject, or at its place in the input. */
export function decodeIds<Input extends object>(input: Input, ids: InputIds): Input {
  const issues: InputIssue[] = [];
  const decode = (types: readonly IdType[], text: string, path: string[]): string => {
    const uuid = types.map((type) => decodeId(type, text)).find((found) => found !== null);
    if (uuid !== undefined) return uuid;
    if (types.some((type) => numberedTypes.has(type)) && text.length <= 50 && !text.includes('\0')) return text;
    if (path[0] === 'id') throw new NotFoundError('There is no object with this id.');
    issues.push({ path, code: 'NOT_FOUND', message: `${path.join('.')} names no ${types.join(' or ')}.` });
    return text;
  };
  const decoded = (value: unknown, of: InputIds[string], path: string[]): unknown => {
    if (value == null) return value;
    if (Array.isArray(value)) return value.map((each, index) => decoded(each, of, [...path, String(index)]));
    if (typeof of === 'string' || Array.isArray(of)) return decode([of].flat() as IdType[], String(value), path);
    return within(value, of as InputIds, path);
  };
  const within = <Given extends object>(given: Given, of: InputIds, path: string[]): Given => {
    const found = Object.entries(of).map(([field, type]) => {
      return [field, decoded((given as Record<string, unknown>)[field], type, [...path, field])] as const;
    });
    return { ...given, ...Object.fromEntries(found.filter(([, value]) => value !== undefined)) };
  };
  const made = within(input, ids, []);
  if (issues.length > 0) throw new InvalidInputError(issues);
  return made;
}
