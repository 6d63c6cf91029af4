/**
 * A capture worker dies by `kill -9` around the commit of its capture or of its second look, with the real browser on the sample
 * site. What was not committed is done again; what was committed is not, and the page is not opened once more for it.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StepName } from '#queue/queue.ts';
import { simpleReport } from '../support/archive-forms.ts';
import type { ArchiveProcess } from '../support/archive-process.ts';
import { openScene, type Scene } from '../support/crash-scene.ts';
import { inWholeRun } from '../support/extent.ts';
import type { Fate } from '../support/fate.ts';
import { COMMENT } from '../support/site/pages.ts';
import { openSampleSite, type SampleSite } from '../support/site/site.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const PATH = '/posts/elm-street';

let site: SampleSite;
let scene: Scene;
beforeAll(async () => {
  site = await openSampleSite();
  // An empty path: whichever browser this machine has.
  scene = await openScene({
    env: { CHROMIUM_PATH: '', HOLDFAST_CAPTURE_ALLOW: site.hostPort, HOLDFAST_LOOK_AGAIN: '0s' },
  });
});
afterAll(async () => {
  await scene.close();
  await site.close();
});

/** What is owed to the record, by name. */
async function owed(recordId: string | null): Promise<string[]> {
  const { rows } = await scene.archive.sql.query<{ name: string }>(
    'select name from step where record_id = $1 order by name',
    [recordId],
  );
  return rows.map(({ name }) => name);
}

/** By a process that does nothing else, one for all of them. */
let sealing: ArchiveProcess | null = null;
async function sealed(recordId: string | null): Promise<void> {
  sealing ??= scene.start({ name: 'sealing', workers: ['seal'], byHand: true });
  await sealing.hears((said) => said.ready !== undefined);
  sealing.tell(`seal ${recordId}`);
  await expect.poll(() => owed(recordId), { timeout: 60_000 }).not.toContain('seal');
}

async function diesOver(
  step: StepName,
  recordId: string | null,
  { at, when }: Pick<Fate, 'at' | 'when'>,
): Promise<void> {
  const victim = scene.start({
    name: 'victim',
    workers: ['capture'],
    byHand: true,
    browses: true,
    fates: [{ at, when }],
  });
  await victim.hears((said) => said.ready !== undefined);
  victim.tell(`${step} ${recordId}`);
  expect(await victim.hears((said) => said.fate !== undefined)).toMatchObject({ fate: `${when} ${at}` });
  expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' });
}

async function finishedByAnother(): Promise<void> {
  const honest = scene.start({ name: 'honest', workers: ['relay', 'seal', 'capture'], browses: true });
  await scene.settled();
  expect(await honest.stop()).toEqual({ code: 0, signal: null });
}

const opened = (since: number): number => site.asked.slice(since).filter((path) => path === PATH).length;

/** Of a report: dies over its capture, and has it finished by another; answers what became of it. */
async function captureThatDies(
  address: string | null,
  { at, when }: Pick<Fate, 'at' | 'when'>,
  event: string,
  owedAfterDeath: readonly string[],
): Promise<string> {
  const { sql } = scene.archive;
  const { recordId } = await scene.submitter.hand({
    event: simpleReport({
      text: COMMENT.text,
      ...(address === null ? {} : { url: site.origin + address }),
    }),
  });
  await sealed(recordId);
  expect(await owed(recordId)).toEqual(['capture']);

  await diesOver('capture', recordId, { at, when });
  expect(await owed(recordId)).toEqual(owedAfterDeath);

  await finishedByAnother();

  const { rows } = await sql.query<{ type: string }>(
    `select type from event where record_id = $1 and type like 'capture.%'`,
    [recordId],
  );
  expect(rows).toEqual([{ type: event }]);
  // No file was kept twice.
  const { rows: files } = await sql.query<{ role: string; kept: number }>(
    `select role, count(*)::int as kept from artifact where record_id = $1 and origin in ('capture', 'rendering')
      group by role order by role`,
    [recordId],
  );
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter(({ kept }) => kept !== 1)).toEqual([]);
  const { faults } = await scene.verdict();
  expect(faults).toEqual([]);
  expect(await scene.archive.receipt(recordId ?? '')).toMatchObject({
    status: 'complete',
    safeToRemove: address !== null,
  });
  return recordId ?? '';
}

describe('kill -9 of a capture worker, and of one that looks again after the removal', () => {
  test.for([
    {
      name: 'a capture, and a look, that is not committed is done again',
      when: 'before',
      owedAfterCapture: ['capture'],
      owedAfterLook: ['look-again'],
      /** How often the page is opened for each. */
      times: 2,
    },
    {
      name: 'a capture, and a look, that is committed is not done again',
      when: 'after',
      owedAfterCapture: ['seal'],
      owedAfterLook: ['seal'],
      times: 1,
    },
  ] as const)('$name', async ({ when, owedAfterCapture, owedAfterLook, times }) => {
    const { sql } = scene.archive;
    const before = site.asked.length;
    const recordId = await captureThatDies(
      PATH,
      { at: 'insert event capture.completed', when },
      'capture.completed',
      owedAfterCapture,
    );
    expect(opened(before)).toBe(times);

    const since = site.asked.length;
    await scene.submitter.hand({ event: {}, path: `/v1/records/${recordId}/removal` });
    await sealed(recordId);
    expect(await owed(recordId)).toEqual(['look-again']);

    await diesOver('look-again', recordId, { at: 'insert event second-look.completed', when });
    expect(await owed(recordId)).toEqual(owedAfterLook);

    await finishedByAnother();

    expect(opened(since)).toBe(times);
    const { rows: looks } = await sql.query<object>(
      `select l.fact_n, l.answer, array(select role from artifact a where a.record_id = l.record_id and a.origin = 'second-look' order by n) as files
         from second_look l where record_id = $1`,
      [recordId],
    );
    expect(looks).toEqual([
      { fact_n: 2, answer: 'there', files: ['second-look-picture', 'second-look-report'] },
    ]);
    // That it is told once, and sealed, the judge says.
    expect((await scene.verdict()).faults).toEqual([]);
    expect(await scene.archive.until(recordId, ({ safeToRemove }) => safeToRemove)).toMatchObject({
      status: 'complete',
      safeToRemove: true,
      secondLook: { answer: 'there' },
    });
  });

  inWholeRun(() =>
    test('a card that is committed is not drawn again', async () => {
      const before = site.asked.length;
      await captureThatDies(null, { at: 'insert event capture.skipped', when: 'after' }, 'capture.skipped', [
        'seal',
      ]);
      expect(opened(before)).toBe(0);
    }),
  );
});
