/**
 * Execution: in passes, by the one process that may delete. Each list goes through the same steps, and a pass begins where the last one
 * ended, whatever ended it:
 *
 *   approved → running     one transaction; the database asks again for people, digest, edition and days
 *   listed → marked        one transaction for each record; the database asks everything again (migration 0035)
 *   marked → gone          what lies in the stores and in staging, deleted and listed again: destroy.ts
 *   gone → destroyed       one transaction: the rows
 *   all → certificate      written down, sealed under a lock of its own, and only then called completed
 *   completed → cleaned    pages and write-ahead log of the database; a second signed statement
 *
 * Nothing is called done while a row of `disposal_failure` is left.
 */
import { createHash } from 'node:crypto';
import type { CleanedDatabase, Db, ItemEvidence } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { signCertificate } from '#log/log.ts';
import { appendEvent, type ReceiptSigner } from '#record/record.ts';
import type { ObjectStore } from '#store/store.ts';
import { composeCertificate, composeCleaned, type CertificateContext } from './certificate.ts';
import {
  destroyVersions,
  differences,
  evidenceOf,
  listingDigest,
  listPlaces,
  prefixOf,
  type Places,
} from './destroy.ts';
import { endDisposal } from './lists.ts';
import { readDisposal, type Disposal } from './queries.ts';
import { refusalOf, type Refusal } from './refusals.ts';
import * as rows from './run-queries.ts';
import type { Failure, OpenDisposal } from './run-queries.ts';

export interface DisposalContext extends CertificateContext {
  readonly db: Db;
  readonly log: Log;
  readonly places: Places;
  /** Into which certificates are sealed. */
  readonly store: Pick<ObjectStore, 'seal' | 'head' | 'extend'>;
  readonly unstage: (stagedName: string) => Promise<void>;
  readonly signerOf: (agencyId: string) => Promise<ReceiptSigner | null>;
  readonly clean: () => Promise<CleanedDatabase>;
  readonly leaseMs: number;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** Called between any two steps, with their name. For tests that end the process there. */
  readonly between?: (step: string) => Promise<void>;
}

const ACTOR = 'worker:retention';
const AT_ONCE = 100;

/** One pass over every list that there is something to do to. Each for itself: one that fails keeps no other from it. */
export async function runDisposals(
  context: DisposalContext,
): Promise<{ readonly destroyed: number; readonly failed: number }> {
  const done = { destroyed: 0, failed: 0 };
  for (const list of await rows.openDisposals(context.db)) {
    context.signal?.throwIfAborted();
    try {
      const answer = await rows.withList(context.db, list, async () => await runList(context, list));
      done.destroyed += answer?.destroyed ?? 0;
      done.failed += answer?.failed ?? 0;
    } catch (error) {
      context.log.error({ agencyId: list.agencyId, code: codeOf(error), err: error }, 'disposal.failed');
      done.failed += 1;
    }
  }
  await renewCertificates(context);
  return done;
}

async function runList(context: DisposalContext, open: OpenDisposal) {
  const { db, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const done = { destroyed: 0, failed: 0 };
  const list = await db.inAgency(agencyId, async (at) => await readDisposal(at, id));
  if (list === null) return done;
  if (list.state === 'completed') {
    await cleanUp(context, open, list);
    return done;
  }
  if (list.state === 'approved' && !(await beginList(context, open, list))) return done;
  await between('begun');
  let after: string | null = null;
  for (;;) {
    const steps: rows.Step[] = await db.inAgency(
      agencyId,
      async (at) => await rows.nextSteps(at, id, after, AT_ONCE),
    );
    for (const step of steps) {
      context.signal?.throwIfAborted();
      const ended = await runRecord(context, open, step);
      if (ended === 'destroyed') done.destroyed += 1;
      if (ended === 'failed') done.failed += 1;
      if (ended === 'list-refused') return done;
    }
    after = steps.at(-1)?.recordId ?? null;
    if (steps.length < AT_ONCE) break;
  }
  await certify(context, open);
  return done;
}

/** False: it does not begin, now or ever. */
async function beginList(
  { db, log }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  list: Disposal,
): Promise<boolean> {
  try {
    return await db.inAgency(agencyId, async (at) => {
      const index = await rows.approvalIndex(at, id);
      // The log is minutes behind at most, and an approval that stands nowhere else begins nothing.
      if (index === null) return false;
      if (!(await rows.begin(at, id))) return false;
      await appendEvent(at, null, {
        type: 'purge.started',
        actor: ACTOR,
        body: {
          purge: id,
          records: list.records,
          objects: list.objects,
          index: String(index),
          about: peopleOf(list),
        },
      });
      return true;
    });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    log.warn({ agencyId, disposal: id, code: refusal.code }, 'disposal.refused');
    if (refusal.of === 'list') await refuseList(db, { agencyId, id }, refusal);
    return false;
  }
}

async function refuseList(
  db: Db,
  { agencyId, id }: OpenDisposal,
  { code, sentence }: Refusal,
): Promise<void> {
  await db.inAgency(
    agencyId,
    async (at) => await endDisposal(at, id, { as: 'refused', actor: ACTOR, reason: sentence, code }),
  );
}

function peopleOf({ proposedBy, approvedBy }: Disposal): string[] {
  return [proposedBy, approvedBy].flatMap((person) => (person === null ? [] : [`person:${person}`]));
}

type Ended = 'destroyed' | 'kept' | 'waits' | 'failed' | 'list-refused';

async function runRecord(
  context: DisposalContext,
  open: OpenDisposal,
  { recordId, state, isGone }: rows.Step,
): Promise<Ended> {
  const { between = async () => undefined } = context;
  if (state === 'listed') {
    const refusal = await mark(context, open, recordId);
    if (refusal !== null) {
      if (refusal.of === 'wait') return 'waits';
      await context.db.inAgency(
        open.agencyId,
        async (at) => await rows.refuseItem(at, open.id, recordId, refusal),
      );
      return 'kept';
    }
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
): Promise<Refusal | null> {
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
    return refusal;
  }
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
    failures.push(...differences(listings, known));
    if (known.second.size > 0 && places.second === null)
      failures.push({ place: 'second', versionId: '', code: 'second-store-missing' });
    if (failures.length === 0) {
      if (evidence === null) {
        const found = evidenceOf(listings, known.staged.length);
        evidence = found;
        await db.inAgency(agencyId, async (at) => await rows.writeEvidence(at, id, recordId, found, false));
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
    const fresh = await rows.writeFailures(at, id, recordId, failures);
    if (failures.length === 0 && evidence !== null)
      await rows.writeEvidence(at, id, recordId, evidence, true);
    // Told once: that it is tried again with every pass is no news.
    if (fresh > 0)
      await appendEvent(at, null, {
        type: 'purge.failed',
        actor: ACTOR,
        body: { purge: id, code: failures[0]?.code, objects: failures.length, about: [`record:${recordId}`] },
      });
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

export const certificatePath = (agencyId: string, id: string): string =>
  `disposal/${agencyId}/${id}/certificate.json`;
export const cleanedPath = (agencyId: string, id: string): string =>
  `disposal/${agencyId}/${id}/cleaned.json`;

/** When nothing is left to be done. */
async function certify(context: DisposalContext, open: OpenDisposal): Promise<void> {
  const { db, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const list = await db.inAgency(agencyId, async (at) => {
    if ((await rows.nextSteps(at, id, null, 1)).length > 0) return null;
    const now = await readDisposal(at, id);
    if (now === null || now.failures > 0 || now.state !== 'running') return null;
    if (now.destroyed > 0) await rows.finish(at, id);
    return await readDisposal(at, id);
  });
  if (list === null) return;
  if (list.destroyed === 0) {
    await db.inAgency(agencyId, async (at) => {
      const reason =
        'Nothing of this list may be destroyed: each of its records is kept, with the reason beside it.';
      await endDisposal(at, id, { as: 'refused', actor: ACTOR, reason, code: 'nothing-left' });
    });
    return;
  }
  const index = await db.inAgency(agencyId, async (at) => await rows.approvalIndex(at, id));
  const signer = await signed(context, agencyId);
  const text = await db.inAgency(agencyId, async (at) => {
    if (list.certificate !== null) return list.certificate;
    const paper = await composeCertificate(at, list, index ?? 0, context);
    return await rows.keepPaper(at, id, 'certificate', JSON.stringify(signCertificate(paper, signer)));
  });
  await between('certificate');
  await sealPaper(context, open, certificatePath(agencyId, id), text);
  await between('sealed');
  await db.inAgency(agencyId, async (at) => {
    if (!(await rows.complete(at, id))) return;
    const { records, objects, bytes } = JSON.parse(text).quantity as Record<
      'records' | 'objects' | 'bytes',
      number
    >;
    await appendEvent(at, null, {
      type: 'purge.completed',
      actor: ACTOR,
      body: {
        purge: id,
        listDigest: list.digest,
        cutoff: list.cutoff,
        eligible: list.lastDue ?? list.cutoff,
        records,
        objects,
        bytes,
        index: String(index ?? 0),
        edition: list.edition,
        schedule: list.series,
        about: peopleOf(list),
      },
    });
  });
  await between('completed');
}

async function signed({ signerOf }: DisposalContext, agencyId: string): Promise<ReceiptSigner> {
  const signer = await signerOf(agencyId);
  if (signer !== null) return signer;
  throw new ArchiveError(
    'receipt-key-unusable',
    'The agency’s log has not begun, so nothing can be signed for it.',
    {
      retry: 'later',
    },
  );
}

/** Put again, it is the same bytes: the row has them since before the first time. */
async function sealPaper(
  { db, store, leaseMs, now }: DisposalContext,
  { agencyId, id }: OpenDisposal,
  key: string,
  text: string,
): Promise<void> {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.seal({
    key,
    body: { bytes },
    sha256,
    sizeBytes: bytes.length,
    mediaType: 'application/json',
    retainUntil: new Date(now().getTime() + leaseMs),
  });
  const state = await store.head(key);
  if (
    state?.mode !== 'COMPLIANCE' ||
    state.retainUntil === null ||
    (state.sha256 !== null && state.sha256 !== sha256)
  )
    throw new ArchiveError('store-lock-not-confirmed', 'The certificate is not in the store as it was put.', {
      retry: 'later',
    });
  const { versionId, retainUntil } = state;
  await db.inAgency(agencyId, async (at) => await rows.writeSealed(at, id, key, versionId, retainUntil));
}

async function cleanUp(context: DisposalContext, open: OpenDisposal, list: Disposal): Promise<void> {
  const { db, now, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const certificate = createHash('sha256')
    .update(list.certificate ?? '')
    .digest('hex');
  let text = list.cleaned;
  if (text === null) {
    const database = await context.clean();
    const paper = composeCleaned(agencyId, list, { certificate, database, at: now() });
    const signer = await signed(context, agencyId);
    text = await db.inAgency(
      agencyId,
      async (at) => await rows.keepPaper(at, id, 'cleaned', JSON.stringify(signCertificate(paper, signer))),
    );
  }
  await between('cleaned');
  await sealPaper(context, open, cleanedPath(agencyId, id), text);
  const { database } = JSON.parse(text) as { readonly database: CleanedDatabase };
  await db.inAgency(agencyId, async (at) => {
    if (!(await rows.markCleaned(at, id))) return;
    await appendEvent(at, null, {
      type: 'purge.cleaned',
      actor: ACTOR,
      body: { purge: id, code: database.left.length === 0 ? 'done' : 'operator' },
    });
  });
}

/** They are permanent records: their lock is renewed for ever, as long as anybody runs this. */
async function renewCertificates(context: DisposalContext): Promise<void> {
  const { db, store, leaseMs, now, log } = context;
  for (const { agencyId, id } of await rows.certificatesToRenew(db, new Date(now().getTime() + leaseMs / 2)))
    try {
      const papers = Object.entries(
        await db.inAgency(agencyId, async (at) => await rows.sealedPapers(at, id)),
      );
      for (const [key, versionId] of papers) {
        await store.extend(key, versionId, new Date(now().getTime() + leaseMs)).catch((error: unknown) => {
          if (codeOf(error) !== 'store-refused') throw error;
        });
        const until = (await store.head(key, versionId))?.retainUntil;
        if (until != null)
          await db.inAgency(agencyId, async (at) => await rows.writeSealed(at, id, key, versionId, until));
      }
    } catch (error) {
      log.error({ agencyId, code: codeOf(error), err: error }, 'disposal.lease-failed');
    }
}
