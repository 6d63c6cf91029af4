/** The API dies after its commit, is stopped under load, and is sent the same report by everybody at once. */
import { expect } from 'vitest';
import { CAST } from '../support/company.ts';
import { openScene, pictureReport } from '../support/crash-scene.ts';
import { endsWell } from '../support/steps.ts';
import { MATRIX } from './matrix.ts';
import { playRows } from './row.ts';
import { openGate, scattered, strike, inTurn } from './scene.ts';

const DRAIN_FOR_MS = 60_000;
const EXIT_MS = 30_000;
const AT_ONCE = 100;

playRows(['api-committed'], async (tell) => {
  const scene = await openScene();
  try {
    const honest = scene.address;
    const { count } = MATRIX['api-committed'];
    for (let n = 0; n < count; n += 1) {
      const victim = scene.start({ name: 'victim', api: true, fates: [{ at: 'accept', when: 'after' }] });
      scene.address = (await victim.hears((said) => said.ready !== undefined)).address ?? '';
      // The other API of the installation: to it goes whoever got no answer.
      void victim.ended.then(() => (scene.address = honest));
      await scene.submitter.hand(await pictureReport());
      expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' });
      const answers = scene.submitter.history.at(-1)?.answers ?? [];
      expect([answers.at(0)?.status, answers.at(-1)?.status]).toEqual([null, 202]);
    }
    tell('api-committed', { kills: count });
    const { faults, looked } = await endsWell(scene);
    expect(faults).toEqual([]);
    expect(looked).toMatchObject({ records: count, facts: count, complete: count });
    const { rows } = await scene.archive.sql.query<{ deliveries: number }>('select deliveries from fact');
    expect(rows.map((row) => row.deliveries)).toEqual(Array.from({ length: count }, () => 2));
    tell('api-committed', { acknowledged: count, lost: 0, 'told twice and one record': count });
  } finally {
    await scene.close();
  }
});

playRows(['api-drained'], async (tell) => {
  const gate = await openGate({ perSecond: 10 });
  try {
    const { chance, company, scene } = gate;
    const [api] = CAST;
    if (api === undefined) throw new Error('There is nobody to stop.');
    let slowestMs = 0;
    const apart = inTurn();
    const faults = scattered(chance, MATRIX['api-drained'].count, DRAIN_FOR_MS, async () => {
      await apart(async () => {
        await company.process(api.name).hears((said) => said.ready !== undefined);
        const began = performance.now();
        expect(await company.process(api.name).stop()).toEqual({ code: 0, signal: null });
        slowestMs = Math.max(slowestMs, Math.round(performance.now() - began));
        company.start(api);
      });
    });
    await gate.load(DRAIN_FOR_MS, async () => await strike(faults));
    const figures = await gate.ends();
    const unanswered = scene.submitter.history
      .flatMap((handed) => handed.answers)
      .filter((answer) => answer.status === null);
    const refused = unanswered.filter((answer) => /\bconnect\b/.test(answer.code ?? ''));
    tell('api-drained', { stops: MATRIX['api-drained'].count, 'slowest exit ms': slowestMs, ...figures });
    // A line that was let in by the kernel and not by the process, or lay idle, could be cut with the door.
    tell('api-drained', { 'refused connects': refused.length, cut: unanswered.length - refused.length });
    // What was taken was answered: nothing was taken more often than it was said to be.
    const told = Map.groupBy(scene.submitter.history, (handed) => handed.idempotencyKey);
    const { rows } = await scene.archive.sql.query<{ idempotency_key: string; deliveries: number }>(
      'select idempotency_key, deliveries from fact',
    );
    const unsaid = rows.filter((row) => {
      const answers = told.get(row.idempotency_key)?.flatMap((handed) => handed.answers) ?? [];
      return row.deliveries !== answers.filter((answer) => answer.status === 202).length;
    });
    tell('api-drained', { 'taken and not answered': unsaid.length });
    expect(unsaid).toEqual([]);
    expect(refused.length).toBe(unanswered.length);
    expect(slowestMs).toBeLessThan(EXIT_MS);
    expect(refused.length).toBeGreaterThan(0);
  } finally {
    await gate.close();
  }
});

playRows(['api-storm'], async (tell) => {
  const gate = await openGate({ perSecond: 1 });
  try {
    const { count } = MATRIX['api-storm'];
    for (let n = 0; n < count; n += 1) {
      const report = { ...(await pictureReport()), idempotencyKey: `${gate.chance.seed}-storm-${n}` };
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, async () => await gate.scene.submitter.hand(report)),
      );
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
      expect(new Set(answers.map((answer) => answer.recordId)).size).toBe(1);
    }
    const figures = await gate.ends();
    tell('api-storm', { requests: count * AT_ONCE, ...figures });
    expect(figures).toMatchObject({ acknowledged: count, records: count, complete: count });
  } finally {
    await gate.close();
  }
});
