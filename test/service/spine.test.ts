/** The path from a report to "safe to remove", on real parts, in one process. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { png } from '../support/picture.ts';

describe('a report with a picture', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await openArchive();
  });
  afterAll(async () => await archive.close());

  test('is acknowledged before anything is sealed, and safe only afterwards', async () => {
    const answer = await archive.report(simpleReport(), [
      { name: 'shot.png', type: 'image/png', bytes: await png() },
    ]);
    expect(answer.status).toBe(202);
    const before = await archive.receipt(answer.body.recordId);
    expect(before).toMatchObject({ status: 'reported', safeToRemove: false, seals: [] });
    expect(before.missing.map((one) => one.code)).toEqual([
      'seal-pending',
      'picture-pending',
      'capture-pending',
    ]);

    await archive.work();
    const safe = await archive.until(answer.body.recordId, (receipt) => receipt.safeToRemove);
    expect(safe.missing).toEqual([]);
    expect(safe.tier).toBe('D');
    expect(safe.seals.map((one) => one.role)).toEqual(
      expect.arrayContaining(['raw-payload', 'other', 'fact', 'salt', 'manifest']),
    );
    const complete = await archive.until(answer.body.recordId, (receipt) => receipt.status === 'complete');
    expect(complete.capture.outcome).toBe('none');
  });
});
