import type { ExecutionArgs } from 'graphql';
import { LimitReachedError } from '../kernel/errors.ts';
import { bounds } from './bounds.ts';
import { type Extent, extentOfOperation } from './cost.ts';

/** How far an operation may go: levels of fields within fields, rows that its lists could answer at most. */
export const limits = { depth: 20, rows: 100_000 } as const;

/** Refuses an operation that is too deep or could answer too much, before anything of it is read. Both paths ask here. */
export function checkExtent(args: ExecutionArgs): Extent | null {
  const extent = extentOfOperation(args);
  if (extent && extent.depth > limits.depth) {
    throw new LimitReachedError('The operation nests too deep.', limits.depth);
  }
  if (extent && extent.rows > limits.rows) {
    throw new LimitReachedError('The lists of the operation ask for too many rows in all.', limits.rows);
  }
  return extent;
}

/** Refuses variables that are more, longer or deeper than anything here takes, before anything walks them. */
export function checkVariables(variables: ExecutionArgs['variableValues']): void {
  let waiting: unknown[] = [variables];
  let values = 0;
  // Level by level: whatever calls itself could be made to do so too often.
  for (let depth = 0; waiting.length > 0; depth += 1) {
    if (depth > bounds.nesting) throw new LimitReachedError('The variables nest too deep.', bounds.nesting);
    values += waiting.length;
    if (values > bounds.values)
      throw new LimitReachedError('There are too many values among the variables.', bounds.values);
    const inner: unknown[] = [];
    for (const value of waiting) {
      if (typeof value === 'string' && value.length > bounds.text) {
        throw new LimitReachedError('A text among the variables is too long.', bounds.text);
      }
      if (Array.isArray(value) && value.length > bounds.list) {
        throw new LimitReachedError('A list among the variables is too long.', bounds.list);
      }
      if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) inner.push(part);
    }
    waiting = inner;
  }
}
