/** SQL of the calendar of an agency's office. Each change is a row more; its entry is the database's (migration 0046). */
import type { AgencyTx } from '#db/db.ts';
import { untoldCalendar, type AgencyCalendar } from './calendar.ts';
import { actingAs } from './acting.ts';
import { translated } from './refusals.ts';

/** Its number; 0: nobody has entered one. */
export interface NumberedCalendar {
  readonly n: number;
  readonly calendar: AgencyCalendar;
}

/** Null: there is no such agency. */
export async function readCalendar({ agencyId, tx }: AgencyTx): Promise<NumberedCalendar | null> {
  const agency = await tx.selectFrom('agency').select('zone').where('id', '=', agencyId).executeTakeFirst();
  if (agency === undefined) return null;
  const row = await tx
    .selectFrom('agency_calendar')
    .select(['n', 'hours', 'observes', 'saturday_holidays', 'closings', 'after_hours'])
    .where('agency_id', '=', agencyId)
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return { n: 0, calendar: untoldCalendar(agency.zone) };
  return {
    n: row.n,
    calendar: {
      zone: agency.zone,
      hours: row.hours,
      observes: row.observes,
      saturdayHolidays: row.saturday_holidays,
      closings: row.closings,
      afterHours: row.after_hours,
      entered: true,
    },
  };
}

/** `replaces`: the number that whoever changes it has read. What was counted by it before stays in the row of before. */
export async function changeCalendar(
  at: AgencyTx,
  calendar: Omit<AgencyCalendar, 'zone' | 'entered'>,
  { replaces, actor }: { readonly replaces: number; readonly actor: string },
): Promise<number> {
  const { agencyId, tx } = at;
  const n = replaces + 1;
  await actingAs(at, actor);
  await translated(
    tx
      .insertInto('agency_calendar')
      .values({
        agency_id: agencyId,
        n,
        hours: JSON.stringify(calendar.hours),
        observes: [...calendar.observes],
        saturday_holidays: calendar.saturdayHolidays,
        closings: JSON.stringify(calendar.closings),
        after_hours: calendar.afterHours,
        by: actor,
      })
      .execute(),
  );
  return n;
}
