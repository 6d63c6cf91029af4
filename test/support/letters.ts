/** A search of a request that found nothing, as the collecting of it writes one down. */
import type { Archive } from './archive.ts';
import type { Colleague } from './people.ts';

export async function collectSearchRow(
  archive: Archive,
  requestId: string,
  { personId }: Colleague,
): Promise<void> {
  await archive.sql.query(
    `insert into request_search (agency_id, request_id, n, search, found, index_state, at, by)
     select 'rivertown', $1, coalesce(max(n), 0) + 1, $2, 0, $3, $4, $5 from request_search where request_id = $1`,
    [
      requestId,
      { q: 'hidden comments', filters: { platform: 'facebook' } },
      {
        records: 3,
        newestRecordAt: '2026-12-01T00:00:00.000Z',
        rejected: 2,
        unfinished: 0,
        parked: 0,
        beingDestroyed: 0,
      },
      archive.system.now(),
      `person:${personId}`,
    ],
  );
}
