/** A backup that is older than some requests: whoever restores it is told which of them the log knows and the database does not. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { noteCorrespondence, receiveRequest } from '#sunshine/sunshine.ts';
import { openArchive, type Archive } from '../support/archive.ts';
import { backUp, emptyPlace, envOf, tidy } from '../support/backup-scene.ts';
import { logged } from '../support/disposing.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let archive: Archive;
beforeAll(async () => {
  archive = await openArchive();
  await archive.work('log');
});
afterAll(async () => {
  await tidy();
  await archive?.close();
});

const received = new Date('2026-11-20T16:00:00Z');
const asked = async (): Promise<string> =>
  (
    await archive.system.db.inAgency(
      'rivertown',
      async (at) =>
        await receiveRequest(
          at,
          {
            channel: 'letter',
            words: 'All hidden comments of June',
            requester: null,
            contact: null,
            format: null,
            language: null,
            firstReceivedAt: received,
            receivedByCustodianAt: received,
          },
          'test',
        ),
    )
  ).requestId;
const noted = async (id: string): Promise<void> =>
  void (await archive.system.db.inAgency(
    'rivertown',
    async (at) =>
      await noteCorrespondence(
        at,
        id,
        { way: 'note', channel: 'phone', about: null, feeCents: null, words: 'x', at: received },
        'test',
      ),
  ));

test('a request of after the backup, and what was noted of one of before it, are named by the restore', async () => {
  const [before, quiet] = [await asked(), await asked()];
  await logged(archive);
  const { folder } = await backUp(envOf(archive));
  const after = await asked();
  await noted(before);
  await noted(after);
  await logged(archive);
  await archive.stopWork();
  const place = await emptyPlace(archive);
  await cp(join(archive.dataDir, 'store'), join(place['HOLDFAST_DATA'] ?? '', 'store'), { recursive: true });
  const ended = await holdfastWith(place, ['restore', '--from', folder, '--database-only', '--json']);
  expect(ended.code, ended.err).toBe(0);
  const { requests } = jsonOf(ended) as { requests: { lost: string[]; behind: string[] } };
  expect(requests).toEqual({ lost: [`rivertown ${after}`], behind: [`rivertown ${before}`] });
  expect(JSON.stringify(requests)).not.toContain(quiet);
});
