/** Workers die at each step of the seal, stand still past their claim, and run out of memory. */
import { expect } from 'vitest';
import { listParked, runAgain } from '#record/record.ts';
import { simpleReport } from '../support/archive-forms.ts';
import { openScene, sideBySide, type Scene } from '../support/crash-scene.ts';
import { startMinio } from '../support/minio.ts';
import { HANGS, overtaken } from '../support/overtaking.ts';
import { startRedis } from '../support/redis.ts';
import type { RunningS3 } from '../support/s3-server.ts';
import { dieOverNew, endsWell, SEAL } from '../support/steps.ts';
import { startVersitygw } from '../support/versitygw.ts';
import { MATRIX, SERVERS, type Server } from './matrix.ts';
import { playRows, type Figures } from './row.ts';

const START: Readonly<Record<Server, () => Promise<RunningS3>>> = {
  versitygw: startVersitygw,
  minio: startMinio,
};

/** Everything that is left is done by an honest process, and each record has ended complete. */
async function expectWell(scene: Scene, records: number): Promise<Figures> {
  const { faults, looked } = await endsWell(scene);
  expect(faults).toEqual([]);
  expect(looked).toMatchObject({ records, complete: records, parked: 0, staged: 0 });
  return { acknowledged: records, lost: 0, seals: looked.seals, versions: looked.versions };
}

for (const on of SERVERS)
  playRows(
    ['worker-steps'],
    async (tell) => {
      const [redis, store] = await Promise.all([startRedis(), START[on]()]);
      const s3 = { config: await store.newBucket(), root: store.root };
      const scene = await openScene({ redisUrl: redis.url, s3 });
      try {
        const { count } = MATRIX['worker-steps'];
        const rows = Array.from({ length: count / SEAL.length }, () => SEAL).flat();
        const died = await dieOverNew(scene, rows, 3);
        tell('worker-steps', { kills: died.length });
        tell('worker-steps', await expectWell(scene, count));
        expect(died).toHaveLength(count);
      } finally {
        await scene.close();
        await Promise.all([redis.stop(), store.stop()]);
      }
    },
    on,
  );

playRows(['worker-blocked'], async (tell) => {
  const scene = await openScene({ env: { HOLDFAST_CLAIM: '1s' }, logLevel: 'debug' });
  try {
    const { count } = MATRIX['worker-blocked'];
    const hangs = Array.from({ length: count }, (_, n) => HANGS[n % HANGS.length] ?? HANGS[0]);
    const ids = await sideBySide(hangs, 2, async (hang) => {
      if (hang === undefined) throw new Error('There is no moment to hang at.');
      return await overtaken(scene, hang);
    });
    tell('worker-blocked', { 'woke up and wrote nothing': ids.length });
    tell('worker-blocked', await expectWell(scene, count));
  } finally {
    await scene.close();
  }
});

playRows(['worker-memory'], async (tell) => {
  const scene = await openScene();
  try {
    const { count } = MATRIX['worker-memory'];
    const { db } = scene.archive.system;
    const poison = (await scene.submitter.hand({ event: simpleReport() })).recordId ?? '';
    for (let n = 0; n < count; n += 1) {
      const worker = scene.start({
        name: `hungry ${n}`,
        workers: ['relay', 'seal'],
        heapMb: 96,
        fates: [{ at: 'put', when: 'before', recordId: poison, eats: true }],
      });
      await worker.hears((said) => said.fate !== undefined);
      expect((await worker.ended).signal).toBe('SIGABRT');
    }
    const good = (await scene.submitter.hand({ event: simpleReport() })).recordId ?? '';
    const honest = scene.start({ name: 'honest', workers: ['relay', 'seal', 'capture'] });
    await scene.settled();
    await honest.stop();
    const parked = await db.inAgency('rivertown', async (at) => await listParked(at));
    expect(parked).toMatchObject([{ recordId: poison, step: 'seal', code: 'worker-died' }]);
    expect(await scene.archive.receipt(good)).toMatchObject({ status: 'complete' });
    const { faults } = await scene.verdict();
    expect(faults).toEqual([]);
    tell('worker-memory', { deaths: count, parked: parked.length });
    // A person looked at it, and whatever killed the workers is mended.
    await db.inAgency('rivertown', async (at) => await runAgain(at, poison, 'seal', 'cli'));
    tell('worker-memory', await expectWell(scene, 2));
  } finally {
    await scene.close();
  }
});
