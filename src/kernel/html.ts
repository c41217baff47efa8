/** HTML that may stand in a page as it is. A text is none, so none gets into one unescaped. */
export type Markup = { readonly markup: string };

type Insert = string | Markup | readonly Markup[] | null;

/** HTML as it is written in our sources; what is put into it is text, unless it is HTML made here. */
export function html(texts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  let markup = '';
  for (const [index, text] of texts.entries()) markup += text + insertedMarkup(inserts[index] ?? null);
  return { markup };
}

function insertedMarkup(insert: Insert): string {
  if (insert === null) return '';
  if (typeof insert === 'string') return escaped(insert);
  return 'markup' in insert ? insert.markup : insert.map(({ markup }) => markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}
