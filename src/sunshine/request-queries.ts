/** The SQL of requests and their correspondence. What must never happen is refused by the triggers of migrations 0044 and 0046, whoever asks. */
import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type {
  AgencyTx,
  RequestCorrectionTable,
  RequestCorrespondenceTable,
  RequestState,
  RequestTable,
} from '#db/db.ts';
import { NOTHING_ANSWERED, type AnswersOnFile } from './answers.ts';
import type { OnFile } from './standing.ts';

/** False: the same was sent before. */
export async function insertRequest(
  { agencyId, tx }: AgencyTx,
  request: Omit<
    Insertable<RequestTable>,
    'agency_id' | 'outcome' | 'closed_at' | 'closed_by' | 'due_on' | 'calendar_n' | 'appeal_until'
  >,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('request')
    .values({
      agency_id: agencyId,
      ...request,
      outcome: null,
      closed_at: null,
      closed_by: null,
      due_on: null,
      calendar_n: null,
      appeal_until: null,
    })
    .onConflict((one) => one.columns(['agency_id', 'attempt']).where('attempt', 'is not', null).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

export async function readByAttempt(
  { agencyId, tx }: AgencyTx,
  attempt: string,
): Promise<{ readonly requestId: string; readonly tracking: string } | null> {
  const row = await tx
    .selectFrom('request')
    .select(['id', 'tracking'])
    .where('agency_id', '=', agencyId)
    .where('attempt', '=', attempt)
    .executeTakeFirst();
  return row === undefined ? null : { requestId: row.id, tracking: row.tracking };
}

/** Compare-and-set. */
export async function setRequest(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  from: RequestState,
  set: Updateable<RequestTable>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('request')
    .set(set)
    .where('agency_id', '=', agencyId)
    .where('id', '=', requestId)
    .where('state', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function lockRequest({ agencyId, tx }: AgencyTx, requestId: string) {
  return (
    (await tx
      .selectFrom('request')
      .select(['state', 'custodian_received_at', 'first_received_at', 'contact'])
      .where('agency_id', '=', agencyId)
      .where('id', '=', requestId)
      .forUpdate()
      .executeTakeFirst()) ?? null
  );
}

export type RequestRow = Selectable<RequestTable>;

export async function readRequestRow(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<RequestRow | null> {
  return (
    (await tx
      .selectFrom('request')
      .selectAll()
      .where('agency_id', '=', agencyId)
      .where('id', '=', requestId)
      .executeTakeFirst()) ?? null
  );
}

/** What somebody may know who has nothing but its number. */
export async function readByTracking({ agencyId, tx }: AgencyTx, tracking: string) {
  return (
    (await tx
      .selectFrom('request')
      .select([
        'id',
        'state',
        'custodian_received_at',
        'first_received_at',
        'settled_question',
        'settled_fee',
        'due_on',
        'contact',
      ])
      .where('agency_id', '=', agencyId)
      .where('tracking', '=', tracking)
      .executeTakeFirst()) ?? null
  );
}

/** The caller holds the row of the request, so that no two take one number. */
export async function insertCorrespondence(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  said: Omit<Insertable<RequestCorrespondenceTable>, 'agency_id' | 'request_id' | 'n'>,
): Promise<number> {
  const { n } = await tx
    .selectFrom('request_correspondence')
    .select(sql<number>`coalesce(max(n), 0) + 1`.as('n'))
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('request_correspondence')
    .values({ agency_id: agencyId, request_id: requestId, n, ...said })
    .execute();
  return n;
}

export type CorrespondenceRow = Selectable<RequestCorrespondenceTable>;

export async function readCorrespondence(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly CorrespondenceRow[]> {
  return await tx
    .selectFrom('request_correspondence')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .where('n', '>', after)
    .orderBy('n')
    .limit(limit)
    .execute();
}

/** What a clock hangs on, without its words. Beside `readOnFile`, for what asks after correspondence alone. */
export async function readMarked({ agencyId, tx }: AgencyTx, requestId: string) {
  return await tx
    .selectFrom('request_correspondence')
    .select(['n', 'about', 'at', 'fee_cents', 'promised_for'])
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .where('about', 'is not', null)
    .orderBy('n')
    .execute();
}

/** The same of several requests, by their ids. */
async function readMarkedOf({ agencyId, tx }: AgencyTx, requestIds: readonly string[]) {
  const rows =
    requestIds.length === 0
      ? []
      : await tx
          .selectFrom('request_correspondence')
          .select(['request_id', 'n', 'about', 'at', 'fee_cents', 'promised_for'])
          .where('agency_id', '=', agencyId)
          .where('request_id', 'in', [...requestIds])
          .where('about', 'is not', null)
          // What nobody got explains and asks nothing (migration 0067).
          .where(sql<boolean>`not never_sent(request_id, n)`)
          .orderBy('n')
          .execute();
  return Map.groupBy(rows, ({ request_id }) => request_id);
}

/** Letters of it that no mail server took in three days, by their numbers in the correspondence. */
export async function readNeverSent(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<readonly number[]> {
  const rows = await tx
    .selectFrom('letter_mail')
    .select('n')
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .where('ended_as', '=', 'given-up')
    .orderBy('n')
    .execute();
  return rows.map(({ n }) => n);
}

/** With what was answered. Each request that was asked for is there. */
export async function readOnFileOf(
  at: AgencyTx,
  requestIds: readonly string[],
): Promise<ReadonlyMap<string, OnFile>> {
  const marked = await readMarkedOf(at, requestIds);
  const { rows } = await sql<AnswersOnFile & { readonly id: string }>`
    select r.id, a.denied_at as "deniedAt", a.none_at as "noneAt", a.part_at as "partAt", a.handed_at as "handedAt", a.handed, a.untold,
           a.undecided, a.unreleased
      from request r cross join lateral request_answers(r.agency_id, r.id) a
     where r.agency_id = ${at.agencyId} and r.id = any(${[...requestIds]}::uuid[]) and r.state <> 'closed'
       and r.custodian_received_at is not null`.execute(at.tx);
  const answers = new Map(rows.map(({ id, ...one }) => [id, one]));
  return new Map(
    requestIds.map((id) => [
      id,
      { marked: marked.get(id) ?? [], answers: answers.get(id) ?? NOTHING_ANSWERED },
    ]),
  );
}

export async function readOnFile(at: AgencyTx, requestId: string): Promise<OnFile> {
  const found = (await readOnFileOf(at, [requestId])).get(requestId);
  return found ?? { marked: [], answers: NOTHING_ANSWERED };
}

/** The caller holds the row of the request. */
export async function insertCorrection(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  correction: Omit<Insertable<RequestCorrectionTable>, 'agency_id' | 'request_id' | 'n'>,
): Promise<void> {
  const { n } = await tx
    .selectFrom('request_correction')
    .select(sql<number>`coalesce(max(n), 0) + 1`.as('n'))
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('request_correction')
    .values({ agency_id: agencyId, request_id: requestId, n, ...correction })
    .execute();
}

/** The caller holds the row of the request. */
export async function insertContact(
  { agencyId, tx }: AgencyTx,
  requestId: string,
  {
    was,
    contact,
    reason,
    by,
  }: { readonly was: string | null; readonly contact: string; readonly reason: string; readonly by: string },
): Promise<void> {
  await sql`
    insert into request_contact (agency_id, request_id, n, was, contact, reason, by)
    select ${agencyId}, ${requestId}, coalesce(max(n), 0) + 1, ${was}, ${contact}, ${reason}, ${by} from request_contact
     where agency_id = ${agencyId} and request_id = ${requestId}`.execute(tx);
}

export interface ContactRow {
  readonly was: string | null;
  readonly contact: string;
  readonly reason: string;
  readonly at: Date;
  readonly by: string;
}

/** Oldest first. */
export async function readContacts(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<readonly ContactRow[]> {
  const { rows } = await sql<ContactRow>`
    select was, contact, reason, at, by from request_contact
     where agency_id = ${agencyId} and request_id = ${requestId} order by n`.execute(tx);
  return rows;
}

export type CorrectionRow = Selectable<RequestCorrectionTable>;

export async function readCorrections(
  { agencyId, tx }: AgencyTx,
  requestId: string,
): Promise<readonly CorrectionRow[]> {
  return await tx
    .selectFrom('request_correction')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('request_id', '=', requestId)
    .orderBy('n')
    .execute();
}
