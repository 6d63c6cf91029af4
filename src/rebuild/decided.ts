/**
 * What people decided after the time that a database came from: the log says that they did, and no more. Nothing that it cannot undo may
 * follow from an older state of the same thing, so what was held is held, and an edition that ended counts no more.
 */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { appendEvent } from '#record/record.ts';
import type { LogDb } from './log-queries.ts';

export interface Decided {
  /** Records that were held and not released, classified by a person, or given a day. */
  readonly kept: readonly string[];
  /** Editions that were withdrawn or replaced; null: one whose name does not stand in the open. */
  readonly ended: readonly { readonly edition: string | null; readonly at: string }[];
  /** Holds that were placed and not released. */
  readonly holds: readonly string[];
  /** How often a rule of classification was added or ended. */
  readonly rules: number;
  /** Productions that were sealed or withdrawn; null: one that an entry of an earlier version does not name. */
  readonly productions: readonly { readonly id: string | null; readonly request: string | null }[];
}

/** By the entries from `from` on, as the role of the log. */
export async function decidedSince(db: LogDb, agencyId: string, from: number): Promise<Decided> {
  const { rows } = await sql<{
    type: string;
    at: string;
    edition: string | null;
    hold: string | null;
    request: string | null;
    production: string | null;
  }>`
    select e->>'type' as type, e->>'at' as at, substr(e->>'subject', length('hold:') + 1) as hold,
           substr(e->>'subject', length('request:') + 1) as request, substr(e->'facts'->'about'->>0, length('production:') + 1) as production,
           case e->>'type' when 'edition.succeeded' then e->'facts'->>'from' else e->'facts'->>'edition' end as edition
      from (select idx, event_id, convert_from(entry, 'UTF8')::jsonb as e from log_leaf
             where agency_id = ${agencyId} and idx >= ${from} and record_id is null) l
     where e->>'type' in ('edition.withdrawn', 'edition.succeeded', 'hold.placed', 'hold.released', 'rule.added', 'rule.ended',
                         'production.sealed', 'production.withdrawn')
       -- What waited to enter the log when the database was saved has its row.
       and (e->>'type' not like 'production.%' or exists (
             select from event v where v.agency_id = ${agencyId} and v.record_id is null and v.type in ('production.sealed', 'production.withdrawn')
                and v.id = l.event_id and v.body->>'restored' = 'true'))
     order by idx`.execute(db);
  const of = (type: string) => rows.filter((row) => row.type === type);
  const released = new Set(of('hold.released').map(({ hold }) => hold));
  return {
    kept: await keptSince(db, agencyId, from),
    ended: [...of('edition.withdrawn'), ...of('edition.succeeded')].map(({ edition, at }) => ({
      edition,
      at,
    })),
    holds: of('hold.placed').flatMap(({ hold }) => (hold === null || released.has(hold) ? [] : [hold])),
    rules: of('rule.added').length + of('rule.ended').length,
    productions: [...of('production.sealed'), ...of('production.withdrawn')].map(
      ({ production, request }) => ({ id: production, request }),
    ),
  };
}

/**
 * Records of which entries from `from` on say that they were held, and not let go by the same hold; or that a person classified them or entered a day.
 * What was said is gone with the database; that it was said keeps them.
 */
async function keptSince(db: LogDb, agencyId: string, from: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with said as (
      select record_id as id, idx, e->>'type' as type, e->>'actor' as actor, e->'facts'->'about'->>0 as hold
        from (select record_id, idx, convert_from(entry, 'UTF8')::jsonb as e from log_leaf
               where agency_id = ${agencyId} and idx >= ${from} and record_id is not null) l
       where e->>'type' in ('record.held', 'record.released', 'record.reclassified', 'record.dated'))
    select distinct s.id from said s
     -- What rules did, rules do again.
     where s.type in ('record.reclassified', 'record.dated') and s.actor not like 'worker:%'
        or s.type = 'record.held' and not exists (
             select from said r where r.type = 'record.released' and r.id = s.id and r.hold = s.hold and r.idx > s.idx)
     order by s.id`.execute(db);
  return rows.map(({ id }) => id);
}

export interface Lost {
  /** Editions that count no more, by what the log says. */
  readonly ended: readonly string[];
  /** An edition ended, and the log does not say in the open which: everything is held. */
  readonly heldAll: boolean;
  /** Holds that are gone with the database. What they lay on is held by another one; what a search would have found since is not. */
  readonly lostHolds: readonly string[];
  readonly lostRules: number;
  /** Productions that are handed out no more: the log says that they were withdrawn, or sealed after the database was saved. */
  readonly productionsEnded: readonly string[];
}

/** Once more it finds the same there. `holdId`: of the hold on everything, where that is needed. */
export async function applyDecided(
  at: AgencyTx,
  holdId: string,
  { ended, holds, rules, productions }: Decided,
): Promise<Lost> {
  const { agencyId, tx } = at;
  const names: string[] = [];
  let unnamed = 0;
  for (const { edition, at: when } of ended)
    if (edition === null) unnamed += 1;
    else {
      const { rows } = await sql<{ edition: string }>`
        update edition set ended_in_log = coalesce(ended_in_log, ${when}::timestamptz)
         where agency_id = ${agencyId} and edition = ${edition} and withdrawn_at is null and superseded_at is null
        returning edition`.execute(tx);
      if (rows.length > 0 && !names.includes(edition)) names.push(edition);
    }
  const { rows: there } = await sql<{ id: string }>`
    select id from hold where agency_id = ${agencyId} and id = any(${[...holds]}::uuid[])`.execute(tx);
  const { rows: counting } = await sql`
    select from edition where agency_id = ${agencyId} and withdrawn_at is null and superseded_at is null and ended_in_log is null limit 1`.execute(
    tx,
  );
  const heldAll = unnamed > 0 && counting.length > 0;
  if (heldAll) await holdAll(at, holdId);
  const known = new Set(there.map(({ id }) => id));
  return {
    ended: names,
    heldAll,
    lostHolds: holds.filter((id) => !known.has(id)),
    lostRules: rules,
    productionsEnded: await endProductions(at, productions),
  };
}

/** One hold for what a log that was put back says was held, classified or dated; put again it is the same. Answers how many records it lies on. */
export async function holdRestored(
  { agencyId, tx }: AgencyTx,
  holdId: string,
  ids: readonly string[],
): Promise<number> {
  const { rows: made } = await sql`
    insert into hold (agency_id, id, kind, title, reason, ends, placed_by)
    values (${agencyId}, ${holdId}, 'other', 'Restored: held, classified or dated after the backup',
            'The database came from an earlier time. After it these records were held, classified by a person, or given a day, as the log says; what was said is lost.',
            'until a person went over each record and entered anew what was lost', 'worker:log')
    on conflict (id) do nothing returning id`.execute(tx);
  if (made.length === 0) return ids.length;
  const { numAffectedRows } = await sql`
    insert into hold_record (agency_id, hold_id, record_id)
    select r.agency_id, ${holdId}, r.id from record r
     where r.agency_id = ${agencyId} and r.id = any(${[...ids]}::uuid[]) and r.state not in ('disposing', 'disposed') order by r.id
    on conflict do nothing`.execute(tx);
  const records = Number(numAffectedRows ?? 0n);
  await appendEvent({ agencyId, tx }, null, {
    type: 'hold.placed',
    actor: 'worker:log',
    body: { hold: holdId, records, kind: 'other', standing: false },
  });
  return records;
}

/** And what comes after, until it is released. */
async function holdAll({ agencyId, tx }: AgencyTx, holdId: string): Promise<void> {
  const { rows: made } = await sql`
    insert into hold (agency_id, id, kind, title, reason, ends, search, standing, placed_by)
    values (${agencyId}, ${holdId}, 'other', 'Restored: an edition ended after the backup',
            'The database came from an earlier time. After it an edition of the schedules was withdrawn or replaced, as the log says; which one is lost.',
            'until a person withdrew or replaced that edition anew', '{}', true, 'worker:log')
    on conflict (id) do nothing returning id`.execute(tx);
  if (made.length === 0) return;
  const { numAffectedRows } = await sql`
    insert into hold_record (agency_id, hold_id, record_id)
    select r.agency_id, ${holdId}, r.id from record r
     where r.agency_id = ${agencyId} and r.state not in ('disposing', 'disposed') order by r.id
    on conflict do nothing`.execute(tx);
  await appendEvent({ agencyId, tx }, null, {
    type: 'hold.placed',
    actor: 'worker:log',
    body: { hold: holdId, records: Number(numAffectedRows ?? 0n), kind: 'other', standing: true },
  });
}

/**
 * One that was withdrawn is not handed out again because its withdrawal was lost, and one that was sealed is not made once more under its
 * number: what was sealed is in the store, and its row is not. Where an entry does not say which, all of its request.
 */
async function endProductions(at: AgencyTx, told: Decided['productions']): Promise<readonly string[]> {
  const { agencyId, tx } = at;
  const { rows } = await sql<{ id: string; request: string; digest: string; when: string }>`
    update production p set state = 'withdrawn', withdrawn_at = now(), withdrawn_by = 'worker:log',
           withdrawn_why = 'The database came from an earlier time. After it this was withdrawn or sealed, as the log says.'
     where p.agency_id = ${agencyId} and p.state <> 'withdrawn'
       and (p.id::text = any(${told.flatMap(({ id }) => id ?? [])}::text[])
            or p.request_id::text = any(${told.flatMap(({ id, request }) => (id === null && request !== null ? [request] : []))}::text[]))
    returning p.id, p.request_id as request, in_utc(p.withdrawn_at) as when,
              request_digest(p.agency_id, (select r.tracking from request r where r.id = p.request_id), p.withdrawn_why) as digest`.execute(
    tx,
  );
  for (const { id, request, digest, when } of rows)
    await appendEvent(at, null, {
      type: 'production.withdrawn',
      actor: 'worker:log',
      body: { request, production: id, at: when, why: digest },
    });
  return rows.map(({ id }) => id);
}
