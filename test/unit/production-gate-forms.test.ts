/** The gate: a name in another order or in two places, a number in another form, letters that others write otherwise. */
import { describe, expect, test } from 'vitest';
import { passGate } from '#production/production.ts';
import { packetFile } from '../support/packet.ts';

const WITHHELD = [
  { item: 'a name', text: 'Toby Quill' },
  { item: 'a longer name', text: 'Søren Ægir Łukasz Đorđević' },
  { item: 'a number', text: '+1 (816) 555-0142' },
  { item: 'a passage', text: 'Please call me back on 573-555-0177, whoever of you is there.' },
];
const itemsIn = async (text: string, type = 'text/plain', name = 'a.txt'): Promise<string[]> => [
  ...new Set((await passGate([packetFile(name, type, text)], WITHHELD)).hits.map(({ item }) => item)),
];

describe('a name is stopped', () => {
  test.each([
    ['the family name first', 'Quill, Toby'],
    ['in capitals, the family name first', 'QUILL TOBY'],
    ['with a letter between', 'Toby M. Quill'],
    ['with another name between', 'Toby Michael Quill'],
    ['as two members of JSON', '{"given":"Toby","middle":null,"family":"Quill"}'],
    ['as two cells apart', 'given,street,family\r\nToby,Elm Street,Quill\r\n'],
    ['in two attributes', '<a data-first="Toby" data-last="Quill">a</a>'],
  ])('%s', async (_what, text) => {
    expect(await itemsIn(text)).toEqual(['a name']);
  });

  test.each([
    ['without its strokes', 'Soren Aegir Lukasz Dordevic'],
    ['by its first and last part', 'Soren Dordevic'],
    ['in entities', 'S&oslash;ren &AElig;gir &Lstrok;ukasz &Dstrok;or&dstrok;evi&cacute;'],
  ])('%s', async (_what, text) => {
    expect(await itemsIn(text, 'text/html', 'a.html')).toEqual(['a longer name']);
  });

  test.each([
    ['one part alone', 'Toby was at the pool.'],
    ['parts far from each other', `Toby was at the pool. ${'And more of it. '.repeat(10)} A quill is a pen.`],
    ['a word that has a part in it', 'Tobyish quillwort'],
  ])('and not %s', async (_what, text) => {
    expect(await itemsIn(text)).toEqual([]);
  });
});

describe('a number is stopped', () => {
  test.each([
    ['without its country', '816-555-0142', 'a number'],
    ['with another way to write its country', '001 816 555 0142', 'a number'],
    ['out of a longer passage', 'tel:5735550177', 'a passage'],
    ['with a country that the passage does not have', '+1-573-555-0177', 'a passage'],
  ])('%s', async (_what, text, item) => {
    expect(await itemsIn(text)).toEqual([item]);
  });

  test('and not another one', async () => {
    expect(await itemsIn('816-555-0143, 573-555-0178')).toEqual([]);
  });
});

describe('in a PDF whose font names its letters', () => {
  const page = (names: string): string =>
    `%PDF-1.7\n1 0 obj\n<< /Length 29 /Resources << /Font << /F1 2 0 R >> >> >>\nstream\nBT /F1 9 Tf <0102030405> Tj ET\nendstream\nendobj\n2 0 obj\n<< /Type /Font /Subtype /Type1 /Encoding << /Differences [1 ${names}] >> >>\nendobj\n%%EOF`;
  const verdictOf = async (names: string) =>
    await passGate(
      [packetFile('a.pdf', 'application/pdf', page(names))],
      [{ item: 'a word', text: 'Søtðı' }],
    );

  test.each([
    ['as Adobe does', '/S /oslash /t /eth /dotlessi'],
    ['as entities are called', '/S /oslash /t /ETH /imath'],
  ])('%s, a letter is a letter', async (_what, names) => {
    // So short that it may be another word: a person is asked.
    expect((await verdictOf(names)).unread.map(({ why }) => why)).toContainEqual(
      expect.stringMatching(/^a word is a short word/),
    );
  });

  test('by a name that is not known, it is not read, and not passed over as a sign', async () => {
    expect((await verdictOf('/S /alpha /t /beta /gamma')).unread.map(({ why }) => why)).toContainEqual(
      expect.stringMatching(/which letters/),
    );
    expect((await verdictOf('/S /hyphen /t /period /comma')).unread).toEqual([]);
  });
});
