/** Prometheus metrics: what an operator alarms on. No label carries content, a name or an agency's text. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { sql } from 'kysely';
import { anchorAges, type Outside } from '#anchor/anchor.ts';
import { FINDINGS, fixityAlarm, fixityCounts } from '#fixity/fixity.ts';
import { logStanding } from '#log/log.ts';
import { lastAudit } from '#audit/audit.ts';
import { backupAge } from '#backup/standing.ts';
import { picturesStanding } from '#pictures/pictures.ts';
import { STEPS } from '#queue/queue.ts';
import { buildStanding } from '#production/production.ts';
import { lockAlarm } from '#retention/retention.ts';
import type { Db, LookAnswer, StoredOutcome } from '#db/db.ts';

export interface Metrics {
  readonly registry: Registry;
  accepted(outcome: 'accepted' | 'repeated' | 'refused', seconds: number): void;
  captured(outcome: StoredOutcome): void;
  lookedAgain(answer: LookAnswer): void;
  /** Seconds from a report's receipt to its first seal. */
  sealed(seconds: number): void;
  text(): Promise<string>;
}

export function openMetrics(
  db: Db,
  outside: Outside = { authorities: [], witnesses: null, keysOf: async () => [] },
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'holdfast_' });
  const registers = [registry];
  const intake = new Histogram({
    name: 'holdfast_intake_seconds',
    help: 'Time from the first byte of a report to its answer',
    labelNames: ['outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const captures = new Counter({
    name: 'holdfast_capture_outcomes_total',
    help: 'Captures by outcome, in this process',
    labelNames: ['outcome'],
    registers,
  });
  const looks = new Counter({
    name: 'holdfast_second_looks_total',
    help: 'Second looks after a removal by their answer, in this process; "there": it is still to be seen',
    labelNames: ['answer'],
    registers,
  });
  const seals = new Histogram({
    name: 'holdfast_seal_seconds',
    help: 'Time from a report’s receipt to its first seal, in this process',
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers,
  });
  const owed = new Gauge({
    name: 'holdfast_steps_owed',
    help: 'Steps that are owed and not parked',
    labelNames: ['step'],
    registers,
  });
  const parked = new Gauge({
    name: 'holdfast_steps_parked',
    help: 'Steps that a person must look at',
    labelNames: ['step'],
    registers,
  });
  const age = new Gauge({
    name: 'holdfast_queue_age_seconds',
    help: 'How long the oldest owed step has waited since it was due',
    labelNames: ['step'],
    registers,
  });
  const unsealed = new Gauge({
    name: 'holdfast_unsealed_age_seconds',
    help: 'Age of the oldest fact or file that is acknowledged and not sealed, parked ones too',
    registers,
  });
  const lock = new Gauge({
    name: 'holdfast_shortest_lock_seconds',
    help: 'Time left on the lock that ends first',
    registers,
  });
  const unanchored = new Gauge({
    name: 'holdfast_unanchored_age_seconds',
    help: 'Age of the oldest entry of any log over which there is no time stamp and no quorum of witnesses',
    registers,
  });
  const troubled = new Gauge({
    name: 'holdfast_anchors_troubled',
    help: 'Time stamp authorities and witnesses that could not be had when they were last asked',
    registers,
  });
  const forgedAnchors = new Gauge({
    name: 'holdfast_anchors_forged',
    help: 'Rows and copies of anchors that bear the name of somebody who never signed them; they count for nothing',
    registers,
  });

  const gauge = (name: string, help: string, labelNames: readonly string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers });
  const unread = gauge(
    'holdfast_fixity_oldest_unread_seconds',
    'Since the sealed object that was read whole longest ago was read; of what was never read, since its seal',
  );
  const unlooked = gauge(
    'holdfast_fixity_oldest_unlooked_seconds',
    'Since the sealed object that the store was asked about longest ago was looked at',
  );
  const never = gauge('holdfast_fixity_never_read', 'Sealed objects that were never read back whole');
  const wrong = gauge(
    'holdfast_fixity_wrong',
    'Sealed objects that are not in the store as they were sealed, by what was found',
    ['finding'],
  );
  const strays = gauge('holdfast_fixity_strays', 'Versions in the store that no record knows');
  const logFiles = gauge(
    'holdfast_fixity_log_wrong',
    'Files of logs in the store that are not what was signed',
  );
  const pass = gauge(
    'holdfast_fixity_last_pass_seconds',
    'Since the fixity worker was last through with what was due; infinite: it never was',
  );

  const inLogs = new Gauge({
    name: 'holdfast_log_entries',
    help: 'Entries of all logs together: given their place, and under a checkpoint that was published',
    labelNames: ['state'],
    registers,
  });
  const waiting = new Gauge({
    name: 'holdfast_log_entries_waiting',
    help: 'Events that have no place in a log yet',
    registers,
  });
  const waited = new Gauge({
    name: 'holdfast_log_oldest_waiting_seconds',
    help: 'How long the oldest of them has waited',
    registers,
  });
  const standing = new Gauge({
    name: 'holdfast_logs_standing_still',
    help: 'Logs that stand still, by the reason',
    labelNames: ['code'],
    registers,
  });

  const measureLogs = async (): Promise<void> => {
    const found = await logStanding(db);
    if (found === null) return;
    inLogs.set({ state: 'sequenced' }, found.size);
    inLogs.set({ state: 'published' }, found.published);
    waiting.set(found.waiting);
    waited.set(found.oldestS);
    standing.reset();
    for (const [code, all] of Map.groupBy(found.standing, (one) => one.code))
      standing.set({ code }, all.length);
  };
  const audited = new Gauge({
    name: 'holdfast_audit_findings',
    help: 'What the newest audits of all logs found that is not as it was signed; anything but 0 is an alarm',
    registers,
  });
  const auditAge = new Gauge({
    name: 'holdfast_audit_age_seconds',
    help: 'How long ago the log was audited whose last audit is longest ago; 0 before the first',
    registers,
  });

  const lockFindings = gauge(
    'holdfast_lock_findings',
    'Locks and holds in the store that are not what they should be and could not be put right; anything but 0 is an alarm',
  );
  const lockRound = gauge(
    'holdfast_lock_round_age_seconds',
    'Since the locks of the agency that was compared longest ago were compared; 0 before the first round',
  );
  const holdsOwed = gauge(
    'holdfast_holds_owed_age_seconds',
    'Since the hold of which the store is still to be told began or ended; 0 when it knows of all',
  );
  const backedUp = gauge(
    'holdfast_backup_age_seconds',
    'Since the newest backup was made by “holdfast backup”; infinite: none was',
  );

  const packing = gauge('holdfast_productions_owed', 'Productions that are to be packed and not parked');
  const packingAge = gauge(
    'holdfast_productions_owed_age_seconds',
    'How long the production that nobody has begun to pack has waited since it was due',
  );
  const packingParked = gauge('holdfast_productions_parked', 'Productions that a person must look at');
  const pictures = gauge(
    'holdfast_pictures',
    'Pictures whose words the search does not have: waiting to be read, or failed',
    ['state'],
  );
  const pictureAge = gauge(
    'holdfast_pictures_waiting_seconds',
    'Since the picture came that came last of those that are still to be read; 0 when none is. The newest is read first',
  );

  const measure = async (): Promise<void> => {
    const builds = await buildStanding(db);
    packing.set(builds.owed);
    packingAge.set(builds.oldestS);
    packingParked.set(builds.parked);
    backedUp.set((await backupAge(db)) ?? Infinity);
    const { rows: steps } = await sql<{ name: string; owed: number; parked: number; age: number }>`
      select n.name, count(s.*) filter (where s.parked_at is null)::int as owed, count(s.*) filter (where s.parked_at is not null)::int as parked,
             coalesce(extract(epoch from now() - min(s.due_at) filter (where s.parked_at is null and s.due_at <= now())), 0)::float8 as age
        from unnest(${[...STEPS]}::text[]) n(name) left join step s on s.name = n.name group by n.name`.execute(
      db.system,
    );
    for (const row of steps) {
      owed.set({ step: row.name }, row.owed);
      parked.set({ step: row.name }, row.parked);
      age.set({ step: row.name }, row.age);
    }
    const { rows } = await sql<{ unsealed: number; lock: number | null }>`
      select coalesce((select extract(epoch from now() - min(owed_since)) from step where name = 'seal'), 0)::float8 as unsealed,
             (select extract(epoch from min(locked_until) - now())::float8 from object where confirmed_at is not null and lapses_since is null) as lock`.execute(
      db.system,
    );
    unsealed.set(rows[0]?.unsealed ?? 0);
    const audits = await lastAudit(db);
    audited.set(audits.reduce((all, { report }) => all + report.found, 0));
    auditAge.set(Math.max(0, ...audits.map(({ ageMs }) => ageMs / 1000)));
    // Nothing is locked: nothing runs out.
    lock.set(rows[0]?.lock ?? Infinity);
    const ages = await anchorAges(db, outside, new Date());
    unanchored.set(ages.waiting[0]?.seconds ?? 0);
    troubled.set(ages.troubled.length);
    forgedAnchors.set(ages.forged.reduce((all, { count }) => all + count, 0));
    const alarm = await fixityAlarm(db);
    const fixity = await fixityCounts(db);
    unread.set(Math.max(alarm.oldestReadMs ?? 0, alarm.oldestUnreadMs ?? 0) / 1000);
    unlooked.set(Math.max(alarm.oldestLookedMs ?? 0, alarm.oldestUnreadMs ?? 0) / 1000);
    never.set(fixity.neverRead);
    strays.set(alarm.strays);
    logFiles.set(alarm.logFiles);
    pass.set(fixity.lastPassMs === null ? Infinity : fixity.lastPassMs / 1000);
    wrong.reset();
    for (const finding of FINDINGS) wrong.set({ finding }, fixity.findings[finding] ?? 0);
    const locks = await lockAlarm(db);
    lockFindings.set(locks.wrong);
    lockRound.set((locks.oldestMs ?? 0) / 1000);
    holdsOwed.set((locks.owedMs ?? 0) / 1000);
    const unreadPictures = await picturesStanding(db);
    pictures.set({ state: 'waiting' }, unreadPictures.waiting);
    pictures.set({ state: 'failed' }, unreadPictures.failed);
    pictureAge.set((unreadPictures.newestMs ?? 0) / 1000);
    await measureLogs();
  };
  return {
    registry,
    accepted: (outcome, seconds) => intake.observe({ outcome }, seconds),
    captured: (outcome) => captures.inc({ outcome }),
    lookedAgain: (answer) => looks.inc({ answer }),
    sealed: (seconds) => seals.observe(seconds),
    text: async () => {
      await measure();
      return await registry.metrics();
    },
  };
}
