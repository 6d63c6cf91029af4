/**
 * A sequencer dies by `kill -9` at each named step of its work, again and again over one log. Afterwards an honest one does what is
 * left, and the judge finds each event in exactly one leaf, and no size with two roots, among all checkpoints that were ever seen.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { S3Config } from '#config.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { rows as chosen, times } from '../support/extent.ts';
import { s3Eyes } from '../support/judge-store.ts';
import { dieSequencing, SEQUENCER } from '../support/sequencer-deaths.ts';
import { openLogScene, type LogScene } from '../support/sequencing.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

/** With something put or committed of which the next one knows nothing. */
const DEATHS = chosen(
  SEQUENCER,
  ({ at, when, n }) =>
    (at === 'leaves' && when === 'after') ||
    (at === 'tile' && n === 2) ||
    (at === 'checkpoint' && when === 'after'),
);

// Both at once: each is one process after the other.
describe.concurrent.each(['folder', 's3'] as const)('on %s', (kind) => {
  describe('one death after the other', { concurrent: false }, () => deaths(kind));
});

async function honestly(scene: LogScene): Promise<void> {
  const honest = scene.process();
  await honest.hears((said) => said.ready !== undefined);
  await scene.events(5);
  await scene.settled();
  await honest.stop();
}

function deaths(kind: 'folder' | 's3'): void {
  let server: RunningVersitygw | null = null;
  let s3: S3Config | null = null;
  let scene: LogScene;
  beforeAll(async () => {
    if (kind === 's3') server = await startVersitygw();
    s3 = (await server?.newBucket({ ownLog: true })) ?? null;
    scene = await openLogScene(s3);
  });
  afterAll(async () => {
    await scene.close();
    await server?.stop();
  });

  test('a sequencer killed at each of its steps leaves a log that is dense, whole and one', async () => {
    const chance = openChance(seedOfRun());
    const rounds = times(2, 1);
    // The logs begin before anybody dies: whoever dies first would otherwise do so over that of the machine itself.
    await honestly(scene);
    expect(await dieSequencing(scene, rounds, chance, DEATHS)).toBe(rounds * DEATHS.length);
    expect((await scene.judge(false)).faults, `HOLDFAST_SEED=${chance.seed}`).toEqual([]);

    await honestly(scene);
    if (server !== null && s3 !== null) {
      const eyes = s3Eyes(s3, server.root);
      for (const { key, versionId } of await eyes.versions('log/rivertown/checkpoint'))
        scene.seen.push((await eyes.look(key, versionId)).bytes);
    }
    const { faults, looked } = await scene.judge(true);
    expect(faults, `HOLDFAST_SEED=${chance.seed}`).toEqual([]);
    expect(looked.leaves).toBeGreaterThan(rounds * DEATHS.length);
    expect(looked.commitments).toBe(looked.leaves);
    expect(looked.checkpoints).toBeGreaterThan(rounds);
    // What was signed and put is a row too, although its writer died before it could say so.
    const { rows } = await scene.sql.query<{ note: Buffer }>(
      "select note from log_checkpoint where agency_id = 'rivertown'",
    );
    for (const note of scene.seen.filter((one) => one.toString().startsWith('archive.example/log/rivertown')))
      expect(rows.some((row) => row.note.equals(note))).toBe(true);
  });
}
