/** SQL of editions: filed, read, confirmed, and one put in the place of another. */
import { sql, type SelectQueryBuilder } from 'kysely';
import type { AgencyTx, Tables } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import type { Edition, Reading, Series } from './edition.ts';
import type { ClassificationRule } from './rules.ts';

/** An edition with the agency's own rules that lead records to its series. */
export interface Schedule extends Edition {
  readonly rules: readonly {
    readonly position: number;
    readonly matches: ClassificationRule['matches'];
    readonly series: string;
  }[];
}

/** Adds an edition with its rules, unconfirmed. Editions that are there already are left as they are. */
export async function addSchedule(at: AgencyTx, schedule: Schedule, by: string): Promise<void> {
  const { agencyId, tx } = at;
  if (!(await fileEdition(at, schedule, by)) || schedule.rules.length === 0) return;
  await tx
    .insertInto('classification_rule')
    .values(
      schedule.rules.map((rule) => ({
        agency_id: agencyId,
        position: rule.position,
        matches: JSON.stringify(rule.matches),
        edition: schedule.edition,
        series: rule.series,
        added_by: by,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['agency_id', 'position']).where('ended_at', 'is', null).doNothing(),
    )
    .execute();
}

/** False: there is one of this name, and it stays as it is. */
export async function fileEdition(at: AgencyTx, filed: Edition, by: string): Promise<boolean> {
  if (!(await insertEdition(at, filed, by))) return false;
  const { edition, series } = filed;
  await appendEvent(at, null, { type: 'edition.added', actor: by, body: { edition, series: series.length } });
  return true;
}

async function insertEdition({ agencyId, tx }: AgencyTx, filed: Edition, by: string): Promise<boolean> {
  const { edition, title, source, series } = filed;
  const added = await tx
    .insertInto('edition')
    .values({ agency_id: agencyId, edition, title, source, added_by: by })
    .onConflict((conflict) => conflict.columns(['agency_id', 'edition']).doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 0n) return false;
  // A statement has room for 65,535 values.
  for (let i = 0; i < series.length; i += 1000)
    await tx
      .insertInto('series')
      .values(series.slice(i, i + 1000).map((one) => ({ agency_id: agencyId, edition, ...one })))
      .execute();
  return true;
}

export async function listSeries({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('series')
    .innerJoin(
      (eb) =>
        eb
          .selectFrom('edition')
          .select('edition')
          .select((of) => of.fn<boolean>('edition_is_confirmed', ['agency_id', 'edition']).as('confirmed'))
          .where('agency_id', '=', agencyId)
          .as('e'),
      (join) => join.onRef('e.edition', '=', 'series.edition'),
    )
    .selectAll('series')
    .select('e.confirmed')
    .where('agency_id', '=', agencyId)
    .orderBy('edition')
    .orderBy('code')
    .execute();
}

export interface FiledEdition {
  readonly edition: string;
  readonly title: string;
  readonly source: string;
  readonly addedAt: string;
  readonly addedBy: string;
  /** What a confirmation is bound to. */
  readonly digest: string;
  /** By two different people, over this digest. */
  readonly confirmed: boolean;
  readonly confirmations: readonly {
    readonly personId: string;
    readonly at: string;
    readonly digest: string;
    readonly note: string | null;
  }[];
  readonly series: number;
  /** How many of its series were read in the official document, and how many not at all. */
  readonly readings: Readonly<Partial<Record<Reading, number>>>;
  /** That stand under it, and are not destroyed. */
  readonly records: number;
  /** The edition that took its place; nothing is destroyed under it since. */
  readonly supersededBy: string | null;
  /** A person found it wrong; nothing is destroyed under it since. */
  readonly withdrawn: { readonly at: string; readonly by: string; readonly reason: string } | null;
  /** When it ended, as the log says that came back with an older database; nothing is destroyed under it since. Who ended it is lost. */
  readonly endedInLog: string | null;
  /** Of one that counts from the end of fiscal years: their first day, which its digest has too, or null in it. */
  readonly fiscalYear: { readonly start: string | null } | null;
}

const filed = sql<FiledEdition>`
  select e.edition, e.title, e.source, e.added_at as "addedAt", e.added_by as "addedBy", edition_digest(e.agency_id, e.edition) as digest,
         edition_is_confirmed(e.agency_id, e.edition) as confirmed,
         coalesce((select jsonb_agg(jsonb_build_object('personId', c.person_id, 'at', c.at, 'digest', c.digest, 'note', c.note) order by c.at)
                     from edition_confirmation c where c.agency_id = e.agency_id and c.edition = e.edition), '[]') as confirmations,
         (select count(*)::int from series s where s.agency_id = e.agency_id and s.edition = e.edition) as series,
         coalesce((select jsonb_object_agg(x.reading, x.n) from (
                     select s.reading, count(*) as n from series s where s.agency_id = e.agency_id and s.edition = e.edition group by 1) x),
                  '{}') as readings,
         (select count(*)::int from (select distinct rs.record_id from record_series rs
           where rs.agency_id = e.agency_id and rs.edition = e.edition) r) as records,
         e.superseded_by as "supersededBy", e.ended_in_log as "endedInLog",
         case when e.withdrawn_at is not null
              then jsonb_build_object('at', e.withdrawn_at, 'by', 'person:' || e.withdrawn_by, 'reason', e.withdrawn_because) end as withdrawn,
         case when exists (select from series s where s.agency_id = e.agency_id and s.edition = e.edition and s.cutoff = 'fiscal-year-end')
              then (select jsonb_build_object('start', g.fiscal_year_start) from agency g where g.id = e.agency_id) end as "fiscalYear"
    from edition e`;

function told(row: FiledEdition & { readonly addedAt: unknown }): FiledEdition {
  const moment = (at: unknown): string => new Date(at as string).toISOString();
  return {
    ...row,
    addedAt: moment(row.addedAt),
    confirmations: row.confirmations.map((one) => ({ ...one, at: moment(one.at) })),
    endedInLog: row.endedInLog === null ? null : moment(row.endedInLog),
    withdrawn: row.withdrawn === null ? null : { ...row.withdrawn, at: moment(row.withdrawn.at) },
  };
}

/** The newest first. */
export async function listEditions({ agencyId, tx }: AgencyTx): Promise<FiledEdition[]> {
  const { rows } =
    await sql<FiledEdition>`${filed} where e.agency_id = ${agencyId} order by e.added_at desc, e.edition`.execute(
      tx,
    );
  return rows.map(told);
}

/** Null: this agency has none of this name. */
export async function readEdition(
  { agencyId, tx }: AgencyTx,
  edition: string,
): Promise<(FiledEdition & { readonly entries: readonly Series[] }) | null> {
  const { rows } =
    await sql<FiledEdition>`${filed} where e.agency_id = ${agencyId} and e.edition = ${edition}`.execute(tx);
  const [row] = rows;
  if (row === undefined) return null;
  const entries = await seriesColumns(tx.selectFrom('series'))
    .where('agency_id', '=', agencyId)
    .where('edition', '=', edition)
    .orderBy(sql`code collate "C"`)
    .execute();
  return { ...told(row), entries };
}

const seriesColumns = <O>(from: SelectQueryBuilder<Tables, 'series', O>) =>
  from.select([
    'code',
    'number',
    'schedule',
    'title',
    'description',
    'trigger',
    'cutoff',
    'period',
    'disposition',
    'citation',
    'reading',
  ]);

/** It counts no more, and does not come back. */
export const hasEnded = ({ supersededBy, withdrawn, endedInLog }: FiledEdition): boolean =>
  supersededBy !== null || withdrawn !== null || endedInLog !== null;

/** `changed`: it is not what they read. `again`: the same person did already. Whoever has no such role is refused by the database (HF010). */
export async function confirmEdition(
  at: AgencyTx,
  {
    edition,
    personId,
    digest,
    note,
  }: {
    readonly edition: string;
    readonly personId: string;
    readonly digest: string;
    readonly note: string | null;
  },
): Promise<'confirmed' | 'changed' | 'again' | 'ended' | 'no-such-edition'> {
  const { agencyId, tx } = at;
  const found = await readEdition(at, edition);
  if (found === null) return 'no-such-edition';
  if (hasEnded(found)) return 'ended';
  if (found.digest !== digest) return 'changed';
  const added = await tx
    .insertInto('edition_confirmation')
    .values({ agency_id: agencyId, edition, person_id: personId, digest, note })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 0n) return 'again';
  await appendEvent(at, null, {
    type: 'edition.confirmed',
    actor: `person:${personId}`,
    body: { edition, digest },
  });
  return 'confirmed';
}

/** For ever: an edition never changes, so one that is wrong stays so. Nothing is destroyed under it from this moment on. */
export async function withdrawEdition(
  at: AgencyTx,
  {
    edition,
    personId,
    reason,
  }: { readonly edition: string; readonly personId: string; readonly reason: string },
): Promise<'withdrawn' | 'ended' | 'no-such-edition'> {
  const found = await readEdition(at, edition);
  if (found === null) return 'no-such-edition';
  if (found.withdrawn !== null) return 'ended';
  await sql`update edition set withdrawn_at = now(), withdrawn_by = ${personId}, withdrawn_because = ${reason}
             where agency_id = ${at.agencyId} and edition = ${edition}`.execute(at.tx);
  await appendEvent(at, null, { type: 'edition.withdrawn', actor: `person:${personId}`, body: { edition } });
  return 'withdrawn';
}

/**
 * Nothing is destroyed under `from` any more, and it never takes the place of another. The records under `from` stand under the same codes
 * of `to` from now on, and rules that led to the one lead to the other. What `to` has no code for stays where it is, and so does what is
 * being destroyed. Answers how many records moved.
 */
export async function succeedEdition(at: AgencyTx, from: string, to: string, actor: string): Promise<number> {
  const { agencyId, tx } = at;
  const because = ` Edition ${to} took the place of ${from}.`;
  await sql`update edition set superseded_by = ${to}, superseded_at = now()
             where agency_id = ${agencyId} and edition = ${from} and superseded_by is null`.execute(tx);
  const { rows } = await sql<{ n: number }>`
    with moved as (
      delete from record_series rs using series n, record r
       where rs.agency_id = ${agencyId} and rs.edition = ${from} and n.agency_id = ${agencyId} and n.edition = ${to} and n.code = rs.series
         and r.id = rs.record_id and r.agency_id = rs.agency_id and r.state not in ('disposing', 'disposed')
      returning rs.record_id, rs.series, rs.reason),
    placed as (
      insert into record_series (agency_id, record_id, edition, series, reason, by)
      select ${agencyId}, record_id, ${to}, series, reason || ${because}, ${actor} from moved on conflict do nothing),
    entered as (
      insert into event (agency_id, id, record_id, type, actor, body)
      select ${agencyId}, gen_random_uuid(), record_id, 'record.reclassified', ${actor},
             jsonb_build_object('did', 'moved', 'from', ${from}::text, 'edition', ${to}::text, 'schedule', series) from moved)
    select count(distinct record_id)::int as n from moved`.execute(tx);
  const rules = await sql<{
    position: number;
    matches: Record<string, string>;
    series: string;
  }>`
    update classification_rule r set ended_at = now(), ended_by = ${actor} from series n
     where r.agency_id = ${agencyId} and r.edition = ${from} and r.ended_at is null
       and n.agency_id = ${agencyId} and n.edition = ${to} and n.code = r.series
    returning r.position, r.matches, r.series`.execute(tx);
  for (const { position, matches, series } of rules.rows)
    await tx
      .insertInto('classification_rule')
      .values({
        agency_id: agencyId,
        position,
        matches: JSON.stringify(matches),
        edition: to,
        series,
        added_by: actor,
      })
      .execute();
  const records = rows[0]?.n ?? 0;
  await appendEvent(at, null, {
    type: 'edition.succeeded',
    actor,
    body: { edition: to, from, records },
  });
  return records;
}
