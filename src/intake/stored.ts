/**
 * The submitted fact and what the server measured become the fact that is stored. Nothing that was said is changed:
 * each file gets its digest, its size and the name of its artifact, and keeps what the submitter said of it. That a
 * capture came before the action is never assumed; the order is unknown unless it was said.
 */
import { ArchiveError } from '#errors.ts';
import type { Ground } from './fact-parts.ts';
import type { FactDraft, Raw, StoredArtifact, StoredFact } from './fact-schema.ts';
import { problemsOfStored } from './schema.ts';

export interface MeasuredFile {
  readonly artifactId: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** By what its first bytes show, else as it was claimed beside it. What the fact itself says of it goes before. */
  readonly mediaType: string;
  readonly originalName: string | null;
}

export interface ServerFilled {
  readonly id: string;
  readonly agency: string;
  /** Our clock at durable receipt, RFC 3339. */
  readonly recordedTime: string;
  readonly raw: Raw;
  /** In the order in which they came. */
  readonly files: readonly MeasuredFile[];
  /** The clauses that a `groundRef` was found to mean, text included, as they stood then. */
  readonly grounds?: readonly Ground[];
}

export function completeFact(draft: FactDraft, filled: ServerFilled): StoredFact {
  const { captures: said = [], action, ...data } = draft.data;
  const captures = filled.files.map((file, index): StoredArtifact => {
    const {
      role,
      mediaType,
      capturedAt,
      order,
      originalName = file.originalName,
      ...rest
    } = said[index] ?? {};
    return {
      artifactId: file.artifactId,
      role: role ?? roleOf(file.mediaType),
      mediaType: mediaType ?? file.mediaType,
      bytes: file.sizeBytes,
      sha256: file.sha256,
      capturedAt: capturedAt ?? { value: null, precision: 'unknown', source: 'submitter-typed' },
      order: order ?? 'unknown',
      ...(originalName === null ? {} : { originalName }),
      ...rest,
    };
  });
  const fact: StoredFact = {
    ...draft,
    id: filled.id,
    agencyid: filled.agency,
    recordedtime: filled.recordedTime,
    data: {
      ...data,
      action: { ...action, grounds: [...action.grounds, ...(filled.grounds ?? [])] },
      captures,
      raw: filled.raw,
    },
  };
  const problems = problemsOfStored(fact);
  if (problems.length === 0) return fact;
  throw new ArchiveError('invariant-broken', 'A fact of our own making does not fit its schema.', {
    retry: 'never',
    details: { problems: problems.slice(0, 20) },
  });
}

/** What kind of picture it is (a window, a page, an element) only its maker can say; a picture is then `other`. */
function roleOf(mediaType: string): StoredArtifact['role'] {
  if (mediaType === 'application/pdf') return 'pdf';
  if (mediaType === 'message/rfc822') return 'email-original';
  if (mediaType === 'application/wacz') return 'wacz';
  if (mediaType === 'application/warc') return 'warc';
  if (mediaType === 'text/html') return 'dom-html';
  return mediaType.startsWith('video/') ? 'video' : 'other';
}
