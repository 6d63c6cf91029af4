/** The words of a letter. Plain text, because every office can read it. No content, no author: a mail box is no archive. */
import type { NoticeKind } from '#db/db.ts';
import type { Addressee, Told } from './queries.ts';

export interface Shown extends Told {
  /** Short code of its receipt. */
  readonly code: string;
  readonly safeToRemove: boolean;
  /** What is missing, a sentence each. */
  readonly missing: readonly string[];
}

export interface LetterParts {
  readonly kind: NoticeKind;
  readonly to: Addressee;
  readonly records: readonly Shown[];
  readonly publicUrl: string;
  readonly mode: 'trial' | 'production';
}

const items = (n: number): string => (n === 1 ? '1 item' : `${n} items`);

const SUBJECTS: Readonly<Record<NoticeKind, (n: number) => string>> = {
  sealed: (n) => `${items(n)} archived`,
  parked: (n) => `${items(n)}: a person must look`,
  reminder: (n) => `${items(n)}: was it removed?`,
  test: () => 'letters arrive here',
};

const OPENINGS: Readonly<Record<NoticeKind, (n: number) => string>> = {
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

export function letterOf({ kind, to, records, publicUrl, mode }: LetterParts): {
  readonly subject: string;
  readonly text: string;
} {
  const trial = mode === 'trial';
  const paragraphs = [
    ...(trial ? ['TRIAL: not for official records.'] : []),
    `${to.name}, ${to.agencyName}`,
    OPENINGS[kind](records.length),
    ...records.map((record, i) => entry(record, i + 1, to.zone, publicUrl)),
    ...(kind === 'sealed'
      ? [
          `What was said, and by whom, is not in this letter: sign in to read it. Your worklist, where you take note of it: ${publicUrl}/worklist`,
          'The content is archived. This says nothing about whether removing it is lawful or allowed by the policy.',
        ]
      : []),
    to.citation === null
      ? 'An administrator of your agency chose who gets these letters.'
      : `You are told because of: ${to.citation}.`,
  ];
  return {
    subject: `${trial ? 'TRIAL: ' : ''}${to.agencyName}: ${SUBJECTS[kind](records.length)}`,
    text: `${paragraphs.join('\n\n')}\n`,
  };
}

function entry(record: Shown, n: number, zone: string, publicUrl: string): string {
  const { clauses, code, kind, account, platform, verb, recordId, safeToRemove, missing } = record;
  return [
    `${n}. Receipt ${code}, ${momentIn(zone, record.receivedAt)}`,
    `   ${kind} on ${account} (${platform}); what was asked: ${verb === 'none' ? 'keep it, nothing removed' : verb}`,
    `   clause: ${clauses.length === 0 ? 'none was named' : clauses.join('; ')}`,
    `   ${safeToRemove ? 'safe to remove: yes' : `not safe to remove yet: ${missing.join(' ')}`}`,
    `   ${publicUrl}/records/${recordId}`,
  ].join('\n');
}

function momentIn(zone: string, at: Date): string {
  return `${new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'long', timeZone: zone }).format(at)} (${at.toISOString()})`;
}
