/**
 * The second store: everything sealed is copied to it, what is damaged in the first is put back from it, and only bytes that are what
 * was sealed are ever put. Between two folders, and between two buckets of a real S3 server.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditAgency } from '#audit/audit.ts';
import { copyAgency, putBackAgency } from '#fixity/fixity.ts';
import {
  openRepairer,
  openSecondReader,
  openSecondStore,
  type ObjectReader,
  type ObjectRepairer,
  type ObjectStore,
} from '#store/store.ts';
import { inWholeRun, rows as chosen } from '../support/extent.ts';
import { openFixityScene, type FixityScene, type SealedRecord } from '../support/fixity-scene.ts';
import { codesOf } from '../support/looking.ts';
import { published } from '../support/rebuild-scene.ts';
import { all } from '../support/store-input.ts';

describe.each(['folder', 's3'] as const)('on %s', (kind) => {
  let scene: FixityScene;
  let aside: string;
  let second: ObjectStore;
  let source: ObjectReader;
  let repairer: ObjectRepairer;
  beforeAll(async () => {
    aside = await mkdtemp(join(tmpdir(), 'holdfast-second-'));
    scene = await openFixityScene(kind);
    const other = await scene.s3?.server.newBucket();
    const { config } = scene.archive;
    const settings =
      other === undefined
        ? ({ kind: 'folder', folder: join(aside, 'second') } as const)
        : ({ kind: 's3', s3: other } as const);
    const opened = await openSecondStore({ secondStore: settings });
    const reader = openSecondReader({ secondStore: settings });
    if (opened === null || reader === null) throw new Error('There is no second store.');
    [second, source] = [opened, reader];
    repairer = await openRepairer(config);
  });
  afterAll(async () => {
    await repairer?.close();
    await source?.close();
    await second?.close();
    await scene?.close();
    await rm(aside, { recursive: true, force: true });
  });

  const context = () => {
    const { db, log, store, reader, scratchDir, config, now } = scene.archive.system;
    return { db, log, store, reader, scratchDir, leaseMs: config.leaseMs, now, repairer };
  };
  const copy = async () => await copyAgency({ ...context(), second }, 'rivertown');
  const putBack = async (from: ObjectReader = source) =>
    await putBackAgency({ ...context(), second: from, actor: 'worker:retention' }, 'rivertown');
  const placeOf = async ({ picture }: SealedRecord): Promise<string> => {
    const { rows } = await scene.archive.sql.query<{ version: string }>(
      'select version_id as version from object where key = $1',
      [picture.key],
    );
    return rows[0]?.version ?? '';
  };
  const missing = async ({ recordId }: SealedRecord): Promise<string[]> =>
    codesOf(await scene.archive.receipt(recordId));
  /** What an audit finds that reads everything of this record. */
  const audited = async ({ recordId }: SealedRecord): Promise<string[]> => {
    const { db, logFiles, reader } = scene.archive.system;
    await published(scene.archive);
    const { findings } = await auditAgency(
      db,
      {
        files: logFiles,
        store: reader,
        anchors: { authorities: [], witnesses: null },
        keys: [],
        keysFrom: 'given',
        objects: 'full',
        only: [recordId],
      },
      'rivertown',
    );
    return [...new Set(findings.map(({ what }) => what))].sort();
  };
  async function flip(path: string): Promise<void> {
    const bytes = await readFile(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await chmod(path, 0o644);
    await writeFile(path, bytes);
  }
  async function lasting(one: SealedRecord): Promise<void> {
    await scene.now(one.recordId);
    expect(await missing(one)).toEqual(['fixity-failed']);
  }

  test('everything that was read is copied, locked like the first, and nothing twice', async () => {
    const one = await scene.sealed();
    expect(await copy()).toEqual({ copied: 0, failed: 0 });
    await scene.pass();
    const objects = one.record.seals.flatMap((seal) => seal.objects);
    expect(await copy()).toEqual({ copied: objects.length, failed: 0 });
    expect(await copy()).toEqual({ copied: 0, failed: 0 });
    for (const { key, sha256, lockedUntil } of objects) {
      const state = await second.head(key);
      expect(state).toMatchObject({ sha256, mode: 'COMPLIANCE' });
      expect(state?.retainUntil?.toISOString()).toBe(lockedUntil);
    }
    expect((await all(second.versions('a/'))).length).toBe(objects.length);
  });

  test('the lock of a copy follows the first one’s', async () => {
    const one = await scene.sealed();
    await scene.pass();
    await copy();
    const later = new Date(Math.ceil(Date.now() / 1000) * 1000 + 60 * 86_400_000);
    await scene.archive.sql.query('update object set locked_until = $1 where key = $2', [
      later,
      one.picture.key,
    ]);
    await scene.archive.sql.query(`update fixity set copy_until = now() + interval '1 day' where key = $1`, [
      one.picture.key,
    ]);
    expect(await copy()).toEqual({ copied: 1, failed: 0 });
    expect((await second.head(one.picture.key))?.retainUntil).toEqual(later);
    await scene.archive.system.store.extend(one.picture.key, one.picture.versionId, later);
  });

  const damages: [string, (one: SealedRecord) => Promise<void>][] = [
    ['a bit was flipped', async ({ picture }) => await flip(picture.path)],
    ['the file was deleted', async ({ picture }) => await rm(picture.path)],
  ];
  if (kind === 'folder')
    damages.push([
      'the journal was damaged',
      async ({ picture }) => await writeFile(`${picture.path}~state`, 'nonsense\n'),
    ]);
  else
    damages.push([
      'a delete marker was put on top',
      async ({ picture: { key } }) => {
        const Bucket = scene.s3?.bucket.bucket ?? '';
        await scene.admin().send(new DeleteObjectCommand({ Bucket, Key: key }));
      },
    ]);

  // Each damage once; of those that both stores can have, one on each.
  const few = kind === 'folder' ? 'a bit was flipped' : 'the file was deleted';
  const own = kind === 'folder' ? 'the journal was damaged' : 'a delete marker was put on top';
  test.each(chosen(damages, ([what]) => what === few || what === own))(
    '%s: put back from the second store, read again, and safe again',
    async (_what, damage) => {
      const one = await scene.sealed();
      await scene.pass();
      await copy();
      await damage(one);
      await lasting(one);
      expect(await putBack()).toEqual({ mended: 1, failed: 0 });
      // Not yet: who put it back is not who says that it is well.
      expect(await missing(one)).toEqual(['fixity-failed']);
      expect(await scene.pass()).toMatchObject({ wrong: 0, cleared: 1 });
      expect(await missing(one)).toEqual([]);
      const { store } = scene.archive.system;
      const version = await placeOf(one);
      if (kind === 's3') expect(version).not.toBe(one.picture.versionId);
      const chunks: Buffer[] = [];
      for await (const chunk of await store.read(one.picture.key, version)) chunks.push(chunk as Buffer);
      expect(createHash('sha256').update(Buffer.concat(chunks)).digest('hex')).toBe(
        one.picture.key.slice(-64),
      );
      expect((await store.head(one.picture.key, version))?.mode).toBe('COMPLIANCE');
      const { rows } = await scene.archive.sql.query<{ type: string }>(
        `select type from event where record_id = $1 and type like 'fixity.%' order by seq`,
        [one.recordId],
      );
      expect([...new Set(rows.map(({ type }) => type))]).toEqual([
        'fixity.failed',
        'fixity.put-back',
        'fixity.repaired',
      ]);
      // The file is handed over as it was sealed, and what lies beneath alarms nobody.
      await scene.archive.sql.query(`update fixity_listing set listed_at = now() - interval '7 days'`);
      await scene.archive.sql.query(`update fixity set looked_at = now() - interval '7 days'`);
      expect(await scene.pass()).toMatchObject({ wrong: 0, strays: 0 });
      expect(await putBack()).toEqual({ mended: 0, failed: 0 });

      // Nor an audit, as long as the history says that something was put back.
      expect(await audited(one)).toEqual([]);
      await scene.archive.sql.query(
        `update event set type = 'fixity.repaired' where record_id = $1 and type = 'fixity.put-back'`,
        [one.recordId],
      );
      const alarms = await audited(one);
      await scene.archive.sql.query(
        `update event e set type = 'fixity.put-back' from log_leaf l
          where l.event_id = e.id and e.record_id = $1 and convert_from(l.entry, 'UTF8')::jsonb->>'type' = 'fixity.put-back'`,
        [one.recordId],
      );
      expect(alarms).toContain('event-other');
      expect(alarms.includes('sealed-object-other')).toBe(version !== one.picture.versionId);
    },
  );

  const lyingCopy = (): void =>
    test('a copy that is not what was sealed mends nothing: refused, told, and the record stays damaged', async () => {
      const one = await scene.sealed();
      await scene.pass();
      await copy();
      await flip(one.picture.path);
      await lasting(one);
      const lying: ObjectReader = {
        ...source,
        read: async (key, versionId) => {
          const { Readable } = await import('node:stream');
          const real = await source.read(key, versionId);
          for await (const _chunk of real);
          return Readable.from([Buffer.from('something else')]);
        },
      };
      expect(await putBack(lying)).toEqual({ mended: 0, failed: 1 });
      expect(scene.logged).toContainEqual(
        expect.objectContaining({ msg: 'fixity.not-put-back', code: 'store-object-changed' }),
      );
      expect(await placeOf(one)).toBe(one.picture.versionId);
      expect(await missing(one)).toEqual(['fixity-failed']);
      // Nor does the port itself take other bytes than it is told.
      const bytes = Buffer.from('something else');
      const input = {
        key: one.picture.key,
        body: { bytes },
        sha256: one.picture.key.slice(-64),
        sizeBytes: bytes.length,
        mediaType: 'image/png',
        retainUntil: new Date(Date.now() + 86_400_000),
      };
      await expect(repairer.putBack(input)).rejects.toMatchObject({ code: 'digest-mismatch' });
      expect(await putBack()).toEqual({ mended: 1, failed: 0 });
    });
  if (kind === 's3') lyingCopy();
  else inWholeRun(lyingCopy);
});
