/** Decisions taken from a list of numbers: fast-check draws it, and shrinks it towards the first and simplest of each. */
export type Choices = {
  below(limit: number): number;
  chance(percent: number): boolean;
  one<Item>(items: readonly Item[]): Item;
};

/** When the numbers are used up, every decision is the simplest one. */
export function choicesOf(numbers: readonly number[]): Choices {
  let next = 0;
  const below = (limit: number) => {
    if (limit <= 1) return 0;
    const number = numbers[next] ?? 0;
    next += 1;
    return number % limit;
  };
  return {
    below,
    chance: (percent) => below(100) >= 100 - percent,
    one: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
  };
}
