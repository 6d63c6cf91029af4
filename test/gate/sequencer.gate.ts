/** The sequencer of the log dies at each step of its work, and has a second one beside it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { openChance, seedOfRun } from '../support/chance.ts';
import { s3Eyes } from '../support/judge-store.ts';
import { startMinio } from '../support/minio.ts';
import type { RunningS3 } from '../support/s3-server.ts';
import { dieSequencing, SEQUENCER } from '../support/sequencer-deaths.ts';
import { EVENT, openLogScene, watch } from '../support/sequencing.ts';
import { startVersitygw } from '../support/versitygw.ts';
import { MATRIX, SERVERS, type Server } from './matrix.ts';
import { playRows } from './row.ts';

const START: Readonly<Record<Server, () => Promise<RunningS3>>> = {
  versitygw: startVersitygw,
  minio: startMinio,
};

for (const on of SERVERS)
  playRows(
    ['sequencer-killed'],
    async (tell) => {
      const store = await START[on]();
      const s3 = await store.newBucket();
      const scene = await openLogScene(s3);
      try {
        const { count } = MATRIX['sequencer-killed'];
        const died = await dieSequencing(scene, count / SEQUENCER.length, openChance(seedOfRun()));
        tell('sequencer-killed', { kills: died });
        expect(died).toBe(count);
        const honest = scene.process();
        await scene.events(5);
        await scene.settled('rivertown', 60_000);
        await honest.stop();
        const eyes = s3Eyes(s3, store.root);
        for (const { key, versionId } of await eyes.versions('log/rivertown/checkpoint'))
          scene.seen.push((await eyes.look(key, versionId)).bytes);
        const { faults, looked } = await scene.judge(true);
        tell('sequencer-killed', { ...looked, lost: 0 });
        expect(faults).toEqual([]);
      } finally {
        await scene.close();
        await store.stop();
      }
    },
    on,
  );

playRows(['sequencer-two'], async (tell) => {
  const scene = await openLogScene(null);
  const stop = watch(scene);
  const acknowledged: string[] = [];
  try {
    const { count } = MATRIX['sequencer-two'];
    for (let n = 0; n < count; n += 1) {
      const both = [scene.process(), scene.process()];
      let writing = true;
      const writer = (async () => {
        while (writing) {
          const id = randomUUID();
          await scene.sql.query(EVENT, ['rivertown', id]);
          acknowledged.push(id);
        }
      })();
      await Promise.all(both.map(async (one) => await one.hears((said) => said.ready !== undefined)));
      await sleep(2000);
      both[n % 2]?.kill9();
      await sleep(1000);
      writing = false;
      await writer;
      await scene.settled('rivertown', 60_000);
      await Promise.all(both.map(async (one) => await one.stop()));
    }
    await stop();
    const { faults, looked } = await scene.judge(true);
    tell('sequencer-two', { acknowledged: acknowledged.length, lost: 0, ...looked });
    expect(faults).toEqual([]);
    const { rowCount } = await scene.sql.query(
      "select distinct event_id from log_leaf where agency_id = 'rivertown' and event_id = any($1)",
      [acknowledged],
    );
    expect(rowCount).toBe(acknowledged.length);
  } finally {
    await stop();
    await scene.close();
  }
});
