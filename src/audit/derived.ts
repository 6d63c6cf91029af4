/**
 * What follows from the facts and the history of a record, computed again and held against its rows. The same function makes the row
 * when a report comes in (`rowOf` of intake), and `accept_report` (migration 0004) folds one report into what was there. Pure.
 */
import canonicalize from 'canonicalize';
import { rowOf, type AgencyReference, type StoredFact } from '#intake/intake.ts';
import type { Manifest } from '#seal/seal.ts';
import type { Findings } from './findings.ts';
import type { RecordEvent, RecordRows, Row } from './record-queries.ts';

/** What no audit compares, each with its reason. */
export const NOT_COVERED: Readonly<Record<string, string>> = {
  'event.seq':
    'the number by which events wait to enter the log; their order is the index of their entry, and each entry says its own. That two were exchanged is found where their times are further apart than clocks may differ',
  'event.at, below a millisecond': 'an entry gives milliseconds',
  'log_checkpoint.at':
    'only that it is not before what it covers; the proof of a time is a stamp of somebody else',
  'log_checkpoint, one that is not the newest':
    'that one is missing shows nowhere; nothing that it signed is lost with it',
  'log_key.made_at, log_head.begun_at, log_name': 'nothing is decided by them',
  'record.account_id, record.series_reason':
    'they follow from the agency’s own lists as they stood then, which are not sealed',
  'record.address, when it is empty or no page was opened':
    'whether a capture was wanted stands in the raw report alone',
  'record.search': 'an index for finding; made anew from the facts, and from what was read in pictures',
  artifact_text:
    'what a program read in pictures: derived from sealed bytes, with errors, and proof of nothing; it is in no seal and no log, and is read anew where it is lost',
  'fact.delivery, fact.idempotency_key, fact.deliveries':
    'they tell whether a report came twice, and nothing of what is kept',
  'fact.body and artifact, before their seal':
    'there is no salt yet: only who, when and how many; the seal follows within seconds',
  'artifact.picture, beside whether it opens':
    'its size and format; they are read from the sealed bytes again',
  'object.retain_until, intended_at, confirmed_at':
    'what was intended, and when it was asked; the lock is asked of the store',
  'second_look.finding': 'the sealed report of the look says it',
  mail_taken: 'a mail that nobody entered yet; it is forgotten within a day',
  'request_mail.parts, beside how many': 'they are read from the bytes, which are compared',
  'step, production_build, notice, arrival, upload, view_ticket, chore':
    'work that is owed or done, not what is kept',
  'person, person_role, api_key, office, account, policies, classification_rule':
    'what they became is in the log; their rows as they stand are not compared with it yet',
  'series of an edition that nobody confirmed, or with a period from the end of a fiscal year':
    'nothing is destroyed under it: what two people confirmed is bound to its digest, which the database asks for',
  'hold.title, hold.reason, hold.ends': 'words; the kind, the search and who placed it are compared',
  'request.attempt, settled_question, settled_fee':
    'that it was sent once, and which question and fee are settled: they follow from states and correspondence, which are compared',
  'review.note, request_kept_until.reason, request_record.search_n':
    'why, in words, and which search found a record first; what was decided, until when, and that it is in the set are compared',
  'production.failure, production of which nothing is sealed, its gate and pages':
    'nothing of it leaves; production.locked_until: the lock is asked of the store',
  'production, whether the gate was right':
    'what it said of which bytes is compared; the bytes are not looked through again',
  'letter_mail, before its mailing ended': 'work that is owed',
  'record_series.reason, record_day.note, reclassification': 'why, in words; the history says what was done',
  'record_series and record_day of a record of which such a change was put back after a restore':
    'the entry does not say what was done',
  retention: 'computed from the series and days; recompute_due says the same anew',
};

export type Clauses = AgencyReference['citable'];

interface Fold {
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly excerpt: string | null;
  readonly author: string | null;
  readonly subject: string;
  verb: string;
  grounds: readonly string[];
  removal: string;
  removedAt: unknown;
  readonly permalinks: Set<string>;
}

const ACCEPTED: readonly string[] = ['intake.accepted', 'removal.confirmed', 'removal.withdrawn'];

/**
 * Whether all that is known of this event is its entry, since it was put back after a restore. What it says was made or accepted may then
 * be lost: what no seal took went with the database. That no other event has the mark the pass over the log sees to; and what a seal
 * took is compared with its manifest.
 */
function isPutBack({ body }: RecordEvent): boolean {
  return body['restored'] === true;
}

/**
 * Each fact and the event that says that it was accepted, one for one; and what follows from the text of a fact. `lost`: how many were
 * accepted, never sealed, and gone with a database that was restored.
 */
export function compareFacts(
  rows: RecordRows,
  citable: Clauses,
  findings: Findings,
): { readonly fold: Fold | null; readonly lost: number } {
  const { record, facts, artifacts, events } = rows;
  const accepted = new Map<number, RecordEvent>();
  for (const event of events)
    if (ACCEPTED.includes(event.type)) accepted.set(Number(event.body['fact']), event);
  if (accepted.size === 0) findings.add('record-invented', { record: record.id });
  let fold: Fold | null = null;
  for (const fact of facts) {
    const where = { record: record.id, which: `fact ${fact.n}` };
    const event = accepted.get(fact.n);
    accepted.delete(fact.n);
    if (event === undefined) {
      findings.add('fact-invented', where);
      continue;
    }
    const row = rowOf(fact.body as unknown as StoredFact, referenceWith(citable), false, {
      form: event.type === 'removal.confirmed' ? 'removal' : 'simple',
      toRecord: null,
    });
    if (!isFact(fact, event, row)) findings.add('fact-other', where);
    const files = artifacts.filter(
      ({ fact_n, origin }) => fact_n === fact.n && (origin === 'raw' || origin === 'handed-in'),
    );
    if (files.length !== event.body['files']) findings.add('files-other', where);
    fold = folded(fold, row, fact.body as unknown as StoredFact);
  }
  let lost = 0;
  for (const [n, event] of accepted)
    if (isPutBack(event)) lost += 1;
    else findings.add('fact-gone', { record: record.id, which: `fact ${n}` });
  return { fold, lost };
}

/** Of what the agency decided beforehand only its clauses are asked: a fact cites them by their text. */
function referenceWith(citable: Clauses): AgencyReference {
  return { grounds: [], groundsBefore: [], citable, accounts: [], classify: () => null };
}

function isFact(fact: Row<'fact'>, event: RecordEvent, row: ReturnType<typeof rowOf>): boolean {
  const { data } = row.fact;
  return (
    fact.actor === event.actor &&
    fact.recorded_at.getTime() === event.at.getTime() &&
    fact.type === row.type &&
    fact.source === row.source &&
    fact.id === row.factId &&
    fact.confirms === (event.type === 'removal.confirmed') &&
    fact.words === (row.compared?.text ?? null) &&
    fact.words_sha256 === (row.compared?.sha256 ?? null) &&
    fact.named === ((data.content.nativeId ?? null) !== null) &&
    fact.done === (data.action.performedAt.value !== null) &&
    fact.noted === ((data.notes ?? null) !== null)
  );
}

function folded(before: Fold | null, row: ReturnType<typeof rowOf>, fact: StoredFact): Fold {
  const removedAt = row.removal === 'confirmed' ? row.removedAt : null;
  const permalink = fact.data.content.permalink;
  if (before === null)
    return { ...row, removedAt, permalinks: new Set(typeof permalink === 'string' ? [permalink] : []) };
  if (row.acts) {
    before.removal = row.removal;
    before.removedAt = removedAt;
  }
  if (row.verb !== 'none') before.verb = row.verb;
  before.grounds = [...before.grounds, ...row.grounds];
  if (typeof permalink === 'string') before.permalinks.add(permalink);
  return before;
}

/** The row of the record itself. */
export function compareRecord(
  rows: RecordRows,
  fold: Fold | null,
  manifests: readonly Manifest[],
  findings: Findings,
): void {
  const { record, facts, events } = rows;
  const wrong = (which: string): void => findings.add('record-other', { record: record.id, which });
  const types = events.map(({ type }) => type);
  const state = types.includes('record.completed')
    ? 'complete'
    : types.includes('record.sealed')
      ? 'sealed'
      : 'reported';
  // Where a purge has begun, its own entries say what became of it.
  if (record.state !== state && record.state !== 'disposing' && record.state !== 'disposed') wrong('state');
  const first = facts[0];
  if (first !== undefined && record.received_at.getTime() !== first.recorded_at.getTime())
    wrong('received_at');
  if (fold !== null) {
    for (const column of [
      'subject',
      'platform',
      'account',
      'kind',
      'excerpt',
      'author',
      'verb',
      'removal',
    ] as const)
      if (record[column] !== fold[column]) wrong(column);
    if (asSet(record.grounds) !== asSet(fold.grounds)) wrong('grounds');
    if (canonicalize(record.removed_at) !== canonicalize(fold.removedAt ?? null)) wrong('removed_at');
    if (record.address !== null && !fold.permalinks.has(record.address)) wrong('address');
  }
  compareCapture(rows, manifests, wrong);
  const last = manifests.at(-1);
  if (last === undefined) return;
  if (record.subject !== last.subject) wrong('subject');
  // What came in since may have been classified by what it says, and its seal is still to come.
  if (isAllSealed(rows) && !types.includes('record.reclassified')) {
    const now =
      record.edition === null || record.series === null
        ? null
        : { edition: record.edition, series: record.series };
    if (canonicalize(now) !== canonicalize(last.classification)) wrong('series');
  }
}

function compareCapture(
  { record, artifacts, events }: RecordRows,
  manifests: readonly Manifest[],
  wrong: (which: string) => void,
): void {
  const isCaptured = ({ origin }: Row<'artifact'>): boolean => origin === 'capture' || origin === 'rendering';
  const capture = manifests.findLast((one) => one.capture !== null)?.capture;
  const all = events.filter(({ type }) => type === 'capture.completed' || type === 'capture.skipped');
  const areLost = capture === undefined && !artifacts.some(isCaptured);
  const captures = all.filter((event) => !areLost || !isPutBack(event));
  if (record.capture_outcome !== (captures.at(-1)?.body['outcome'] ?? null)) wrong('capture_outcome');
  if (captures.length === 0) {
    if (record.capture !== null) wrong('capture');
  } else if (capture !== undefined && artifacts.filter(isCaptured).every(({ seal_no }) => seal_no !== null)) {
    if (canonicalize(record.capture) !== canonicalize(capture)) wrong('capture');
    const { address } = capture as { readonly address?: unknown };
    if (typeof address === 'string' && record.address !== address) wrong('address');
  }
}

/** Files that our browser made, pictures that were opened, and second looks: each has its event. */
export function compareMade({ record, artifacts, looks, events }: RecordRows, findings: Findings): void {
  const count = (...origins: string[]): number =>
    artifacts.filter(({ origin }) => origins.includes(origin)).length;
  if (!sums(events, 'capture.completed', 'capture.skipped').has(count('capture', 'rendering')))
    findings.add('files-other', { record: record.id, which: 'of captures' });
  if (!sums(events, 'second-look.completed').has(count('second-look')))
    findings.add('files-other', { record: record.id, which: 'of second looks' });

  const inspected = new Map<number, RecordEvent>();
  for (const event of events)
    if (event.type === 'picture.inspected') inspected.set(Number(event.body['artifact']), event);
  for (const { n, picture } of artifacts) {
    const event = inspected.get(n);
    // Row and event were both put back after a restore: what was seen of the picture is in no seal, and is not known again.
    if (picture === null && event !== undefined && isPutBack(event)) continue;
    if (picture?.decodable !== event?.body['decodable'])
      findings.add('picture-other', { record: record.id, which: `file ${n}` });
  }

  const looked = new Map<number, RecordEvent>();
  for (const event of events)
    if (event.type === 'second-look.completed') looked.set(Number(event.body['fact']), event);
  for (const look of looks) {
    const body = looked.get(look.fact_n)?.body;
    looked.delete(look.fact_n);
    if (
      body === undefined ||
      body['answer'] !== look.answer ||
      (body['because'] ?? null) !== look.because ||
      body['outcome'] !== look.outcome ||
      Date.parse(String(body['lookedAt'])) !== look.looked_at.getTime()
    )
      findings.add('look-other', { record: record.id, which: `fact ${look.fact_n}` });
  }
  for (const [n, event] of looked) {
    const isThere = artifacts.some(({ origin, fact_n }) => origin === 'second-look' && fact_n === n);
    if (!isPutBack(event) || isThere) findings.add('look-other', { record: record.id, which: `fact ${n}` });
  }
}

/** How many files there may be. What was made before a restore is there with all of its files, or with none and was made anew. */
function sums(events: readonly RecordEvent[], ...types: string[]): ReadonlySet<number> {
  let totals = new Set([0]);
  for (const event of events) {
    if (!types.includes(event.type)) continue;
    const files = Number(event.body['files'] ?? 0);
    const more = [...totals].map((total) => total + files);
    totals = new Set(isPutBack(event) ? [...totals, ...more] : more);
  }
  return totals;
}

export function isAllSealed({ facts, artifacts, seals }: RecordRows): boolean {
  return (
    facts.every(({ seal_no }) => seal_no !== null) &&
    artifacts.every(({ seal_no }) => seal_no !== null) &&
    seals.every(({ sealed_at }) => sealed_at !== null)
  );
}

function asSet(values: readonly string[]): string {
  return [...new Set(values)].sort().join('\n');
}
