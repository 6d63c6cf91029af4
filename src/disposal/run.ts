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
import type { Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import { ACTOR, type DisposalContext } from './context.ts';
import { endDisposal } from './lists.ts';
import { certify, cleanUp, renewCertificates } from './papers.ts';
import { peopleOf, readDisposal, type Disposal } from './queries.ts';
import { refusalOf, type Refusal } from './refusals.ts';
import { runRecord } from './run-record.ts';
import * as rows from './run-queries.ts';
import type { OpenDisposal } from './run-queries.ts';

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
