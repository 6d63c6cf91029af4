/** What a picture that is withheld as a whole is looked for by: its own words, and none of the platform's or of what is released. */
import { expect, test } from 'vitest';
import { passGate } from '#production/production.ts';
import { soughtOf, withoutNear, withoutReleased } from '../../src/production/picture-words.ts';
import { packetFile, plainPng } from '../support/packet.ts';

const LINES = [
  'City of Rivertown',
  'Perpetua Windermere · 2 h',
  'lives at 1247 Larch Hill',
  'Like Reply Share',
  'sad',
];

test('its lines of several words, names and long numbers, and all of it; no word of the platform, and none alone', () => {
  const sought = soughtOf([...LINES, 'Call 816-555-0142']);
  for (const one of [
    'Perpetua Windermere · 2 h',
    'Perpetua Windermere',
    'lives at 1247 Larch Hill',
    '816-555-0142',
  ])
    expect(sought).toContain(one);
  for (const one of ['Like Reply Share', 'sad', '1247', '2 h']) expect(sought).not.toContain(one);
  // A single word is all that the picture says.
  expect(soughtOf(['zebra-umbrella'])).toEqual(['zebra-umbrella']);
  expect(soughtOf(['Like', 'zebra'])).toEqual([]);
  expect(soughtOf([])).toEqual([]);
});

test('what stands in a released text is not looked for: letter for letter in any, nearly in those of the same record', async () => {
  const sought = ['Larch Hill is closed', 'Perpetua Windermere'].map((text) => ({ item: 'a', text }));
  const texts = async function* () {
    yield await Promise.resolve('They say: LARCH HILL is closed!');
  };
  expect((await withoutReleased(sought, texts())).map(({ text }) => text)).toEqual(['Perpetua Windermere']);
  expect(withoutNear(sought, ['Perpetua Wlndermere wrote']).map(({ text }) => text)).toEqual([
    'Larch Hill is closed',
  ]);
});

const softly = [{ item: 'record 2, file 3', text: 'Perpetua Windermere', ofPage: false }];
const reads =
  (...lines: string[]) =>
  async () =>
    await Promise.resolve({ lines, doubt: null });

test('where only a picture is withheld, the pixels of what leaves are read, and a person looks before it passes', async () => {
  const png = await plainPng();
  const files = [packetFile('data/records/1/file-2.png', 'image/png', png)];
  // Before: nothing was looked for in pixels.
  expect(await passGate(files, [], { readPixels: reads('by PERPETUA WINDERMERE') })).toMatchObject({
    hits: [],
    unread: [],
  });
  const stopped = await passGate(files, [], { softly, readPixels: reads('by PERPETUA WINDERMERE') });
  expect(stopped).toMatchObject({ clean: false, outcome: 'stopped', hits: [] });
  expect(stopped.unread).toMatchObject([
    { why: expect.stringContaining('record 2, file 3'), id: expect.any(String) },
  ]);
  expect(JSON.stringify(stopped)).not.toMatch(/perpetua/i);
  const seen = { pictures: new Set([stopped.unread[0]?.picture ?? '']) };
  expect(
    await passGate(files, [], { softly, seen, readPixels: reads('by PERPETUA WINDERMERE') }),
  ).toMatchObject({
    clean: true,
  });
  expect(await passGate(files, [], { softly, readPixels: reads('by somebody else') })).toMatchObject({
    clean: true,
  });
});

test('a text in a file that came is looked through, and a paper that is made of released texts is not asked twice', async () => {
  const text = packetFile(
    'data/records/1/file-1.txt',
    'text/plain',
    Buffer.from('Perpetua Windermere was here'),
  );
  expect(await passGate([text], [], { softly })).toMatchObject({ clean: false });
  expect(await passGate([{ ...text, isOurs: true }], [], { softly })).toMatchObject({ clean: true });
});

test('what a withheld picture of a page has in common with many pictures is of the page', async () => {
  const pngs = await Promise.all(
    [1, 2, 3, 4].map(async (n) => Buffer.concat([await plainPng(), Buffer.alloc(n)])),
  );
  const files = pngs.map((png, i) => packetFile(`data/records/${i}/file-2.png`, 'image/png', png));
  const readPixels = reads('Perpetua Windermere for Mayor');
  const ofPage = softly.map((one) => ({ ...one, ofPage: true }));
  expect(await passGate(files, [], { softly: ofPage, readPixels })).toMatchObject({ clean: true });
  expect(await passGate(files.slice(1), [], { softly: ofPage, readPixels })).toMatchObject({ clean: false });
  expect(await passGate(files, [], { softly, readPixels })).toMatchObject({ clean: false });
});
