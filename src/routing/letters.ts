/**
 * The words of a letter. Plain text, because every office can read it. No content, no author, and no account but the agency's
 * own: a mail box is no archive. What others chose (names of offices and accounts, labels) is kept in its line.
 */
import type { NoticeKind } from '#db/db.ts';
import type { Addressee, Told } from './queries.ts';

export interface Shown extends Told {
  /** Short code of its receipt. */
  readonly code: string;
  readonly safeToRemove: boolean;
  /** What is missing, a sentence each. */
  readonly missing: readonly string[];
}

/** Of records; those of requests are in `request-letters.ts`. */
type OfRecords = Exclude<NoticeKind, 'request'>;

export interface LetterParts {
  readonly kind: OfRecords;
  readonly to: Addressee;
  /** Those that are told one by one. */
  readonly records: readonly Shown[];
  /** All that the letter is about. */
  readonly count: number;
  readonly publicUrl: string;
  readonly mode: 'trial' | 'production';
}

const items = (n: number): string => (n === 1 ? '1 item' : `${n} items`);

const SUBJECTS: Readonly<Record<OfRecords, (n: number) => string>> = {
  sealed: (n) => `${items(n)} handed in and sealed`,
  parked: (n) => `${items(n)}: a person must look`,
  reminder: (n) => `${items(n)}: was it removed?`,
  test: () => 'letters arrive here',
};

const OPENINGS: Readonly<Record<OfRecords, (n: number) => string>> = {
  sealed: (n) =>
    n === 1
      ? 'This was handed in and is sealed in the archive:'
      : `These ${n} were handed in and are sealed in the archive:`,
  parked: (n) =>
    `With ${n === 1 ? 'this record' : `these ${n} records`} the archive cannot go on by itself. What was handed in is kept. A custodian or administrator opens it, reads why, and lets it run again:`,
  reminder: (n) =>
    `${n === 1 ? 'This was' : `These ${n} were`} handed in to be removed, and nobody has said yet whether ${n === 1 ? 'it was' : 'they were'}. Open it and say so: “I removed it”, or that it stays:`,
  test: () =>
    'Somebody of your agency asked Holdfast to try this address. Letters about what was archived before its removal will come here.',
};

const LAWFUL = 'This says nothing about whether removing it is lawful or allowed by the policy.';

export function letterOf({ kind, to, records, count, publicUrl, mode }: LetterParts): {
  readonly subject: string;
  readonly text: string;
} {
  const trial = mode === 'trial';
  const paragraphs = [
    ...(trial ? ['TRIAL: not for official records.'] : []),
    `${inLine(to.name)}, ${inLine(to.agencyName)}`,
    OPENINGS[kind](count),
    ...records.map((record, i) => entry(record, i + 1, to.zone, publicUrl)),
    ...(count > records.length
      ? [
          `and ${count - records.length} more: ${publicUrl}${kind === 'reminder' ? '/records?removal=awaited' : '/worklist'}`,
        ]
      : []),
    ...(kind === 'sealed'
      ? [
          `What was said, and by whom, is not in this letter: sign in to read it. Your worklist, where you take note of it: ${publicUrl}/worklist`,
          records.every(({ safeToRemove }) => safeToRemove) && records.length === count
            ? `The content is archived. ${LAWFUL}`
            : `Of what is marked so, the content is not archived in full yet. ${LAWFUL}`,
        ]
      : []),
    ...because(to, records),
  ];
  return {
    subject: `${trial ? 'TRIAL: ' : ''}${inLine(to.agencyName)}: ${SUBJECTS[kind](count)}`,
    text: `${paragraphs.join('\n\n')}\n`,
  };
}

/** A policy is named only where one of its clauses was. */
function because({ policyId, citation }: Addressee, records: readonly Shown[]): string[] {
  const applies =
    policyId === null ||
    records.some(({ grounds }) => grounds.some((ground) => ground.split('#')[0] === policyId));
  if (citation === null || !applies) return ['An administrator of your agency chose who gets these letters.'];
  return [`You are told because of: ${inLine(citation)}.`];
}

function entry(record: Shown, n: number, zone: string, publicUrl: string): string {
  const { clauses, code, kind, accountName, platform, verb, recordId } = record;
  const where = accountName === null ? 'an account that is not in your register' : inLine(accountName);
  return [
    `${n}. Receipt ${code}, ${momentIn(zone, record.receivedAt)}`,
    `   ${words(kind)} on ${where} (${inLine(platform)}); what was asked: ${verb === 'none' ? 'keep it, nothing removed' : words(verb)}`,
    `   clause: ${clauses.length === 0 ? 'none was named' : clauses.map(inLine).join('; ')}`,
    `   ${standing(record)}`,
    `   ${publicUrl}/records/${recordId}`,
  ].join('\n');
}

/** Whether it may be removed is said of what waits for it, and of nothing else. */
function standing({ removal, safeToRemove, missing }: Shown): string {
  if (removal === 'none')
    return safeToRemove ? 'kept without a removal' : 'kept without a removal; not archived in full yet';
  if (removal === 'confirmed')
    return safeToRemove ? 'removed, as was said' : 'removed, as was said; not archived in full';
  return safeToRemove ? 'safe to remove: yes' : `not safe to remove yet: ${missing.join(' ')}`;
}

const words = (name: string): string => (name === 'other' ? 'content' : name.replaceAll('-', ' '));
/** What would end the line, or turn it around, is a blank. */
export const inLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');

function momentIn(zone: string, at: Date): string {
  return `${new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'long', timeZone: zone }).format(at)} (${at.toISOString()})`;
}
