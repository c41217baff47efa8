/** What a page shows: the texts of its elements, without the spaces between them. */
export function textsOf(page: string): string[] {
  const body = /<main\b[\s\S]*<\/main>/.exec(page)?.[0] ?? '';
  return body
    .split(/<[^>]*>/)
    .map((text) => decoded(text).trim())
    .filter((text) => text !== '');
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function decoded(text: string): string {
  return text.replace(/&([^;]+);/g, (_, name: string) => entities[name] ?? `&${name};`);
}

/** Where the page's links lead, seen from its own address. */
export function linksOf(page: string, address: string): string[] {
  return [...page.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => {
    const { pathname, search } = new URL(decoded(href), `http://engine.test${address}`);
    return `${pathname}${search}`;
  });
}
