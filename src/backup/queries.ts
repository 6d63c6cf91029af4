/** What a backup asks of the database beside its rows, and where it writes down that it was made. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';
import { newId, tellWatchers } from '#record/record.ts';
import type { Dump, Load } from '#db/copy.ts';

export interface AgencyRow {
  readonly id: string;
  readonly origin: string | null;
  readonly size: string | null;
  readonly frontier: Buffer | null;
}

export async function agenciesIn(dump: Dump): Promise<AgencyRow[]> {
  return await dump.rows<AgencyRow>(`
    select a.id, h.origin, h.size::text as size, h.frontier
      from agency a left join log_head h on h.agency_id = a.id order by a.id collate "C"`);
}

export interface KeyInDatabase {
  readonly use: 'log' | 'receipts' | 'web-archives';
  readonly agency: string | null;
  readonly public: string;
}

/** Of each use, as the log names them. */
export async function keysIn(dump: Dump): Promise<KeyInDatabase[]> {
  return await dump.rows<KeyInDatabase>(`
    select 'log' as use, agency_id as agency, vkey as public from log_key
    union select 'receipts', agency_id, body ->> 'vkey' from event where type = 'receipt-key.added'
    union select 'web-archives', null, body ->> 'keyDigest' from event where type = 'wacz-key.added'
    order by 1, 2, 3`);
}

/** Rows of records that are destroyed, or are being destroyed at this moment. */
export async function destroyedIn(
  dump: Dump,
): Promise<{ readonly agency: string; readonly record: string }[]> {
  return await dump.rows(`
    select agency_id as agency, id::text as record from record where state = 'disposed' order by agency_id collate "C", id`);
}

/** Lists that have a certificate, `agency list`. */
export async function completedIn(dump: Dump): Promise<string[]> {
  const rows = await dump.rows<{ name: string }>(
    "select agency_id || ' ' || id::text as name from disposal where state = 'completed'",
  );
  return rows.map(({ name }) => name);
}

export async function noteBackup(db: Db, report: object): Promise<void> {
  await sql`
    insert into chore (name, about, report) values ('backup', '', ${JSON.stringify(report)})
    on conflict (name, about) do update set at = now(), report = excluded.report`.execute(db.system);
}

export interface RestoreNote {
  /** SHA-256 of the manifest of the backup. */
  readonly backup: string;
  readonly done: boolean;
}

/** Within the load: from its commit on the database is known to be half restored, until it is not. */
export async function noteLoad(
  load: Load,
  report: RestoreNote & Readonly<Record<string, unknown>>,
): Promise<void> {
  await load.run("insert into chore (name, about, report) values ('restore', '', $1)", [
    JSON.stringify(report),
  ]);
}

export async function noteRestored(
  db: Db,
  report: RestoreNote & Readonly<Record<string, unknown>>,
): Promise<void> {
  await sql`update chore set at = now(), report = ${JSON.stringify(report)} where name = 'restore'`.execute(
    db.system,
  );
}

export interface ObjectRow {
  readonly key: string;
  readonly sha256: string;
  readonly media_type: string;
  readonly seal_no: number;
  readonly role: string;
  readonly version_id: string | null;
  readonly confirmed: boolean;
}

export async function objectRows(
  { agencyId, tx }: AgencyTx,
  recordId: string,
): Promise<Map<string, ObjectRow>> {
  const { rows } = await sql<ObjectRow>`
    select key, sha256, media_type, seal_no, role, version_id, confirmed_at is not null as confirmed
      from object where agency_id = ${agencyId} and record_id = ${recordId}`.execute(tx);
  return new Map(rows.map((row) => [row.key, row]));
}

/** The row names the version that has the bytes now, and the history says so, as of whatever is put back from a second store. */
export async function moveObject(
  { agencyId, tx }: AgencyTx,
  recordId: string,
  { key, seal_no: seal, role }: ObjectRow,
  now: { readonly versionId: string; readonly lockedUntil: Date },
): Promise<void> {
  await sql`
    update object set version_id = ${now.versionId}, locked_until = ${now.lockedUntil}
     where agency_id = ${agencyId} and key = ${key}`.execute(tx);
  await sql`
    insert into event (agency_id, id, record_id, type, actor, body)
    values (${agencyId}, ${newId()}, ${recordId}, 'fixity.put-back', 'cli', ${JSON.stringify({ seal, role, objects: 1 })})`.execute(
    tx,
  );
  await tellWatchers(tx, recordId);
}

/** That this database came out of a backup, where the log needs no replay that would say it. */
export async function enterRestore(
  { agencyId, tx }: AgencyTx,
  id: string,
  log: { readonly size: number; readonly root: string },
): Promise<void> {
  const body = {
    ...log,
    size: String(log.size),
    from: String(log.size),
    records: 0,
    refused: [],
    neverSealed: [],
    neverSealedCount: 0,
  };
  await sql`
    insert into event (agency_id, id, record_id, type, actor, body)
    values (${agencyId}, ${id}, null, 'restore.performed', 'cli', ${JSON.stringify(body)})`.execute(tx);
}

/** Staged files that some row still waits for. */
export async function stagedNames(db: Db): Promise<Set<string>> {
  const { rows } = await sql<{
    staged: string;
  }>`select staged from artifact where staged is not null`.execute(db.system);
  return new Set(rows.map(({ staged }) => staged));
}

/** Whoever had claimed a step or a production, or was rung for one, is on another machine. What is parked stays so. */
export async function unclaim(db: Db): Promise<void> {
  await sql`
    update step set rung_at = null, claimed_by = null, claimed_until = null, due_at = least(due_at, now())
     where rung_at is not null or claimed_by is not null or due_at > now()`.execute(db.system);
  await sql`
    update production_build set claimed_until = null, fence = null where claimed_until is not null`.execute(
    db.system,
  );
}

/** How many lists of disposal a restore ended, and of how many records of lists that had begun it took the turn away. */
export interface EndedLists {
  readonly lists: number;
  readonly records: number;
}

const ENDED =
  'This archive was restored from a backup. Whether this list was cancelled or refused after it, nobody here knows, so nothing more of it is destroyed. Make another list, and have that proposed and approved.';
const DONE =
  'This archive was restored from a backup of before this list was done. That it was done, its certificate says, which is in the store.';

/**
 * What was decided is decided anew: after the backup somebody may have taken it back, or left. A list of which something was marked goes on to the
 * end of just that. `certified`: lists that have a certificate, which happened after the backup where the row does not say so.
 */
export async function endLists(
  { agencyId, tx }: AgencyTx,
  certified: ReadonlySet<string>,
): Promise<EndedLists> {
  const { rows: open } = await sql<{ id: string; touched: boolean }>`
    select d.id, exists (select from disposal_item i where i.agency_id = d.agency_id and i.disposal_id = d.id
                            and i.state in ('marked', 'destroyed')) as touched
      from disposal d where d.agency_id = ${agencyId} and d.state in ('proposed', 'approved', 'running') order by d.id for update`.execute(
    tx,
  );
  let [lists, records] = [0, 0];
  for (const { id, touched } of open) {
    if (touched) {
      const { numAffectedRows } = await sql`
        update disposal_item set state = 'refused', code = 'restored', sentence = ${certified.has(id) ? DONE : ENDED}
         where agency_id = ${agencyId} and disposal_id = ${id} and excluded_at is null and state = 'listed'`.execute(
        tx,
      );
      records += Number(numAffectedRows ?? 0n);
      continue;
    }
    await sql`
      update disposal set state = 'refused', ended_at = now(), ended_by = 'cli', ended_because = ${certified.has(id) ? DONE : ENDED}
       where agency_id = ${agencyId} and id = ${id}`.execute(tx);
    await sql`
      insert into event (agency_id, id, record_id, type, actor, body)
      values (${agencyId}, ${newId()}, null, 'purge.refused', 'cli', ${JSON.stringify({ purge: id, code: 'restored' })})`.execute(
      tx,
    );
    lists += 1;
  }
  return { lists, records };
}
