/**
 * What an agency shows of itself to anybody: whether its receipts are answered for on /verify, whether the tiles of its log are let out, and
 * whether anybody may ask it for records on a page.
 */
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';

export interface PublicFace {
  readonly lookUp: boolean;
  readonly tiles: boolean;
  readonly requests: boolean;
}

/** As an agency begins: `public_face` in migrations 0027 and 0044. */
const AT_FIRST: PublicFace = { lookUp: true, tiles: false, requests: false };

export async function readPublicFace({ agencyId, tx }: AgencyTx): Promise<PublicFace> {
  const row = await tx
    .selectFrom('public_face')
    .select(['look_up as lookUp', 'tiles', 'requests'])
    .where('agency_id', '=', agencyId)
    .executeTakeFirst();
  return row ?? AT_FIRST;
}

const SETTINGS = { lookUp: 'receipt-look-up', tiles: 'log-tiles', requests: 'public-requests' } as const;

/** Each choice that changed is an entry of the history; one that stays as it was is none. */
export async function changePublicFace(at: AgencyTx, face: PublicFace, by: string): Promise<void> {
  const { agencyId, tx } = at;
  const before = await readPublicFace(at);
  const columns = {
    look_up: face.lookUp,
    tiles: face.tiles,
    requests: face.requests,
    changed_at: new Date(),
    changed_by: by,
  };
  await tx
    .insertInto('public_face')
    .values({ agency_id: agencyId, ...columns })
    .onConflict((conflict) => conflict.column('agency_id').doUpdateSet(columns))
    .execute();
  for (const name of ['lookUp', 'tiles', 'requests'] as const)
    if (before[name] !== face[name])
      await appendEvent(at, null, {
        type: 'config.changed',
        actor: by,
        body: { setting: SETTINGS[name], to: face[name] ? 'on' : 'off' },
      });
}
