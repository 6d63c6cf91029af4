/** What makes the gate fast, held against what it stands for: each word found where a slow search finds it, and threads that see what one sees. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldText, openFinder } from '#production/folded.ts';
import { hasText } from '#production/gate-encodings.ts';
import { passInThreads } from '#production/gate-threads.ts';
import { passGate, type PacketFile } from '#production/gate.ts';
import type { PlacedMember } from '#production/zip-file.ts';

const LETTERS = 'aAbBcCdD eEáéøßﬁ０1２-_.\u200b';
const some = (most: number, letters = LETTERS): string =>
  Array.from(
    { length: 1 + randomInt(most) },
    () => Array.from(letters)[randomInt(Array.from(letters).length)],
  ).join('');

test('every word is found at every place at which a slow search finds it', () => {
  let found = 0;
  for (let round = 0; round < 300; round += 1) {
    const text = some(400);
    const words = Array.from({ length: 1 + randomInt(40) }, (_, n) => ({
      item: `${n}`,
      // Half of them out of the text itself.
      text: randomInt(2) === 0 ? some(24) : text.slice(randomInt(text.length), randomInt(text.length) + 20),
    })).filter((one) => foldText(one.text).length >= 6);
    const folded = foldText(text);
    const slow = words.flatMap(({ item, text: word }) => {
      const wanted = foldText(word);
      const at: string[] = [];
      for (let n = folded.indexOf(wanted); n >= 0; n = folded.indexOf(wanted, n + 1)) at.push(item);
      return at;
    });
    const fast = openFinder(words)
      .find(text)
      .filter(({ what }) => what === 'whole');
    expect(fast.map(({ item }) => item).toSorted()).toEqual(slow.toSorted());
    for (const { item, start, end } of fast)
      expect(foldText(text.slice(start, end))).toBe(
        foldText(words.find((one) => one.item === item)?.text ?? ''),
      );
    found += fast.length;
  }
  expect(found).toBeGreaterThan(500);
});

test('bytes have text by the same rule as ever, whatever they are', () => {
  const NO_TEXT = /[[\p{Cc}--[\t\n\r]]\ufffd]+/v;
  const slow = (bytes: Buffer): boolean => {
    const longest = Math.max(
      ...bytes
        .toString('utf8')
        .split(NO_TEXT)
        .map((run) => run.length),
    );
    return (
      longest >= 16 ||
      longest >= Math.max(6, bytes.length * 0.6) ||
      /(?:[\u0020-\u007e]\0){4}/.test(bytes.toString('latin1'))
    );
  };
  const said = { yes: 0, no: 0 };
  for (let round = 0; round < 20_000; round += 1) {
    const words = Buffer.from(
      some(randomInt(1, 60), 'abc éß漢字😀\u0085\ufffd\t\n'),
      randomInt(4) === 0 ? 'utf16le' : 'utf8',
    );
    const parts = [randomBytes(randomInt(0, 30)), words, randomBytes(randomInt(0, 12))];
    const bytes = Buffer.concat(randomInt(3) === 0 ? parts.slice(0, 1) : parts);
    expect(hasText(bytes), bytes.toString('hex')).toBe(slow(bytes));
    said[slow(bytes) ? 'yes' : 'no'] += 1;
  }
  expect(Math.min(said.yes, said.no)).toBeGreaterThan(200);
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-threads-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

test('threads find what one pass over the packet finds, in files that are small and in those that are not', async () => {
  const NAME = 'Ottoline Farthingale';
  const filler = (): string => Array.from({ length: 4000 }, () => randomBytes(6).toString('hex')).join(' ');
  const held = randomBytes(400);
  const files = new Map<string, Buffer>();
  for (let n = 0; n < 120; n += 1)
    files.set(`data/papers/${n}.json`, Buffer.from(JSON.stringify({ n, text: `nobody ${n}` })));
  for (let n = 0; n < 30; n += 1) files.set(`data/large-${n}.txt`, Buffer.from(filler()));
  files.set('data/papers/7.json', Buffer.from(JSON.stringify({ text: `by ${NAME}` })));
  files.set(
    'data/large-3.txt',
    Buffer.from(`${filler()} ${Buffer.from(`it was ${NAME}`).toString('base64')} ${filler()}`),
  );
  files.set('data/table.csv', Buffer.from(`a,b\r\n"Ottoline","Farthingale"\r\n`));
  files.set('data/records/1/file-1.bin', held);
  files.set(`data/${NAME}.txt`, Buffer.from('x'));
  files.set('data/closed.7z', Buffer.concat([Buffer.from('377abcaf271c', 'hex'), randomBytes(50)]));
  const path = join(folder, 'packet.zip');
  const members: PlacedMember[] = [];
  let start = 0;
  for (const [name, bytes] of files) {
    members.push({ path: name, start, sizeBytes: bytes.length });
    start += bytes.length;
  }
  await pipeline([...files.values()], createWriteStream(path));
  const withheld = [{ item: 'a name', text: NAME }];
  const options = {
    withheldFiles: [{ item: 'a file', sha256: createHash('sha256').update(held).digest('hex') }],
  };
  const packet = [...files].map(([name, bytes]): PacketFile => ({
    name,
    mediaType: name.endsWith('.json')
      ? 'application/json'
      : name.endsWith('.csv')
        ? 'text/csv'
        : name.endsWith('.txt')
          ? 'text/plain'
          : 'application/octet-stream',
    open: async function* () {
      yield await Promise.resolve(bytes);
    },
  }));
  const one = await passGate(packet, withheld, options);
  const many = await passInThreads(path, members, withheld, options);
  expect(many).toEqual(one);
  expect(new Set(many.hits.map(({ file }) => file.split(': ')[0]))).toEqual(
    new Set(['8', '124', '151', '152', '153']),
  );
  expect(many.looked.files).toBe(files.size);
  // A member that is not there: a packet of which not all could be had has no clean verdict.
  const beyond = [...members, { path: 'data/gone.txt', start: start + 10, sizeBytes: 10 }];
  expect((await passInThreads(path, beyond, withheld, options)).unread.map(({ why }) => why)).toContain(
    'its bytes could not be had',
  );
  const wrong = passInThreads(join(folder, 'nothing.zip'), members, withheld, options);
  await expect(wrong).rejects.toThrow();
}, 120_000);
