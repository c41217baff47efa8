import { describe, expect, test } from 'vitest';
import { coverageOf, loadFonts } from '../../../../src/server/invoices/pdf/fonts.ts';

describe('the fonts', () => {
  test.each(['regular', 'bold'] as const)('have what invoices in Europe need: %s', async (face) => {
    const { has } = (await loadFonts())[face];
    const needed =
      'abc XYZ 0123456789 äöüßẞ łŁżŹąę őű çğşİ ñ¿ åøæ þð čřž țș ĳ αβγ абвгґїђ €£¥$₹₺₽₴ −–—…“”„‘’«» №§©®™ □ \u00a0';
    expect([...needed].filter((character) => !has(character.codePointAt(0) as number))).toEqual([]);
    expect(['東', '한', '🎉'].filter((character) => has(character.codePointAt(0) as number))).toEqual([]);
  });

  test('are read once', async () => {
    expect(await loadFonts()).toBe(await loadFonts());
  });

  test('say so when they are none', async () => {
    const { bytes } = (await loadFonts()).regular;
    const without = (name: string) => Buffer.from(bytes.toString('latin1').replaceAll(name, 'xxxx'), 'latin1');
    expect(() => coverageOf(without('cmap'))).toThrow('no table cmap');
    expect(() => coverageOf(Buffer.from('no font at all'))).toThrow();
  });
});
