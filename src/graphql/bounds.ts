/**
 * How much a request may say, in a document and in its variables alike: far above what people and generated clients write, far
 * below what makes reading it cost something. Nobody is told the figures: who needs them is looking for the edge.
 */
export const bounds = {
  /** Brackets within brackets: selections, lists, objects. Whatever walks them does so by calling itself. */
  nesting: 100,
  /** The values of one list. */
  list: 10_000,
  /** The characters of one text. */
  text: 200_000,
  /** The values among the variables, whatever they stand in. */
  values: 50_000,
} as const;
