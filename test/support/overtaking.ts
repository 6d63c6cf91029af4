/** Workers that meet over one record: told by hand what to do, one of them hanging while the other one overtakes it. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ArchiveProcess, Said } from './archive-process.ts';
import { pictureReport, type Scene } from './crash-scene.ts';
import type { Fate } from './fate.ts';

export async function handIn(here: Scene): Promise<string> {
  const { status, recordId } = await here.submitter.hand(await pictureReport());
  expect(status).toBe(202);
  return recordId ?? '';
}

export async function byHand(
  here: Scene,
  name: string,
  fates: readonly Fate[] = [],
): Promise<ArchiveProcess> {
  const child = here.start({ name, workers: ['seal'], byHand: true, fates });
  await child.hears((said) => said.ready !== undefined);
  return child;
}

/** Something to hang on, and how to let go. */
export function snag(here: Scene): { readonly hangsUntil: string; letGo(): Promise<void> } {
  const hangsUntil = join(here.archive.dataDir, randomUUID());
  return { hangsUntil, letGo: async () => await writeFile(hangsUntil, '') };
}

export const ended =
  (recordId: string, step = 'seal') =>
  (said: Said): boolean =>
    said.msg === 'step.ended' && said.recordId === recordId && said.step === step;

/** The queue would ring again and again; whoever looks while another's claim stands finds nothing to do. */
export async function rungUntil(
  worker: ArchiveProcess,
  id: string,
  holds: (said: Said) => boolean,
): Promise<void> {
  const ringing = setInterval(() => worker.tell(`seal ${id}`), 200);
  await worker.hears(holds).finally(() => clearInterval(ringing));
}

/** Each row of the record, but for the clock that its claim runs by. */
async function everythingOf(here: Scene, id: string): Promise<unknown> {
  const tables = ['record', 'fact', 'artifact', 'seal', 'object', 'event'];
  const parts = tables.map(
    (table) =>
      `select '${table}' as kind, to_jsonb(t) as row from ${table} t where ${table === 'record' ? 'id' : 'record_id'} = $1`,
  );
  const step = `select 'step', to_jsonb(t) - 'claimed_until' from step t where record_id = $1`;
  return (await here.archive.sql.query(`${[...parts, step].join(' union all ')} order by 1, 2`, [id])).rows;
}

export type Hang = Pick<Fate, 'at' | 'when'> & { readonly name: string };

/** Moments at which a worker's event loop stands still for longer than its claim lasts. */
export const HANGS: readonly Hang[] = [
  { name: 'before it puts a file', at: 'put file', when: 'before' },
  { name: 'after it put a file', at: 'put file', when: 'after' },
  { name: 'before it puts the manifest', at: 'put manifest', when: 'before' },
  { name: 'when it has closed the seal', at: 'insert event record.sealed', when: 'after' },
];

/** One worker hangs, the other one gets the claim, and the first one wakes up under it: it writes nothing. */
export async function overtaken(here: Scene, { name, at, when }: Hang): Promise<string> {
  const id = await handIn(here);
  const [first, second] = [snag(here), snag(here)];
  const [hanging, overtaking] = await Promise.all([
    byHand(here, 'hanging', [{ at, when, hangsUntil: first.hangsUntil }]),
    // Hangs too as soon as it has the claim, so that the first one wakes up under it.
    byHand(here, 'overtaking', [{ at: 'claim', when: 'after', hangsUntil: second.hangsUntil }]),
  ]);
  hanging.tell(`seal ${id}`);
  await hanging.hears((said) => said.fate !== undefined);
  await rungUntil(overtaking, id, (said) => said.fate !== undefined);
  const before = await everythingOf(here, id);
  await first.letGo();
  expect((await hanging.hears(ended(id))).ended, name).toBe('lost');
  expect(await everythingOf(here, id), name).toEqual(before);
  await second.letGo();
  await overtaking.hears((said) => ended(id)(said) && said.ended === 'done');
  await Promise.all([hanging.stop(), overtaking.stop()]);
  return id;
}
