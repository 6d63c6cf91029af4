/** What is known of fixity, for whoever looks after the machine, and for the people of an agency. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';

export async function writePass(db: Db, report: object): Promise<void> {
  await sql`insert into fixity_pass (report) values (${JSON.stringify(report)})
            on conflict (is_one) do update set at = now(), report = excluded.report`.execute(db.system);
}

export interface FixityAlarm {
  /** Since the reading that is longest ago; null: nothing was read yet. */
  readonly oldestReadMs: number | null;
  readonly oldestLookedMs: number | null;
  /** Since the seal of what has waited longest for its first reading. */
  readonly oldestUnreadMs: number | null;
  readonly wrong: number;
  readonly strays: number;
  /** Files of logs that are not what was signed. */
  readonly logFiles: number;
}

/** Over all agencies, and cheap whatever they hold: asked each time that somebody asks whether the archive is well. */
export async function fixityAlarm(db: Db): Promise<FixityAlarm> {
  const oldest = (column: 'read_at' | 'looked_at' | 'sealed_at', where: string) => {
    const name = sql.ref(`f.${column}`);
    return sql`(select (extract(epoch from now() - min(x.at)) * 1000)::float8 from agency a, lateral (
      select ${name} as at from fixity f where f.agency_id = a.id and f.ended_at is null and ${sql.raw(where)} order by ${name} limit 1) x)`;
  };
  const { rows } = await sql<FixityAlarm>`
    select ${oldest('read_at', 'f.read_at is not null')} as "oldestReadMs",
           ${oldest('looked_at', 'f.looked_at is not null')} as "oldestLookedMs",
           ${oldest('sealed_at', 'f.read_at is null')} as "oldestUnreadMs",
           (select count(*)::int from fixity where cardinality(findings) > 0 and ended_at is null) as wrong,
           (select count(*)::int from fixity_stray where gone_at is null) as strays,
           (select coalesce(sum(wrong), 0)::int from fixity_log) as "logFiles"`.execute(db.system);
  return only(rows);
}

export interface FixityCounts {
  readonly objects: number;
  readonly neverRead: number;
  readonly notCopied: number;
  /** Kind of finding → how many objects. */
  readonly findings: Readonly<Record<string, number>>;
  /** Since the last pass of the worker that came to its end; null: there never was one. */
  readonly lastPassMs: number | null;
}

/** Over all agencies: numbers and times alone. */
export async function fixityCounts(db: Db): Promise<FixityCounts> {
  const { rows } = await sql<FixityCounts>`
    select count(*)::int as objects, count(*) filter (where read_at is null)::int as "neverRead",
           count(*) filter (where copied_at is null)::int as "notCopied",
           (select coalesce(jsonb_object_agg(kind, n), '{}') from (
              select kind, count(*) as n from fixity, unnest(findings) kind where cardinality(findings) > 0 and ended_at is null group by kind) k) as findings,
           (select (extract(epoch from now() - at) * 1000)::float8 from fixity_pass) as "lastPassMs"
      from fixity where ended_at is null`.execute(db.system);
  return only(rows);
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('An aggregate without a row.');
  return row;
}

export interface FixityView {
  readonly objects: number;
  readonly neverRead: number;
  /** Whose reading is longest ago; of what was never read, when it was sealed. */
  readonly oldestUnreadAt: Date | null;
  /** The same, of those that were never read alone, when there are any. */
  readonly oldestWaitingAt: Date | null;
  readonly readThisRound: number;
  readonly lookedThisRound: number;
  readonly notCopied: number;
  readonly listedAt: Date | null;
  readonly batches: readonly {
    readonly id: string;
    readonly layer: 'look' | 'read' | 'asked';
    readonly at: Date;
    readonly objects: number;
    readonly failed: number;
    readonly oldestDays: number;
    readonly root: string;
  }[];
  readonly wrong: readonly {
    readonly recordId: string;
    readonly sealNo: number;
    readonly role: string;
    readonly findings: readonly string[];
    readonly foundAt: Date;
  }[];
  /** More than are listed. */
  readonly wrongCount: number;
  readonly strays: readonly {
    readonly key: string;
    readonly isMarker: boolean;
    readonly sizeBytes: number;
    readonly foundAt: Date;
  }[];
  readonly strayCount: number;
}

const SHOWN = 50;
const SHOWN_BATCHES = 10;

/** Of one agency. A round ends when nothing is older than `lookMs`, and `readMs`. */
export async function fixityView(
  { agencyId, tx }: AgencyTx,
  { lookMs, readMs }: { readonly lookMs: number; readonly readMs: number },
): Promise<FixityView> {
  const ms = sql.raw("* interval '1 millisecond'");
  const { rows: sums } = await sql<Omit<FixityView, 'batches' | 'wrong' | 'strays'>>`
    select count(*)::int as objects, count(*) filter (where f.read_at is null)::int as "neverRead",
           min(coalesce(f.read_at, f.sealed_at)) as "oldestUnreadAt",
           coalesce(min(f.sealed_at) filter (where f.read_at is null), min(f.read_at)) as "oldestWaitingAt",
           count(*) filter (where f.read_at >= now() - ${readMs} ${ms})::int as "readThisRound",
           count(*) filter (where f.looked_at >= now() - ${lookMs} ${ms})::int as "lookedThisRound",
           count(*) filter (where f.copied_at is null)::int as "notCopied",
           count(*) filter (where cardinality(f.findings) > 0)::int as "wrongCount",
           (select count(*)::int from fixity_stray where agency_id = ${agencyId} and gone_at is null) as "strayCount",
           (select listed_at from fixity_listing where agency_id = ${agencyId}) as "listedAt"
      from fixity f where f.agency_id = ${agencyId} and f.ended_at is null`.execute(tx);
  const sum = only(sums);
  const { rows: wrong } = await sql<FixityView['wrong'][number]>`
    select f.record_id as "recordId", o.seal_no as "sealNo", o.role, f.findings, f.found_at as "foundAt"
      from fixity f join object o on o.key = f.key
     where f.agency_id = ${agencyId} and cardinality(f.findings) > 0 and f.ended_at is null order by f.found_at desc, f.key limit ${SHOWN}`.execute(
    tx,
  );
  const { rows: batches } = await sql<FixityView['batches'][number]>`
    select id, layer, at, objects, failed, oldest_days as "oldestDays", encode(root, 'hex') as root
      from fixity_batch where agency_id = ${agencyId} order by at desc limit ${SHOWN_BATCHES}`.execute(tx);
  const { rows: strays } = await sql<FixityView['strays'][number]>`
    select key, is_marker as "isMarker", size_bytes as "sizeBytes", found_at as "foundAt" from fixity_stray
     where agency_id = ${agencyId} and gone_at is null order by found_at desc, key limit ${SHOWN}`.execute(
    tx,
  );
  return { ...sum, wrong, batches, strays };
}
