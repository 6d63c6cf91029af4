/**
 * The named steps at which a process dies, and how it is made to: one record and one process for each. What is left of it an
 * honest process does afterwards.
 */
import { expect } from 'vitest';
import type { StepName } from '#queue/queue.ts';
import { pictureReport, sideBySide, type Scene } from './crash-scene.ts';
import type { Fate } from './fate.ts';
import type { Judgement } from './judge.ts';

export interface DyingRow extends Pick<Fate, 'at' | 'when' | 'n'> {
  readonly name: string;
  /** What the victim is told to do, in this order; it dies on the way. */
  readonly told?: readonly StepName[];
}

/** One picture: salt, fact, raw payload and picture are put side by side, the manifest after them. */
export const FILES = 4;

export const RELAY: readonly DyingRow[] = [
  { name: 'the bell is marked as rung, and was not', at: 'ring', when: 'after' },
  { name: 'the bell was rung', at: 'enqueue', when: 'after' },
];

export const SEAL: readonly DyingRow[] = [
  { name: 'the step is claimed', at: 'claim', when: 'after' },
  { name: 'the seal is opened, not committed', at: 'insert seal', when: 'before' },
  { name: 'the seal is opened', at: 'insert seal', when: 'after' },
  { name: 'the files are intended, not committed', at: 'insert object', when: 'before' },
  { name: 'the files are intended', at: 'insert object', when: 'after' },
  { name: 'no file was put', at: 'put', when: 'before' },
  ...Array.from({ length: FILES }, (_, i): DyingRow => {
    return { name: `file ${i + 1} of ${FILES} was put`, at: 'put', when: 'after', n: i + 1 };
  }),
  { name: 'a file was headed', at: 'head', when: 'after' },
  { name: 'the last file was headed', at: 'head', when: 'after', n: FILES },
  { name: 'a file is confirmed, not committed', at: 'update object confirmed_at', when: 'before' },
  { name: 'a file is confirmed', at: 'update object confirmed_at', when: 'after' },
  { name: 'the last file is confirmed', at: 'update object confirmed_at', when: 'after', n: FILES },
  { name: 'the manifest is intended, not committed', at: 'insert object manifest', when: 'before' },
  { name: 'the manifest is intended', at: 'insert object manifest', when: 'after' },
  { name: 'the manifest was put', at: 'put manifest', when: 'after' },
  { name: 'the manifest was headed', at: 'head manifest', when: 'after' },
  { name: 'the manifest is confirmed', at: 'update object confirmed_at', when: 'after', n: FILES + 1 },
  { name: 'the seal is closed, not committed', at: 'insert event record.sealed', when: 'before' },
  { name: 'the seal is closed, its files still staged', at: 'insert event record.sealed', when: 'after' },
  { name: 'the step is done and still owed', at: 'finish', when: 'before' },
  { name: 'the step is finished', at: 'finish', when: 'after' },
];

export const BESIDE: readonly DyingRow[] = [
  {
    name: 'the picture is judged, not committed',
    at: 'insert event picture.inspected',
    when: 'before',
    told: ['inspect'],
  },
  { name: 'the picture is judged', at: 'insert event picture.inspected', when: 'after', told: ['inspect'] },
  {
    name: 'the capture is found, not committed',
    at: 'insert event capture.skipped',
    when: 'before',
    told: ['capture'],
  },
  { name: 'the capture is found', at: 'insert event capture.skipped', when: 'after', told: ['capture'] },
  {
    name: 'the record is complete, not committed',
    at: 'insert event record.completed',
    when: 'before',
    told: ['capture', 'seal'],
  },
  {
    name: 'the record is complete',
    at: 'insert event record.completed',
    when: 'after',
    told: ['capture', 'seal'],
  },
];

/** Runs a process with this fate to its death; anything but that death fails. */
export async function dies(scene: Scene, row: DyingRow, recordId: string): Promise<void> {
  const victim = scene.start({
    name: 'victim',
    workers: row.at === 'ring' || row.at === 'enqueue' ? ['relay'] : ['seal', 'capture'],
    byHand: true,
    fates: [row],
  });
  await victim.hears((said) => said.ready !== undefined || said.fate !== undefined);
  for (const step of row.told ?? ['seal']) {
    victim.tell(`${step} ${recordId}`);
    const heard = await victim.hears((said) => said.fate !== undefined || said.worked === step);
    if (heard.fate !== undefined) break;
  }
  expect(await victim.hears((said) => said.fate !== undefined)).toMatchObject({
    fate: `${row.when} ${row.at}`,
  });
  expect(await victim.ended, row.name).toEqual({ code: null, signal: 'SIGKILL' });
}

/** An honest process does what is left, drains, and the judge looks at what came of it. */
export async function endsWell(scene: Scene): Promise<Judgement & { readonly swept: number }> {
  const honest = scene.start({ name: 'honest', workers: ['relay', 'seal', 'capture'] });
  await scene.settled();
  expect(await honest.stop()).toEqual({ code: 0, signal: null });
  return await scene.verdict();
}

interface Died {
  readonly row: DyingRow;
  readonly recordId: string;
}

/** Hands in a report for each row, and lets a process of its own die over it. */
export async function dieOverNew(scene: Scene, rows: readonly DyingRow[], atOnce: number): Promise<Died[]> {
  return await sideBySide(rows, atOnce, async (row) => {
    const { recordId } = await scene.submitter.hand(await pictureReport());
    await dies(scene, row, recordId ?? '');
    return { row, recordId: recordId ?? '' };
  });
}
