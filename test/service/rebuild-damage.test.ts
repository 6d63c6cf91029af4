/**
 * What somebody did to the store before the index is rebuilt from it: each is named with its record and its object, nothing of it is
 * written, and every other record is. The damage is done past the store, by whoever owns the disk.
 */
import { randomUUID } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '#commitment.ts';
import { logPrefix } from '#log/log.ts';
import { canonicalBytes } from '#seal/seal.ts';
import { journalPath } from '#store/folder-journal.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { addTo, settled } from '../support/looking.ts';
import { png } from '../support/picture.ts';
import { openFreshIndex, published, type FreshIndex, type Rebuilt } from '../support/rebuild-scene.ts';

let archive: Archive;
let objects: string;

beforeAll(async () => {
  archive = await openArchive();
  objects = join(archive.dataDir, 'store', 'objects');
  await archive.work();
});
afterAll(async () => await archive?.close());

type Objects = readonly { readonly key: string; readonly role: string; readonly seal_no: number }[];

interface Victim {
  readonly id: string;
  readonly prefix: string;
  readonly objects: Objects;
  /** The first object of this role. */
  key(role: string, seal?: number): string;
}

async function victim({ seals = 1 } = {}): Promise<Victim> {
  const picture = { name: 'shot.png', type: 'image/png', bytes: await png() };
  const answer = await archive.report(simpleReport(), [picture]);
  const id = answer.body.recordId;
  await settled(archive, id);
  for (let more = 1; more < seals; more += 1) {
    await addTo(archive, id, simpleReport({ text: `More ${randomUUID()}` }), [picture]);
    await settled(archive, id);
  }
  const { rows } = await archive.sql.query<Objects[number]>(
    'select key, role, seal_no from object where record_id = $1 order by key',
    [id],
  );
  return {
    id,
    prefix: `a/rivertown/rec/${id}/`,
    objects: rows,
    key: (role, seal = 1) => {
      const found = rows.find((one) => one.role === role && one.seal_no === seal);
      if (found === undefined) throw new Error(`No ${role} in seal ${seal}.`);
      return found.key;
    },
  };
}

async function flip(key: string, at = 5): Promise<void> {
  const path = join(objects, key);
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}
async function take(key: string): Promise<void> {
  await rm(join(objects, key));
  await rm(journalPath(objects, key));
}
const DAY_MS = 86_400_000;
async function put(key: string, bytes: Buffer): Promise<void> {
  const { outcome } = await archive.system.store.seal({
    key,
    body: { bytes },
    sha256: sha256Hex(bytes),
    sizeBytes: bytes.length,
    mediaType: 'application/json',
    retainUntil: new Date(Date.now() + 40 * DAY_MS),
  });
  expect(outcome).toBe('created');
}
/** Other bytes under the same key, with a lock and a journal as they should be. */
async function replace(key: string, change: (manifest: Record<string, unknown>) => object): Promise<void> {
  const manifest = JSON.parse(await readFile(join(objects, key), 'utf8')) as Record<string, unknown>;
  await take(key);
  await put(key, canonicalBytes(change(manifest)));
}
async function copy(from: Victim, prefix: string): Promise<void> {
  for (const { key } of from.objects)
    await put(prefix + key.slice(from.prefix.length), await readFile(join(objects, key)));
}

const swapped = randomUUID();
const DAMAGES: readonly (readonly [
  what: string,
  code: string,
  damage: (one: Victim) => Promise<unknown>,
  seals?: number,
])[] = [
  ['one bit of a picture', 'object-changed', async (one) => await flip(one.key('other'))],
  ['one bit of a fact', 'object-changed', async (one) => await flip(one.key('fact'), 40)],
  ['one bit of the salt', 'object-changed', async (one) => await flip(one.key('salt'))],
  ['one bit of a manifest', 'object-changed', async (one) => await flip(one.key('manifest'), 60)],
  ['a fact that is gone', 'object-missing', async (one) => await take(one.key('fact'))],
  ['a picture that is gone', 'object-missing', async (one) => await take(one.key('other'))],
  ['the salt that is gone', 'object-missing', async (one) => await take(one.key('salt'))],
  [
    'a picture without its lock',
    'object-missing',
    async (one) => await rm(journalPath(objects, one.key('other'))),
  ],
  [
    'the first manifest of two that is gone',
    'manifest-missing',
    async (one) => await take(one.key('manifest')),
    2,
  ],
  [
    'a picture that was sealed anew',
    'object-missing',
    async (one) => {
      const bytes = await readFile(join(objects, one.key('other')));
      await take(one.key('other'));
      await put(one.key('other'), bytes);
    },
  ],
  [
    'a manifest that tells another time',
    'not-what-the-log-says',
    async (one) =>
      await replace(one.key('manifest'), (m) => ({ ...m, openedAt: '2026-01-01T00:00:00.000Z' })),
  ],
  [
    'a manifest without its second file',
    'not-what-the-log-says',
    async (one) =>
      await replace(one.key('manifest'), (m) => ({ ...m, files: (m['files'] as object[]).slice(0, 1) })),
  ],
  [
    'a manifest that is none',
    'manifest-unreadable',
    async (one) => await replace(one.key('manifest'), () => ({ format: 'holdfast-manifest-v1' })),
  ],
  [
    'a manifest of another agency',
    'manifest-elsewhere',
    async (one) => await replace(one.key('manifest'), (m) => ({ ...m, agency: 'lakeside' })),
  ],
  [
    'all of it, taken away',
    'gone',
    async (one) => await Promise.all(one.objects.map(async ({ key }) => await take(key))),
  ],
];

describe('a store that somebody was at', () => {
  const victims = new Map<string, Victim>();
  let whole: Victim;
  let stray: Victim;
  let fresh: FreshIndex;
  let rebuilt: Rebuilt;

  beforeAll(async () => {
    for (const [what, , , seals = 1] of DAMAGES) victims.set(what, await victim({ seals }));
    whole = await victim({ seals: 2 });
    stray = await victim();
    await published(archive);
    await archive.stopWork();
    for (const [what, , damage] of DAMAGES) await damage(victims.get(what) as Victim);
    // A whole record, in the folder of another one and in that of another agency; a seal that was begun and never finished; one
    // object too many.
    await copy(whole, `a/rivertown/rec/${swapped}/`);
    await copy(whole, `a/lakeside/rec/${whole.id}/`);
    await put(`a/rivertown/rec/00000000-0000-7000-8000-000000000000/1/fact-1.json`, Buffer.from('{}'));
    await put(`${stray.prefix}1/note.txt`, Buffer.from('{}'));
    await put('a/rivertown/elsewhere', Buffer.from('{}'));
    fresh = await openFreshIndex(archive);
    rebuilt = await fresh.rebuild();
  });
  afterAll(async () => await fresh?.close());

  const found = (id: string, agencyId = 'rivertown'): object =>
    [...rebuilt.all].find((one) => one.recordId === id && one.agencyId === agencyId) ?? {
      outcome: 'not met',
    };

  test.each(DAMAGES.map(([what, code]) => [what, code] as const))('%s is named: %s', (what, code) => {
    const one = victims.get(what) as Victim;
    expect(found(one.id)).toMatchObject(
      code === 'gone' ? { outcome: 'not met' } : { outcome: 'refused', finding: { code } },
    );
  });

  test('what was named is not in the index, with no row, and what was not damaged is, with all', async () => {
    const { rows } = await fresh.sql.query<{ id: string }>('select id from record order by id');
    expect(rows.map(({ id }) => id)).toEqual([whole.id, stray.id].sort());
    for (const table of ['fact', 'artifact', 'seal', 'object', 'step', 'arrival']) {
      const { rows: orphans } = await fresh.sql.query(
        `select from ${table} t where not exists (select from record r where r.id = t.record_id)`,
      );
      expect(orphans, table).toEqual([]);
    }
    expect(found(whole.id)).toMatchObject({ outcome: 'written', strays: [], entered: [] });
  });

  test('a record in the place of another one, or of another agency, is refused', () => {
    expect(found(swapped)).toMatchObject({ outcome: 'refused', finding: { code: 'manifest-elsewhere' } });
    expect(found(whole.id, 'lakeside')).toMatchObject({
      outcome: 'refused',
      finding: { code: 'manifest-elsewhere' },
    });
  });

  test('a seal that was never finished is listed, and one object too many is counted and left', () => {
    expect(found('00000000-0000-7000-8000-000000000000')).toMatchObject({
      outcome: 'refused',
      finding: { code: 'never-sealed' },
    });
    expect(found(stray.id)).toMatchObject({ outcome: 'written', strays: [`${stray.prefix}1/note.txt`] });
    expect(rebuilt.strays).toEqual(['a/rivertown/elsewhere']);
  });

  test('what the log says was sealed and the store has no more is told with the log', () => {
    const gone = victims.get('all of it, taken away') as Victim;
    const { neverSealed, refused } = rebuilt.replayed.get('rivertown') ?? { neverSealed: [], refused: [] };
    expect(neverSealed).toEqual([]);
    expect(refused).toContainEqual(
      expect.objectContaining({
        recordId: gone.id,
        finding: expect.objectContaining({ code: 'gone' }) as object,
      }),
    );
  });

  test('of a damaged index that is there already, nothing is written over: the columns are named', async () => {
    const { rowCount } = await fresh.sql.query(
      "update fact set body = jsonb_set(body, '{data,content,text}', '\"Another\"') where record_id = $1 and n = 1",
      [whole.id],
    );
    expect(rowCount).toBe(1);
    await fresh.sql.query("update record set removal = 'none', excerpt = 'Another' where id = $1", [
      whole.id,
    ]);
    const again = await fresh.rebuild();
    const answer = [...again.all].find((one) => one.recordId === whole.id && one.agencyId === 'rivertown');
    expect(answer).toMatchObject({ outcome: 'refused', finding: { code: 'index-differs' } });
    const sentence = answer?.outcome === 'refused' ? answer.finding.sentence : '';
    for (const column of ['fact 1: body', 'record: removal', 'record: excerpt'])
      expect(sentence).toContain(column);
    expect(sentence).not.toContain('Another');
    const { rows } = await fresh.sql.query('select excerpt from record where id = $1', [whole.id]);
    expect(rows).toEqual([{ excerpt: 'Another' }]);
  });

  test('a seal that a log which is there does not name is listed and not entered, unless that is asked for', async () => {
    const { logFiles } = archive.system;
    const path = `${logPrefix('rivertown')}/checkpoint`;
    const before = await logFiles.read(path);
    await archive.work();
    const one = await victim();
    await published(archive);
    await archive.stopWork();
    const bare = await openFreshIndex(archive);
    // The log as it was before: the record came past it.
    const files = {
      ...bare.replay.files,
      read: async (asked: string) => (asked === path ? before : await logFiles.read(asked)),
    };
    try {
      const first = await bare.rebuild({}, { files });
      expect(first.results.get(one.id)).toMatchObject({
        outcome: 'refused',
        finding: { code: 'not-in-log', key: one.key('manifest') },
      });
      expect((await bare.sql.query('select 1 from record where id = $1', [one.id])).rowCount).toBe(0);
      expect(first.results.get(stray.id)).toMatchObject({ outcome: 'written', entered: [] });
      const second = await bare.rebuild({ unlogged: 'enter' }, { files });
      expect(second.results.get(one.id)).toMatchObject({
        outcome: 'written',
        entered: expect.arrayContaining([1]) as unknown,
      });
    } finally {
      await bare.close();
    }
  });

  test('without a log, the chain alone finds a manifest that was replaced before another one', async () => {
    const one = await (async () => {
      await archive.work();
      const made = await victim({ seals: 2 });
      await archive.stopWork();
      await replace(made.key('manifest'), (m) => ({ ...m, openedAt: '2026-01-01T00:00:00.000Z' }));
      return made;
    })();
    const bare = await openFreshIndex(archive);
    try {
      const { all } = await bare.rebuild({}, { files: { ...bare.replay.files, read: async () => null } });
      expect([...all].find(({ recordId }) => recordId === one.id)).toMatchObject({
        outcome: 'refused',
        finding: { code: 'chain-broken' },
      });
      // What no log has is entered now, and told.
      expect([...all].find(({ recordId }) => recordId === stray.id)).toMatchObject({
        outcome: 'written',
        entered: expect.arrayContaining([1]) as unknown,
      });
    } finally {
      await bare.close();
    }
  });
});
