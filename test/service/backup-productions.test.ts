/**
 * A backup that is older than what was decided and handed out: nothing that was withdrawn comes back by it, nothing is handed out by a decision that
 * was taken back, and whoever restores it is told of what was handed out and has no row any more.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { auditAgency } from '#audit/audit.ts';
import {
  askForProduction,
  decideForAll,
  productionByLink,
  readProduction,
  readReviewable,
  releaseProduction,
  withdrawProduction,
} from '#production/production.ts';
import { placeHold } from '#retention/retention.ts';
import { collectNamed } from '#sunshine/sunshine.ts';
import { restoresIn, verifierKeysIn } from '#log/log.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { atRest, backUp, emptyPlace, envOf, goesOn, serveRestored, tidy } from '../support/backup-scene.ts';
import { logged } from '../support/disposing.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';
import { newRequest, NOTHING_ASKED, produced, sealedRecord } from '../support/producing.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const AGENCY = 'rivertown';
const WHO = 'cli';
let archive: Archive;
beforeAll(async () => {
  archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  await archive.work();
});
afterAll(async () => {
  await tidy();
  await archive?.close();
});

const named = async (requestId: string, recordId: string): Promise<void> =>
  await archive.system.db.inAgency(AGENCY, async (at) => {
    const hold = { kind: 'sunshine-request', title: 'x', reason: 'x', ends: 'x' } as const;
    const { holdId, held } = await placeHold(at, { ...hold, on: { records: [recordId] } }, WHO);
    await collectNamed(at, requestId, { holdId, held }, WHO);
  });
const decided = async (
  requestId: string,
  recordId: string,
  after: number,
  answer: 'release' | 'not-responsive' = 'release',
): Promise<void> =>
  await archive.system.db.inAgency(AGENCY, async (at) => {
    const { factsSeen, filesSeen } = await readReviewable(at, recordId);
    const review = { answer, exemption: null, description: null, fields: null, files: null };
    const seen = { facts: factsSeen, files: filesSeen };
    await decideForAll(
      at,
      { requestId, recordId, after, seen, review, note: null, acknowledged: [] },
      [],
      WHO,
    );
  });
const released = async (id: string): Promise<string> => {
  const made = await archive.system.db.inAgency(
    AGENCY,
    async (at) => await releaseProduction(at, id, { now: archive.system.now(), days: 30 }, WHO),
  );
  if (typeof made === 'string') throw new Error(`It was not released: ${made}`);
  return made.token;
};

test('a restore beside the living store ends what was withdrawn, and names what has no row', async () => {
  const { db, now } = archive.system;
  const recordId = await sealedRecord(archive, { text: 'Elm Street floods.' });
  const request = await newRequest(archive);
  await named(request, recordId);
  await decided(request, recordId, 0);
  const [kept, back] = [
    await produced(archive, request, { prefix: 'KEPT' }),
    await produced(archive, request, { prefix: 'BACK' }),
  ];
  const [keptLink, backLink] = [await released(kept.id), await released(back.id)];
  // Ready, and released after the backup alone.
  const ready = await produced(archive, request, { prefix: 'READY' });
  // Being made when the backup is taken, and sealed after it.
  const begun = await db.inAgency(
    AGENCY,
    async (at) =>
      await askForProduction(at, { requestId: request, prefix: 'BEGUN', asked: NOTHING_ASKED }, WHO),
  );
  await logged(archive);
  const { folder } = await backUp(envOf(archive));

  // `produced` makes whatever is owed.
  const late = await produced(archive, request, { prefix: 'LATE' });
  const lateLink = await released(late.id);
  await released(ready.id);
  await db.inAgency(
    AGENCY,
    async (at) => await withdrawProduction(at, back.id, { now: now(), why: 'A mistake.' }, WHO),
  );
  // Decided otherwise: what is lost with the database must not be forgotten by it.
  await decided(request, recordId, 1, 'not-responsive');
  await logged(archive);
  await archive.stopWork();

  const place = await emptyPlace(archive);
  await cp(join(archive.dataDir, 'store'), join(place['HOLDFAST_DATA'] ?? '', 'store'), { recursive: true });
  const ended = await holdfastWith(place, ['restore', '--from', folder, '--database-only', '--json']);
  expect(ended.code, ended.err).toBe(0);
  const told = jsonOf(ended) as { requests: object; productions: { lost: string[]; behind: string[] } };
  expect(told.requests).toEqual({ lost: [], behind: [`${AGENCY} ${request}`] });
  expect(told.productions.lost).toEqual([`${AGENCY} ${late.id}`]);
  expect(told.productions.behind.toSorted()).toEqual(
    [ready.id, back.id, begun?.id ?? ''].map((id) => `${AGENCY} ${id}`).toSorted(),
  );

  const restored = await serveRestored(place);
  await goesOn(restored.system);
  const state = async (id: string) =>
    (await restored.system.db.inAgency(AGENCY, async (at) => await readProduction(at, id)))?.state ?? null;
  expect(await state(kept.id)).toBe('released');
  expect(await state(back.id)).toBe('withdrawn');
  expect(await state(ready.id)).toBe('ready');
  expect(await state(begun?.id ?? '')).toBe('withdrawn');
  expect(await state(late.id)).toBeNull();
  const leads = async (token: string) =>
    (await productionByLink(restored.system.db, token, now()))?.production.id ?? null;
  expect(await leads(keptLink)).toBe(kept.id);
  expect(await leads(backLink)).toBeNull();
  expect(await leads(lateLink)).toBeNull();
  // What was sealed of it is in the store all the same.
  const keys: string[] = [];
  for await (const { key } of restored.system.store.versions(`production/${AGENCY}/${late.id}/`))
    keys.push(key);
  expect(keys).toEqual([late.production.objectKey]);

  // How it was decided anew is lost, so that nothing more goes out by what was decided before.
  const again = async () =>
    await restored.system.db.inAgency(
      AGENCY,
      async (at) => await releaseProduction(at, ready.id, { now: now(), days: 30 }, WHO),
    );
  await expect(again()).rejects.toMatchObject({ code: 'production-stale' });
  const another = async () =>
    await restored.system.db.inAgency(
      AGENCY,
      async (at) =>
        await askForProduction(at, { requestId: request, prefix: 'NEW', asked: NOTHING_ASKED }, WHO),
    );
  await expect(another()).rejects.toMatchObject({ code: 'production-stale' });

  // And none of it is a false alarm.
  await atRest(restored);
  const { config, logFiles, store } = restored.system;
  const keyFolder = join(config.keysDir, 'log');
  const report = await auditAgency(
    restored.system.db,
    {
      files: logFiles,
      store,
      keys: await verifierKeysIn(keyFolder),
      keysFrom: 'folder',
      restores: await restoresIn(keyFolder),
      objects: 'full',
      anchors: config.anchors,
    },
    AGENCY,
  );
  expect(report.findings).toEqual([]);
  expect(report.desk?.productions).toBe(3);

  // Somebody decides again, and it goes on.
  await restored.system.db.inAgency(AGENCY, async (at) => {
    const { factsSeen, filesSeen } = await readReviewable(at, recordId);
    const review = {
      answer: 'release',
      exemption: null,
      description: null,
      fields: null,
      files: null,
    } as const;
    const seen = { facts: factsSeen, files: filesSeen };
    await decideForAll(
      at,
      { requestId: request, recordId, after: 1, seen, review, note: null, acknowledged: [] },
      [],
      WHO,
    );
  });
  expect(await another()).toMatchObject({ records: 1 });
});
