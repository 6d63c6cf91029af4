/**
 * What a receipt says, in words: the same for the page and for the PDF. Times in the agency's zone with the UTC value beside.
 */
import type { Receipt } from '#record/record.ts';
import { apart, html, ours, type Markup } from './html.ts';
import { logSaid } from './log-said.ts';
import { TIERS } from './tiers.ts';
import { momentIn } from './times.ts';
import { inWords, PRECISION_NAMES, SOURCE_NAMES } from './words.ts';

export interface ReceiptAbout {
  readonly agencyName: string;
  readonly zone: string;
  /** Of the public page that says how this record stands. */
  readonly statusUrl: string;
  /** The key that signs; null: the log of the agency has not begun. */
  readonly signedBy: string | null;
}

/** A term of ours, and what is said of it. */
export interface Fact {
  readonly term: string;
  readonly value: Markup;
}

type Classification = NonNullable<Receipt['classification']>;
/** What the schedule says of the series. Absent: the receipt does not say, and then nothing counts as confirmed. */
interface AboutSeries {
  readonly title?: string;
  readonly citation?: string;
  readonly confirmed?: boolean;
}

const REMOVAL: Readonly<Record<Receipt['removal'], string>> = {
  awaited: 'Awaited: nobody has said yet that it was removed.',
  confirmed: 'Confirmed: it was reported as removed.',
  none: 'None: this record is kept without a removal.',
};

const STATUS: Readonly<Record<Receipt['status'], string>> = {
  reported: 'Reported: what was handed in is durable, and not sealed yet.',
  sealed: 'Sealed: what was handed in is locked in the store.',
  complete: 'Complete: the live page is sealed too, or what was found instead is on file.',
  disposing: 'Being disposed of under the retention schedule.',
  disposed: 'Disposed of under the retention schedule.',
};

/** A green sign over what everybody can still see would be believed. */
export function stillSeen({ removal, secondLook }: Receipt): boolean {
  return removal === 'confirmed' && secondLook?.answer === 'there';
}

/** The words of the live status (`assets/status-view.js`): paper and screen say the same. */
export function wordOf(receipt: Receipt): string {
  const { safeToRemove, removal, status, missing } = receipt;
  if (status === 'disposing' || status === 'disposed') return 'NO LONGER KEPT';
  if (safeToRemove && stillSeen(receipt)) return 'SEALED, BUT SEEN AFTER THE REMOVAL';
  if (safeToRemove)
    return { awaited: 'SAFE TO REMOVE', confirmed: 'SEALED, AND REMOVED', none: 'SEALED AND KEPT' }[removal];
  if (removal !== 'awaited' && missing.some(({ code }) => code === 'lock-ended'))
    return 'KEPT, BUT THE LOCK RAN OUT';
  return {
    awaited: 'DO NOT REMOVE YET',
    confirmed: 'REMOVED, NOT ARCHIVED IN FULL',
    none: 'NOT SEALED YET',
  }[removal];
}

export function receiptFacts(receipt: Receipt, { zone }: ReceiptAbout): readonly Fact[] {
  const { times, capture, removal, secondLook } = receipt;
  const moment = (utc: string | null, otherwise: string): Markup =>
    utc === null ? ours(otherwise) : momentIn(zone, utc);
  const facts: (Fact | false)[] = [
    { term: 'Record', value: html`<code>${receipt.recordId}</code>` },
    {
      term: 'Account',
      value: html`${receipt.account} <span class="hf-small">on ${receipt.platform}</span>`,
    },
    { term: 'Status', value: ours(STATUS[receipt.status]) },
    { term: 'Reported', value: moment(times.reportedAt, '') },
    { term: 'First sealed', value: moment(times.firstSealedAt, 'Not yet') },
    times.lastSealedAt !== times.firstSealedAt && {
      term: 'Last sealed',
      value: moment(times.lastSealedAt, 'Not yet'),
    },
    { term: 'Live page', value: livePage(capture) },
    times.capturedAt !== null && {
      term: 'Page pictured',
      value: html`${momentIn(zone, times.capturedAt)}
        <span class="hf-small">by the archive’s own clock, while it captured</span>`,
    },
    {
      term: 'Removal',
      value: html`${ours(REMOVAL[removal])} ${removal === 'confirmed' && removalTime(receipt.removedAt, zone)}`,
    },
    secondLook !== null && { term: 'Second look', value: secondLookSaid(secondLook, zone) },
    { term: 'Retention', value: seriesSaid(receipt.classification) },
    { term: 'This receipt', value: moment(times.issuedAt, '') },
  ];
  return facts.filter((one) => one !== false);
}

/** Where the times are from. */
export function timesSaid(receipt: Receipt, { zone }: ReceiptAbout): Markup {
  return html`Where nothing else stands beside it, a time is ${inWords(SOURCE_NAMES, receipt.times.source)},
  ${inWords(PRECISION_NAMES, receipt.times.precision)}, shown in the zone ${zone} with UTC beside. Nobody
  outside the archive has confirmed these times.`;
}

/** What whoever checks needs. */
export function proofFacts(receipt: Receipt, { zone, signedBy }: ReceiptAbout): readonly Fact[] {
  return [
    ...logSaid(receipt.log, zone, new Date(receipt.times.issuedAt)),
    ...(signedBy === null
      ? []
      : [{ term: 'Signed by the key', value: html`<code class="hf-root">${signedBy}</code>` }]),
  ];
}

/** What the evidence proves, and what not. */
export function evidenceSaid(tier: Receipt['tier']): readonly Markup[] {
  if (tier === null) return [html`Nothing that is sealed so far shows the content itself.`];
  const { name, proves, provesNot } = TIERS[tier];
  return [
    html`<strong>Tier ${tier}: ${ours(name)}.</strong>`,
    html`<strong>It proves:</strong> ${ours(proves)}`,
    html`<strong>It does not prove:</strong> ${ours(provesNot)}`,
  ];
}

const OUTCOMES: Readonly<Record<string, string>> = {
  captured: 'Captured',
  partial: 'Captured in part',
  gone: 'It was gone when the archive opened it',
  wall: 'It showed a sign-in wall instead of the content',
  empty: 'It came up empty',
  blocked: 'It could not be opened from here',
  timeout: 'It did not finish in time',
};

export const STEPS: Readonly<Record<string, string>> = {
  seal: 'Sealing',
  capture: 'Opening the live page',
  inspect: 'Looking at the picture',
  'look-again': 'The second look at the page',
};

/** What has no name is said as what it is. */
const named = (names: Readonly<Record<string, string>>, value: string, otherwise: Markup): Markup =>
  Object.hasOwn(names, value) ? inWords(names, value) : apart(otherwise);

function livePage({ outcome, targetFound, sandbox }: Receipt['capture']): Markup {
  if (outcome === null) return html`Not looked at yet.`;
  if (outcome === 'none') return html`No live page was captured.`;
  const found = targetFound
    ? ours('the reported content was found on it')
    : ours('the reported content was not found on it');
  const said = named(OUTCOMES, outcome, html`Outcome “${outcome}”`);
  return sandbox === false
    ? html`${said}; ${found}. The browser ran without a sandbox.`
    : html`${said}; ${found}.`;
}

const NO_TIME = 'The time was not stated.';

/** When it was removed is never our own knowledge: it is printed with who said so, and how exactly. */
function removalTime(removedAt: Receipt['removedAt'], zone: string): Markup {
  if (removedAt === null) return ours(NO_TIME);
  const { value, source, precision, notAfter } = removedAt;
  if (value === null)
    return notAfter === null
      ? ours(NO_TIME)
      : html`${ours('The time was not stated; not after')} ${momentIn(zone, notAfter)}
          <span class="hf-small">when the archive was told, by its own clock</span>`;
  // A day has no hour: shown in a zone it could turn into the day before.
  const at = ['ms', 's', 'min'].includes(precision)
    ? momentIn(zone, value)
    : html`<span class="hf-utc">${value}</span>`;
  return html`${at}
    <span class="hf-small"
      >${named(SOURCE_NAMES, source, html`source: ${source}`)},
      ${named(PRECISION_NAMES, precision, html`precision: ${precision}`)}</span
    >`;
}

/** What a visitor saw after the removal, and when; the words are those of the live status. */
function secondLookSaid({ answer, at, sentence }: NonNullable<Receipt['secondLook']>, zone: string): Markup {
  if (at === null) return ours(sentence);
  return html`We looked again at ${momentIn(zone, at)}.
  ${answer === 'there' ? html`<strong>${ours(sentence)}</strong>` : ours(sentence)}`;
}

/** A number that nobody confirmed must not read like law. */
export function seriesSaid(classification: (Classification & AboutSeries) | null): Markup {
  if (classification === null) return html`Not classified yet. What is not classified is kept.`;
  const { edition, series: number, title, citation, confirmed } = classification;
  const isSample = [edition, number, citation].some((text) => /\bsample\b/i.test(text ?? ''));
  const series = title === undefined ? number : `${number} (${title})`;
  if (isSample)
    return html`Sample series ${series}, sample schedule ${edition}. It is an invented example and not
    confirmed: it blocks destruction, and is not law.`;
  return confirmed === true
    ? html`Series ${series}, schedule ${edition}. Confirmed by this agency.`
    : html`Series ${series}, schedule ${edition}. This agency has not confirmed it: it blocks destruction, and
      is not law.`;
}

/** Who checks later, and when: nobody by himself, and everybody can. */
export const DIGESTS =
  'The digests below (SHA-256) fix each file as it was sealed at the time beside “First sealed” or “Last sealed”. They were checked once, when the files went into the store; this receipt does not say that anybody has checked them since. Whoever has a file and this receipt can do so at any time: the same file has the same digest.';

/** Thirty days read like "kept for thirty days", which they are not. */
export const LEASE =
  'A date under “Locked until” is not the end of keeping. The lock is a lease, renewed again and again while the record must be kept; how long that is, the retention schedule says, and what has no confirmed series is kept.';

/** For people. The role itself stands beside, for it is what the manifest says. */
export const FILE_NAMES: Readonly<Record<string, string>> = {
  'raw-payload': 'The report as it came',
  other: 'File handed in',
  fact: 'The report as the archive wrote it down',
  salt: 'Random value for checking single fields',
  manifest: 'List of everything in this seal',
  rendering: 'A rendering of ours: drawn from the report, no picture of the page',
  'screenshot-viewport': 'Picture of the page, first screen',
  'screenshot-fullpage': 'Picture of the page, whole',
  'screenshot-element': 'Picture of the content itself, with its surroundings',
  'page-text': 'Text of the page',
  'capture-report': 'How the page was captured, or why not',
  'second-look-picture': 'Picture of the page at the second look, after the removal',
  'second-look-report': 'What the second look found, and how',
  mhtml: 'The page as one file (MHTML)',
  warc: 'What the browser was sent (WARC)',
  wacz: 'What the browser was sent (WACZ)',
  'dom-html': 'The page as HTML',
  pdf: 'PDF handed in',
  video: 'Video handed in',
  'platform-attachment': 'Attachment of the content, from the platform',
  'email-original': 'E-mail as it came',
  'import-file': 'File of an import',
};
