/** The SQL of an audit of records. Reads, within one agency, in one snapshot, some records at a time. */
import { sql, type Selectable } from 'kysely';
import type { AgencyTx, Tables } from '#db/db.ts';
import { standingOf, type Standing } from './standing-queries.ts';

export type Row<T extends keyof Tables> = Selectable<Tables[T]>;

export interface RecordEvent {
  readonly id: string;
  readonly record_id: string;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Everything of one record that is compared. */
export interface RecordRows {
  readonly record: Omit<Row<'record'>, 'search'>;
  readonly facts: readonly Row<'fact'>[];
  readonly artifacts: readonly Row<'artifact'>[];
  readonly seals: readonly Row<'seal'>[];
  readonly objects: readonly Row<'object'>[];
  readonly looks: readonly Row<'second_look'>[];
  /** In the order of the log; what waits to enter it at the end. */
  readonly events: readonly RecordEvent[];
  readonly standing: Standing;
}

const COMPARED = [
  'intake.accepted',
  'removal.confirmed',
  'removal.withdrawn',
  'picture.inspected',
  'capture.completed',
  'capture.skipped',
  'second-look.completed',
  'record.sealed',
  'record.completed',
  'record.reclassified',
  'record.dated',
  'record.held',
  'record.released',
  'fixity.put-back',
] as const;

/** The records after `last`, by id. */
export async function recordsAfter(
  at: AgencyTx,
  last: string | null,
  stretch: number,
  only?: readonly string[],
): Promise<RecordRows[]> {
  const { agencyId, tx } = at;
  let query = tx
    .selectFrom('record')
    .select([
      'agency_id',
      'id',
      'subject',
      'state',
      'received_at',
      'platform',
      'account',
      'account_id',
      'kind',
      'verb',
      'grounds',
      'excerpt',
      'author',
      'address',
      'capture_outcome',
      'capture',
      'removal',
      'removed_at',
      'edition',
      'series',
      'series_reason',
    ])
    .where('agency_id', '=', agencyId)
    .orderBy('id')
    .limit(stretch);
  if (last !== null) query = query.where('id', '>', last);
  if (only !== undefined) query = query.where('id', '=', sql<string>`any(${[...only]}::uuid[])`);
  const records = await query.execute();
  if (records.length === 0) return [];
  const ids = records.map(({ id }) => id);
  const rowsOf = async <T extends 'fact' | 'artifact' | 'seal' | 'object' | 'second_look'>(table: T) =>
    Map.groupBy(
      (
        await sql<
          Row<T>
        >`select * from ${sql.table(table)} where agency_id = ${agencyId} and record_id = any(${ids}::uuid[])`.execute(
          tx,
        )
      ).rows,
      (row) => (row as { readonly record_id: string }).record_id,
    );
  const facts = await rowsOf('fact');
  const artifacts = await rowsOf('artifact');
  const seals = await rowsOf('seal');
  const objects = await rowsOf('object');
  const looks = await rowsOf('second_look');
  const standing = await standingOf(at, ids);
  const events = Map.groupBy(
    (
      await sql<RecordEvent>`
        select e.id, e.record_id, e.type, e.at, e.actor, e.body
          from event e left join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
         where e.agency_id = ${agencyId} and e.record_id = any(${ids}::uuid[]) and e.type = any(${[...COMPARED]}::text[])
         order by l.idx nulls last, e.seq`.execute(tx)
    ).rows,
    (row) => row.record_id,
  );
  return records.map((record) => ({
    record,
    facts: (facts.get(record.id) ?? []).toSorted((a, b) => a.n - b.n),
    artifacts: (artifacts.get(record.id) ?? []).toSorted((a, b) => a.n - b.n),
    seals: (seals.get(record.id) ?? []).toSorted((a, b) => a.no - b.no),
    objects: objects.get(record.id) ?? [],
    looks: looks.get(record.id) ?? [],
    events: events.get(record.id) ?? [],
    standing: standing(record.id),
  }));
}

/**
 * Records that something names and that have no row. `told`: nothing but the history names it, it was never sealed, and one of these
 * `restore.performed` says so, which put back all of its entries. Those that are not told of come first: no number of others hides them.
 */
export async function lostRecords(
  { agencyId, tx }: AgencyTx,
  restores: readonly string[],
): Promise<{ readonly id: string; readonly told: boolean }[]> {
  const { rows } = await sql<{ id: string; told: boolean }>`
    with told as (
      select n.id, (e.body->>'from')::float8 as from, least((e.body->>'size')::float8, l.idx) as size from event e
        join log_leaf l on l.agency_id = e.agency_id and l.event_id = e.id
       cross join lateral jsonb_array_elements_text(
              case when jsonb_typeof(e.body->'neverSealed') = 'array' then e.body->'neverSealed' else '[]' end) n(id)
       where e.agency_id = ${agencyId} and e.record_id is null and e.type = 'restore.performed' and l.salt is not null and e.id = any(${[...restores]}::uuid[])
         and e.body->>'from' ~ '^[0-9]{1,15}$' and e.body->>'size' ~ '^[0-9]{1,15}$')
    select x.record_id as id,
           bool_and(x.of_history) and exists (
             select from told t where t.id = x.record_id::text and not exists (
               select from log_leaf p where p.agency_id = ${agencyId} and p.record_id = x.record_id and (p.idx < t.from or p.idx >= t.size)))
           and not exists (select from event s where s.agency_id = ${agencyId} and s.record_id = x.record_id and s.type = 'record.sealed') as told
      from (
      select record_id, true as of_history from event where agency_id = ${agencyId} and record_id is not null
      union all select record_id, false from fact where agency_id = ${agencyId}
      union all select record_id, false from artifact where agency_id = ${agencyId}
      union all select record_id, false from seal where agency_id = ${agencyId}
      union all select record_id, false from object where agency_id = ${agencyId}) x
     where not exists (select from record r where r.agency_id = ${agencyId} and r.id = x.record_id)
     group by x.record_id order by told, x.record_id limit 2000`.execute(tx);
  return rows;
}

/** Every clause of every version, by which facts cite. */
export async function clauses({ agencyId, tx }: AgencyTx) {
  return await tx
    .selectFrom('ground')
    .select(['policy_id as policyId', 'version', 'clause_id as clauseId', 'citation', 'clause', 'purpose'])
    .where('agency_id', '=', agencyId)
    .orderBy('policy_id')
    .orderBy('version')
    .orderBy('position')
    .execute();
}
