/** Decisions taken from a list of numbers: fast-check draws it, and shrinks it towards the first and simplest of each. */
export type Choices = {
  below(limit: number): number;
  chance(percent: number): boolean;
  one<Item>(items: readonly Item[]): Item;
};

/** When the numbers are used up, every decision is the simplest one. */
export function choicesOf(numbers: readonly number[]): Choices {
  let next = 0;
  return choicesFrom(() => {
    const number = numbers[next] ?? 0;
    next += 1;
    return number;
  });
}

/** Decisions that never run out, the same for the same seed. */
export function choicesOfSeed(seed: number): Choices {
  let state = seed | 0;
  return choicesFrom(() => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  });
}

function choicesFrom(next: () => number): Choices {
  const below = (limit: number) => (limit <= 1 ? 0 : next() % limit);
  return {
    below,
    chance: (percent) => below(100) >= 100 - percent,
    one: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
  };
}
