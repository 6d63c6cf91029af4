/** A certificate of destruction in words: the page and the PDF say the same. */
import { html, ours, type Markup } from './html.ts';
import { momentIn } from './times.ts';

/** As far as it is shown (src/disposal/CERTIFICATE.md); the signed file has all of it. */
export interface ShownCertificate {
  readonly issuedAt: string;
  readonly mode: string;
  readonly agency: { readonly name: string; readonly zone: string };
  readonly disposal: { readonly id: string; readonly title: string };
  readonly schedule: { readonly edition: string; readonly title: string };
  readonly series: readonly {
    readonly code: string;
    readonly number: string | null;
    readonly title: string;
    readonly description: string | null;
    readonly citation: string;
    readonly records: number;
    readonly objects: number;
    readonly bytes: number;
    readonly dates: { readonly from: string; readonly through: string };
    readonly eligibility: { readonly dueOn: string };
  }[];
  readonly quantity: { readonly records: number; readonly objects: number; readonly bytes: number };
  readonly dates: { readonly from: string; readonly through: string };
  readonly manner: readonly string[];
  readonly holds: { readonly checkedThrough: string };
  readonly startedAt: string;
  readonly completedAt: string;
  readonly requested: { readonly name: string; readonly at: string };
  readonly approved: { readonly name: string; readonly at: string };
  readonly authority: string | null;
  readonly list: { readonly digest: string };
  readonly approvalEntry: number;
  readonly kept: readonly { readonly recordId: string; readonly code: string }[];
  readonly pending: { readonly database: string; readonly backups: string };
  readonly minutes: string;
  readonly signature?: { readonly vkey: string };
}

export interface ShownCleaned {
  readonly issuedAt: string;
  readonly database: { readonly did: readonly string[]; readonly left: readonly string[] };
}

export interface CertificateFact {
  readonly term: string;
  readonly value: Markup;
}

/** Sentences of the certificate itself are English, as it was signed. */
const signed = (sentence: string): Markup => html`<span lang="en">${sentence}</span>`;

export function certificateFacts(one: ShownCertificate, cleaned: ShownCleaned | null): CertificateFact[] {
  const { zone } = one.agency;
  const { quantity } = one;
  return [
    { term: 'Schedule and edition', value: html`${one.schedule.title} (${one.schedule.edition})` },
    {
      term: 'Record series',
      value: html`${one.series.map((series, i) => html`${i > 0 && html`; `}${series.number ?? series.code}, ${series.title}`)}`,
    },
    {
      term: 'Quantity',
      value: html`records: ${String(quantity.records)}, files: ${String(quantity.objects)}, bytes:
      ${String(quantity.bytes)}`,
    },
    { term: 'Inclusive dates', value: html`${one.dates.from} – ${one.dates.through}` },
    {
      term: 'Manner of destruction',
      value: html`${one.manner.map((sentence) => html`${signed(sentence)} `)}`,
    },
    { term: 'Begun', value: momentIn(zone, one.startedAt) },
    { term: 'Completed', value: momentIn(zone, one.completedAt) },
    {
      term: 'Holds',
      value: html`none, asked in the transaction that marked each record, last
      ${momentIn(zone, one.holds.checkedThrough)}`,
    },
    { term: 'Requested by', value: html`${one.requested.name}, ${momentIn(zone, one.requested.at)}` },
    { term: 'Approved by', value: html`${one.approved.name}, ${momentIn(zone, one.approved.at)}` },
    {
      term: 'Authority',
      value: one.authority === null ? ours('none beside the two people') : html`${one.authority}`,
    },
    { term: 'Digest of the list', value: html`<code>${one.list.digest}</code>` },
    { term: 'Entry of the approval in the log', value: html`${String(one.approvalEntry)}` },
    {
      term: 'Database',
      value:
        cleaned === null
          ? signed(one.pending.database)
          : html`${momentIn(zone, cleaned.issuedAt)}:
            ${[...cleaned.database.did, ...cleaned.database.left].map((sentence) => html`${signed(sentence)} `)}`,
    },
    ...(cleaned !== null && cleaned.database.left.length > 0
      ? [
          {
            term: 'Still to be done',
            value: ours('What begins with a command or a name of it is left to whoever runs the database.'),
          },
        ]
      : []),
    { term: 'Backups', value: signed(one.pending.backups) },
  ];
}
