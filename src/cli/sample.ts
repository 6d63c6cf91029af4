/** What the fictional city of Rivertown decided beforehand: its policy, its pages, its (unconfirmed) schedule. */
import { addAccount, addPolicy, listAccounts, samplePolicy } from '#agency/agency.ts';
import type { Db } from '#db/db.ts';
import { addSchedule, SCHEDULES } from '#retention/retention.ts';

const ACCOUNTS = [
  { platform: 'facebook', nativeId: null, handle: 'rivertown', url: null, name: 'City of Rivertown' },
  { platform: 'facebook', nativeId: null, handle: 'rivertown-parks', url: null, name: 'Rivertown Parks' },
  { platform: 'x', nativeId: null, handle: '@rivertown', url: null, name: 'City of Rivertown on X' },
] as const;

/** May be run again; what is there stays. */
export async function addSample(db: Db, agencyId: string): Promise<void> {
  await db.inAgency(agencyId, async (at) => {
    await addPolicy(at, samplePolicy);
    const there = await listAccounts(at);
    for (const account of ACCOUNTS)
      if (!there.some((known) => known.platform === account.platform && known.handle === account.handle))
        await addAccount(at, account);
    for (const schedule of SCHEDULES) await addSchedule(at, schedule, 'cli');
  });
}
