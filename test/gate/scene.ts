/**
 * The scene of the gate's rows: an archive on the parts that a row is about, three agencies whose programs hand in, the
 * company of its processes, and the same end for all of them: everything comes to rest, everyone drains, the judge looks.
 */
import { expect } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { addSample } from '#cli/sample.ts';
import type { Plan } from '../support/archive-child.ts';
import { openChance, seedOfRun, type Chance } from '../support/chance.ts';
import { CAST, Company } from '../support/company.ts';
import { openScene, type Parts, type Scene } from '../support/crash-scene.ts';
import { underLoad, type Loaded } from '../support/load.ts';
import { freePort } from '../support/port.ts';
import type { Figures } from './row.ts';

/** Without any movement. BullMQ looks for jobs of dead workers each 15 s, and their locks last 30 s. */
const PATIENCE_MS = 90_000;
const AGENCIES = ['rivertown', 'lakeside', 'hillcrest'];

export interface Gate {
  readonly scene: Scene;
  readonly company: Company;
  readonly chance: Chance;
  /** Of the API in the company. */
  readonly address: string;
  /** Of the API in the test's own process, which nobody kills. */
  readonly own: string;
  /** Reports come in for so long, and for as long as what happens meanwhile takes. */
  load(forMs: number, meanwhile: () => Promise<void>, more?: Record<string, unknown>): Promise<Loaded>;
  /** To rest, drained and judged; fails on any fault, and answers what there was to see. */
  ends(): Promise<Figures>;
  close(): Promise<void>;
}

export interface GateOptions extends Parts {
  readonly perSecond: number;
  readonly cast?: readonly Plan[];
}

export async function openGate({ perSecond, cast = CAST, ...parts }: GateOptions): Promise<Gate> {
  const port = await freePort();
  // With a backlog of hundreds, ringing for all of them three times a second would take the time that they need.
  const env = { HOLDFAST_PORT: String(port), HOLDFAST_RECONCILE: '2s', ...parts.env };
  const scene = await openScene({ ...parts, env });
  const { archive, submitter } = scene;
  for (const id of AGENCIES.slice(1)) {
    await addAgency(archive.system.db, { id, name: `City of ${id}`, zone: 'America/Chicago' });
    await addSample(archive.system.db, id);
  }
  const apiKeys = await Promise.all(AGENCIES.map(async (id) => await archive.key('moderator', id)));
  const own = scene.address;
  const company = new Company(scene);
  for (const plan of cast) company.start(plan);
  await company.ready();
  const address = `http://127.0.0.1:${port}`;
  scene.address = address;
  const chance = openChance(seedOfRun());
  return {
    scene,
    company,
    chance,
    address,
    own,
    load: async (forMs, meanwhile, more = {}) =>
      await underLoad({ submitter, chance, perSecond, forMs, apiKeys, more }, meanwhile),
    ends: async () => {
      await scene.settled(PATIENCE_MS);
      await company.ready();
      await company.stop();
      await expectTheirOwn(scene, own, apiKeys);
      const { faults, looked } = await scene.verdict();
      expect(faults).toEqual([]);
      const answers = submitter.history.flatMap((handed) => handed.answers);
      const acknowledged = submitter.history.filter((handed) =>
        handed.answers.some((answer) => answer.status === 202),
      );
      return {
        acknowledged: new Set(acknowledged.map((handed) => handed.idempotencyKey)).size,
        lost: 0,
        records: looked.records,
        complete: looked.complete,
        parked: looked.parked,
        versions: looked.versions,
        'no answer': answers.filter((answer) => answer.status === null).length,
        ...refusals(answers.filter((answer) => (answer.status ?? 0) >= 500)),
      };
    },
    close: async () => await scene.close(),
  };
}

/** I8: each 5xx by its cause. */
function refusals(
  answers: readonly { readonly status: number | null; readonly code: string | null }[],
): Figures {
  const causes = Map.groupBy(answers, (answer) => `${answer.status} ${answer.code}`);
  // An error of our own is never a visible cause.
  expect([...causes.keys()].filter((cause) => cause.startsWith('500'))).toEqual([]);
  return Object.fromEntries([...causes].map(([cause, all]) => [cause, all.length]));
}

/** I9: each agency is shown exactly its own records, and is told that there are no others. */
async function expectTheirOwn(scene: Scene, address: string, apiKeys: readonly string[]): Promise<void> {
  const ask = async (path: string, apiKey: string): Promise<Response> =>
    await fetch(address + path, { headers: { authorization: `Bearer ${apiKey}` } });
  const shown = await Promise.all(
    apiKeys.map(async (apiKey) => {
      const ids: string[] = [];
      for (let cursor = ''; ;) {
        const page = (await (await ask(`/v1/records?limit=200${cursor}`, apiKey)).json()) as {
          readonly records: readonly { readonly recordId: string }[];
          readonly nextCursor: string | null;
        };
        ids.push(...page.records.map((record) => record.recordId));
        if (page.nextCursor === null) return ids;
        cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
      }
    }),
  );
  const rows = await scene.looking(
    async (sql) =>
      (await sql.query<{ id: string; agency_id: string }>('select id, agency_id from record')).rows,
  );
  for (const [i, agency] of AGENCIES.entries()) {
    const theirs = rows.filter((row) => row.agency_id === agency).map((row) => row.id);
    expect(shown[i]?.toSorted(), agency).toEqual(theirs.toSorted());
    const another = rows.find((row) => row.agency_id !== agency);
    if (another !== undefined)
      expect((await ask(`/v1/records/${another.id}/receipt`, apiKeys[i] ?? '')).status).toBe(404);
  }
}

export interface Fault {
  readonly at: number;
  readonly fault: () => Promise<unknown>;
}

/** So many faults of one kind at random moments within the time, but for its first and last twentieth. */
export function scattered(
  chance: Chance,
  count: number,
  forMs: number,
  fault: (n: number) => Promise<unknown>,
): Fault[] {
  return Array.from({ length: count }, (_, n) => ({
    at: forMs * (0.05 + 0.9 * chance.next()),
    fault: async () => await fault(n),
  }));
}

/** Each at its time, or later when the one before it with the same chain takes long; resolves when all are over. */
export async function strike(faults: readonly Fault[]): Promise<void> {
  const began = Date.now();
  const lasting: Promise<unknown>[] = [];
  for (const { at, fault } of faults.toSorted((one, other) => one.at - other.at)) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + at - Date.now())));
    lasting.push(fault());
  }
  await Promise.all(lasting);
}

/** One after the other, whenever they are asked for. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return await mine;
  };
}
