/**
 * A letter, from its draft to its sending. A draft writes nothing. To send one is one transaction: its row in the correspondence, on which the clocks hang,
 * the paper, and what is owed to the mail server; what the law would make wrong of it does not commit.
 */
import { hash } from 'node:crypto';
import type { AgencyTx, LetterKind } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent } from '#record/record.ts';
import { readCalendar } from './calendar-queries.ts';
import { certifiedSearch, openInSet } from './certificate-queries.ts';
import { dueOf } from './clock.ts';
import type { LetterLanguage } from './fees-said.ts';
import { rateProblems, type FeeRates } from './fees.ts';
import { DEFAULT_LETTERS } from './letter-defaults.ts';
import * as queries from './letter-queries.ts';
import { LINK_PLACE } from './letter-handed.ts';
import { checkLetter, fillLetter, templateProblem } from './letter-text.ts';
import { letterContent, type LetterContent, type LetterInput } from './letter-values.ts';
import { readMarked, readRequestRow, type RequestRow } from './request-queries.ts';
import { changeState, noteCorrespondence } from './requests.ts';
import { awaitedOf } from './standing.ts';
import { translated } from './refusals.ts';
import { trackingShown } from './tracking.ts';

export interface Draft {
  readonly content: LetterContent;
  readonly templateN: number;
  readonly text: string;
  readonly request: RequestRow;
  readonly agencyName: string;
}

interface Writing {
  readonly input: LetterInput;
  readonly language: LetterLanguage;
  /** Who signs it. */
  readonly signer: string;
  readonly now: Date;
}

/** Null: there is no such request. */
export async function draftLetter(at: AgencyTx, requestId: string, writing: Writing): Promise<Draft | null> {
  const { input, language, signer, now } = writing;
  const row = await readRequestRow(at, requestId);
  const calendar = await readCalendar(at);
  if (row === null || calendar === null) return null;
  const marked = await readMarked(at, requestId);
  const agency = await queries.agencyOf(at);
  const awaited = awaitedOf(row, marked);
  const content = letterContent(
    input,
    {
      agencyName: agency.name,
      zone: agency.zone,
      tracking: trackingShown(row.tracking),
      requester: row.requester,
      firstReceivedAt: row.first_received_at,
      receivedAt: row.custodian_received_at,
      dueOn:
        row.due_on ??
        (row.custodian_received_at === null ? null : dueOf(row.custodian_received_at, calendar.calendar).day),
      state: row.state,
      outcome: row.outcome,
      signer,
      asked: awaited === null ? null : { at: awaited.askedAt },
      feeCents: awaited?.feeCents ?? null,
      rates: (await queries.readRates(at))?.rates ?? null,
      certificate: saysNone(input) ? await certifiedSearch(at, requestId) : null,
      responsive: saysNone(input) ? await openInSet(at, requestId) : 0,
      now,
    },
    language,
  );
  const own = await queries.readTemplate(at, input.kind, language);
  const text = fillLetter(input.kind, own?.text ?? DEFAULT_LETTERS[language][input.kind], content.values);
  return { content, templateN: own?.n ?? 0, text, request: row, agencyName: agency.name };
}

/** That there is no record, by the letter of that kind or by the one that says how the request ended. */
const saysNone = (input: LetterInput): boolean =>
  input.kind === 'no-records' || (input.kind === 'closing' && input.outcome === 'no-records');

/** Where the requester gave a mail address, and nothing else. */
export function mailAddressOf(contact: string | null): string | null {
  return contact !== null && /^[^\s@<>,;:"()[\]\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(contact.trim())
    ? contact.trim()
    : null;
}

export interface Sent {
  readonly n: number;
  readonly kind: LetterKind;
  readonly way: 'mail' | 'print';
  readonly state: RequestRow['state'];
  readonly sha256: string;
}

/** What is awaited once it is sent. From `open` alone: what was awaited before stays awaited. */
const AWAITED_AFTER = {
  delay: 'delayed',
  'payment-request': 'fee-waiting',
  question: 'clarification',
} as const;

/** `text`: as a person edited it; null: as it was filled. Null: there is no such request. */
export async function sendLetter(
  at: AgencyTx,
  requestId: string,
  {
    text: edited,
    way,
    pdfOf,
    actor,
    ...writing
  }: Writing & {
    readonly text: string | null;
    readonly way: 'mail' | 'print';
    readonly pdfOf: (draft: Draft, text: string) => Promise<Buffer>;
    readonly actor: string;
  },
): Promise<Sent | null> {
  const draft = await draftLetter(at, requestId, writing);
  if (draft === null) return null;
  const { content, request } = draft;
  const { kind } = writing.input;
  const { input } = writing;
  // What a person edited has the place of the link still.
  const text =
    input.kind === 'records' && input.handed?.link != null
      ? (edited ?? draft.text).replaceAll(LINK_PLACE, () => input.handed?.link?.url ?? LINK_PLACE)
      : (edited ?? draft.text);
  checkLetter(text, { mustSay: content.facts.mustSay, notBefore: content.notBefore });
  if (way === 'mail' && mailAddressOf(request.contact) === null)
    throw new ArchiveError(
      'letter-refused',
      'The requester gave no mail address, so nothing can be mailed. Print the letter, and bring it on its way.',
      { retry: 'never' },
    );
  const pdf = await pdfOf(draft, text);
  const sha256 = hash('sha256', pdf, 'hex');
  const { about } = content;
  // Where nothing is due no payment is awaited.
  const after =
    about !== null && about in AWAITED_AFTER && !(about === 'payment-request' && content.feeCents === 0)
      ? AWAITED_AFTER[about as keyof typeof AWAITED_AFTER]
      : null;
  let { state } = request;
  // Before the letter: what is awaited is counted from what was sent since.
  if (state === 'open' && after !== null) {
    const moved = await changeState(at, requestId, { from: 'open', to: after }, actor);
    if (moved === 'moved') state = after;
  }
  const n = await noteCorrespondence(
    at,
    requestId,
    {
      way: 'out',
      channel: way === 'mail' ? 'mail' : 'letter',
      about,
      feeCents: content.feeCents,
      promisedFor: content.promisedFor,
      words: text,
      at: writing.now,
    },
    actor,
  );
  if (n === null) return null;
  const facts = await translated(
    queries.insertLetter(at, requestId, {
      n,
      kind,
      language: writing.language,
      way,
      templateN: draft.templateN,
      facts: content.facts,
      pdf,
      sha256,
      by: actor,
    }),
  );
  await appendEvent(at, null, {
    type: 'request.letter-sent',
    actor,
    body: {
      request: requestId,
      n,
      letter: kind,
      way,
      pdf: sha256,
      language: writing.language,
      template: draft.templateN,
      facts,
    },
  });
  return { n, kind, way, state, sha256 };
}

/** `replaces`: the number that whoever changes it has read. */
export async function changeTemplate(
  at: AgencyTx,
  {
    kind,
    language,
    text,
  }: { readonly kind: LetterKind; readonly language: LetterLanguage; readonly text: string },
  { replaces, actor }: { readonly replaces: number; readonly actor: string },
): Promise<number> {
  const problem = templateProblem(kind, text);
  if (problem !== null) throw new ArchiveError('letter-template-invalid', problem, { retry: 'never' });
  const n = replaces + 1;
  await translated(queries.insertTemplate(at, { kind, language, n, text, by: actor }));
  await appendEvent(at, null, {
    type: 'letter-template.changed',
    actor,
    body: { letter: kind, language, n, text: hash('sha256', text, 'hex') },
  });
  return n;
}

export async function changeRates(
  at: AgencyTx,
  rates: FeeRates,
  { replaces, actor }: { readonly replaces: number; readonly actor: string },
): Promise<number> {
  const problems = rateProblems(rates);
  if (problems.length > 0)
    throw new ArchiveError(
      'fees-invalid',
      problems.map(({ pointer, sentence }) => `${pointer}: ${sentence}`).join(' '),
      { retry: 'never', details: { problems: problems.map((one) => ({ ...one, code: 'fees-invalid' })) } },
    );
  const n = replaces + 1;
  const digest = await translated(queries.insertRates(at, { n, rates, by: actor }));
  await appendEvent(at, null, { type: 'fee-rates.changed', actor, body: { n, rates: digest } });
  return n;
}

/** All that there are, each as it counts: theirs, or ours. */
export async function templatesInForce(at: AgencyTx) {
  const own = await queries.listTemplates(at);
  return (['en', 'es'] as const).flatMap((language) =>
    (Object.keys(DEFAULT_LETTERS[language]) as LetterKind[]).map((kind) => {
      const found = own.find((one) => one.kind === kind && one.language === language);
      return { kind, language, n: found?.n ?? 0, text: found?.text ?? DEFAULT_LETTERS[language][kind] };
    }),
  );
}
