/** The holds on a record, as whoever reads it may see them: what a case is called is for those who have to do with holds. */
import type { FastifyRequest } from 'fastify';
import type { AgencyTx } from '#db/db.ts';
import { holdsOf } from '#retention/retention.ts';
import { callerOf, HOLD_READERS } from './auth.ts';

export async function holdsShown(at: AgencyTx, request: FastifyRequest, recordId: string) {
  const isTheirs = callerOf(request).roles.some((role) => HOLD_READERS.includes(role));
  return (await holdsOf(at, recordId)).map(({ holdId, kind, title, ends, heldAt, releasedAt }) => ({
    holdId,
    kind,
    title: isTheirs ? title : null,
    ends: isTheirs ? ends : null,
    heldAt: heldAt.toISOString(),
    releasedAt: releasedAt?.toISOString() ?? null,
  }));
}
