/**
 * Some records of a list at once, each step of all of them in one transaction: marked, listed, deleted, listed again; and, once the log has
 * their entries, their rows. One of which the database refuses a step gives way to the others: the step is then taken one by one.
 */
import type { AgencyTx } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { appendEvent, appendEvents } from '#record/record.ts';
import { objectionBefore, ofRows, type Looked, type Objection } from './before-mark.ts';
import * as bytes from './bytes-queries.ts';
import type { Failure, KnownObjects } from './bytes-queries.ts';
import { ACTOR, type DisposalContext } from './context.ts';
import { destroyVersions, differences, evidenceOf, listingDigest, listPlaces, prefixOf } from './destroy.ts';
import type { Listing } from './destroy.ts';
import { objectionsTo } from './queries.ts';
import { refusalOf, type Refusal } from './refusals.ts';
import * as rows from './run-queries.ts';
import type { OpenDisposal } from './run-queries.ts';
import { sideBySide } from '#side-by-side.ts';

/** Records to whose objects something is done at the same time. */
const AT_ONCE = 8;

/** A record that was marked, and what was known of it then. */
interface Marked {
  readonly recordId: string;
  readonly known: KnownObjects;
  /** What the look before the mark found; null: it was marked by an earlier pass. */
  readonly listings: readonly Listing[] | null;
}

/** What lies in the stores of these, to its end. Answers of how many it failed. */
export async function runBytes(
  context: DisposalContext,
  open: OpenDisposal,
  steps: readonly rows.Step[],
): Promise<number> {
  const { db, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const ids = steps.map(({ recordId }) => recordId);
  const { known, against } = await db.inAgency(agencyId, async (at) => ({
    known: await bytes.knownObjects(at, id, ids),
    against: await objectionsTo(
      at,
      steps.flatMap(({ recordId, state }) => (state === 'listed' ? [recordId] : [])),
    ),
  }));
  const all = steps.flatMap(({ recordId, state }) => {
    const one = known.get(recordId);
    return one === undefined ? [] : [{ recordId, state, known: one, listings: null }];
  });
  const fresh = await sideBySide(
    all.filter(({ state }) => state === 'listed'),
    AT_ONCE,
    async (one) => ({
      ...one,
      ...(await objectionBefore(context, open, one.recordId, {
        known: one.known,
        refusal: against.get(one.recordId) ?? null,
      })),
    }),
  );
  let failed = 0;
  const settled = async (recordId: string, objection: Objection): Promise<void> => {
    if ((await settle(context, open, recordId, objection)) === 'failed') failed += 1;
  };
  for (const { recordId, objection } of fresh) if (objection !== null) await settled(recordId, objection);
  const marked: Marked[] = all.filter(({ state }) => state === 'marked');
  marked.push(
    ...(await mark(
      context,
      open,
      fresh.filter(({ objection }) => objection === null),
      settled,
    )),
  );
  await between('marked');
  return failed + (await destroyBytes(context, open, marked));
}

async function mark<T extends Looked & { readonly recordId: string }>(
  { db, log }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  asked: readonly T[],
  settled: (recordId: string, objection: Objection) => Promise<void>,
): Promise<T[]> {
  const marked: T[] = [];
  await together(
    asked,
    async (some) => {
      await db.inAgency(agencyId, async (at) => {
        await rows.markRecords(
          at,
          id,
          some.map(({ recordId }) => recordId),
        );
        await appendEvents(
          at,
          some.map(({ recordId }) => ({
            recordId,
            type: 'record.disposing',
            actor: ACTOR,
            body: { about: [`purge:${id}`] },
          })),
        );
      });
      marked.push(...some);
    },
    async ({ recordId }, refusal) => {
      log.warn({ agencyId, recordId, code: refusal.code }, 'disposal.record-refused');
      const waits = await db.inAgency(agencyId, async (at) => await rows.waitsOf(at, id, recordId));
      await settled(recordId, ofRows(refusal, waits));
    },
  );
  return marked;
}

/** All in one step; where the database refuses one of them, one by one, and each refusal for itself. */
async function together<T>(
  things: readonly T[],
  step: (some: readonly T[]) => Promise<void>,
  refused: (one: T, refusal: Refusal) => Promise<void>,
): Promise<void> {
  if (things.length === 0) return;
  try {
    await step(things);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    if (things.length > 1) for (const one of things) await together([one], step, refused);
    else for (const one of things) await refused(one, refusal);
  }
}

/** Nothing of the record was touched yet. */
async function settle(
  { db, log }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  recordId: string,
  { does, code, sentence, failures }: Objection,
): Promise<'kept' | 'waits' | 'failed'> {
  log.warn({ agencyId, recordId, code, does }, 'disposal.not-marked');
  await db.inAgency(agencyId, async (at) => {
    await tellFailures(at, id, recordId, failures);
    if (does === 'keep') await rows.refuseItem(at, id, recordId, { code, sentence });
  });
  if (does === 'keep') return 'kept';
  return does === 'wait' ? 'waits' : 'failed';
}

/** Those of this pass. Each is entered in the history once: that it is tried again with every pass is no news. */
async function tellFailures(
  at: AgencyTx,
  id: string,
  recordId: string,
  failures: readonly Failure[],
): Promise<void> {
  const fresh = await bytes.writeFailures(at, id, recordId, failures);
  if (fresh > 0)
    await appendEvent(at, null, {
      type: 'purge.failed',
      actor: ACTOR,
      body: { purge: id, code: failures[0]?.code, objects: failures.length, about: [`record:${recordId}`] },
    });
}

/** True of how many something is left in some place. */
async function destroyBytes(
  context: DisposalContext,
  { agencyId, id }: OpenDisposal,
  marked: readonly Marked[],
): Promise<number> {
  const { db, places, signal, between = async () => undefined } = context;
  const guarded = async <T>(
    recordId: string,
    work: () => Promise<T>,
  ): Promise<T | { readonly failures: readonly Failure[] }> => {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted === true) throw error;
      context.log.error({ agencyId, recordId, code: codeOf(error), err: error }, 'disposal.not-destroyed');
      return { failures: [{ place: 'first', versionId: '', code: codeOf(error) }] };
    }
  };
  const listed = await sideBySide(marked, AT_ONCE, async ({ recordId, known, listings }) => ({
    recordId,
    known,
    ...(await guarded(recordId, async () => {
      const found = listings ?? (await listPlaces(places, prefixOf(agencyId, recordId)));
      const wrong = differences(found, known);
      // What is missing now was there when the record was marked: there is nothing of it to destroy, and the certificate says so.
      const missing = wrong.filter(({ code }) => code === 'version-missing');
      const failures = wrong.filter(({ code }) => code !== 'version-missing');
      if (known.second.size > 0 && places.second === null)
        failures.push({ place: 'second', versionId: '', code: 'second-store-missing' });
      const evidence = known.evidence ?? evidenceOf(found, known.staged.length, missing);
      return { failures, listings: found, evidence };
    })),
  }));
  const clear = listed.flatMap((one) => ('evidence' in one && one.failures.length === 0 ? [one] : []));
  const failed = new Map(
    listed.flatMap(({ recordId, failures }) => (failures.length > 0 ? [[recordId, failures]] : [])),
  );
  const first = clear.filter(({ known }) => known.evidence === null);
  await db.inAgency(agencyId, async (at) => await bytes.writeEvidence(at, id, first, false));
  await between('listed');
  const deleted = await sideBySide(clear, AT_ONCE, async (one) => ({
    ...one,
    ...(await guarded(one.recordId, async () => ({
      failures: await destroyVersions(places, one.listings, signal),
    }))),
  }));
  await between('deleted');
  const gone = await sideBySide(deleted, AT_ONCE, async ({ recordId, known, failures, evidence }) => {
    const seen = await guarded(recordId, async () => {
      for (const staged of known.staged) await context.unstage(staged);
      const left = await listPlaces(places, prefixOf(agencyId, recordId));
      const still = left.flatMap(({ place, versions }) =>
        versions
          .filter(
            ({ versionId }) => !failures.some((one) => one.place === place && one.versionId === versionId),
          )
          .map(({ versionId }): Failure => ({ place, versionId, code: 'still-there' })),
      );
      const after = Object.fromEntries(left.map(({ place, versions }) => [place, listingDigest(versions)]));
      return { failures: still, after };
    });
    const wrong = [...failures, ...seen.failures];
    if (wrong.length > 0) failed.set(recordId, wrong);
    return { recordId, evidence: { ...evidence, ...('after' in seen ? { after: seen.after } : {}) } };
  });
  await db.inAgency(agencyId, async (at) => {
    const done = gone.filter(({ recordId }) => !failed.has(recordId));
    await bytes.endFailures(
      at,
      id,
      done.map(({ recordId }) => recordId),
    );
    await bytes.writeEvidence(at, id, done, true);
    for (const [recordId, failures] of failed) await tellFailures(at, id, recordId, failures);
  });
  await between('gone');
  return failed.size;
}

/** The rows of those whose bytes are gone and whose entries are in the log. Answers of how many they went now. */
export async function destroyRows(
  { db, log, between = async () => undefined }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  gone: readonly rows.Gone[],
): Promise<number> {
  let destroyed = 0;
  await together(
    gone,
    async (some) => {
      const went = await db.inAgency(agencyId, async (at) => {
        const done = await rows.destroyRows(
          at,
          id,
          some.map(({ recordId }) => recordId),
        );
        await appendEvents(
          at,
          some
            .filter(({ recordId }) => done.includes(recordId))
            .map(({ recordId, objects }) => ({
              recordId,
              type: 'record.disposed',
              actor: ACTOR,
              body: { objects, about: [`purge:${id}`] },
            })),
        );
        return done.length;
      });
      destroyed += went;
    },
    async ({ recordId }, refusal) => {
      // An entry of it came meanwhile: the next pass finds that in the log.
      log.info({ agencyId, recordId, code: refusal.code }, 'disposal.waits');
    },
  );
  await between('rows');
  return destroyed;
}
