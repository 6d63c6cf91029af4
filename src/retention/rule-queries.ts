/** SQL of rules, and of the records that they are applied to. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { appendEvent, newId } from '#record/record.ts';
import type { Classifiable, Classification, ClassificationRule } from './rules.ts';

export interface KnownRule extends ClassificationRule {
  readonly id: string;
  readonly addedAt: string;
  readonly addedBy: string;
}

/** Those that have not ended, in the agency's order. */
export async function readRules({ agencyId, tx }: AgencyTx): Promise<KnownRule[]> {
  const rows = await tx
    .selectFrom('classification_rule as r')
    .innerJoin('series as s', (join) =>
      join
        .onRef('s.agency_id', '=', 'r.agency_id')
        .onRef('s.edition', '=', 'r.edition')
        .onRef('s.code', '=', 'r.series'),
    )
    .select(['r.id', 'r.position', 'r.matches', 'r.edition', 'r.series', 's.title', 's.citation'])
    .select(['r.added_at', 'r.added_by'])
    .where('r.agency_id', '=', agencyId)
    .where('r.ended_at', 'is', null)
    .orderBy('r.position')
    .execute();
  return rows.map(({ added_at, added_by, ...rule }) => ({
    ...rule,
    addedAt: added_at.toISOString(),
    addedBy: added_by,
  }));
}

export type RuleRefusal = 'series-unknown' | 'place-taken';

export async function addRule(
  at: AgencyTx,
  rule: Pick<ClassificationRule, 'position' | 'matches' | 'edition' | 'series'>,
  actor: string,
): Promise<{ readonly id: string } | { readonly refused: RuleRefusal }> {
  const { agencyId, tx } = at;
  const series = await tx
    .selectFrom('series')
    .select('code')
    .where('agency_id', '=', agencyId)
    .where('edition', '=', rule.edition)
    .where('code', '=', rule.series)
    .executeTakeFirst();
  if (series === undefined) return { refused: 'series-unknown' };
  const id = newId();
  const added = await tx
    .insertInto('classification_rule')
    .values({ ...rule, id, agency_id: agencyId, matches: JSON.stringify(rule.matches), added_by: actor })
    .onConflict((conflict) =>
      conflict.columns(['agency_id', 'position']).where('ended_at', 'is', null).doNothing(),
    )
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 0n) return { refused: 'place-taken' };
  const { edition, series: schedule, position } = rule;
  await appendEvent(at, null, { type: 'rule.added', actor, body: { rule: id, position, edition, schedule } });
  return { id };
}

/** False: there is none, or it has ended. */
export async function endRule(at: AgencyTx, id: string, actor: string): Promise<boolean> {
  const ended = await at.tx
    .updateTable('classification_rule')
    .set({ ended_at: sql<Date>`now()`, ended_by: actor })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning(['position', 'edition', 'series'])
    .executeTakeFirst();
  if (ended === undefined) return false;
  const { position, edition, series: schedule } = ended;
  await appendEvent(at, null, { type: 'rule.ended', actor, body: { rule: id, position, edition, schedule } });
  return true;
}

export async function agencyIds(db: Db): Promise<string[]> {
  const rows = await db.system
    .selectFrom('agency')
    .select('id')
    .where('id', '<>', 'system')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

export interface UnruledRecord extends Classifiable {
  readonly id: string;
  /** `edition series` of each under which it stands. */
  readonly under: readonly string[];
}

/** Records that became complete and met no rule yet; whoever else is at one keeps it. */
export async function takeUnruled(at: AgencyTx, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select record_id as id from retention where agency_id = ${at.agencyId} and ruled_at is null and disposed_at is null
     order by record_id limit ${limit} for update skip locked`.execute(at.tx);
  return rows.map(({ id }) => id);
}

/** What rules ask of these records, and of what is kept with them. `text`: their words and marks as well. */
export async function classifiable(
  { agencyId, tx }: AgencyTx,
  ids: readonly string[],
  text: boolean,
): Promise<UnruledRecord[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<UnruledRecord & { readonly said: string | null; readonly marked: string[] }>`
    select r.id, r.platform, r.account, r.kind, r.verb, r.grounds,
           array(select s.edition || ' ' || s.series from record_series s where s.record_id = r.id order by 1) as under,
           case when ${text} then (select string_agg(f.body #>> '{data,content,text}', ' ' order by f.n)
                                     from fact f where f.record_id = r.id and f.agency_id = r.agency_id) end as said,
           array(select distinct m from fact f, jsonb_array_elements_text(f.body #> '{data,sensitivity}') m
                  where ${text} and f.record_id = r.id and f.agency_id = r.agency_id order by 1) as marked,
           array(select distinct f.body #>> '{data,content,parent,kind}' from fact f
                  where f.record_id = r.id and f.agency_id = r.agency_id and f.body #>> '{data,content,parent,kind}' is not null order by 1) as "contextKinds"
      from record r where r.agency_id = ${agencyId} and r.id = any(${[...ids]}::uuid[]) order by r.id`.execute(
    tx,
  );
  return rows.map(({ said, marked, ...row }) => ({
    ...row,
    ...(text ? { text: said ?? '', marks: marked } : {}),
  }));
}

/** Under these series as well, with their reasons, which the database enters in the history (0040); and each of them was ruled. */
export async function writeRuled(
  at: AgencyTx,
  ruled: readonly { readonly id: string; readonly also: readonly Classification[] }[],
  by: string,
): Promise<void> {
  const { agencyId, tx } = at;
  const rows = ruled.flatMap(({ id, also }) =>
    also.map((one) => ({ agency_id: agencyId, record_id: id, ...one, by })),
  );
  if (rows.length > 0)
    await tx
      .insertInto('record_series')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  await sql`update retention set ruled_at = now()
             where agency_id = ${agencyId} and record_id = any(${ruled.map(({ id }) => id)}::uuid[])`.execute(
    tx,
  );
}
