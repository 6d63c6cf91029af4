/**
 * Each night the whole of every log is computed again, and every record is held against its history and its manifests. What was found
 * is written as a chore, where the metrics look, and each finding is an error in the log. The objects of the records are left to the rotation
 * that reads them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Outsiders } from '#anchor/anchor.ts';
import type { Db } from '#db/db.ts';
import { codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import type { LogFiles, ObjectReader } from '#store/store.ts';
import { auditAgency, type AuditReport } from './audit.ts';

export interface NightlyContext {
  readonly db: Db;
  readonly files: LogFiles;
  readonly store: ObjectReader;
  /** Asked anew each time: keys change. */
  readonly keys: () => Promise<readonly string[]>;
  /** Of the same folder. */
  readonly restores: () => Promise<ReadonlySet<string> | null>;
  /** The key that signs certificates of destruction, by whoever executes them. */
  readonly certificateKey?: (agencyId: string) => Promise<string | null>;
  readonly formerCertificateKeys?: (agencyId: string) => Promise<readonly string[]>;
  readonly anchors: Outsiders;
  readonly log: Log;
  /** After the start; then how long between two. */
  readonly firstMs?: number;
  readonly everyMs?: number;
}

const FIRST_MS = 600_000;
const EVERY_MS = 24 * 3_600_000;
const SHOUTED = 20;

export function startNightlyAudit(context: NightlyContext): { stop(): Promise<void> } {
  const { firstMs = FIRST_MS, everyMs = EVERY_MS, log } = context;
  const ending = new AbortController();
  const { signal } = ending;
  const pause = async (ms: number): Promise<void> => {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  };
  const loop = async (): Promise<void> => {
    await pause(firstMs);
    while (!signal.aborted) {
      try {
        for (const agencyId of await due(context.db, everyMs)) {
          if (signal.aborted) return;
          await auditOne(context, agencyId, signal);
        }
      } catch (error) {
        if (!signal.aborted) log.error({ code: codeOf(error), err: error }, 'audit.failed');
      }
      // Several processes may do this; whoever comes first does it, and each looks again soon whether one is due.
      await pause(Math.min(firstMs, everyMs));
    }
  };
  const running = loop();
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

async function auditOne(
  { db, files, store, keys, restores, certificateKey, formerCertificateKeys, anchors, log }: NightlyContext,
  agencyId: string,
  signal: AbortSignal,
): Promise<void> {
  const asked = { files, store, anchors, keys: await keys(), restores: await restores() };
  const ofCertificates = (await certificateKey?.(agencyId)) ?? null;
  const context = {
    ...asked,
    certificateKey: ofCertificates,
    formerCertificateKeys: (await formerCertificateKeys?.(agencyId)) ?? [],
    keysFrom: 'folder',
    objects: 'none',
    signal,
  } as const;
  const report = await auditAgency(db, context, agencyId);
  await writeAudit(db, report);
  const { ok, ms } = report;
  const { entries } = report.log;
  if (ok) log.info({ agencyId, entries, records: report.records.records, ms }, 'audit.passed');
  for (const { purge, records, believed } of report.underway)
    log.info({ agencyId, purge, records: records.length, believed }, 'audit.disposal-underway');
  for (const { step, what, where } of report.findings.slice(0, SHOUTED))
    log.error({ agencyId, step, what, ...where }, 'audit.found');
}

/** Every agency that there is, and every one that has a log: whoever takes one of them away is to be noticed. */
export async function auditTargets(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from agency union select agency_id from log_head order by 1`.execute(db.system);
  return rows.map(({ id }) => id);
}

async function due(db: Db, everyMs: number): Promise<string[]> {
  const { rows } = await sql<{ about: string }>`
    select about from chore where name = 'audit' and at > now() - ${everyMs} * interval '1 millisecond'`.execute(
    db.system,
  );
  const done = new Set(rows.map(({ about }) => about));
  return (await auditTargets(db)).filter((id) => !done.has(id));
}

async function writeAudit(db: Db, report: AuditReport): Promise<void> {
  const { agency, ok, ms, findings, more } = report;
  const said = {
    ok,
    ms,
    entries: report.log.entries,
    records: report.records.records,
    found: findings.length + more,
    steps: [...new Set(findings.map(({ step }) => step))],
  };
  await sql`insert into chore (name, about, report) values ('audit', ${agency}, ${JSON.stringify(said)})
            on conflict (name, about) do update set at = now(), report = excluded.report`.execute(db.system);
}

export interface LastAudit {
  readonly agency: string;
  readonly ageMs: number;
  readonly report: {
    readonly ok: boolean;
    readonly ms: number;
    readonly entries: number;
    readonly records: number;
    readonly found: number;
    readonly steps: readonly string[];
  };
}

export interface AuditStanding {
  /** How many logs were ever audited. */
  readonly audited: number;
  readonly found: number;
  readonly steps: readonly string[];
  /** Of which something was found. */
  readonly agencies: readonly string[];
  /** Since the log that was audited the longest ago was. Null: none ever was; a log that nobody writes is told of by the log itself. */
  readonly oldestMs: number | null;
}

/** What whoever runs the machine has to know of the newest audits. */
export async function auditStanding(db: Db): Promise<AuditStanding> {
  const audits = await lastAudit(db);
  const troubled = audits.filter(({ report }) => !report.ok);
  return {
    audited: audits.length,
    found: troubled.reduce((all, { report }) => all + report.found, 0),
    steps: [...new Set(troubled.flatMap(({ report }) => report.steps))],
    agencies: troubled.map(({ agency }) => agency),
    oldestMs: audits.length === 0 ? null : Math.max(...audits.map(({ ageMs }) => ageMs)),
  };
}

/** The newest of each log. */
export async function lastAudit(db: Db): Promise<LastAudit[]> {
  const { rows } = await sql<LastAudit>`
    select about as agency, (extract(epoch from now() - at) * 1000)::float8 as "ageMs", report from chore
     where name = 'audit' order by about`.execute(db.system);
  return rows;
}
