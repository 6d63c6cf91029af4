/**
 * Owes reminders to the custodian's office and to each custodian of an agency; who sends them is the routing room's business. A row for each
 * address and each reminder, so that none is sent twice, however often this runs and by however many.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { readCalendar } from './calendar-queries.ts';
import { eachStanding } from './each-standing.ts';
import { remindersOf, type Reminder } from './reminders.ts';

const EVERY_MS = 60_000;

/** Answers how many rows became owed. */
export async function oweReminders({
  db,
  now,
}: {
  readonly db: Db;
  readonly now: () => Date;
}): Promise<number> {
  const agencies = await db.system.selectFrom('agency').select('id').orderBy('id').execute();
  let owed = 0;
  for (const { id } of agencies) owed += await db.inAgency(id, async (at) => await oweIn(at, now()));
  return owed;
}

async function oweIn(at: AgencyTx, now: Date): Promise<number> {
  const numbered = await readCalendar(at);
  if (numbered === null) return 0;
  const { calendar } = numbered;
  let owed = 0;
  for await (const { row, standing } of eachStanding(at, 'running', calendar, now))
    for (const reminder of remindersOf(row.state, standing, calendar, now))
      owed += await owe(at, row.id, reminder);
  return owed;
}

/** Of two with one address one is told: the office before a person. An office that is told of one policy alone knows nothing of requests. */
async function owe({ agencyId, tx }: AgencyTx, requestId: string, { of, day }: Reminder): Promise<number> {
  const { rows } = await sql`
    insert into notice (agency_id, office_id, person_id, request_id, kind, about)
    select distinct on (lower(who.email)) ${agencyId}, who.office_id, who.person_id, ${requestId}::uuid, 'request', ${`${of} ${day}`}
      from (
        select o.email, o.id as office_id, null::uuid as person_id from office o
         where o.agency_id = ${agencyId} and o.ended_at is null and o.duty = 'custodian' and o.policy_id is null
        union all
        select p.email, null, p.id from person p join person_role r on r.agency_id = p.agency_id and r.person_id = p.id
         where p.agency_id = ${agencyId} and p.left_at is null and r.role = 'custodian' and r.ended_at is null) who
     order by lower(who.email), who.office_id
    on conflict do nothing returning id`.execute(tx);
  return rows.length;
}

/** Until it is stopped. */
export function startReminding({
  db,
  log,
  now,
}: {
  readonly db: Db;
  readonly log: Log;
  readonly now: () => Date;
}): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const owed = await oweReminders({ db, now });
        if (owed > 0) log.info({ owed }, 'reminders.owed');
      } catch (error) {
        log.error({ code: codeOf(error), err: error }, 'reminding.failed');
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    ending.abort();
    await running;
  };
}
