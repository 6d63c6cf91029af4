/**
 * Everything that was sealed is looked at and read again: what nobody touched raises nothing, and each kind of damage is found, named,
 * entered once and taken back only after a reading of the whole record. On the folder store and on a real S3 server.
 */
import { createHash } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { batchRoot, leafOf, readBatch, rowBytes } from '#fixity/fixity.ts';
import { nextLine, replay, type Change, type Entry } from '#store/journal.ts';
import { rows as chosen } from '../support/extent.ts';
import { openFixityScene, type FixityScene, type SealedRecord } from '../support/fixity-scene.ts';
import { call, codesOf } from '../support/looking.ts';
import { forgetsLocks } from '../support/lying-proxy.ts';

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

describe.each(['folder', 's3'] as const)('on %s', (kind) => {
  let scene: FixityScene;
  /** Beside whatever is damaged: of it nothing is ever said. Each record more is read again in every pass that follows. */
  let untouched: SealedRecord | null = null;
  beforeAll(async () => {
    scene = await openFixityScene(kind);
  });
  afterEach(() => scene.s3?.proxy.lie(null));
  afterAll(async () => await scene?.close());

  /** As if that long had passed since everything was looked at and read. */
  async function later(days: number): Promise<void> {
    await scene.archive.sql.query(
      `update fixity set looked_at = looked_at - $1 * interval '1 day', read_at = read_at - $1 * interval '1 day'`,
      [days],
    );
    await scene.archive.sql.query(`update fixity_listing set listed_at = listed_at - $1 * interval '1 day'`, [
      days,
    ]);
  }
  const missing = async ({ recordId }: SealedRecord): Promise<string[]> =>
    codesOf(await scene.archive.receipt(recordId));

  test('what was just sealed is read at once, all of it, and nothing is said against it', async () => {
    const one = await scene.sealed();
    const objects = one.record.seals.flatMap((seal) => seal.objects).length;
    expect(objects).toBeGreaterThanOrEqual(5);
    const report = await scene.pass();
    expect(report).toMatchObject({ looked: objects, read: objects, wrong: 0, strays: 0, failed: 0 });
    expect(await scene.failures(one.recordId)).toEqual([]);
    expect((await scene.archive.receipt(one.recordId)).safeToRemove).toBe(true);
    // There is nothing left to do, and nothing is said to have passed.
    const before = await scene.events('fixity.passed');
    expect(await scene.pass()).toMatchObject({ looked: 0, read: 0 });
    expect(await scene.events('fixity.passed')).toHaveLength(before.length);
  });

  test('the root of a batch is made again from its rows, by hand', async () => {
    const last = (await scene.events('fixity.passed')).at(-1) ?? {};
    const kept = await scene.archive.system.db.inAgency(
      'rivertown',
      async (at) => await readBatch(at, String(last['batch'])),
    );
    expect(kept?.rows.length).toBe(Number(last['objects']));
    const leaves = (kept?.rows ?? []).map((row) => {
      const { key, version_id: versionId, sha256, result } = row;
      const leaf = leafOf(
        rowBytes(kept?.batch.salt ?? Buffer.alloc(0), {
          key: key ?? '',
          versionId: versionId ?? '',
          sha256: sha256 ?? '',
          result,
        }),
      );
      expect(leaf).toEqual(row.leaf);
      return leaf;
    });
    expect(batchRoot(leaves).toString('hex')).toBe(last['root']);
    // By nothing of ours: RFC 6962 over the first two leaves.
    const node = (left: Buffer, right: Buffer): Buffer =>
      createHash('sha256')
        .update(Buffer.from([1]))
        .update(left)
        .update(right)
        .digest();
    expect(batchRoot(leaves.slice(0, 2))).toEqual(
      node(leaves[0] ?? Buffer.alloc(0), leaves[1] ?? Buffer.alloc(0)),
    );
  });

  test('a look is due after six days, a reading after 75, and all of it is done', async () => {
    const { rows } = await scene.archive.sql.query<{ n: number }>('select count(*)::int as n from fixity');
    const all = rows[0]?.n ?? 0;
    await later(5);
    expect(await scene.pass()).toMatchObject({ looked: 0, read: 0 });
    await later(1);
    expect(await scene.pass()).toMatchObject({ looked: all, read: 0 });
    await later(70);
    expect(await scene.pass()).toMatchObject({ looked: all * 2, read: all });
    const { rows: left } = await scene.archive.sql.query(
      `select from fixity where read_at < now() - interval '1 hour' or looked_at < now() - interval '1 hour'`,
    );
    expect(left).toEqual([]);
    expect(await scene.events('fixity.failed')).toEqual([]);
  });

  const damages: [string, string[], (one: SealedRecord) => Promise<() => Promise<void>>][] = [
    [
      'one bit of a file was flipped',
      ['changed'],
      async ({ picture }) => {
        await flipBit(picture.path);
        return async () => await flipBit(picture.path);
      },
    ],
    [
      'a file was made shorter',
      kind === 'folder' ? ['changed', 'size'] : ['changed', 'size'],
      async ({ picture }) => {
        const bytes = await readFile(picture.path);
        await chmod(picture.path, 0o644);
        await writeFile(picture.path, bytes.subarray(0, bytes.length - 1));
        return async () => await writeFile(picture.path, bytes);
      },
    ],
  ];
  if (kind === 'folder')
    damages.push(
      [
        'a file was deleted',
        ['missing'],
        async ({ picture }) => {
          const bytes = await readFile(picture.path);
          await rm(picture.path);
          return async () => await writeFile(picture.path, bytes, { mode: 0o444 });
        },
      ],
      [
        'a journal was damaged',
        ['journal-broken'],
        async ({ picture }) => {
          const journal = await readFile(`${picture.path}~state`);
          await writeFile(`${picture.path}~state`, `${'x'.repeat(90)}\n`);
          return async () => await writeFile(`${picture.path}~state`, journal);
        },
      ],
      [
        'a journal was written anew, with a shorter lock',
        ['lock-short'],
        async ({ picture }) => {
          const journal = await readFile(`${picture.path}~state`, 'utf8');
          const { n: _n, at, id, ...change } = JSON.parse(journal.slice(65)) as Entry;
          const short = { ...change, retainUntil: '2026-12-01T00:00:00.000Z' } as Change;
          const line = nextLine(replay(picture.key, ''), short, new Date(at), id);
          await writeFile(`${picture.path}~state`, line);
          return async () => await writeFile(`${picture.path}~state`, journal);
        },
      ],
    );
  else
    damages.push(
      [
        'a delete marker was put on top by the store’s administrator',
        ['delete-marker'],
        async ({ picture: { key } }) => {
          const Bucket = scene.s3?.bucket.bucket ?? '';
          const { VersionId } = await scene.admin().send(new DeleteObjectCommand({ Bucket, Key: key }));
          return async () =>
            void (await scene.admin().send(new DeleteObjectCommand({ Bucket, Key: key, VersionId })));
        },
      ],
      [
        'another version was put on top by the store’s administrator',
        ['unknown-version'],
        async ({ picture: { key } }) => {
          const Bucket = scene.s3?.bucket.bucket ?? '';
          const put = new PutObjectCommand({ Bucket, Key: key, Body: 'another one' });
          const { VersionId } = await scene.admin().send(put);
          return async () =>
            void (await scene.admin().send(new DeleteObjectCommand({ Bucket, Key: key, VersionId })));
        },
      ],
      [
        'a file was deleted on the store’s own disk',
        ['missing'],
        async ({ picture }) => {
          const { mkdtemp, rename } = await import('node:fs/promises');
          const aside = await mkdtemp(`${scene.archive.dataDir}/aside-`);
          await rename(picture.path, `${aside}/file`);
          return async () => await rename(`${aside}/file`, picture.path);
        },
      ],
      [
        'the store has no lock of it any more',
        ['lock-missing'],
        async ({ picture: { key } }) => {
          scene.s3?.proxy.lie((asked) => {
            if (!asked.url.includes(key)) return undefined;
            return asked.url.includes('retention')
              ? { instead: { status: 404, code: 'NoSuchObjectLockConfiguration' } }
              : forgetsLocks(asked);
          });
          return async () => scene.s3?.proxy.lie(null);
        },
      ],
      [
        'the store’s lock of it ends sooner than it did',
        ['lock-short'],
        async ({ picture: { key } }) => {
          const sooner = new Date(Date.now() + 86_400_000).toISOString();
          scene.s3?.proxy.lie(({ method, url }) =>
            method === 'HEAD' && url.includes(key)
              ? {
                  answer: (real) => ({
                    ...real,
                    headers: { ...real.headers, 'x-amz-object-lock-retain-until-date': sooner },
                  }),
                }
              : undefined,
          );
          return async () => scene.s3?.proxy.lie(null);
        },
      ],
      [
        'the store gives other bytes and says that nothing is wrong',
        ['changed'],
        async ({ picture: { key } }) => {
          scene.s3?.proxy.lie(({ method, url }) =>
            method === 'GET' && url.includes(key) && url.includes('GetObject') ? { flip: true } : undefined,
          );
          return async () => scene.s3?.proxy.lie(null);
        },
      ],
      [
        'the store cannot give it, and gives everything else',
        ['unreadable'],
        async ({ picture: { key } }) => {
          scene.s3?.proxy.lie(({ method, url }) =>
            method === 'GET' && url.includes(key)
              ? { instead: { status: 500, code: 'InternalError' } }
              : undefined,
          );
          return async () => scene.s3?.proxy.lie(null);
        },
      ],
    );

  /** On each store what is found in its bytes, and what in its own account of them; what the two share is shown on the folder. */
  const few =
    kind === 'folder'
      ? ['changed', 'missing', 'lock-short']
      : ['delete-marker', 'unknown-version', 'lock-missing'];
  const isOneBit = (what: string): boolean => kind === 'folder' && what.startsWith('one bit');
  test.each(
    chosen(damages, ([what, [code = '']]) => few.includes(code) && (code !== 'changed' || isOneBit(what))),
  )('%s: found as %j, entered once, and taken back when it is mended', async (_what, codes, damage) => {
    const one = await scene.sealed();
    const beside = (untouched ??= await scene.sealed());
    await scene.pass();
    const mend = await damage(one);
    await later(80);
    const report = await scene.pass();
    expect(report.wrong).toBeGreaterThanOrEqual(1);
    expect((await scene.failures(one.recordId)).toSorted()).toEqual(codes);
    expect(await scene.failures(beside.recordId)).toEqual([]);
    expect(await missing(one)).toEqual(['fixity-failed']);
    expect(await missing(beside)).toEqual([]);
    expect(scene.logged).toContainEqual(
      expect.objectContaining({ msg: 'fixity.failed', recordId: one.recordId, code: codes[0] }),
    );
    const passed = (await scene.events('fixity.passed')).find((body) => Number(body['failed']) > 0);
    expect(passed).toBeDefined();
    // Neither key nor digest stands in any entry.
    expect(JSON.stringify(await scene.events('fixity.failed'))).not.toContain(one.picture.key.slice(-64));
    // Still so, an hour later: no second entry.
    await later(1);
    await scene.pass();
    expect((await scene.failures(one.recordId)).toSorted()).toEqual(codes);

    await mend();
    await later(1);
    expect(await scene.pass()).toMatchObject({ wrong: 0, cleared: 1 });
    expect(await missing(one)).toEqual([]);
    // And what fails again is entered again.
    const undo = await damage(one);
    const { wrong } = await scene.now(one.recordId);
    expect(wrong.map(({ findings }) => findings)).toEqual([codes]);
    expect(await scene.failures(one.recordId)).toHaveLength(codes.length * 2);
    expect(await missing(one)).toEqual(['fixity-failed']);
    await undo();
    await scene.now(one.recordId);
    await scene.pass();
    expect(await missing(one)).toEqual([]);
  });

  test('what lies there and no record knows is told once, and again only when it came back', async () => {
    const key = 'a/rivertown/rec/00000000-0000-4000-8000-000000000000/1/stranger';
    const { archive } = scene;
    const bytes = Buffer.from('nobody knows me');
    await archive.system.store.seal({
      key,
      body: { bytes },
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      mediaType: 'text/plain',
      retainUntil: new Date(Date.now() + 3_600_000),
    });
    await later(7);
    expect((await scene.pass()).strays).toBe(1);
    expect(await scene.events('fixity.stray')).toEqual([{ objects: 1, code: 'unknown-version' }]);
    await later(7);
    expect((await scene.pass()).strays).toBe(0);
    expect(await scene.events('fixity.stray')).toHaveLength(1);
  });

  test('the log’s own files are compared with its leaves, and one that was changed is told once', async () => {
    const { archive } = scene;
    const wrong = async (): Promise<number> =>
      (await archive.sql.query<{ n: number }>('select wrong as n from fixity_log')).rows[0]?.n ?? -1;
    const again = async (): Promise<void> => {
      await archive.sql.query(`update fixity_log set checked_at = now() - interval '8 days'`);
      await scene.pass();
    };
    await again();
    expect(await wrong()).toBe(0);
    const { rows } = await archive.sql.query<{ n: number }>('select max(size)::int as n from log_checkpoint');
    expect(rows[0]?.n).toBeGreaterThan(20);
    // A lie about one file, whichever store it is: the tile of entries comes with another bit.
    const { logReader } = archive.system;
    const readLogFile = async (agencyId: string, path: string): Promise<Buffer | null> => {
      const bytes = await logReader.file(agencyId, path);
      if (bytes === null || !path.startsWith('tile/entries/000')) return bytes;
      const other = Buffer.from(bytes);
      other[100] = (other[100] ?? 0) ^ 1;
      return other;
    };
    const before = await scene.events('fixity.log-failed');
    for (let times = 0; times < 2; times += 1) {
      await archive.sql.query(`update fixity_log set checked_at = now() - interval '8 days'`);
      await scene.pass({ readLogFile });
      expect(await wrong()).toBe(1);
    }
    const told = (await scene.events('fixity.log-failed')).slice(before.length);
    expect(told).toEqual([
      expect.objectContaining({ code: 'changed', objects: expect.any(Number) as number }),
    ]);
    const { body } = await archive.app.inject({ url: '/metrics' });
    expect(body).toMatch(/^holdfast_fixity_log_wrong 1$/m);
    await again();
    expect(await wrong()).toBe(0);
  });

  test('a store that does not answer is no finding, and everything is due again', async () => {
    if (scene.s3 === null) return expect(kind).toBe('folder');
    const one = await scene.sealed();
    scene.s3.proxy.lie(() => ({ instead: { status: 503, code: 'SlowDown' } }));
    expect(await scene.pass()).toMatchObject({ looked: 0, failed: 1 });
    scene.s3.proxy.lie(null);
    expect(await scene.failures(one.recordId)).toEqual([]);
    expect((await scene.pass()).read).toBeGreaterThanOrEqual(5);
  });

  test('the metrics say how old the oldest reading is, and what is wrong', async () => {
    const { body } = await scene.archive.app.inject({ url: '/metrics' });
    expect(body).toMatch(/^holdfast_fixity_never_read 0$/m);
    expect(body).toMatch(/^holdfast_fixity_strays 1$/m);
    expect(body).toMatch(/^holdfast_fixity_wrong\{finding="changed"\} 0$/m);
    expect(Number(/^holdfast_fixity_oldest_unread_seconds (.+)$/m.exec(body)?.[1])).toBeGreaterThan(0);
    expect(Number(/^holdfast_fixity_last_pass_seconds (.+)$/m.exec(body)?.[1])).toBeLessThan(60);
    await call(scene.archive, '/healthz');
  });
});
