/**
 * "I removed it": the confirmation that follows a receipt, as a fact like any other. When the time is not given it is not
 * made up: the fact says that it was not after the moment at which we were told.
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

type Kind = FactDraft['data']['content']['kind'];
type Verb = FactDraft['data']['action']['verb'];

const compiled = Compile(RemovalConfirmation);

/** The record that is confirmed, as far as the fact repeats it. */
export interface ConfirmedRecord {
  readonly recordId: string;
  readonly subject: string;
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly verb: string;
}

export function checkRemoval(value: unknown): RemovalConfirmation {
  if (compiled.Check(value)) return value;
  refuseIfAny(problemsOf(RemovalConfirmation, compiled.Errors(value), value));
  throw new Error('a confirmation was refused without a reason');
}

export function removalFact(
  sent: RemovalConfirmation,
  record: ConfirmedRecord,
  context: {
    readonly agency: string;
    readonly channel: Channel;
    readonly actorType: 'agency-staff' | 'unknown';
    readonly at: string;
  },
): FactDraft {
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
        note: 'A confirmation names no author; the facts before it may.',
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
