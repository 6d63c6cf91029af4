/**
 * An execution whose process dies by `kill -9` goes on to the same end: at each of its steps, before and after deletions, and at random
 * moments. `HOLDFAST_SEED=<number>` chooses the same deletions and times again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDisposal } from '#disposal/disposal.ts';
import { checkCertificate } from '#log/log.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  approvedList,
  atRest,
  locksEnded,
  makeDue,
  openDisposing,
  SHORT,
  type Disposing,
} from '../support/disposing.ts';
import { COMPILED } from '../support/compiled.ts';
import type { Death } from '../support/disposal-child.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { rows as chosen, times } from '../support/extent.ts';
import { png } from '../support/picture.ts';

/** First what leaves most undone: bytes that are gone with their rows still there, a certificate that lies in the database alone. */
const STEPS = chosen(
  ['begun', 'marked', 'listed', 'deleted', 'gone', 'rows', 'certificate', 'sealed', 'completed', 'cleaned'],
  (at) => ['marked', 'deleted', 'certificate', 'completed'].includes(at),
);
const DEATHS = times(10, 4);

let archive: Archive;
let scene: Disposing;

beforeAll(async () => {
  archive = await openArchive({ env: { ...SHORT, HOLDFAST_LEASE: '5s' } });
  await archive.work();
  scene = await openDisposing(archive);
  for (let n = 0; n < 2 + STEPS.length + 3; n += 1) {
    const shot = { name: 'shot.png', type: 'image/png', bytes: await png() };
    due.push((await archive.report(simpleReport({ text: `numbat ${n}` }), [shot])).body.recordId);
  }
  for (const id of due) {
    await atRest(archive, id);
    await makeDue(archive, id);
  }
  for (const id of due) await locksEnded(archive, id);
});
afterAll(async () => {
  await scene?.opened.close();
  await archive?.close();
});

/** Due, and with locks that have ended: made all at once, since each lock lasts its seconds. */
const due: string[] = [];
async function approved(records: number): Promise<{ id: string; ids: string[] }> {
  const ids = due.splice(0, records);
  return { ids, id: await approvedList(scene, ids) };
}

/** Everything of the end that does not depend on the time of day. */
async function endOf(id: string, ids: readonly string[]): Promise<unknown> {
  const { db, store } = archive.system;
  const list = await db.inAgency('rivertown', async (at) => await readDisposal(at, id));
  const signer = await scene.opened.context.signerOf('rivertown');
  const left: string[] = [];
  for (const record of ids)
    for await (const { key } of store.versions(`a/rivertown/rec/${record}/`)) left.push(key);
  const sealed = await store.head(`disposal/rivertown/${id}/certificate.json`);
  const { rows } = await archive.sql.query<{ type: string; n: number }>(
    `select type, count(*)::int as n from event where body->>'purge' = $1 or record_id = any($2) and type like 'record.dispos%' group by 1 order by 1`,
    [id, ids],
  );
  const { rows: states } = await archive.sql.query<{ state: string }>(
    'select state from record where id = any($1)',
    [ids],
  );
  return {
    state: list?.state,
    destroyed: list?.destroyed,
    failures: list?.failures,
    isCleaned: list?.cleanedAt !== null,
    certified: checkCertificate(Buffer.from(list?.certificate ?? ''), [signer?.vkey ?? '']).records.length,
    sealedBytes: sealed?.sizeBytes === Buffer.byteLength(list?.certificate ?? ''),
    left,
    states: states.map(({ state }) => state),
    told: rows.filter(({ type }) => type !== 'purge.drafted').map(({ type, n }) => `${type} ${n}`),
  };
}

const CHILD = join(import.meta.dirname, '../support/disposal-child.ts');

/** Passes in a process of its own, to the end of the list. Answers how it ended. `killAfterMs`: from outside, so long after it began. */
async function runIn(death: Death, killAfterMs?: number): Promise<'ended' | 'killed'> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(death)], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...COMPILED,
      ...SHORT,
      HOLDFAST_LEASE: '5s',
      HOLDFAST_LOG_LEVEL: 'silent',
      HOLDFAST_DATA: archive.dataDir,
      DATABASE_URL: archive.databaseUrl,
      HOLDFAST_PUBLIC_URL: 'http://archive.example',
      CHROMIUM_PATH: '/no-browser-here',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const kill = async (): Promise<void> => {
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  };
  const killing: Promise<void>[] = [];
  for (const pipe of [child.stdout, child.stderr])
    pipe.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      if (killAfterMs !== undefined && killing.length === 0 && said.includes('"ready"')) killing.push(kill());
    });
  const [code, signal] = await exit;
  await Promise.all(killing);
  if (signal === 'SIGKILL') return 'killed';
  expect(code, said).toBe(0);
  return 'ended';
}

async function toTheEnd(list: string): Promise<void> {
  expect(await runIn({ list })).toBe('ended');
}

/** An entry for each thing that happened, however often it was begun. */
const TOLD = (records: number): string[] => [
  'purge.approved 1',
  'purge.cleaned 1',
  'purge.completed 1',
  'purge.proposed 1',
  'purge.started 1',
  `record.disposed ${records}`,
  `record.disposing ${records}`,
];
const WHOLE = { state: 'completed', failures: 0, isCleaned: true, sealedBytes: true, left: [] };

test('that nobody kills', async () => {
  const whole = await approved(2);
  await toTheEnd(whole.id);
  expect(await endOf(whole.id, whole.ids)).toEqual({
    ...WHOLE,
    destroyed: 2,
    certified: 2,
    states: ['disposed', 'disposed'],
    told: TOLD(2),
  });
});

test.for(STEPS)('killed at %s', async (at) => {
  const { id, ids } = await approved(1);
  expect(await runIn({ list: id, at })).toBe('killed');
  await toTheEnd(id);
  expect(await endOf(id, ids)).toEqual({
    ...WHOLE,
    destroyed: 1,
    certified: 1,
    states: ['disposed'],
    told: TOLD(1),
  });
});

test('killed before and after deletions, and at random moments, again and again', async () => {
  const chance = openChance(seedOfRun());
  console.log(`HOLDFAST_SEED=${chance.seed}`);
  const { id, ids } = await approved(3);
  const ends: string[] = [];
  for (let n = 0; n < DEATHS; n += 1)
    ends.push(
      n % 2 === 0
        ? await runIn({ list: id, deletion: 1 + chance.below(3), when: chance.pick(['before', 'after']) })
        : await runIn({ list: id }, chance.below(150)),
    );
  // Whoever is killed from outside may have come to the end first.
  expect(ends.filter((end) => end === 'killed').length).toBeGreaterThan(DEATHS / 3);
  await toTheEnd(id);
  expect(await endOf(id, ids)).toEqual({
    ...WHOLE,
    destroyed: 3,
    certified: 3,
    states: ['disposed', 'disposed', 'disposed'],
    told: TOLD(3),
  });
});
