/** One record of a list: marked, destroyed in every place, and its rows after that. */
import type { AgencyTx, ItemEvidence } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import { objectionBefore, ofRows, type Objection } from './before-mark.ts';
import { ACTOR, type DisposalContext } from './context.ts';
import { destroyVersions, differences, evidenceOf, listingDigest, listPlaces, prefixOf } from './destroy.ts';
import { refusalOf } from './refusals.ts';
import * as rows from './run-queries.ts';
import type { Failure, OpenDisposal } from './run-queries.ts';

export type Ended = 'destroyed' | 'kept' | 'waits' | 'failed';

export async function runRecord(
  context: DisposalContext,
  open: OpenDisposal,
  { recordId, state, isGone }: rows.Step,
): Promise<Ended> {
  const { between = async () => undefined } = context;
  if (state === 'listed') {
    const objection =
      (await objectionBefore(context, open, recordId)) ?? (await mark(context, open, recordId));
    if (objection !== null) return await settle(context, open, recordId, objection);
    await between('marked');
  }
  if (!isGone && !(await destroyBytes(context, open, recordId))) return 'failed';
  await between('gone');
  const ended = await destroyRows(context, open, recordId);
  await between('rows');
  return ended;
}

async function mark(
  { db, log }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  recordId: string,
): Promise<Objection | null> {
  try {
    await db.inAgency(agencyId, async (at) => {
      await rows.markRecord(at, id, recordId);
      await appendEvent(at, recordId, {
        type: 'record.disposing',
        actor: ACTOR,
        body: { about: [`purge:${id}`] },
      });
    });
    return null;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    log.warn({ agencyId, recordId, code: refusal.code }, 'disposal.record-refused');
    return ofRows(refusal, await db.inAgency(agencyId, async (at) => await rows.waitsOf(at, id, recordId)));
  }
}

/** Nothing of the record was touched yet. */
async function settle(
  { db, log }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  recordId: string,
  { does, code, sentence, failures }: Objection,
): Promise<Ended> {
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
  const fresh = await rows.writeFailures(at, id, recordId, failures);
  if (fresh > 0)
    await appendEvent(at, null, {
      type: 'purge.failed',
      actor: ACTOR,
      body: { purge: id, code: failures[0]?.code, objects: failures.length, about: [`record:${recordId}`] },
    });
}

/** True when nothing is left of it in any place. */
async function destroyBytes(
  context: DisposalContext,
  open: OpenDisposal,
  recordId: string,
): Promise<boolean> {
  const { db, places, now, signal, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const prefix = prefixOf(agencyId, recordId);
  const known = await db.inAgency(agencyId, async (at) => await rows.knownObjects(at, id, recordId));
  const failures: Failure[] = [];
  let evidence: ItemEvidence | null = known.evidence;
  try {
    const listings = await listPlaces(places, prefix);
    const found = differences(listings, known);
    // What is missing now was there when the record was marked: there is nothing of it to destroy, and the certificate says so.
    const missing = found.filter(({ code }) => code === 'version-missing');
    failures.push(...found.filter(({ code }) => code !== 'version-missing'));
    if (known.second.size > 0 && places.second === null)
      failures.push({ place: 'second', versionId: '', code: 'second-store-missing' });
    if (failures.length === 0) {
      if (evidence === null) {
        const before = evidenceOf(listings, known.staged.length, missing);
        evidence = before;
        await db.inAgency(agencyId, async (at) => await rows.writeEvidence(at, id, recordId, before, false));
        await between('listed');
      }
      failures.push(...(await destroyVersions(places, listings, now, signal)));
      await between('deleted');
      for (const staged of known.staged) await context.unstage(staged);
      const left = await listPlaces(places, prefix);
      for (const { place, versions } of left)
        for (const { versionId } of versions)
          if (!failures.some((one) => one.place === place && one.versionId === versionId))
            failures.push({ place, versionId, code: 'still-there' });
      const after = Object.fromEntries(left.map(({ place, versions }) => [place, listingDigest(versions)]));
      evidence = { ...evidence, after };
    }
  } catch (error) {
    if (signal?.aborted === true) throw error;
    context.log.error({ agencyId, recordId, code: codeOf(error), err: error }, 'disposal.not-destroyed');
    failures.push({ place: 'first', versionId: '', code: codeOf(error) });
  }
  await db.inAgency(agencyId, async (at) => {
    await tellFailures(at, id, recordId, failures);
    if (failures.length === 0 && evidence !== null)
      await rows.writeEvidence(at, id, recordId, evidence, true);
  });
  return failures.length === 0;
}

async function destroyRows(
  { db, log }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  recordId: string,
): Promise<Ended> {
  try {
    await db.inAgency(agencyId, async (at) => {
      const { evidence } = await rows.knownObjects(at, id, recordId);
      if (await rows.destroyRows(at, id, recordId))
        await appendEvent(at, recordId, {
          type: 'record.disposed',
          actor: ACTOR,
          body: { objects: evidence?.versions.length ?? 0, about: [`purge:${id}`] },
        });
    });
    return 'destroyed';
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    // Entries of it wait for their place in the log: the next pass finds them there.
    log.info({ agencyId, recordId, code: refusal.code }, 'disposal.waits');
    return 'waits';
  }
}
