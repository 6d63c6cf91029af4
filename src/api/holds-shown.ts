/** The holds on a record, as whoever reads it may see them: what a case is called is for those who have to do with holds. */
import type { FastifyRequest } from 'fastify';
import type { AgencyTx } from '#db/db.ts';
import { holdsOf } from '#retention/retention.ts';
import { requestsOfHolds, requestsOfRecords, trackingShown } from '#sunshine/sunshine.ts';
import { callerOf, HOLD_READERS, REQUEST_READERS } from './auth.ts';

export async function holdsShown(at: AgencyTx, request: FastifyRequest, recordId: string) {
  const may = (who: readonly string[]): boolean => callerOf(request).roles.some((role) => who.includes(role));
  const isTheirs = may(HOLD_READERS);
  const holds = await holdsOf(at, recordId);
  const asked = may(REQUEST_READERS)
    ? await requestsOfHolds(
        at,
        holds.map(({ holdId }) => holdId),
      )
    : [];
  return holds.map(({ holdId, kind, title, ends, heldAt, releasedAt }) => {
    const of = asked.find((one) => one.holdId === holdId);
    return {
      holdId,
      kind,
      title: isTheirs ? title : null,
      ends: isTheirs ? ends : null,
      heldAt: heldAt.toISOString(),
      releasedAt: releasedAt?.toISOString() ?? null,
      // Because of which it lies, for whoever may see requests.
      request: of === undefined ? null : { id: of.requestId, number: trackingShown(of.tracking) },
    };
  });
}

/** Because of which requests each of these is kept, for whoever may see requests. */
export async function requestsKeeping(
  at: AgencyTx,
  request: FastifyRequest,
  recordIds: readonly string[],
): Promise<(recordId: string) => readonly { readonly id: string; readonly number: string }[]> {
  const may = callerOf(request).roles.some((role) => REQUEST_READERS.includes(role));
  const rows = may ? await requestsOfRecords(at, recordIds) : [];
  return (recordId) =>
    rows
      .filter((row) => row.recordId === recordId)
      .map(({ requestId, tracking }) => ({ id: requestId, number: trackingShown(tracking) }));
}
