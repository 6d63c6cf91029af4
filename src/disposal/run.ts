/**
 * Execution: in passes, by the one process that may delete. Each list goes through the same steps, and a pass begins where the last one
 * ended, whatever ended it:
 *
 *   approved → running     one transaction; the database asks again for people, digest, edition and days
 *   listed → marked        one transaction for some records; the database asks everything again of each (migration 0035)
 *   marked → gone          what lies in the stores and in staging, deleted and listed again: destroy.ts
 *   gone → destroyed       one transaction for some: the rows, once the log has all entries of the record
 *   all → certificate      written down, sealed under a lock of its own, and only then called completed
 *   completed → cleaned    pages and write-ahead log of the database; a second signed statement
 *
 * Nothing is called done while a row of `disposal_failure` is left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import { ACTOR, type DisposalContext } from './context.ts';
import { endDisposal } from './lists.ts';
import { certify, cleanUp, renewCertificates } from './papers.ts';
import { peopleOf, readDisposal, type Disposal } from './queries.ts';
import { refusalOf, type Refusal } from './refusals.ts';
import { destroyRows, runBytes } from './run-record.ts';
import * as rows from './run-queries.ts';
import { sideBySide } from '#side-by-side.ts';
import type { OpenDisposal } from './run-queries.ts';

const PACE = { batch: 50, lanes: 2 };
const PATIENCE_MS = 5_000;
const LOOK_MS = 50;

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
  const steps = await db.inAgency(agencyId, async (at) => await rows.stepsToBytes(at, id));
  const bytes = bytesOf(context, open, steps);
  const [failed, destroyed] = await Promise.allSettled([bytes, rowsOf(context, open, bytes)]);
  // Nothing of this list is at work any more when an error of it rises.
  if (failed.status === 'rejected') throw failed.reason;
  if (destroyed.status === 'rejected') throw destroyed.reason;
  await certify(context, open);
  return { destroyed: destroyed.value, failed: failed.value };
}

/** Answers of how many it failed. Batches overlap: while the stores are busy with one, the database is with the other. */
async function bytesOf(
  context: DisposalContext,
  open: OpenDisposal,
  steps: readonly rows.Step[],
): Promise<number> {
  const { signal, pace: { batch, lanes } = PACE } = context;
  const batches = Array.from({ length: Math.ceil(steps.length / batch) }, (_, n) =>
    steps.slice(n * batch, (n + 1) * batch),
  );
  const failed = await sideBySide(batches, lanes, async (some) => {
    signal?.throwIfAborted();
    return await runBytes(context, open, some);
  });
  return failed.reduce((sum, n) => sum + n, 0);
}

/** Rows follow the bytes as the log takes in the entries, until there is nothing left, or the log stands still. Answers of how many they went. */
async function rowsOf(
  context: DisposalContext,
  open: OpenDisposal,
  bytes: Promise<unknown>,
): Promise<number> {
  const { db, signal, pace: { batch } = PACE, patienceMs = PATIENCE_MS } = context;
  const { agencyId, id } = open;
  let isMore = true;
  const ended = (): void => {
    isMore = false;
  };
  void bytes.then(ended, ended);
  let destroyed = 0;
  let since = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    const mayCome = isMore;
    const gone = await db.inAgency(agencyId, async (at) => await rows.goneFromStores(at, id, batch));
    const entered = gone.filter(({ isEntered }) => isEntered);
    const went = entered.length === 0 ? 0 : await destroyRows(context, open, entered);
    destroyed += went;
    if (went > 0 || mayCome) since = performance.now();
    if (!mayCome && (gone.length === 0 || performance.now() - since > patienceMs)) return destroyed;
    if (went === 0) await sleep(LOOK_MS);
  }
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
