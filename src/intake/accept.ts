/**
 * A received report becomes a fact, and the fact becomes durable.
 *
 * Order: the files are staged and synced already → the fact is composed and held against its schema → one statement
 * writes record, fact, files, history and the steps owed, and commits → only then does the promise resolve. A crash before
 * the commit leaves staged files that nobody names, which the sweeper takes; after it, everything that was promised.
 */
import { createHash, randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import { ArchiveError } from '#errors.ts';
import { findAccount, type Account, type Ground } from '#agency/agency.ts';
import { typeFromClaim, newId } from '#record/record.ts';
import type { Channel, FactDraft, StoredFact } from './fact-schema.ts';
import { checkIdempotencyKey, factKey, requestDigest } from './facts.ts';
import { parseStrict } from './json.ts';
import type { ReceivedFile } from './form-files.ts';
import { problemAt, refuseIfAny, type Problem } from './problems.ts';
import type { AcceptAnswer, Acceptor, AcceptArtifact } from './queries.ts';
import { checkKept, checkRemoval, keptFact, removalFact, type ConfirmedRecord } from './removal.ts';
import { applyRules, type AddressJudge } from './rules.ts';
import { rowOf } from './row.ts';
import { checkSimple, checkSubmitted } from './schema.ts';
import { factFromSimple } from './simple.ts';
import { completeFact } from './stored.ts';

export interface ReceivedReport {
  readonly form: 'simple' | 'cloudevents' | 'removal' | 'kept';
  readonly event: Uint8Array;
  readonly files: readonly ReceivedFile[];
  readonly channel: Channel;
  readonly idempotencyKey: string | null;
  /** Headers of the request that belong to the raw bytes; never credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the fact is added to a record by name; a confirmed removal always is. */
  readonly toRecord: ConfirmedRecord | null;
}

/** What an agency decided beforehand, as it stands now. */
export interface AgencyReference {
  /** In force today. */
  readonly grounds: readonly Ground[];
  /** In force the day before: what somebody chose on a page that was open since, or in a report that waited for its line. */
  readonly groundsBefore: readonly Ground[];
  /** Of every version that is or was in force. */
  readonly citable: readonly Omit<Ground, 'label'>[];
  readonly accounts: readonly Account[];
  readonly classify: (report: {
    readonly platform: string;
    readonly account: string;
    readonly kind: string;
    readonly verb: string;
    readonly grounds: readonly string[];
  }) => { readonly edition: string; readonly series: string; readonly reason: string } | null;
}

export interface AcceptContext {
  readonly acceptor: Acceptor;
  readonly referenceOf: (agencyId: string) => Promise<AgencyReference>;
  readonly judgeAddress: AddressJudge;
  /** Raw bytes above `INLINE_BYTES` go into staging like any file. */
  readonly stageBytes: (bytes: Uint8Array) => Promise<{ readonly stagedName: string }>;
  readonly unstage: (stagedName: string) => Promise<void>;
  readonly lookAgainMs: number | null;
  readonly now: () => Date;
}

export interface AcceptedReport {
  readonly recordId: string;
  readonly repeated: boolean;
}

/** Small raw bytes wait in the row itself: one commit instead of two syncs of a file and a folder. */
const INLINE_BYTES = 32 * 1024;
/**
 * What one record may hold, raw bytes and captured files among its files. No comment is reported a thousand times by people;
 * what a machine adds for ever would make the record too large to be read, and its receipt with it.
 */
const RECORD_LIMITS = { facts: 1000, bytes: 64_000_000, files: 5000 };
/** As in the submitted fact. A longer one, from a very long address, is none: it would not fit into the index of subjects. */
const MAX_SUBJECT_LENGTH = 500;

/** In the history. */
const EVENTS: Readonly<Partial<Record<ReceivedReport['form'], string>>> = {
  removal: 'removal.confirmed',
  kept: 'removal.withdrawn',
};

export async function acceptReport(
  context: AcceptContext,
  caller: {
    readonly agencyId: string;
    /** Null: a person, who signed in. */
    readonly keyId: string | null;
    readonly sessionId: string | null;
    readonly actor: string;
    readonly actorType: 'agency-staff' | 'unknown';
  },
  received: ReceivedReport,
): Promise<AcceptedReport> {
  const { agencyId } = caller;
  const at = context.now();
  const reference = await context.referenceOf(agencyId);
  const eventSha256 = sha256Hex(received.event);
  const fileSha256s = received.files.map((file) => file.sha256);
  const idempotencyKey =
    received.idempotencyKey === null ? null : checkIdempotencyKey(received.idempotencyKey);

  const recordedTime = at.toISOString();
  const draft = readDraft(received, caller, reference, recordedTime);
  const findings = applyRules(draft.fact, {
    recordedTime,
    judgeAddress: context.judgeAddress,
    fileCount: received.files.length,
  });
  refuseIfAny(
    findings.problems.map((problem) =>
      received.form === 'simple' ? { ...problem, ...asTyped(problem) } : problem,
    ),
  );

  const uploads = received.files.flatMap(({ uploadId }) => (uploadId === undefined ? [] : [uploadId]));
  const rawId = `art_${newId()}`;
  const files = received.files.map((file) => ({
    ...file,
    artifactId: `art_${newId()}`,
    mediaType: file.sniffedMediaType ?? typeFromClaim(file.claimedMediaType),
  }));
  const fact = completeFact(draft.fact, {
    id: factKey(
      draft.identity === null
        ? { form: 'cloudevent', id: draft.fact.id ?? '' }
        : {
            form: 'simple',
            // The same words added to another record are another fact.
            agency: received.toRecord === null ? agencyId : `${agencyId} ${received.toRecord.recordId}`,
            report: draft.identity,
            fileSha256s,
            idempotencyKey,
          },
    ),
    agency: agencyId,
    recordedTime,
    raw: {
      artifactId: rawId,
      sha256: eventSha256,
      headers: { ...received.headers },
      signature: { scheme: 'none', result: 'not-applicable' },
    },
    files: files.map(({ artifactId, sizeBytes, sha256, mediaType, originalName }) => ({
      artifactId,
      sizeBytes,
      sha256,
      mediaType,
      originalName,
    })),
    grounds:
      draft.ground === null
        ? []
        : [
            {
              policyId: draft.ground.policyId,
              policyVersion: draft.ground.version,
              citation: draft.ground.citation,
              text: draft.ground.clause,
            },
          ],
  });

  const inline = received.event.length <= INLINE_BYTES;
  const raw: AcceptArtifact = {
    artifactId: rawId,
    origin: 'raw',
    role: 'raw-payload',
    mediaType: received.form === 'cloudevents' ? 'application/cloudevents+json' : 'application/json',
    claimedType: null,
    originalName: null,
    sizeBytes: received.event.length,
    sha256: eventSha256,
    staged: inline ? null : (await context.stageBytes(received.event)).stagedName,
    inline: inline ? Buffer.from(received.event).toString('base64') : null,
  };
  const answer = await context.acceptor.accept({
    ...rowOf(fact, reference, draft.captureWanted, received),
    agency: agencyId,
    keyId: caller.keyId,
    sessionId: caller.sessionId,
    at: recordedTime,
    recordId: newId(),
    // Of what was said, not of how it was written: whoever sends the same again writes it anew, with other spaces and in
    // another order, with the Idempotency-Key or without it.
    delivery: requestDigest(sha256Hex(canonicalize(draft.said) ?? ''), fileSha256s),
    idempotencyKey,
    named: draft.identity !== null && idempotencyKey === null,
    ...(uploads.length === 0 ? {} : { uploads }),
    artifacts: [
      raw,
      ...files.map((file, i) => ({
        artifactId: file.artifactId,
        origin: 'handed-in' as const,
        role: fact.data.captures[i]?.role ?? 'other',
        mediaType: file.mediaType,
        claimedType: file.claimedMediaType,
        originalName: file.originalName,
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
        staged: file.stagedName,
        inline: null,
      })),
    ],
    limits: RECORD_LIMITS,
    // A new record always gets a capture or a card; `accept_report` adds one to an old record only when it is wanted.
    steps: ['seal', 'capture', ...(files.some((file) => mayBePicture(file)) ? ['inspect'] : [])],
    lookAgainMs: context.lookAgainMs,
    priority: fact.data.channel === 'import' ? 10 : 0,
    eventId: newId(),
    eventType: EVENTS[received.form] ?? 'intake.accepted',
    confirms: received.form === 'removal',
    flags: findings.flags,
    actor: caller.actor,
  });
  // The answer came after the commit, and says that no row names these bytes.
  if (answer.outcome !== 'accepted' && raw.staged !== null) await context.unstage(raw.staged);
  return settled(answer, received.toRecord);
}

function settled(answer: AcceptAnswer, toRecord: ConfirmedRecord | null): AcceptedReport {
  switch (answer.outcome) {
    case 'accepted':
      return { recordId: answer.recordId, repeated: false };
    case 'repeated':
      if (toRecord !== null && toRecord.recordId !== answer.recordId)
        throw new ArchiveError(
          'idempotency-conflict',
          'This Idempotency-Key, or this fact id, was used before for another record, and nothing was added to this one. Send a new key, or a fact with an id of its own.',
          { retry: 'never', details: { recordId: answer.recordId } },
        );
      return { recordId: answer.recordId, repeated: true };
    case 'conflict':
      throw new ArchiveError(
        'idempotency-conflict',
        'This Idempotency-Key, or this fact id, was used before with another content. Send the same content to repeat a report, or a new key for a new one.',
        { retry: 'never', details: { recordId: answer.recordId } },
      );
    case 'full':
      throw new ArchiveError(
        'record-full',
        `This record holds as much as one may hold (${RECORD_LIMITS.facts} facts, ${RECORD_LIMITS.bytes / 1_000_000} MB of them, ${RECORD_LIMITS.files} files), so nothing was added. Report it as a new one: POST /v1/deletion-events without "url", with the address in the note and the screenshots as files.`,
        { retry: 'never', details: { recordId: answer.recordId } },
      );
    case 'session-ended':
      throw new ArchiveError(
        'session-ended',
        'You were signed out before this arrived, so nothing of it was taken. Sign in and send it again.',
        { retry: 'never' },
      );
    case 'key-revoked':
      throw new ArchiveError(
        'key-invalid',
        'This key was revoked, or its time is over. Ask your administrator for a new one.',
        { retry: 'never' },
      );
    case 'source-refused':
      throw new ArchiveError(
        'source-not-allowed',
        'This key takes reports of another source only, so nothing was taken. Your administrator sees on the page of keys which one; the source of a fact is its member "source", or, in the simple form, /agencies/<agency>/webhook/<platform>/<account>.',
        { retry: 'never' },
      );
  }
}

interface Draft {
  readonly fact: FactDraft & { readonly id?: string };
  readonly captureWanted: boolean;
  readonly ground: Ground | null;
  /** What was said, when the form brings no id of its own. */
  readonly identity: object | null;
  /** What was said, as it was parsed. */
  readonly said: object;
}

function readDraft(
  received: ReceivedReport,
  caller: { readonly agencyId: string; readonly actorType: 'agency-staff' | 'unknown' },
  reference: AgencyReference,
  recordedTime: string,
): Draft {
  if ((received.form === 'removal' || received.form === 'kept') && received.toRecord !== null) {
    // "Done", or "not done", with nothing to add, is a whole statement.
    const sent = received.event.length === 0 ? {} : parseStrict(received.event);
    const context = {
      agency: caller.agencyId,
      channel: received.channel,
      actorType: caller.actorType,
      at: recordedTime,
    };
    if (received.form === 'kept') {
      const kept = checkKept(sent);
      const said = { kept: true, ...kept };
      return {
        fact: keptFact(kept, received.toRecord, context),
        captureWanted: false,
        ground: null,
        identity: said,
        said,
      };
    }
    const done = checkRemoval(sent);
    const fact = removalFact(done, received.toRecord, context);
    return { fact, captureWanted: false, ground: null, identity: done, said: done };
  }
  const value = parseStrict(received.event);
  if (received.form === 'cloudevents') {
    const fact = checkSubmitted(value, caller.agencyId);
    refuseIfAny(
      fact.data.action.grounds.flatMap((ground, i) => (isCitable(ground, reference) ? [] : [notCitable(i)])),
    );
    const subject = received.toRecord?.subject ?? fact.subject;
    return { fact: { ...fact, subject }, captureWanted: true, ground: null, identity: null, said: fact };
  }
  const report = checkSimple(value);
  const registered = findAccount(reference.accounts, report.platform, report.account);
  const { fact, groundRef, captureWanted } = factFromSimple(report, {
    agency: caller.agencyId,
    channel: received.channel,
    fileCount: received.files.length,
    actorType: caller.actorType,
    ...(registered === null
      ? {}
      : {
          registered: {
            // The platform's own id, when the register has it; never one of ours.
            accountId: registered.nativeId,
            ...(registered.handle === null ? {} : { handle: registered.handle }),
            ...(registered.url === null ? {} : { url: registered.url }),
          },
        }),
  });
  const ground = groundRef === null ? null : groundFor(groundRef, report.action.groundVersion, reference);
  if (groundRef !== null && ground === null) refuseIfAny([noSuchGround(groundRef, reference)]);
  const derived = fact.subject.length > MAX_SUBJECT_LENGTH ? `unknown:${randomUUID()}` : fact.subject;
  return {
    fact: { ...fact, subject: received.toRecord?.subject ?? derived },
    captureWanted,
    ground,
    identity: report,
    said: report,
  };
}

/**
 * The clause that whoever reported it meant. Where they say which version they saw, it is that one, if it is in force or was the
 * day before; a clause of the same number that says something else is never put in its place.
 */
function groundFor(
  reference: string,
  version: string | undefined,
  { grounds, groundsBefore }: AgencyReference,
): Ground | null {
  const named = isNamed(reference);
  const now = grounds.find(named);
  if (version === undefined || now?.version === version) return now ?? null;
  return groundsBefore.find((one) => named(one) && one.version === version) ?? null;
}

const isNamed =
  (reference: string) =>
  ({ policyId, clauseId }: Ground): boolean =>
    `${policyId}#${clauseId}` === reference;

/** Why there is none: it is unknown, or no longer what was shown. */
function noSuchGround(reference: string, { grounds }: AgencyReference): Problem {
  return grounds.some(isNamed(reference))
    ? problemAt(
        '/action/groundVersion',
        'ground-changed',
        'the policy has changed since this clause was shown: choose the clause again, as it stands now',
      )
    : problemAt(
        '/action/ground',
        'ground-unknown',
        'expected one of this agency’s own clauses, as policy#clause; GET /v1/policies lists them. Leave it out when the ground is not known yet',
      );
}

/** A citation is never taken on trust: policy, version, citation and text are the agency's own, of today or of then. */
function isCitable(
  ground: StoredFact['data']['action']['grounds'][number],
  { citable }: AgencyReference,
): boolean {
  return citable.some(
    (known) =>
      known.policyId === ground.policyId &&
      known.version === ground.policyVersion &&
      known.citation === ground.citation &&
      (ground.text === undefined || ground.text === known.clause),
  );
}

function notCitable(i: number): Problem {
  return problemAt(
    `/data/action/grounds/${i}`,
    'ground-unknown',
    'expected policyId, policyVersion, citation and text of one of this agency’s own clauses, word for word; GET /v1/policies lists them',
  );
}

function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function mayBePicture(file: {
  readonly mediaType: string;
  readonly claimedMediaType: string | null;
}): boolean {
  return file.mediaType.startsWith('image/') || (file.claimedMediaType ?? '').startsWith('image/');
}

/** The simple form's own names for members, so that a sentence speaks of what was typed. */
const TYPED: readonly (readonly [string, string])[] = [
  ['/data/content/permalink', '/url'],
  ['/data/content/authoredAt/value', '/postedAt'],
  ['/data/content/authoredAt', '/postedAt'],
  ['/data/action/performedAt/value', '/action/performedAt'],
  ['/data/action/performedAt', '/action/performedAt'],
  ['/data/author/profileUrl/value', '/author/profileUrl'],
  ['/data/platform/accountUrl', '/account'],
  ['/time', '/action/performedAt'],
];

function asTyped(problem: { readonly pointer: string; readonly sentence: string }): {
  readonly pointer: string;
  readonly sentence: string;
} {
  const known = TYPED.find(([stored]) => problem.pointer === stored);
  if (known === undefined) return problem;
  return { pointer: known[1], sentence: problem.sentence.replace(known[0], known[1]) };
}
