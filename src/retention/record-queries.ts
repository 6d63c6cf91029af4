/** SQL of one record's retention: its series, its days, and what people change of them. */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent, newId, tellWatchers } from '#record/record.ts';
import { addDays, type CivilDay } from '#civil.ts';
import { dueUnder, parsePeriod, type Cutoff, type Due } from './due.ts';
import type { Disposition, Reading } from './edition.ts';
import type { Classification } from './rules.ts';
import { suggest } from './ruling.ts';
import { standingSaid, type Standing } from './said.ts';

export interface SeriesOfRecord {
  readonly edition: string;
  readonly series: string;
  readonly number: string | null;
  readonly title: string;
  readonly trigger: string | null;
  readonly cutoff: Cutoff;
  readonly period: string | null;
  readonly disposition: Disposition | null;
  readonly citation: string;
  readonly reading: Reading;
  readonly confirmed: boolean;
  /** Why it applies. */
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  /** Under this series alone. */
  readonly due: Due;
  /** It is the one that keeps the record. */
  readonly longest: boolean;
}

export interface DayOfRecord {
  readonly id: string;
  readonly event: string;
  readonly day: CivilDay;
  /** Of a day that the record itself says: where it comes from and how exact it is, in the words of its facts. */
  readonly note: string | null;
  /** `fact`: the record itself says it. */
  readonly by: string;
  readonly at: string;
}

export interface RecordRetention extends Standing {
  readonly sentence: string;
  readonly from: CivilDay | null;
  readonly series: readonly SeriesOfRecord[];
  readonly days: readonly DayOfRecord[];
  /** Series to which rules of today would lead it as well. Nothing comes of them unless a person says so. */
  readonly suggested: readonly Classification[];
}

/** Null: there is no such record, or it is not complete yet. */
export async function readRetention(at: AgencyTx, recordId: string): Promise<RecordRetention | null> {
  const { agencyId, tx } = at;
  const row = await tx
    .selectFrom('retention')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const days = await daysOf(at, recordId);
  const known = new Map<string, CivilDay>();
  for (const { event, day } of days) if (day > (known.get(event) ?? '')) known.set(event, day);
  const agency = await tx
    .selectFrom('agency')
    .select('fiscal_year_start')
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
  const { rows } = await sql<Omit<SeriesOfRecord, 'due' | 'longest' | 'at'> & { readonly at: Date }>`
    select rs.edition, rs.series, s.number, s.title, s.trigger, s.cutoff, s.period, s.disposition, s.citation, s.reading,
           edition_is_confirmed(rs.agency_id, rs.edition) as confirmed, rs.reason, rs.by, rs.at
      from record_series rs join series s on s.agency_id = rs.agency_id and s.edition = rs.edition and s.code = rs.series
     where rs.agency_id = ${agencyId} and rs.record_id = ${recordId}
     order by rs.edition collate "C", rs.series collate "C"`.execute(tx);
  const series = rows.map((one) => ({
    ...one,
    at: one.at.toISOString(),
    due: dueOf(one, known, agency.fiscal_year_start),
    longest: one.edition === row.edition && one.series === row.series,
  }));
  const standing: Standing = {
    kind: row.kind,
    dueOn: row.due_on,
    keptThrough: row.due_on === null ? null : addDays(row.due_on, -1),
    waitsFor: row.waits_for,
    ruled: row.ruled_at !== null,
    keeps: series.find(({ longest }) => longest) ?? null,
    of: series.length,
  };
  return {
    ...standing,
    keeps: keepsAlone(standing.keeps),
    sentence: standingSaid(standing),
    from: row.from_day,
    series,
    days,
    suggested: (await suggest(at, [recordId])).get(recordId) ?? [],
  };
}

function keepsAlone(keeps: Standing['keeps']): Standing['keeps'] {
  if (keeps === null) return null;
  const { edition, series, title, citation, period, confirmed } = keeps;
  return { edition, series, title, citation, period, confirmed };
}

function dueOf(
  { trigger, cutoff, period }: Pick<SeriesOfRecord, 'trigger' | 'cutoff' | 'period'>,
  days: ReadonlyMap<string, CivilDay>,
  fiscalYearStart: string | null,
): Due {
  const rule = { trigger, cutoff, period: period === null ? null : parsePeriod(period) };
  const [month = 1, day = 1] = fiscalYearStart?.split('-').map(Number) ?? [];
  const due = dueUnder(rule, days, { month, day });
  return due.kind === 'on' && cutoff === 'fiscal-year-end' && fiscalYearStart === null
    ? { kind: 'unknown', waitsFor: 'fiscal-year-start' }
    : due;
}

/** Those that are not withdrawn, the oldest first. */
async function daysOf({ agencyId, tx }: AgencyTx, recordId: string): Promise<DayOfRecord[]> {
  const rows = await tx
    .selectFrom('record_day')
    .select(['id', 'event', 'day', 'note', 'by', 'at'])
    .where('agency_id', '=', agencyId)
    .where('record_id', '=', recordId)
    .where('withdrawn_at', 'is', null)
    .orderBy('day')
    .orderBy('event')
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

export type ClassificationRefusal = 'not-complete' | 'series-unknown' | 'series-applies' | 'series-not-there';

/** By hand, with the reason. What is added, and days below, the database enters in the history (0040). */
export async function reclassify(
  at: AgencyTx,
  recordId: string,
  change: {
    readonly did: 'added' | 'removed';
    readonly edition: string;
    readonly series: string;
    readonly reason: string;
  },
  actor: string,
): Promise<ClassificationRefusal | null> {
  const { agencyId, tx } = at;
  const { did, edition, series, reason } = change;
  if (!(await isThere(at, recordId))) return 'not-complete';
  if (did === 'added') {
    const known = await tx
      .selectFrom('series')
      .select('code')
      .where('agency_id', '=', agencyId)
      .where('edition', '=', edition)
      .where('code', '=', series)
      .executeTakeFirst();
    if (known === undefined) return 'series-unknown';
    const added = await tx
      .insertInto('record_series')
      .values({ agency_id: agencyId, record_id: recordId, edition, series, reason, by: actor })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 0n) return 'series-applies';
  } else {
    // Entered by the statement that does it: what is gone does not say who took it away, and the database would enter that nobody said.
    const { rows } = await sql`
      with removed as (
        delete from record_series
         where agency_id = ${agencyId} and record_id = ${recordId} and edition = ${edition} and series = ${series} returning record_id)
      insert into event (agency_id, id, record_id, type, actor, body)
      select ${agencyId}, ${newId()}::uuid, record_id, 'record.reclassified', ${actor},
             jsonb_build_object('did', 'removed', 'edition', ${edition}::text, 'schedule', ${series}::text) from removed returning 1`.execute(
      tx,
    );
    if (rows.length === 0) return 'series-not-there';
    await tellWatchers(tx, recordId);
  }
  await tx
    .insertInto('reclassification')
    .values({ agency_id: agencyId, id: newId(), record_id: recordId, ...change, by: actor })
    .execute();
  return null;
}

/**
 * False where the record is not complete, is being destroyed, or is gone. Its row is locked, as by whoever marks it: of the two the second
 * sees what the first did.
 */
async function isThere({ agencyId, tx }: AgencyTx, recordId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('record')
    .select('id')
    .where('agency_id', '=', agencyId)
    .where('id', '=', recordId)
    .where('state', '=', 'complete')
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('retention').select('record_id').whereRef('record_id', '=', 'record.id')),
    )
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

export async function enterDay(
  at: AgencyTx,
  recordId: string,
  { event, day, note }: { readonly event: string; readonly day: CivilDay; readonly note: string | null },
  actor: string,
): Promise<'not-complete' | { readonly id: string }> {
  if (!(await isThere(at, recordId))) return 'not-complete';
  const id = newId();
  await at.tx
    .insertInto('record_day')
    .values({ agency_id: at.agencyId, id, record_id: recordId, event, day, note, by: actor })
    .execute();
  return { id };
}

/** Only of those that people entered: what the record itself says changes with its facts. */
export async function withdrawDay(
  at: AgencyTx,
  recordId: string,
  id: string,
  actor: string,
): Promise<'not-complete' | 'day-not-there' | null> {
  if (!(await isThere(at, recordId))) return 'not-complete';
  const withdrawn = await at.tx
    .updateTable('record_day')
    .set({ withdrawn_at: sql<Date>`now()`, withdrawn_by: actor })
    .where('agency_id', '=', at.agencyId)
    .where('record_id', '=', recordId)
    .where('id', '=', id)
    .where('by', '<>', 'fact')
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
  return withdrawn.numUpdatedRows === 0n ? 'day-not-there' : null;
}

/** As `MM-DD`; null: nobody says. What ends with a fiscal year is computed anew. */
export async function setFiscalYear(at: AgencyTx, start: string | null, actor: string): Promise<void> {
  const changed = await sql`
    update agency set fiscal_year_start = ${start} where id = ${at.agencyId} and fiscal_year_start is distinct from ${start}`.execute(
    at.tx,
  );
  if (changed.numAffectedRows === 1n)
    await appendEvent(at, null, {
      type: 'config.changed',
      actor,
      body: { setting: 'fiscal-year-start', value: start },
    });
}

export async function readFiscalYear({ agencyId, tx }: AgencyTx): Promise<string | null> {
  const row = await tx
    .selectFrom('agency')
    .select('fiscal_year_start')
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
  return row.fiscal_year_start;
}
