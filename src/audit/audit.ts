/**
 * The audit: whether what the database says is what was signed, sealed and published, and is in other hands.
 *
 * Promise: nothing of what stands in a checkpoint that somebody else holds can be changed, taken away, put in another order or back-dated
 * by anybody, the owner of the database included, without a finding here that names the step, what, where and what it means. What is
 * not compared is listed with its reason (`NOT_COVERED`), and what is newer than the newest checkpoint is counted and not judged.
 *
 * The newest checkpoint of the store is read first, then everything in one snapshot of the database, so that what happens meanwhile is
 * not taken for damage. It reads in stretches, keeps nothing between two runs, and changes nothing. A part that cannot be reached is no
 * finding: the audit ends with that error.
 *
 *   log-pass.ts  the log, entry by entry         records.ts   records: seals.ts against manifests, derived.ts against facts
 *   keys.ts      which keys are believed         desk.ts      requests, decisions, letters, productions
 *   anchors.ts   what others signed over it      findings.ts  everything that can be found, and what it means
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outsiders } from '#anchor/anchor.ts';
import type { AgencyTx, Db } from '#db/db.ts';
import { logPrefix } from '#log/log.ts';
import type { LogFiles, ObjectReader } from '#store/store.ts';
import { auditDesk, type DeskLooked } from './desk.ts';
import { openFindings, type Finding } from './findings.ts';
import type { KeysFrom } from './keys.ts';
import { auditLog, type Held, type LogLooked } from './log-pass.ts';
import {
  purgesInLog,
  purgesUnderway,
  receiptKeys,
  restoresInLog,
  type Restore,
  type Underway,
} from './log-queries.ts';
import { certifiedRecords } from './purges.ts';
import { auditRecords, type RecordPass, type RecordsLooked } from './records.ts';

export { NOT_COVERED } from './derived.ts';
export { STEPS, type Finding } from './findings.ts';
export type { Held } from './log-pass.ts';
export {
  auditStanding,
  auditTargets,
  lastAudit,
  startNightlyAudit,
  type AuditStanding,
  type LastAudit,
} from './nightly.ts';

export interface AuditContext {
  readonly files: LogFiles;
  readonly store: ObjectReader;
  /** From outside the database: given by hand, or else what lies in the folder of private keys. */
  readonly keys: readonly string[];
  readonly keysFrom: Exclude<KeysFrom, 'itself'>;
  /**
   * Ids of the events `restore.performed` that the installation remembers beside its keys; no other one explains anything. Null or left out: nothing
   * is known of that here; each is believed, and named in the report for whoever audits to judge.
   */
  readonly restores?: ReadonlySet<string> | null;
  /** The key for receipts that lies in the folder of this machine. Null or left out: it has none to compare. */
  readonly receiptKey?: string | null;
  /** The key that signs certificates of destruction. Null or left out: none is known here, and no purge is believed. */
  readonly certificateKey?: string | null;
  /** Those that signed them before and are lost; whoever keeps the folder of keys vouches for each. */
  readonly formerCertificateKeys?: readonly string[];
  /** Checkpoints of this agency in other hands, beside the store's. */
  readonly held?: readonly Held[];
  readonly objects: RecordPass['objects'];
  /** Whose stamps and cosignatures can be judged. */
  readonly anchors: Outsiders;
  /** These records alone, and the whole log; otherwise every record. */
  readonly only?: readonly string[];
  /** How far the clocks of two machines may be apart; five minutes. */
  readonly clockMs?: number;
  /** Left out: now. */
  readonly now?: Date;
  readonly signal?: AbortSignal;
}

export interface AuditReport {
  readonly agency: string;
  /** Nothing was found. What it says is as much as was looked at. */
  readonly ok: boolean;
  readonly log: Omit<LogLooked, 'keyed'>;
  readonly records: RecordsLooked;
  /** Null: single records were asked for, and no request. */
  readonly desk: DeskLooked | null;
  /** Lists that are being destroyed and have no certificate yet; `believed`: begun so lately that they explain what is gone. */
  readonly underway: readonly (Underway & { readonly believed: boolean })[];
  /** Each restore that the log tells of, with whether the installation remembers it; null: nobody was asked. */
  readonly restores: readonly (Restore & { readonly remembered: boolean | null })[];
  /**
   * Each key that the log says signs receipts, with whether it lies in the folder of this machine; null: none does there. No finding: one
   * that was lost, or that another process has, is no less honest. Whoever audits has to know of each.
   */
  readonly receiptKeys: readonly {
    readonly index: number;
    readonly vkey: string;
    readonly here: boolean | null;
  }[];
  /** By whose keys checkpoints were judged. */
  readonly keysFrom: KeysFrom;
  readonly findings: readonly Finding[];
  /** Findings beyond those that are listed. */
  readonly more: number;
  readonly ms: number;
}

const CLOCK_MS = 300_000;
/** A list waits two days for locks, and is destroyed within hours after that. */
const UNDERWAY_MS = 7 * 86_400_000;
/** Between a checkpoint's file and its row lie milliseconds. */
const PUBLISHING_MS = 1000;
const LOOKS = 3;
const ENTRIES = 2000;
/** One may hold a thousand facts. */
const RECORDS = 20;

export async function auditAgency(db: Db, context: AuditContext, agencyId: string): Promise<AuditReport> {
  for (let looks = 1; ; looks += 1) {
    const held = await heldOf(context, agencyId);
    const report = await db.snapshot(agencyId, async (at) => await auditWithin(at, { ...context, held }));
    // It may have been looked at in the middle of a publication: what is still so a second later was not.
    const [first, ...others] = report.findings;
    if (first?.what !== 'head-behind' || others.length > 0 || looks === LOOKS) return report;
    await sleep(PUBLISHING_MS);
  }
}

/** The checkpoint that the store shows, and those that were brought along. Before the snapshot is taken. */
async function heldOf(context: AuditContext, agencyId: string): Promise<Held[]> {
  const note = await context.files.read(`${logPrefix(agencyId)}/checkpoint`);
  return [...(note === null ? [] : [{ by: 'store', note }]), ...(context.held ?? [])];
}

/** In a transaction that somebody else opened, with checkpoints that were read before it. */
export async function auditWithin(at: AgencyTx, context: AuditContext): Promise<AuditReport> {
  const started = performance.now();
  const findings = openFindings();
  const purged = new Set<string>();
  for (const { index, event, purge } of await purgesInLog(at)) {
    const records = await certifiedRecords(context, at.agencyId, purge);
    if (records === null) findings.add('purge-unknown', { index, event });
    else for (const record of records) purged.add(record);
  }
  // Nothing but a certificate explains for good what is gone. Until one can be there, what the log says of a list that is being destroyed does,
  // and is told; a list that takes longer than lists do is no explanation any more.
  const now = context.now ?? new Date();
  const underway = (await purgesUnderway(at)).map((one) => ({
    ...one,
    believed: Math.abs(now.getTime() - one.begun.getTime()) < UNDERWAY_MS,
  }));
  for (const { records, believed } of underway)
    if (believed) for (const record of records) purged.add(record);
  const restores = (await restoresInLog(at)).map((one) => ({
    ...one,
    remembered: context.restores == null ? null : context.restores.has(one.event),
  }));
  const believed = restores.filter(({ remembered }) => remembered !== false);
  for (const { index, event, remembered } of restores)
    if (remembered === false) findings.add('restore-unknown', { index, event });
  const { keyed, ...log } = await auditLog(
    at,
    {
      files: context.files,
      held: context.held ?? [],
      outside: context.keys,
      stretch: ENTRIES,
      purged,
      restored: believed,
      clockMs: context.clockMs ?? CLOCK_MS,
      anchors: { authorities: context.anchors.authorities, witnesses: context.anchors.witnesses },
      now,
    },
    findings,
  );
  const records = await auditRecords(
    at,
    {
      store: context.store,
      objects: context.objects,
      purged,
      restores: believed.map(({ event }) => event),
      stretch: RECORDS,
      only: context.only,
      signal: context.signal,
    },
    findings,
  );
  const desk =
    context.only === undefined
      ? await auditDesk(at, { store: context.store, full: context.objects === 'full' }, findings)
      : null;
  return {
    agency: at.agencyId,
    ok: findings.all.length === 0,
    log,
    records,
    desk,
    underway,
    restores,
    receiptKeys: (await receiptKeys(at)).map((one) => ({
      ...one,
      here: context.receiptKey == null ? null : context.receiptKey === one.vkey,
    })),
    keysFrom: keyed ? context.keysFrom : 'itself',
    findings: findings.all,
    more: findings.more,
    ms: Math.round(performance.now() - started),
  };
}
