/** One line per row, its cells in columns; the first `titles` of them are words and stand left. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[], titles: number): string {
  const widths = columns.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index < titles ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(columns), ...rows.map(line)].join('\n');
}

/** What was to be reached, what was, and whether that will do. */
export type Goal = { name: string; got: string; met: boolean };

export function goalLines(found: readonly Goal[]): string {
  const width = Math.max(...found.map(({ name }) => name.length));
  return found.map(({ name, got, met }) => `${met ? 'ok    ' : 'MISSED'}  ${name.padEnd(width)}  ${got}`).join('\n');
}
