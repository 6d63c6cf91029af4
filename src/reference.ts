/**
 * What an agency decided beforehand (clauses, accounts, classification rules), as intake needs it for each report. Held
 * for one second, so that a burst of reports reads it once; a change is seen a second later at most.
 */
import { allGrounds, currentGrounds, dayIn, listAccounts } from '#agency/agency.ts';
import type { Db } from '#db/db.ts';
import type { AgencyReference } from '#intake/intake.ts';
import { classify, readRules } from '#retention/retention.ts';

const KEEP_MS = 1000;
const KEEP_AT_MOST = 1000;

export function openReference(db: Db, now: () => Date): (agencyId: string) => Promise<AgencyReference> {
  const kept = new Map<string, { readonly until: number; readonly reference: Promise<AgencyReference> }>();
  return async (agencyId) => {
    const held = kept.get(agencyId);
    if (held !== undefined && held.until > performance.now()) return await held.reference;
    if (kept.size >= KEEP_AT_MOST) kept.clear();
    const reference = load(db, agencyId, now());
    kept.set(agencyId, { until: performance.now() + KEEP_MS, reference });
    reference.catch(() => kept.delete(agencyId));
    return await reference;
  };
}

async function load(db: Db, agencyId: string, now: Date): Promise<AgencyReference> {
  return await db.inAgency(agencyId, async (at) => {
    const agency = await at.tx
      .selectFrom('agency')
      .select('zone')
      .where('id', '=', agencyId)
      .executeTakeFirstOrThrow();
    // The clause that counts is the one in force on the agency's own calendar day.
    const today = dayIn(agency.zone, now);
    const rules = await readRules(at);
    return {
      grounds: await currentGrounds(at, today),
      groundsBefore: await currentGrounds(at, dayBefore(today)),
      citable: await allGrounds(at, today),
      accounts: await listAccounts(at),
      classify: (report) => classify(rules, report),
    };
  });
}

/** Of a civil day, as the calendar has it. */
function dayBefore(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - 1);
  return at.toISOString().slice(0, 10);
}
