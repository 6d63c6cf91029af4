/** Long lists of ours are looked through in pieces: what stands over an end of one is found, and no digest is cut into something that looks like a name. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { passGate, type PacketFile } from '#production/production.ts';
import { packetFile } from '../support/packet.ts';

const LINES = Array.from(
  { length: 40_000 },
  (_, n) => `${createHash('sha256').update(`${n}`).digest('hex')}  data/records/${n}/file-1.json\n`,
).join('');
const ours = (text: string): PacketFile => ({ ...packetFile('list.txt', 'text/plain', text), isOurs: true });

test('a name is found wherever it stands, and nothing else is', async () => {
  expect(LINES.length).toBeGreaterThan(3 * 2 ** 20);
  const withheld = [
    { item: 'name', text: 'Toby Quill' },
    { item: 'short', text: 'Ed' },
    { item: 'number', text: '555-0142' },
  ];
  const clean = await passGate([ours(LINES)], withheld);
  expect(clean).toMatchObject({ outcome: 'clean', hits: [], unread: [] });
  for (const at of [0, 2 ** 20 - 2 ** 16, 2 ** 20, 2 * 2 ** 20 - 2 ** 16, 2 * 2 ** 20, LINES.length - 1])
    for (const by of [-9, -5, -1, 0, 4]) {
      const place = Math.max(0, at + by);
      const { hits } = await passGate(
        [ours(`${LINES.slice(0, place)} Toby Quill ${LINES.slice(place)}`)],
        withheld.slice(0, 1),
      );
      expect(
        hits.map(({ item }) => item),
        `${place}`,
      ).toEqual(['name']);
    }
});
