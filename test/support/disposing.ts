/** Disposals in tests: a series of one day that two people confirmed, and records that have been due under it for a while. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { addSchedule, confirmEdition, readEdition } from '#retention/retention.ts';
import { openDisposalContext, type OpenedDisposal } from '#disposal-work.ts';
import {
  approveDisposal,
  draftDisposal,
  proposeDisposal,
  runDisposals,
  type DisposalContext,
} from '#disposal/disposal.ts';
import { simpleReport, type Archive } from './archive.ts';
import { colleague, type Colleague } from './people.ts';

export const EDITION = 'one-day-2026';
export const SERIES = 'day 1';
/** A trial whose locks end soon and whose lists cool off at once. */
export const SHORT = { HOLDFAST_LEASE: '6s', HOLDFAST_COOLING_OFF: '0s', HOLDFAST_LOOK_AGAIN: 'no' };

/** A list that is completed, as one would be that went through everything; past the triggers, for pages and calls that only read. */
export async function completedList(archive: Archive, agency: string): Promise<string> {
  const id = randomUUID();
  const at = '2026-11-20T00:00:00.000Z';
  const days = { from: '2020-01-01', through: '2020-01-31' };
  const totals = { records: 1, objects: 7, bytes: 9000 };
  const certificate = {
    format: 'holdfast-disposal-certificate/1',
    issuedAt: at,
    mode: 'trial',
    agency: { id: agency, name: 'A city', zone: 'America/Chicago' },
    disposal: { id, title: 'A list', cutoff: '2026-11-01' },
    schedule: { edition: EDITION, title: 'One day', source: 'x', confirmations: [] },
    series: [
      {
        code: 'x',
        number: null,
        schedule: null,
        title: 'Of one day',
        description: null,
        citation: 'x',
        trigger: 'posted',
        period: 'P1D',
        ...totals,
        dates: days,
        eligibility: { ...days, dueOn: '2020-02-02' },
      },
    ],
    quantity: totals,
    dates: days,
    manner: ['Deletion.'],
    holds: { result: 'none', checkedFrom: at, checkedThrough: at },
    startedAt: at,
    completedAt: at,
    requested: { name: 'A', person: id, at },
    approved: { name: 'B', person: id, at },
    coolingUntil: at,
    executedBy: 'worker:retention',
    authority: null,
    list: { digest: '0'.repeat(64), records: 1, excepted: 0 },
    approvalEntry: 1,
    kept: [],
    records: [],
    pending: { database: 'Pending.', backups: 'Until then.', backupsUntil: null },
    minutes: 'For the minutes.',
    signature: { note: 'x', vkey: 'x' },
  };
  await archive.sql.query("set session_replication_role = 'replica'");
  try {
    await archive.sql.query(
      `insert into disposal (agency_id, id, title, edition, cutoff, state, created_by, cooling_off, certificate, cleaned, completed_at, cleaned_at, locked_until)
       values ($1, $2, 'A list', $3, '2026-11-01', 'completed', 'cli', '7 days', $4, $5, now(), now(), now() + interval '90 days')`,
      [
        agency,
        id,
        EDITION,
        JSON.stringify(certificate),
        JSON.stringify({ issuedAt: at, database: { kind: 'embedded', did: ['All.'], left: [] } }),
      ],
    );
  } finally {
    await archive.sql.query('reset session_replication_role');
  }
  return id;
}

export interface Disposing {
  readonly archive: Archive;
  readonly officer: Colleague;
  readonly approver: Colleague;
  /** A second officer, who is an approver as well. */
  readonly both: Colleague;
  readonly opened: OpenedDisposal;
}

export async function openDisposing(archive: Archive, { confirmed = true } = {}): Promise<Disposing> {
  const { db } = archive.system;
  // The rules of the sample city lead elsewhere, and of several series the longest keeps.
  await archive.sql.query("update classification_rule set ended_at = now(), ended_by = 'test'");
  const officer = await colleague(archive, ['retention-officer']);
  const approver = await colleague(archive, ['approver']);
  const both = await colleague(archive, ['retention-officer', 'approver']);
  await db.inAgency('rivertown', async (at) => {
    const series = {
      number: 'DAY 001',
      schedule: 'Rivertown one-day schedule',
      title: 'Records of one day',
      description: 'Whatever is kept for a day, in tests.',
      trigger: 'posted',
      cutoff: 'none',
      period: 'P1D',
      disposition: 'destroy',
      citation: 'Rivertown test schedule, 1',
      reading: 'official',
    } as const;
    await addSchedule(
      at,
      {
        edition: EDITION,
        title: 'One day, 2026',
        source: 'A schedule for tests',
        series: [
          { ...series, code: SERIES },
          { ...series, code: 'day 2', title: 'Records of another day' },
          { ...series, code: 'keep 1', period: 'PERMANENT', trigger: null, disposition: 'permanent' },
        ],
        rules: [],
      },
      'cli',
    );
  });
  if (confirmed) await confirm(archive, [officer, approver]);
  return { archive, officer, approver, both, opened: await openDisposalContext(archive.system) };
}

/** As the processes connect, within the agency. */
export async function asApplication(archive: Archive): Promise<Client> {
  const app = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
  await app.connect();
  await app.query("select set_config('app.agency', 'rivertown', false)");
  return app;
}

export async function confirm(archive: Archive, people: readonly Colleague[]): Promise<void> {
  await archive.system.db.inAgency('rivertown', async (at) => {
    const digest = (await readEdition(at, EDITION))?.digest ?? '';
    for (const { personId } of people)
      await confirmEdition(at, { edition: EDITION, personId, digest, note: null });
  });
}

/** Under no series, whatever its rules said. */
export async function unclassify(archive: Archive, recordId: string): Promise<void> {
  await decided(archive, async (app) => {
    await app.query('delete from record_series where record_id = $1', [recordId]);
  });
}

/** As the processes would, so that the history has it: what is changed past it is what an audit finds. */
async function decided(archive: Archive, work: (app: Client) => Promise<void>): Promise<void> {
  const app = await asApplication(archive);
  await work(app).finally(async () => await app.end());
}

/** Under the series alone, with a day long ago, computed, with every rule applied. */
export async function makeDue(archive: Archive, recordId: string, series = SERIES): Promise<void> {
  await unclassify(archive, recordId);
  await decided(archive, async (app) => {
    await app.query(
      `insert into record_series (agency_id, record_id, edition, series, reason, by) values ('rivertown', $1, $2, $3, 'for a test', 'test')`,
      [recordId, EDITION, series],
    );
    await app.query(
      `insert into record_day (agency_id, id, record_id, event, day, note, by) values ('rivertown', gen_random_uuid(), $1, 'posted', '2020-02-01', 'as it says', 'test')`,
      [recordId],
    );
  });
  await archive.sql.query("select recompute_due('rivertown', array[$1::uuid])", [recordId]);
  await archive.sql.query('update retention set ruled_at = now() where record_id = $1', [recordId]);
}

/** Nothing is owed to it any more, and the log has all that happened. */
export async function atRest(archive: Archive, recordId: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { rowCount } = await archive.sql.query(
      `select from step where record_id = $1 union all select from log_outbox
        union all select from record where id = $1 and state <> 'complete'`,
      [recordId],
    );
    if (rowCount === 0) return;
    if (tries === 1200) throw new Error('It does not come to rest.');
    await sleep(50);
  }
}

/** Until the lock of each of its files has ended, by the row. */
export async function locksEnded(archive: Archive, recordId: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { rowCount } = await archive.sql.query(
      'select from object where record_id = $1 and (locked_until is null or locked_until >= now())',
      [recordId],
    );
    if (rowCount === 0) return;
    if (tries === 1200) throw new Error('Its lock does not end.');
    await sleep(50);
  }
}

/** Until everything that happened is in the log. */
export async function logged(archive: Archive): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { rowCount } = await archive.sql.query('select from log_outbox');
    if (rowCount === 0) return;
    if (tries === 1200) throw new Error('The log does not catch up.');
    await sleep(50);
  }
}

/** A list of these records, or of all that are due: proposed by the officer, approved by the approver. Answers its id. */
export async function approvedList(
  { archive, officer, approver }: Disposing,
  records: string[] | null,
): Promise<string> {
  return await archive.system.db.inAgency('rivertown', async (at) => {
    const draft = { edition: EDITION, series: null, cutoff: null, title: null, records };
    const list = await draftDisposal(at, draft, { coolingOffMs: 0, actor: `person:${officer.personId}` });
    const id = list?.id ?? '';
    const { digest } = await proposeDisposal(at, id, { personId: officer.personId, authority: null });
    await approveDisposal(at, id, { personId: approver.personId, digest: digest ?? '' });
    return id;
  });
}

/** So that one is at its end before another one begins. */
export const ONE_BY_ONE = { batch: 1, lanes: 1 } as const;

/** A pass that goes as far as there is something to do, however long the log takes on a busy machine. */
export async function pass(scene: Disposing, more: Partial<DisposalContext> = {}) {
  await logged(scene.archive);
  return await runDisposals({ ...scene.opened.context, patienceMs: 60_000, ...more });
}

/** Records that were sealed together, so that the locks of all end at the same time and are waited for once; each is handed out once. */
export async function sealedAhead(
  archive: Archive,
  count: number,
  word: string,
): Promise<() => Promise<string>> {
  const sealed: string[] = [];
  for (let made = 0; made < count; made += 1)
    sealed.push((await archive.report(simpleReport({ text: `${word} ${randomUUID()}` }))).body.recordId);
  for (const recordId of sealed) {
    await atRest(archive, recordId);
    await unclassify(archive, recordId);
  }
  return async () => {
    const recordId = sealed.shift();
    if (recordId === undefined) throw new Error('All that were sealed ahead are taken: seal more of them.');
    return recordId;
  };
}
