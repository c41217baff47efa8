import type { Choices } from './choices.ts';

type Args = Partial<Record<'first' | 'last' | 'after' | 'before', unknown>>;

/** Draws what part of a list is asked for, and about how many rows that is. */
export async function pageOf(
  choices: Choices,
  most: number,
  cursors: () => Promise<readonly string[]>,
): Promise<{ args: Args; size: number }> {
  const sizes = [2, 1, 3, 5, 20, 100].filter((size) => size <= most);
  const size = sizes.length > 0 ? choices.one(sizes) : 1;
  const mayOmit = most >= 20;
  if (choices.chance(1))
    return { args: choices.one<Args>([{ first: 0 }, { last: 101 }, { first: 1, last: 1 }, { after: 'x' }]), size };
  const direction = choices.chance(30) ? 'last' : 'first';
  const opposite = direction === 'last' ? 'first' : 'last';
  const isOmitted = mayOmit && choices.chance(30);
  const args: Args = isOmitted ? (choices.chance(20) ? { first: null } : {}) : { [direction]: size };
  if (!isOmitted && choices.chance(5)) args[opposite] = null;
  if (choices.chance(35)) {
    const known = await cursors();
    for (const name of choices.one([['after'], ['before'], ['after', 'before']] as const)) {
      // Of the middle most often: at the ends there is little to see.
      if (known.length > 0) args[name] = choices.one(known);
    }
  } else if (choices.chance(5)) args.after = null;
  return { args, size: isOmitted ? 20 : size };
}
