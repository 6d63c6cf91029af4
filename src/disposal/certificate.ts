/**
 * The certificate: what was destroyed, under what, by whose decision, when and how, and what shows that it is gone. CERTIFICATE.md specifies
 * it. It is made of rows that do not change any more, so that whoever makes it a second time makes the same bytes. Nothing of what was
 * destroyed is in it: no word, no name that a record had, no digest of a content and no key, which is made of one.
 */
import { sql } from 'kysely';
import type { AgencyTx, CleanedDatabase } from '#db/db.ts';
import { CERTIFICATE_FORMAT, CLEANED_FORMAT } from '#log/log.ts';
import type {
  Certificate,
  CertificateRecord,
  CertificateSeries,
  CleanedStatement,
} from './certificate-shape.ts';
import type { Disposal } from './queries.ts';

export interface CertificateContext {
  readonly mode: 'trial' | 'production';
  /** What the first and the second store are called in it. */
  readonly stores: readonly string[];
  /** How long backups are kept; null: nobody said. */
  readonly backupsKeptMs: number | null;
}

export async function composeCertificate(
  { agencyId, tx }: AgencyTx,
  list: Disposal,
  approvalEntry: number,
  { mode, stores, backupsKeptMs }: CertificateContext,
): Promise<Certificate> {
  const agency = await tx
    .selectFrom('agency')
    .select(['id', 'name', 'zone'])
    .where('id', '=', agencyId)
    .executeTakeFirstOrThrow();
  const edition = await tx
    .selectFrom('edition')
    .select(['title', 'source'])
    .where('agency_id', '=', agencyId)
    .where('edition', '=', list.edition)
    .executeTakeFirstOrThrow();
  const { rows: confirmations } = await sql<{ name: string; at: Date }>`
    select p.name, c.at from edition_confirmation c join person p on p.agency_id = c.agency_id and p.id = c.person_id
     where c.agency_id = ${agencyId} and c.edition = ${list.edition} and c.digest = edition_digest(${agencyId}, ${list.edition})
       and c.at <= ${list.startedAt} order by c.at, p.id`.execute(tx);
  const { rows } = await sql<CertificateRecord & { markedAt: Date; destroyedAt: Date }>`
    select i.record_id as "recordId", i.edition, i.series, to_char((r.received_at at time zone ${agency.zone})::date, 'YYYY-MM-DD') as "receivedOn",
           i.from_day as "fromDay", i.due_on as "dueOn", i.objects, i.bytes, i.marked_at as "markedAt", i.destroyed_at as "destroyedAt", i.evidence
      from disposal_item i join record r on r.agency_id = i.agency_id and r.id = i.record_id
     where i.agency_id = ${agencyId} and i.disposal_id = ${list.id} and i.state = 'destroyed' order by i.record_id`.execute(
    tx,
  );
  const records = rows.map((row) => ({
    ...row,
    markedAt: row.markedAt.toISOString(),
    destroyedAt: row.destroyedAt.toISOString(),
  }));
  const { rows: kept } = await sql<{ recordId: string; code: string }>`
    select record_id as "recordId", code from disposal_item
     where agency_id = ${agencyId} and disposal_id = ${list.id} and state = 'refused' order by record_id`.execute(
    tx,
  );
  const { rows: terms } = await sql<
    Pick<
      CertificateSeries,
      'code' | 'number' | 'schedule' | 'title' | 'description' | 'citation' | 'trigger' | 'period'
    >
  >`
    select code, number, schedule, title, description, citation, trigger, period from series
     where agency_id = ${agencyId} and edition = ${list.edition} order by code`.execute(tx);
  const series = terms.flatMap((one) => {
    const of = records.filter((record) => record.series === one.code);
    return of.length === 0
      ? []
      : [
          {
            ...one,
            ...totals(of),
            dates: span(of.map(({ receivedOn }) => receivedOn)),
            eligibility: eligibility(of),
          },
        ];
  });
  const completedAt = (list.finishedAt ?? new Date(0)).toISOString();
  const name = async (id: string | null): Promise<string> =>
    (
      await tx
        .selectFrom('person')
        .select('name')
        .where('agency_id', '=', agencyId)
        .where('id', '=', id ?? '')
        .executeTakeFirst()
    )?.name ?? '';
  const quantity = totals(records);
  const dates = span(records.map(({ receivedOn }) => receivedOn));
  const people = {
    requested: {
      name: await name(list.proposedBy),
      person: list.proposedBy ?? '',
      at: list.proposedAt?.toISOString() ?? '',
    },
    approved: {
      name: await name(list.approvedBy),
      person: list.approvedBy ?? '',
      at: list.approvedAt?.toISOString() ?? '',
    },
  };
  const marked = records.map(({ markedAt }) => markedAt).toSorted();
  const backupsUntil =
    backupsKeptMs === null ? null : new Date(Date.parse(completedAt) + backupsKeptMs).toISOString();
  const { rows: packed } = await sql<{ records: number; productions: number }>`
    select count(distinct c.record_id)::int as records, count(distinct c.production_id)::int as productions
      from disposal_item i
      join production_record c on c.agency_id = i.agency_id and c.record_id = i.record_id and c.answer <> 'withhold'
      join production p on p.agency_id = c.agency_id and p.id = c.production_id and p.object_key is not null
     where i.agency_id = ${agencyId} and i.disposal_id = ${list.id} and i.state = 'destroyed'`.execute(tx);
  const handedOut = packed[0] === undefined || packed[0].records === 0 ? null : packed[0];
  const stays = handedOut === null ? '' : staying(handedOut);
  const manner = [
    `Deletion of each version of each file by its number in the object store (${stores.join('; ')}), the list of versions compared with the records before and empty after.`,
    'Deletion of the rows of the database that held the content, its index and what led to it; destruction of the salts that opened its entries in the log.',
    ...(stays === '' ? [] : [stays]),
  ];
  return {
    format: CERTIFICATE_FORMAT,
    issuedAt: completedAt,
    mode,
    agency,
    disposal: { id: list.id, title: list.title, cutoff: list.cutoff },
    schedule: {
      edition: list.edition,
      ...edition,
      confirmations: confirmations.map((one) => ({ name: one.name, at: one.at.toISOString() })),
    },
    series,
    quantity,
    dates,
    manner,
    ...(handedOut === null ? {} : { handedOut }),
    holds: {
      result: 'none',
      checkedFrom: marked[0] ?? completedAt,
      checkedThrough: marked.at(-1) ?? completedAt,
    },
    startedAt: list.startedAt?.toISOString() ?? completedAt,
    completedAt,
    ...people,
    coolingUntil: list.coolingUntil?.toISOString() ?? '',
    executedBy: 'worker:retention',
    authority: list.authority,
    list: { digest: list.digest ?? '', records: list.records, excepted: list.excepted },
    approvalEntry,
    kept,
    records,
    pending: {
      database:
        'Database pages and write-ahead log: pending until the clean-up of the database, which a second signed statement beside this certificate tells.',
      backups:
        backupsUntil === null
          ? 'Backups made before the completion hold the content until they expire; how long that is, nobody has set here (HOLDFAST_BACKUPS_KEPT). No backup was looked at. A restore from one of them repeats this destruction.'
          : `Backups made before the completion hold the content until they expire: according to the setting of this installation (HOLDFAST_BACKUPS_KEPT) the last of them by ${backupsUntil.slice(0, 10)}. No backup was looked at, so this is not verified. A restore from one of them repeats this destruction.`,
      backupsUntil,
    },
    minutes: paragraph({
      agency: agency.name,
      title: edition.title,
      series,
      quantity,
      dates,
      completedAt,
      zone: agency.zone,
      list,
      people,
      id: list.id,
      mode,
      stays,
    }),
  };
}

export function composeCleaned(
  agencyId: string,
  list: Pick<Disposal, 'id'>,
  {
    certificate,
    database,
    at,
  }: { readonly certificate: string; readonly database: CleanedDatabase; readonly at: Date },
): CleanedStatement {
  return {
    format: CLEANED_FORMAT,
    issuedAt: at.toISOString(),
    agency: { id: agencyId },
    disposal: { id: list.id },
    certificate,
    database,
  };
}

function totals(of: readonly { readonly objects: number; readonly bytes: number }[]) {
  return {
    records: of.length,
    objects: of.reduce((sum, one) => sum + one.objects, 0),
    bytes: of.reduce((sum, one) => sum + one.bytes, 0),
  };
}

/** Days of the form YYYY-MM-DD sort as text. */
function span(days: readonly string[]): { readonly from: string; readonly through: string } {
  const sorted = days.toSorted();
  return { from: sorted[0] ?? '', through: sorted.at(-1) ?? '' };
}

function eligibility(of: readonly CertificateRecord[]) {
  return { ...span(of.map(({ fromDay }) => fromDay)), dueOn: span(of.map(({ dueOn }) => dueOn)).through };
}

interface ParagraphParts {
  readonly agency: string;
  readonly title: string;
  readonly series: readonly CertificateSeries[];
  readonly quantity: Certificate['quantity'];
  readonly dates: Certificate['dates'];
  readonly completedAt: string;
  readonly zone: string;
  readonly list: Pick<Disposal, 'authority'>;
  readonly people: Pick<Certificate, 'requested' | 'approved'>;
  readonly id: string;
  readonly mode: Certificate['mode'];
  readonly stays: string;
}

/** Copies that somebody has outside are not ours to destroy; the sealed ones here answer what was given to whom. */
function staying({
  records,
  productions,
}: {
  readonly records: number;
  readonly productions: number;
}): string {
  return `Not destroyed: copies of ${count(records, 'record')} as packed before in answer to requests for records (${count(productions, 'production')}). They are kept with those requests, under the series of the requests.`;
}

/** The paragraph is read by itself, and the certificate may be read by nobody: what is still there stands in both. */
const KEPT_LONGER =
  'Not included: pages and the write-ahead log of the database until its clean-up, which a statement beside the certificate tells; backups made before, until they expire; and the public log, which keeps that the records existed and were destroyed, and nothing of their content. ';

/** For the minutes of the body: the elements of the record that a Missouri ordinance asks for (Truesdale, Ord. 482; reference/missouri-law.md 1.1). */
function paragraph({
  agency,
  title,
  series,
  quantity,
  dates,
  completedAt,
  zone,
  list,
  people,
  id,
  mode,
  stays,
}: ParagraphParts): string {
  const named = series.map(
    (one) =>
      `${one.number ?? one.code}, ${one.title} (${count(one.records, 'record')}, ${count(one.objects, 'file')}, ${one.bytes} bytes, received ${one.dates.from} through ${one.dates.through})`,
  );
  const on = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(
    new Date(completedAt),
  );
  return `Disposition of records. Under the schedule “${title}”, ${agency} destroyed the following record series: ${named.join('; ')}. In all ${count(quantity.records, 'record')}, inclusive dates ${dates.from} through ${dates.through}. Manner of destruction: deletion of every copy in the archive’s stores and of its index. Requested by ${people.requested.name}, approved by ${people.approved.name}${list.authority === null ? '' : `, authority: ${list.authority}`}. The deletion from the stores and of the index was completed on ${on}. ${stays === '' ? '' : `${stays} `}${KEPT_LONGER}Certificate ${id}.${mode === 'trial' ? ' This archive was in trial mode: this is no destruction of public records.' : ''}`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
