/** One record from the store into the index, in one transaction, or not at all. */
import type { AgencyTx, Db } from '#db/db.ts';
import type { AgencyReference } from '#intake/intake.ts';
import { appendEvent, askedNow, owe } from '#record/record.ts';
import type { ObjectReader, ObjectVersion } from '#store/store.ts';
import { NotWhole, type Finding } from './finding.ts';
import { planFor } from './plan.ts';
import * as queries from './queries.ts';
import { readRecordFromStore, recordPrefix, type ReadOptions } from './read.ts';
import { rowsOf, type RecordRows } from './rows.ts';

export interface RebuildContext {
  readonly db: Db;
  readonly store: ObjectReader;
  /** What the agency's register says now; asked only for what manifests of an earlier version do not say. */
  readonly referenceOf: (agencyId: string) => Promise<AgencyReference>;
  readonly files: ReadOptions['files'];
  /** A seal that a log which is there has no entry of: it is refused, or entered now. */
  readonly unlogged: 'refuse' | 'enter';
  /** Who does it, for the history. */
  readonly actor: string;
  readonly now: () => Date;
}

export type RecordResult =
  | {
      /** `advanced`: it was there, as it had been at an earlier time. */
      readonly outcome: 'written' | 'advanced' | 'same';
      readonly recordId: string;
      /** Objects beside it that belong to no seal: of an unfinished one, second versions, delete markers. */
      readonly strays: readonly string[];
      /** Seals that the history did not have: they were entered now. */
      readonly entered: readonly number[];
    }
  | { readonly outcome: 'refused'; readonly recordId: string; readonly finding: Finding };

/** `versions`: what was listed of it already. Safe to run twice, and at once. */
export async function rebuildRecord(
  context: RebuildContext,
  agencyId: string,
  recordId: string,
  versions?: readonly ObjectVersion[],
): Promise<RecordResult> {
  try {
    const listed = versions ?? (await listVersions(context.store, recordPrefix(agencyId, recordId)));
    const { inLog, owed, hasLog } = await context.db.inAgency(agencyId, async (at) => ({
      inLog: await queries.sealsOfLog(at, recordId),
      owed: await queries.sealsOwed(at, recordId),
      hasLog: await queries.hasLog(at),
    }));
    const read = await readRecordFromStore(context.store, agencyId, recordId, listed, {
      files: context.files,
      inLog,
      unlogged: (no) => context.unlogged === 'enter' || !hasLog || owed.has(no),
    });
    const rows = rowsOf(read, await context.referenceOf(agencyId));
    const done = await onceMore(
      async () => await context.db.inAgency(agencyId, async (at) => await write(context, at, rows)),
    );
    return { ...done, recordId, strays: read.strays };
  } catch (error) {
    if (error instanceof NotWhole) return { outcome: 'refused', recordId, finding: error.finding };
    throw error;
  }
}

async function listVersions(store: ObjectReader, prefix: string): Promise<ObjectVersion[]> {
  const listed: ObjectVersion[] = [];
  for await (const version of store.versions(prefix)) listed.push(version);
  return listed;
}

/** Somebody else may write the same record at this very moment: then it is there, and is compared. */
async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '23505') return await work();
    throw error;
  }
}

async function write(context: RebuildContext, at: AgencyTx, rows: RecordRows) {
  const { record } = rows;
  const now = context.now();
  const indexed = await queries.readIndexed(at, record.id);
  const taken = await queries.whoHasIt(at, rows);
  if (taken !== null)
    throw new NotWhole(
      'subject-taken',
      null,
      `The record ${taken} is about the same subject, or has one of these facts. It was begun while this one was not in the index.`,
    );
  const told = await queries.sealedAt(at, record.id);
  const closed = (no: number): Date =>
    told.get(no) ?? rows.seals.find((seal) => seal.no === no)?.opened_at ?? now;

  if (indexed === null) {
    await queries.insertRecord(at, rows);
    await queries.insertMissing(at, rows, closed, now);
    if (rows.owed.inspect) await owe(at, record.id, 'inspect', 10);
    if (rows.owed.capture) await owe(at, record.id, 'capture', 10);
    await arrive(at, rows, told);
    return { outcome: 'written', entered: await enter(context, at, rows, told) } as const;
  }
  const plan = planFor(rows, indexed);
  if (plan.differences.length > 0)
    throw new NotWhole(
      'index-differs',
      null,
      `The index has other rows of this record, and nothing of them was changed: ${plan.differences.slice(0, 20).join('; ')}.`,
    );
  if (plan.same) return { outcome: 'same', entered: [] } as const;
  await queries.insertMissing(at, plan.missing, closed, now);
  await queries.leadOn(at, record.id, plan.behind, closed, now);
  await queries.leadRecordOn(at, rows, { facts: plan.missing.facts.length > 0, capture: plan.newCapture });
  if (plan.newCapture && !rows.owed.capture) await queries.captureIsDone(at, record.id);
  if (rows.owed.inspect) await owe(at, record.id, 'inspect', 10);
  await arrive(at, rows, told);
  return { outcome: 'advanced', entered: await enter(context, at, rows, told) } as const;
}

/**
 * The place on the worklist of the custodian's office, as `announceSealed` gives it; and whether somebody there took note of it, as the
 * log tells. Letters are not written anew: whoever was told once is not told again.
 */
async function arrive(
  at: AgencyTx,
  { record, facts, imported }: RecordRows,
  told: ReadonlyMap<number, Date>,
): Promise<void> {
  const weighed = facts.map(({ words: text, words_sha256: sha256, ...fact }) => ({
    ...fact,
    words: text === null || sha256 === null ? null : { text, sha256 },
  }));
  const since = askedNow(weighed)?.since;
  const begun = facts.find(({ n }) => n === since);
  if (begun === undefined || begun.seal_no === null || imported) return;
  await queries.putArrival(at, record.id, told.get(begun.seal_no) ?? null);
}

/** A receipt believes a seal that has its entry in the history, an audit a state. Where the log has them, they are there already. */
async function enter(
  context: RebuildContext,
  at: AgencyTx,
  { record, seals }: RecordRows,
  told: ReadonlyMap<number, Date>,
): Promise<number[]> {
  const missing = seals.filter(({ no }) => !told.has(no));
  for (const seal of missing)
    await appendEvent(at, record.id, {
      type: 'record.sealed',
      actor: context.actor,
      body: {
        seal: seal.no,
        objects: seal.objects,
        manifest: seal.manifest,
        manifestCommitment: seal.commitment,
        lockedUntil: seal.lockedUntil.toISOString(),
        store: seal.store_kind,
        immutability: seal.immutability,
        mode: seal.mode,
        restored: true,
      },
    });
  // What completes a record has its entry behind that of the seal; what was published may end between the two.
  if (record.state === 'complete' && !(await queries.isToldComplete(at, record.id)))
    await appendEvent(at, record.id, {
      type: 'record.completed',
      actor: context.actor,
      body: { capture: record.capture_outcome, restored: true },
    });
  return missing.map(({ no }) => no);
}
