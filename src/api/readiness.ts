/**
 * Whether this installation can do its work, part by part. Only what intake needs makes `/readyz` say 503: a process
 * without a browser, or whose store is down, must go on taking reports, because the content will not wait.
 */
import { sql } from 'kysely';
import type { System } from '../system.ts';
import { anchorAges, lateAfterSeconds, outsideForFigures } from '#anchor/anchor.ts';
import { auditStanding } from '#audit/audit.ts';
import { isDatabaseDown, type Db } from '#db/db.ts';
import { ArchiveError, codeOf, type ErrorCode } from '#errors.ts';
import { fixityAlarm } from '#fixity/fixity.ts';
import { sentenceOf } from '#intake/intake.ts';
import { logStanding } from '#log/log.ts';
import { buildStanding } from '#production/production.ts';
import { lockAlarm, roundMs } from '#retention/retention.ts';

export interface Part {
  readonly name:
    | 'database'
    | 'staging'
    | 'disk'
    | 'queue'
    | 'store'
    | 'log'
    | 'anchors'
    | 'browser'
    | 'clock'
    | 'fixity'
    | 'holds'
    | 'audit'
    | 'packing';
  readonly ok: boolean;
  /** Whether intake stops without it. */
  readonly needed: boolean;
  /** False: there was nothing that could be looked at, so that "ok" says nothing. */
  readonly checked: boolean;
  readonly found: string;
  /** Null when it is well. */
  readonly code: string | null;
}

const CLOCK_LIMIT_MS = 60_000;
const PART_LIMIT_MS = 5000;
const ONE_BYTE = new Uint8Array(1);
/** Nothing is ever there. */
const ASKED_KEY = 'canary/readiness';

type Standing = Awaited<ReturnType<System['trust']['trusted']>>['standing'];

const STANDING: Readonly<Record<Standing, string>> = {
  immutable: 'immutable',
  'deletion-not-proven': 'lock set, deletion not proven',
  'tamper-evident': 'tamper-evident, not immutable',
};

export async function readiness(
  system: System,
): Promise<{ readonly ready: boolean; readonly parts: readonly Part[] }> {
  const parts = await Promise.all([
    part('database', true, async () => {
      await sql`select 1`.execute(system.db.system);
      return 'answers';
    }),
    part('staging', true, async () => {
      await system.staging.checkProbe();
      // A full disk is found by writing alone.
      const { stagedName } = await system.staging.stageBytes(ONE_BYTE);
      await system.staging.remove(stagedName);
      return 'can be written and read';
    }),
    // Near its reserve is a warning; below it, staging says so and intake stops.
    part('disk', false, async () => {
      const view = await system.room.look();
      if (view === null) return 'cannot be asked how full it is';
      if (view.standing === 'ample') return sentenceOf(view);
      throw new ArchiveError(view.standing === 'near' ? 'disk-nearly-full' : 'disk-full', sentenceOf(view), {
        retry: 'later',
      });
    }),
    part('queue', false, async () => {
      await system.queue.ping();
      return `${system.queue.kind}: answers`;
    }),
    part('store', false, async () => {
      const capabilities = await system.trust.trusted();
      // What the canary proved stands for an hour; whether the store answers now, only asking it tells.
      await system.store.head(ASKED_KEY);
      return `${capabilities.kind}: canary passed, ${STANDING[capabilities.standing]}`;
    }),
    // Intake does not wait for it; whoever waits for "safe to remove" does.
    part('log', false, async () => await lookAtLogs(system.db)),
    part('anchors', false, async () => {
      const { anchors } = system.config;
      const late = lateAfterSeconds(anchors);
      if (late === null)
        throw new NotChecked(
          'nobody outside is named who could anchor the log (TSA_URL, HOLDFAST_WITNESSES)',
        );
      const { waiting, troubled, forged } = await anchorAges(
        system.db,
        outsideForFigures(system),
        system.now(),
      );
      const [oldest] = waiting;
      // Who they are stands in the log of the anchor worker; here anybody reads.
      const codes = [...new Set(troubled.map(({ code }) => code))].join(', ');
      const written = forged.reduce((all, { count }) => all + count, 0);
      const found = `${written === 0 ? '' : `${written} bear the name of somebody who never signed them, or lie about this log, and count for nothing; `}${oldest === undefined ? 'all that the logs hold is anchored' : `the oldest entry without an anchor has waited ${Math.round(oldest.seconds)} s`}${codes === '' ? '' : `; ${troubled.length} could not be had: ${codes}`}`;
      // Somebody who says that they saw more of a log than was published is worse than nobody.
      if (troubled.some(({ code }) => code === 'witness-contradicts'))
        throw new ArchiveError('witness-contradicts', found, { retry: 'later' });
      // Somebody wrote into the database or the store who is neither an authority nor a witness.
      if (written > 0) throw new ArchiveError('anchors-forged', found, { retry: 'later' });
      if (oldest !== undefined && oldest.seconds > late)
        throw new ArchiveError('anchors-late', found, { retry: 'later' });
      return found;
    }),
    part('browser', false, async () => {
      const browser = await system.browser.health();
      return `${browser.version}${browser.sandbox ? '' : ', WITHOUT its sandbox'}`;
    }),
    part('clock', false, async () => {
      const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(system.db.system);
      const skewMs = Math.abs((rows[0]?.now.getTime() ?? 0) - system.now().getTime());
      if (skewMs > CLOCK_LIMIT_MS)
        throw new ArchiveError(
          'clock-skewed',
          `this machine and the database differ by ${Math.round(skewMs / 1000)} s; set both by NTP`,
          { retry: 'later' },
        );
      if (sharesClock(system)) throw new NotChecked('database and archive share one clock');
      return `within ${Math.max(1, Math.round(skewMs / 1000))} s of the database`;
    }),
    part('fixity', false, async () => await fixityFound(system)),
    part('holds', false, async () => await locksFound(system)),
    part('audit', false, async () => await auditFound(system.db)),
    part('packing', false, async () => await packingFound(system.db)),
  ]);
  return { ready: parts.every((one) => one.ok || !one.needed), parts };
}

const DAY_MS = 86_400_000;
/** What was sealed is read within two minutes when the worker runs; a large file may take some more. */
const FIRST_READING_MS = 15 * 60_000;

/** What was sealed, in the store; and whether somebody looks at it as often as is promised. */
async function fixityFound({ db, config }: System): Promise<string> {
  const { wrong, strays, logFiles, oldestReadMs, oldestLookedMs, oldestUnreadMs } = await fixityAlarm(db);
  const { lookMs, readMs } = config.fixity;
  const problem = (sentence: string): ArchiveError =>
    new ArchiveError('fixity-wanting', sentence, { retry: 'later' });
  if (wrong > 0) throw problem(`${wrong} sealed objects are not in the store as they were sealed`);
  if (strays > 0) throw problem(`${strays} versions lie in the store that no record knows`);
  if (logFiles > 0) throw problem(`${logFiles} files of the log are not in the store as they were signed`);
  if ((oldestUnreadMs ?? 0) > FIRST_READING_MS)
    throw problem(
      `something was sealed ${Math.round((oldestUnreadMs ?? 0) / 60_000)} min ago and not read back whole since`,
    );
  if ((oldestReadMs ?? 0) > readMs || (oldestLookedMs ?? 0) > lookMs)
    throw problem(
      `something was last read ${Math.round((oldestReadMs ?? 0) / DAY_MS)} d ago and looked at ${Math.round((oldestLookedMs ?? 0) / DAY_MS)} d ago; promised are ${Math.round(readMs / DAY_MS)} d and ${Math.round(lookMs / DAY_MS)} d`,
    );
  if (oldestReadMs === null) {
    if (oldestUnreadMs === null) throw new NotChecked('nothing sealed yet');
    return 'what was sealed is waiting for its first reading';
  }
  return `everything sealed was read whole within ${Math.ceil(oldestReadMs / DAY_MS)} d, and nothing is wrong`;
}

/** A store that is down for an hour is said elsewhere; a hold that it was not told of for so long is said here. */
const OWED_MS = 3_600_000;

/** Locks and holds in the store beside what the rows want of them. */
async function locksFound({ db, config }: System): Promise<string> {
  const { wrong, agencies, oldestMs, owed, owedMs } = await lockAlarm(db);
  const problem = (sentence: string): ArchiveError =>
    new ArchiveError('locks-wanting', sentence, { retry: 'later' });
  if (wrong > 0)
    throw problem(
      `${wrong} locks or holds in the store are not what they should be, of ${agencies.join(', ')}; the page /holds lists them`,
    );
  if ((owedMs ?? 0) > OWED_MS)
    throw problem(
      `the store was not told of the holds of ${owed} records for ${Math.round((owedMs ?? 0) / 60_000)} min; see that the retention worker runs (holdfast work retention)`,
    );
  if ((oldestMs ?? 0) > 3 * roundMs(config.leaseMs))
    throw problem(
      `locks were last compared with the store ${Math.floor((oldestMs ?? 0) / 3_600_000)} h ago; see that the retention worker runs (holdfast work retention)`,
    );
  if (oldestMs === null) throw new NotChecked('locks were not compared yet; they are each night');
  return 'every lock and hold that was compared is what it should be';
}

/** Each night; a weekend that nobody looks at is no alarm. */
const AUDIT_LATE_MS = 3 * DAY_MS;

/** What the nightly audit found, and whether there was one. */
async function auditFound(db: Db): Promise<string> {
  const { audited, found, steps, agencies, oldestMs } = await auditStanding(db);
  if (found > 0)
    throw new ArchiveError(
      'audit-found',
      `the newest audit found ${found} things that are not as they were signed, of ${agencies.join(', ')} (${steps.join(', ')}); run holdfast audit`,
      { retry: 'later' },
    );
  if (oldestMs !== null && oldestMs > AUDIT_LATE_MS)
    throw new ArchiveError(
      'audit-late',
      `a log was not audited for ${Math.floor(oldestMs / DAY_MS)} d; see that the log worker runs (holdfast work log), or run holdfast audit`,
      { retry: 'later' },
    );
  if (audited === 0) throw new NotChecked('no audit yet; one is made each night');
  return `${audited} logs audited within ${Math.ceil((oldestMs ?? 0) / DAY_MS)} d, and nothing was found`;
}

const PACKING_LATE_S = 60;

/** Productions that are to be packed, and whether somebody packs them. */
async function packingFound(db: Db): Promise<string> {
  const { owed, oldestS, parked, parkedOf, failing, codes } = await buildStanding(db);
  const late = (code: ErrorCode, sentence: string): ArchiveError =>
    new ArchiveError(code, sentence, { retry: 'later' });
  if (parked > 0)
    throw late(
      'packing-parked',
      `${parked} production(s) wait for a person, of ${parkedOf.join(', ')}: ${codes.join(', ')}`,
    );
  if (failing > 0)
    throw late(
      'packing-late',
      `${failing} production(s) could not be packed so far: ${codes.join(', ')}; it is tried again`,
    );
  if (oldestS > PACKING_LATE_S)
    throw late(
      'packing-late',
      `nobody has begun to pack a production that is due for ${Math.round(oldestS)} s`,
    );
  return owed === 0 ? 'no production waits to be packed' : `${owed} production(s) on their way`;
}

const LOG_LATE_S = 300;

async function lookAtLogs(db: Db): Promise<string> {
  const found = await logStanding(db);
  if (found === null) throw new NotChecked('the schema knows no log yet');
  const { logs, standing, waiting, oldestS } = found;
  const [first] = standing;
  if (first !== undefined)
    throw new ArchiveError(
      first.code as ErrorCode,
      standing.map((one) => `since ${one.since.toISOString()}: ${one.sentence}`).join(' '),
      { retry: 'later' },
    );
  if (oldestS > LOG_LATE_S)
    throw new ArchiveError(
      'log-late',
      `${waiting} events are in no log, the oldest for ${Math.round(oldestS)} s; see that the log worker runs (holdfast work log)`,
      { retry: 'later' },
    );
  return `${logs} logs, none stands still`;
}

/** Thrown by a look that could only find what it brought along. */
class NotChecked extends Error {}

/** A database on this machine: comparing would compare a clock with itself. */
function sharesClock({ config }: System): boolean {
  if (config.databaseUrl === null) return true;
  const { hostname } = new URL(config.databaseUrl);
  return hostname === '' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

async function part(name: Part['name'], needed: boolean, look: () => Promise<string>): Promise<Part> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PART_LIMIT_MS / 1000} s`)), PART_LIMIT_MS);
  });
  try {
    return { name, ok: true, needed, checked: true, found: await Promise.race([look(), limit]), code: null };
  } catch (error) {
    if (error instanceof NotChecked)
      return { name, ok: true, needed, checked: false, found: `not checked: ${error.message}`, code: null };
    const code = isDatabaseDown(error) ? 'database-down' : codeOf(error);
    const found = `${code}: ${error instanceof Error ? error.message : 'failed'}`;
    return { name, ok: false, needed, checked: true, found, code };
  } finally {
    clearTimeout(timer);
  }
}
