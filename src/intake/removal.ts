/**
 * "I removed it", and "I did not remove it after all": two facts that follow a report.
 *
 * "I removed it": the confirmation that follows a receipt, as a fact like any other. When the time is not given it is not
 * made up: the fact says that it was not after the moment at which we were told.
 *
 * "I did not remove it after all" reverses the removal and does nothing, so its verb is "none": nothing was restored that was never
 * away. Before a confirmation the removal is given up; after one the confirmation was a mistake. Either way the record stays, with all
 * that was said before, and what is to go later is reported once more.
 */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Channel, FactDraft } from './fact-schema.ts';
import { refuseIfAny } from './problems.ts';
import { problemsOf } from './problem-sentences.ts';
import { readTime } from './times.ts';

export const RemovalConfirmation = Type.Object(
  {
    performedAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'When it was removed, RFC 3339 with its zone. Leave it out when it was not noted.',
      }),
    ),
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 8000 })),
  },
  { additionalProperties: false },
);
export type RemovalConfirmation = Static<typeof RemovalConfirmation>;

export const KeptAfterAll = Type.Object(
  {
    note: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 8000,
        description: 'Why it stays. Without it the fact says what was pressed.',
      }),
    ),
  },
  { additionalProperties: false },
);
type KeptAfterAll = Static<typeof KeptAfterAll>;

type Kind = FactDraft['data']['content']['kind'];
type Verb = FactDraft['data']['action']['verb'];

const compiled = Compile(RemovalConfirmation);
const compiledKept = Compile(KeptAfterAll);

/** The record that is confirmed, as far as the fact repeats it. */
export interface ConfirmedRecord {
  readonly recordId: string;
  readonly subject: string;
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly verb: string;
  readonly removal: string;
}

export function checkRemoval(value: unknown): RemovalConfirmation {
  if (compiled.Check(value)) return value;
  refuseIfAny(problemsOf(RemovalConfirmation, compiled.Errors(value), value));
  throw new Error('a confirmation was refused without a reason');
}

export function checkKept(value: unknown): KeptAfterAll {
  if (compiledKept.Check(value)) return value;
  refuseIfAny(problemsOf(KeptAfterAll, compiledKept.Errors(value), value));
  throw new Error('what was kept was refused without a reason');
}

interface Said {
  readonly agency: string;
  readonly channel: Channel;
  readonly actorType: 'agency-staff' | 'unknown';
  readonly at: string;
}

export function keptFact(sent: KeptAfterAll, record: ConfirmedRecord, context: Said): FactDraft {
  const fact = removalFact({}, record, context);
  return {
    ...fact,
    type: 'removal.action-reversed.v1',
    data: {
      ...fact.data,
      action: { ...fact.data.action, verb: 'none' },
      notes:
        sent.note ??
        (record.removal === 'confirmed'
          ? 'After its removal had been confirmed, somebody said: “It is still there: I did not remove it.”'
          : 'Before any removal was confirmed, somebody said: “I did not remove it after all.”'),
    },
  };
}

/** Stands in each confirmation, and in what was kept after all. */
export const NO_AUTHOR = 'A confirmation names no author; the facts before it may.';

export function removalFact(sent: RemovalConfirmation, record: ConfirmedRecord, context: Said): FactDraft {
  const time = sent.performedAt === undefined ? null : readTime(sent.performedAt);
  const unknown = { value: null, precision: 'unknown', source: 'submitter-typed' } as const;
  return {
    specversion: '1.0',
    source: `/agencies/${context.agency}/${context.channel}/${record.platform}/${encodeURIComponent(record.account)}`,
    type: 'removal.action-recorded.v1',
    subject: record.subject,
    ...(sent.performedAt === undefined ? {} : { time: sent.performedAt }),
    datacontenttype: 'application/json',
    dataschema: 'urn:schema:removal-event:1',
    agencyid: context.agency,
    data: {
      channel: context.channel,
      platform: { name: record.platform, accountId: null, accountHandle: record.account },
      // Both came from a fact of this record; the stored fact is held against its schema once more before it is written.
      content: {
        kind: record.kind as Kind,
        nativeId: null,
        text: null,
        textSource: 'none',
        authoredAt: unknown,
        parent: null,
      },
      author: {
        status: 'unknown',
        unknownReason: 'submitter-did-not-record',
        note: NO_AUTHOR,
      },
      action: {
        verb: record.verb as Verb,
        actorType: context.actorType,
        performedAt:
          sent.performedAt === undefined
            ? { ...unknown, notAfter: context.at }
            : {
                value: sent.performedAt,
                precision: time?.ok === true ? time.precision : 's',
                source: 'submitter-typed',
                verbatim: sent.performedAt,
              },
        grounds: [],
        groundsMissing: 'not-stated',
      },
      captureMissing: 'not-attempted',
      related: [],
      ...(sent.note === undefined ? {} : { notes: sent.note }),
    },
  };
}
