/** Short names and numbers in digests, keys and numbers of records: there they stand by chance, and everywhere else they are found. */
import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { passGate } from '#production/production.ts';
import { packetFile } from '../support/packet.ts';

const NAMES = ['Ed', 'Bo', 'Al', 'Jo', 'Abe', 'Deb', 'Ada', 'Dee', '555-0142', '77 Bee'];
const WITHHELD = NAMES.map((text) => ({ item: text, text }));
const found = async (text: string, name = 'a.txt'): Promise<string[]> => {
  const { hits, unread } = await passGate([packetFile(name, 'text/plain', text)], WITHHELD);
  const short = unread.map(({ why }) => /^(.+?) is a short word/.exec(why)?.[1] ?? why);
  return [...new Set([...hits.map(({ item }) => item), ...short])].sort();
};
const digests = (algorithm: string, form: 'hex' | 'base64') =>
  Array.from({ length: 4000 }, (_, n) => createHash(algorithm).update(`${n}`).digest(form));
const base32 = (hex: string): string =>
  [...Buffer.from(hex, 'hex')]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .match(/.{5}/g)
    ?.map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(five, 2)])
    .join('') ?? '';

describe('by chance', () => {
  test.each([
    ['SHA-256', digests('sha256', 'hex')],
    ['SHA-512', digests('sha512', 'hex')],
    ['SHA-1', digests('sha1', 'hex')],
    ['MD5', digests('md5', 'hex')],
    ['SHA-256 in Base64', digests('sha256', 'base64')],
    ['SHA-1 in Base32', digests('sha1', 'hex').map(base32)],
    ['lines of SHA-256 in Base64', [digests('sha256', 'base64').join('\n')]],
    ['digests in a row', [digests('sha256', 'hex').join(' ')]],
    ['numbers of records', Array.from({ length: 4000 }, () => randomUUID())],
    [
      'keys',
      digests('sha256', 'base64').map(
        (key, n) =>
          `log.example/rivertown+${digests('md5', 'hex')[n]?.slice(0, 8)}+${key.replaceAll('=', '')}`,
      ),
    ],
  ])('in %s', async (_, all) => {
    const text = all.map((one, n) => `${one}  data/${n * 10}.json`).join('\n');
    // It has what is looked for: letters in a row, with a digit on each side.
    expect(all.join('\n')).toMatch(/[^a-z]ed[^a-z]/i);
    expect(await found(text)).toEqual([]);
  });
});

describe('not by chance', () => {
  test.each([
    ['a sentence', 'It was Ed who said so.', ['Ed']],
    ['a user name', 'See @Ed1980 and JoBee7.', ['Ed', 'Jo']],
    ['an address', 'https://www.facebook.com/Ed/posts/pfbid02aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789', ['Ed']],
    ['a path in a long run', 'people/Ed/posts/pfbid02aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgH', ['Ed']],
    ['a number', 'Call 555-0142.', ['555-0142']],
    ['a run of hex that is no digest', '0123ed4567', ['Ed']],
    ['lines of a mail that are joined', 'It was so said by E=\nd, he says.', ['Ed']],
    ['a word beside a digest', `Ed ${'0123456789abcdef'.repeat(4)} Bo`, ['Bo', 'Ed']],
    ['a list joined by dashes', '2024-ed-bo-2025', ['Bo', 'Ed']],
  ])('%s', async (_, text, names) => {
    expect(await found(text)).toEqual(names);
  });

  test('a name of a file', async () => {
    expect(await found('.', 'records/Ed.txt')).toEqual(['Ed']);
  });

  test('a word that is written in Base64 or in hex is taken out of it', async () => {
    const words = 'It was Jo who wrote all of this, and she lives beside the mill.';
    expect(await found(Buffer.from(words).toString('base64'))).toEqual(['Jo']);
    expect(await found(Buffer.from(words.slice(0, 32)).toString('hex'))).toEqual(['Jo']);
  });

  test('a whole digest of a file that is withheld is no part of one', async () => {
    const sha256 = digests('sha256', 'hex')[0] ?? '';
    const { hits } = await passGate([packetFile('a.txt', 'text/plain', `${sha256}  a.png`)], WITHHELD, {
      withheldFiles: [{ item: 'file 1', sha256 }],
    });
    expect(hits.map(({ item }) => item)).toEqual(['file 1']);
  });
});

describe('a short name that is an ordinary word', () => {
  const Will = [{ item: 'passage 1', text: 'Will' }];
  const lines = 'They will be back on Monday.\nNobody will say why.';
  const look = async (text: string, unread: readonly string[] = [], withheld = Will) =>
    await passGate([packetFile('a.txt', 'text/plain', text)], withheld, {
      seen: { unread: new Set(unread) },
    });

  test('stops it, shows the sentences without the word, and a person may say that it is another one', async () => {
    const stopped = await look(lines);
    expect(stopped).toMatchObject({ outcome: 'stopped', hits: [] });
    expect(stopped.unread).toHaveLength(1);
    const [asked] = stopped.unread;
    expect(asked?.why).toContain('They ▇ be back');
    expect(asked?.why).not.toMatch(/will/i);
    expect(await look(lines, [asked?.id ?? ''])).toMatchObject({ outcome: 'clean', unread: [] });
  });

  test('is asked anew where another sentence has it', async () => {
    const [asked] = (await look(lines)).unread;
    const other = await look(`${lines}\nIt was Will.`, [asked?.id ?? '']);
    expect(other).toMatchObject({ outcome: 'stopped' });
    expect(other.unread[0]?.id).not.toBe(asked?.id);
  });

  test.each([
    ['two words', 'Ed Roe', 'Ask Ed Roe.'],
    ['with a figure', 'Ed7', 'Ask Ed7.'],
    ['characters that are a name by two', '王伟', '王伟说'],
    ['six letters', 'Willow', 'A willow.'],
  ])('and nothing else is: %s', async (_, text, said) => {
    const verdict = await look(said, [], [{ item: 'passage 1', text }]);
    expect(verdict.hits).toHaveLength(1);
  });
});

test('a document that comes with the program is not looked through, and only that one', async () => {
  const bytes = Buffer.from('Signed with Ed25519 by Bo.');
  const documents = new Set([createHash('sha256').update(bytes).digest('hex')]);
  const look = async (text: string) =>
    await passGate([packetFile('a.md', 'text/markdown', text)], WITHHELD, { documents });
  expect((await look(bytes.toString())).outcome).toBe('clean');
  expect((await look(`${bytes.toString()}.`)).unread.map(({ why }) => why.split(' ')[0])).toEqual([
    'Ed',
    'Bo',
  ]);
});
