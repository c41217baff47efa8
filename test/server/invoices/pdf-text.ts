import zlib from 'node:zlib';

/** What is written on a page: the texts of each line from left to right, the lines from top to bottom. */
export type PageText = string[][];

type Span = { text: string; x: number; y: number };

/** Reads the texts of a PDF as pdfkit writes them: compressed streams, glyphs with their characters in ToUnicode. */
export function textOf(pdf: Buffer): PageText[] {
  const objects = objectsOf(pdf);
  const fonts = new Map<string, string[]>();
  for (const { dictionary } of objects.values()) {
    for (const [, name, id] of dictionary.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const unicode = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id as string)?.dictionary ?? '')?.[1];
      if (unicode) fonts.set(name as string, charactersOf(objects.get(unicode)?.stream ?? ''));
    }
  }
  const tree = [...objects.values()].find(({ dictionary }) => /\/Type \/Pages\b/.test(dictionary));
  const kids = /\/Kids \[([^\]]*)\]/.exec(tree?.dictionary ?? '')?.[1] ?? '';
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, page]) => {
    const contents = /\/Contents (\d+) 0 R/.exec(objects.get(page as string)?.dictionary ?? '')?.[1];
    return linesOf(spansOf(objects.get(contents as string)?.stream ?? '', fonts));
  });
}

/** All that is written, for looking something up. */
export function wordsOf(pdf: Buffer): string {
  return textOf(pdf).flat(2).join('\n');
}

function objectsOf(pdf: Buffer): Map<string, { dictionary: string; stream: string }> {
  const text = pdf.toString('latin1');
  const objects = new Map<string, { dictionary: string; stream: string }>();
  for (const [, id, body = ''] of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const start = body.indexOf('stream\n');
    const dictionary = start === -1 ? body : body.slice(0, start);
    const isCompressed = dictionary.includes('/FlateDecode');
    const bytes = Buffer.from(body.slice(start + 'stream\n'.length), 'latin1');
    const stream = start === -1 || !isCompressed ? '' : zlib.inflateSync(bytes).toString('latin1');
    objects.set(id as string, { dictionary, stream });
  }
  return objects;
}

function charactersOf(cmap: string): string[] {
  const characters: string[] = [];
  for (const [, first = '', , list = ''] of cmap.matchAll(/<(\w+)> <(\w+)> \[([^\]]*)\]/g)) {
    for (const [index, [, codes = '']] of [...list.matchAll(/<([^>]*)>/g)].entries()) {
      const units = codes.split(' ').map((code) => Number.parseInt(code, 16));
      characters[Number.parseInt(first, 16) + index] = String.fromCharCode(...units);
    }
  }
  return characters;
}

function spansOf(content: string, fonts: Map<string, string[]>): Span[] {
  const block = /BT\n1 0 0 1 (\S+) (\S+) Tm\n\/(F\d+) [\s\S]*?\[([^\]]*)\] TJ\nET/g;
  return [...content.matchAll(block)].map(([, x, y, font, glyphs = '']) => {
    const codes = [...glyphs.matchAll(/<(\w*)>/g)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? []);
    const text = codes.map((code) => fonts.get(font as string)?.[Number.parseInt(code, 16)] ?? '\ufffd').join('');
    return { text, x: Number(x), y: Number(y) };
  });
}

function linesOf(spans: readonly Span[]): PageText {
  const lines = Map.groupBy(spans, ({ y }) => y.toFixed(1));
  return [...lines.entries()]
    .sort(([a], [b]) => Number(b) - Number(a))
    .map(([, line]) => line.sort((a, b) => a.x - b.x).map(({ text }) => text));
}
