/**
 * Takes back that a record is damaged, once that is no longer so. Whoever finds a wrong byte enters it, whoever they are (a reader of a
 * file, the doctor, a round); but only a reading of the whole record, begun after the last of such entries, ends it.
 */
import { appendEvent } from '#record/record.ts';
import { checkNow, type CheckContext } from './check.ts';
import { isClear, recordsToClear } from './queries.ts';

const RECORDS = 20;

/** How many records are well again. */
export async function clearRecords(context: CheckContext, agencyId: string): Promise<number> {
  const { db, log, actor } = context;
  const waiting = await db.inAgency(agencyId, async (at) => await recordsToClear(at, RECORDS));
  let cleared = 0;
  for (const { recordId, seq, seal } of waiting) {
    context.signal?.throwIfAborted();
    const { wrong } = await checkNow(context, agencyId, recordId);
    if (wrong.length > 0) continue;
    const done = await db.inAgency(agencyId, async (at) => {
      const { objects, isClear: isSo } = await isClear(at, recordId, seq);
      if (!isSo) return false;
      const body = { seal: seal ?? 1, objects, failed: 0 };
      await appendEvent(at, recordId, { type: 'fixity.repaired', actor, body });
      return true;
    });
    if (!done) continue;
    cleared += 1;
    log.info({ recordId }, 'fixity.repaired');
  }
  return cleared;
}
