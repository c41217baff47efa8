import fs from 'node:fs/promises';

export type Face = 'regular' | 'bold';

export type Font = { bytes: Buffer; has: (codePoint: number) => boolean };

const files: Readonly<Record<Face, string>> = {
  regular: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
};

let loaded: Promise<Record<Face, Font>> | undefined;

/** The fonts of every document, read when the first one is asked for. They know Europe's letters and signs of money. */
export function loadFonts(): Promise<Record<Face, Font>> {
  loaded ??= Promise.all([load('regular'), load('bold')]).then(([regular, bold]) => ({ regular, bold }));
  // A failure is not kept: the next document tries again.
  loaded.catch(() => {
    loaded = undefined;
  });
  return loaded;
}

async function load(face: Face): Promise<Font> {
  const bytes = await fs.readFile(new URL(import.meta.resolve(`dejavu-fonts-ttf/ttf/${files[face]}`)));
  return { bytes, has: coverageOf(bytes) };
}

const segmentedCoverage = 12;

/** Which characters a TrueType font has: from its table `cmap`, in the format for all of Unicode. */
export function coverageOf(font: Buffer): (codePoint: number) => boolean {
  const table = (name: string) => {
    const entries = Array.from({ length: font.readUInt16BE(4) }, (_, index) => 12 + 16 * index);
    const entry = entries.find((at) => font.toString('latin1', at, at + 4) === name);
    if (entry === undefined) throw new Error(`The font has no table ${name}.`);
    return font.readUInt32BE(entry + 8);
  };
  const cmap = table('cmap');
  const starts = Array.from(
    { length: font.readUInt16BE(cmap + 2) },
    (_, index) => cmap + font.readUInt32BE(cmap + 8 + 8 * index),
  );
  const start = starts.find((at) => font.readUInt16BE(at) === segmentedCoverage);
  if (start === undefined) throw new Error('The font does not say which characters of Unicode it has.');
  const characters = new Set<number>();
  for (let group = 0; group < font.readUInt32BE(start + 12); group += 1) {
    const at = start + 16 + 12 * group;
    const last = font.readUInt32BE(at + 4);
    for (let codePoint = font.readUInt32BE(at); codePoint <= last; codePoint += 1) characters.add(codePoint);
  }
  return (codePoint) => characters.has(codePoint);
}
