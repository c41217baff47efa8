/** What stands for the braces of a text. */
export type Wording = Readonly<Record<string, string>>;

export function fill(text: string, wording: Wording): string {
  if (!text.includes('{')) return text;
  const once = (given: string) => given.replace(/\{(\w+)\}/g, (braces, name: string) => wording[name] ?? braces);
  // Twice, because a topic may itself speak of the company.
  return once(once(text));
}

/** A list of texts, as one text with bars between them. */
export function list(text: string): string[] {
  return text.split('|').map((item) => item.trim());
}
