/** The generator behind the demo data: the same seed gives the same rows, ids included. */
export type Random = {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number, both ends included. */
  int(least: number, most: number): number;
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** The heavier, the likelier. */
  pickWeighted<T extends { weight: number }>(list: readonly T[]): T;
  /** So many different ones, in the order of the list. */
  sample<T>(list: readonly T[], count: number): T[];
  code(alphabet: string, length: number): string;
  /** A UUIDv7 of that instant, so that ids sort by time as the database's own do. */
  uuid(at: Date): string;
};

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  // mulberry32: 32 good bits a draw, and a period far beyond what a million orders need.
  function bits(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  const next = () => bits() / 0x1_0000_0000;
  const int = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));

  return {
    next,
    int,
    between: (least, most) => least + next() * (most - least),
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]) => list[int(0, list.length - 1)] as T,
    pickWeighted<T extends { weight: number }>(list: readonly T[]) {
      let left = next() * list.reduce((sum, { weight }) => sum + weight, 0);
      for (const item of list) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return list[0] as T;
    },
    sample(list, count) {
      let wanted = Math.min(count, list.length);
      let left = list.length;
      return list.filter(() => {
        const taken = next() * left < wanted;
        left -= 1;
        if (taken) wanted -= 1;
        return taken;
      });
    },
    code: (alphabet, length) =>
      Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)] as string).join(''),
    uuid(at) {
      const time = hex(at.getTime(), 12);
      const first = bits();
      const version = hex(0x7000 | (first & 0xfff), 4);
      const variant = hex(0x8000 | ((first >>> 12) & 0x3fff), 4);
      return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${hex(bits() >>> 8, 6)}${hex(bits() >>> 8, 6)}`;
    },
  };
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}

/**
 * Spreads 0, 1, 2 … over all codes of that many characters without ever giving one twice (as long as the count stays
 * below the number of codes): unique codes need no memory of those given out.
 */
export function spread(index: number, length: number): string {
  const codes = 36 ** length;
  // Odd, not divisible by 3, and so coprime to a power of 36; near the golden ratio, so that neighbours differ a lot.
  let factor = Math.floor(codes * 0.618);
  while (factor % 2 === 0 || factor % 3 === 0) factor += 1;
  return ((index * factor + 7) % codes).toString(36).toUpperCase().padStart(length, '0');
}
