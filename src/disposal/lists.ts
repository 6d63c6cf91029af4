/** A list from its draft to its approval. Whether each step may be, the database says as well (migration 0035). */
import { sql } from 'kysely';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent, newId } from '#record/record.ts';
import { digestOf, dueFor, objectionTo, readDisposal, type Disposal } from './queries.ts';
import { refusalBy, refused } from './refusals.ts';
import { MOST_RECORDS } from './waiting.ts';

export interface Draft {
  readonly edition: string;
  /** Null: every series of the edition. */
  readonly series: string | null;
  /** Due on this day or before; null: today. */
  readonly cutoff: string | null;
  readonly title: string | null;
  /** These alone; null: whatever is due. One of them that may not be destroyed refuses the list. */
  readonly records: readonly string[] | null;
}

const LOCKED = {
  code: 'lock-not-ended',
  sentence:
    'One of these records is locked in the store for longer than a list waits. Leave it to a later list, when its lock is about to end.',
};

/** Null: nothing is due, or everything that is due is locked for longer than a list waits (`leftOut`). */
export async function draftDisposal(
  at: AgencyTx,
  draft: Draft,
  {
    coolingOffMs,
    actor,
    most = MOST_RECORDS,
  }: { readonly coolingOffMs: number; readonly actor: string; readonly most?: number },
): Promise<Disposal | null> {
  const { agencyId, tx } = at;
  const { rows: confirmed } = await sql<{ yes: boolean; there: boolean }>`
    select edition_is_confirmed(${agencyId}, ${draft.edition}) as yes,
           exists (select from edition where agency_id = ${agencyId} and edition = ${draft.edition}) as there`.execute(
    tx,
  );
  if (confirmed[0]?.there !== true)
    throw new ArchiveError(
      'disposal-invalid',
      'There is no such edition of a schedule in this agency. Choose one that the schedules list.',
      { retry: 'never' },
    );
  for (const id of draft.records ?? []) {
    const against = await objectionTo(at, id);
    if (against === 'missing')
      throw new ArchiveError('record-not-found', 'There is no such record in this agency.', {
        retry: 'never',
      });
    // Its lock may end while the list goes from hand to hand.
    if (against !== null && against.of !== 'wait') throw refused(against);
  }
  const { items: due, locked } = await dueFor(at, { ...draft, coolingOffMs }, most);
  // Of what was named one by one, nothing is left out without a word.
  if (draft.records !== null && locked > 0) throw refused(LOCKED);
  if (due.length === 0) return null;
  if (!confirmed[0].yes) throw refused(refusalBy('HF031'));
  const id = newId();
  const { rows } = await sql<{ cutoff: string }>`
    insert into disposal (agency_id, id, title, edition, series, cutoff, cooling_off, created_by)
    select ${agencyId}, ${id}, ${draft.title ?? titleOf(draft)}, ${draft.edition}, ${draft.series},
           coalesce(${draft.cutoff}::date, today_in(${agencyId})), ${coolingOffMs} * interval '1 millisecond', ${actor}
    returning cutoff`.execute(tx);
  await sql`
    insert into disposal_item (agency_id, disposal_id, record_id, edition, series, due_on, from_day, objects, bytes)
    select ${agencyId}, ${id}, d.* from jsonb_to_recordset(${JSON.stringify(due)}::jsonb)
           as d(record_id uuid, edition text, series text, due_on date, from_day date, objects int, bytes bigint)`.execute(
    tx,
  );
  await appendEvent(at, null, {
    type: 'purge.drafted',
    actor,
    body: {
      purge: id,
      cutoff: rows[0]?.cutoff,
      records: due.length,
      edition: draft.edition,
      schedule: draft.series,
    },
  });
  return await existing(at, id);
}

function titleOf({ edition, series }: Draft): string {
  return series === null ? `Due under ${edition}` : `Due under ${edition}, ${series}`;
}

/** Takes one record off a draft, with the reason. */
export async function exceptRecord(
  at: AgencyTx,
  id: string,
  { recordId, reason, actor }: { readonly recordId: string; readonly reason: string; readonly actor: string },
): Promise<Disposal> {
  const list = await lockedAt(at, id, ['draft']);
  const why = sentenceOf(reason, 1000, 'why this record is not destroyed with the others');
  const done = await at.tx
    .updateTable('disposal_item')
    .set({ excluded_at: sql`now()`, excluded_by: actor, excluded_why: why })
    .where('agency_id', '=', at.agencyId)
    .where('disposal_id', '=', id)
    .where('record_id', '=', recordId)
    .where('excluded_at', 'is', null)
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n)
    throw new ArchiveError(
      'disposal-invalid',
      'This record is not on the list, or was taken off it before.',
      {
        retry: 'never',
      },
    );
  await appendEvent(at, null, {
    type: 'purge.excepted',
    actor,
    body: { purge: list.id, about: [`record:${recordId}`] },
  });
  return await existing(at, id);
}

/** Freezes the list: its digest is what is proposed, and what somebody else approves. */
export async function proposeDisposal(
  at: AgencyTx,
  id: string,
  { personId, authority }: { readonly personId: string; readonly authority: string | null },
): Promise<Disposal> {
  const list = await lockedAt(at, id, ['draft']);
  if (list.records === 0)
    throw new ArchiveError(
      'disposal-invalid',
      'No record is left on this list. Cancel it, and make another one.',
      {
        retry: 'never',
      },
    );
  const digest = await digestOf(at, id);
  const { records, objects, bytes } = list;
  await at.tx
    .updateTable('disposal')
    .set({
      state: 'proposed',
      digest,
      records,
      objects,
      bytes,
      proposed_at: sql`now()`,
      proposed_by: personId,
      authority: authority === null ? null : sentenceOf(authority, 500, 'which authority decided it'),
    })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', id)
    .execute();
  await appendEvent(at, null, {
    type: 'purge.proposed',
    actor: `person:${personId}`,
    body: {
      purge: id,
      listDigest: digest,
      cutoff: list.cutoff,
      eligible: list.lastDue ?? list.cutoff,
      records,
      objects,
      edition: list.edition,
      schedule: list.series,
      about: [`person:${personId}`],
    },
  });
  return await existing(at, id);
}

/** `digest`: of the list as whoever approves it read it. */
export async function approveDisposal(
  at: AgencyTx,
  id: string,
  { personId, digest }: { readonly personId: string; readonly digest: string },
): Promise<Disposal> {
  const list = await lockedAt(at, id, ['proposed']);
  if (list.digest !== digest) throw refused(refusalBy('HF036'));
  const { rows } = await sql<{ until: Date }>`
    select now() + cooling_off as until from disposal where agency_id = ${at.agencyId} and id = ${id}`.execute(
    at.tx,
  );
  const until = rows[0]?.until;
  const people = [`person:${personId}`, ...(list.proposedBy === null ? [] : [`person:${list.proposedBy}`])];
  const approval = await appendEvent(at, null, {
    type: 'purge.approved',
    actor: `person:${personId}`,
    body: { purge: id, listDigest: digest, until: until?.toISOString(), about: [...new Set(people)] },
  });
  await at.tx
    .updateTable('disposal')
    .set({
      state: 'approved',
      approved_at: sql`now()`,
      approved_by: personId,
      approval,
      cooling_until: sql`now() + cooling_off`,
    })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', id)
    .execute();
  return await existing(at, id);
}

/** By who may approve it: then it is `refused`; by who proposed it: `cancelled`. Nothing of it was destroyed, and nothing will be. */
export async function endDisposal(
  at: AgencyTx,
  id: string,
  {
    as,
    actor,
    reason,
    code = as,
  }: {
    readonly as: 'cancelled' | 'refused';
    readonly actor: string;
    readonly reason: string;
    readonly code?: string;
  },
): Promise<Disposal> {
  await lockedAt(
    at,
    id,
    as === 'cancelled' ? ['draft', 'proposed', 'approved'] : ['proposed', 'approved', 'running'],
  );
  await at.tx
    .updateTable('disposal')
    .set({
      state: as,
      ended_at: sql`now()`,
      ended_by: actor,
      ended_because: sentenceOf(reason, 5000, 'why it is not done'),
    })
    .where('agency_id', '=', at.agencyId)
    .where('id', '=', id)
    .execute();
  await appendEvent(at, null, { type: 'purge.refused', actor, body: { purge: id, code } });
  return await existing(at, id);
}

async function lockedAt(at: AgencyTx, id: string, states: readonly string[]): Promise<Disposal> {
  await sql`select from disposal where agency_id = ${at.agencyId} and id = ${id} for update`.execute(at.tx);
  const list = await existing(at, id);
  if (!states.includes(list.state)) throw refused(refusalBy('HF045'));
  return list;
}

async function existing(at: AgencyTx, id: string): Promise<Disposal> {
  const list = await readDisposal(at, id);
  if (list === null)
    throw new ArchiveError('disposal-not-found', 'There is no such list of disposal in this agency.', {
      retry: 'never',
    });
  return list;
}

function sentenceOf(text: string, most: number, what: string): string {
  if (text.trim() !== '' && text.length <= most) return text;
  throw new ArchiveError('disposal-invalid', `Say ${what}, in 1 to ${most} characters.`, { retry: 'never' });
}
