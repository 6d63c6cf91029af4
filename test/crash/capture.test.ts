/**
 * A capture worker dies by `kill -9` around the commit of its capture or of its second look, with the real browser on the sample
 * site. What was not committed is done again; what was committed is not, and the page is not opened once more for it.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StepName } from '#queue/queue.ts';
import { simpleReport } from '../support/archive-forms.ts';
import { openScene, type Scene } from '../support/crash-scene.ts';
import type { Fate } from '../support/fate.ts';
import { COMMENT } from '../support/site/pages.ts';
import { openSampleSite, type SampleSite } from '../support/site/site.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

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

/** By a process that does nothing else. */
async function sealed(recordId: string | null): Promise<void> {
  const sealing = scene.start({ name: 'sealing', workers: ['seal'], byHand: true });
  await sealing.hears((said) => said.ready !== undefined);
  sealing.tell(`seal ${recordId}`);
  await sealing.hears((said) => said.worked === 'seal');
  await sealing.stop();
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

interface Row extends Pick<Fate, 'at' | 'when'> {
  readonly name: string;
  readonly address: string | null;
  /** Of the history: how the capture ended. */
  readonly event: string;
  readonly owedAfterDeath: readonly string[];
  /** How often the page is opened in all. */
  readonly opened: number;
}

const ROWS: readonly Row[] = [
  {
    name: 'a capture that is not committed is done again',
    address: PATH,
    at: 'insert event capture.completed',
    when: 'before',
    event: 'capture.completed',
    owedAfterDeath: ['capture'],
    opened: 2,
  },
  {
    name: 'a capture that is committed is not done again',
    address: PATH,
    at: 'insert event capture.completed',
    when: 'after',
    event: 'capture.completed',
    owedAfterDeath: ['seal'],
    opened: 1,
  },
  {
    name: 'a card that is committed is not drawn again',
    address: null,
    at: 'insert event capture.skipped',
    when: 'after',
    event: 'capture.skipped',
    owedAfterDeath: ['seal'],
    opened: 0,
  },
];

describe('kill -9 of a capture worker', () => {
  test.for(ROWS)('$name', async ({ address, at, when, event, owedAfterDeath, opened }) => {
    const { sql } = scene.archive;
    const askedBefore = site.asked.length;
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

    expect(site.asked.slice(askedBefore).filter((path) => path === PATH)).toHaveLength(opened);
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
  });
});

describe('kill -9 of a worker that looks again after a removal', () => {
  test.for([
    {
      name: 'a look that is not committed is done again',
      when: 'before',
      owedAfterDeath: ['look-again'],
      opened: 3,
    },
    {
      name: 'a look that is committed is not done again',
      when: 'after',
      owedAfterDeath: ['seal'],
      opened: 2,
    },
  ] as const)('$name', async ({ when, owedAfterDeath, opened }) => {
    const { sql } = scene.archive;
    const askedBefore = site.asked.length;
    const event = simpleReport({ text: COMMENT.text, url: site.origin + PATH });
    const { recordId } = await scene.submitter.hand({ event });
    const first = scene.start({ name: 'first', workers: ['relay', 'seal', 'capture'], browses: true });
    await scene.settled();
    await first.stop();
    await scene.submitter.hand({ event: {}, path: `/v1/records/${recordId}/removal` });
    await sealed(recordId);
    expect(await owed(recordId)).toEqual(['look-again']);

    const at = 'insert event second-look.completed';
    await diesOver('look-again', recordId, { at, when });
    expect(await owed(recordId)).toEqual(owedAfterDeath);

    await finishedByAnother();

    expect(site.asked.slice(askedBefore).filter((path) => path === PATH)).toHaveLength(opened);
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
    expect(await scene.archive.until(recordId ?? '', ({ safeToRemove }) => safeToRemove)).toMatchObject({
      status: 'complete',
      safeToRemove: true,
      secondLook: { answer: 'there' },
    });
  });
});
