/** Composes the manifest of one seal: canonical JSON (RFC 8785) that names each byte. FORMAT.md is the specification. */
import canonicalize from 'canonicalize';
import { commitment } from '#commitment.ts';
import { fieldCommitments, type FieldCommitment } from './field-commitments.ts';

export interface ManifestFile {
  readonly n: number;
  readonly artifactId: string;
  readonly origin: string;
  readonly role: string;
  readonly mediaType: string;
  readonly claimedType: string | null;
  readonly originalName: string | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly receivedAt: string;
  readonly fact: number | null;
  readonly key: string;
  readonly versionId: string;
  /** The store's own answer when it was read back. Only ever moved forward since. */
  readonly lockedUntil: string;
}

export interface ManifestFact {
  readonly n: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly recordedAt: string;
  /** Whose key brought it, such as `key:<id>`. */
  readonly submittedBy: string;
  /** What a repeat of it is known by: the digest of what was said, and the key that its sender gave it. */
  readonly delivery: string;
  readonly idempotencyKey: string | null;
  /** It came to say that the removal was done. */
  readonly confirms: boolean;
  readonly bytes: number;
  readonly sha256: string;
  readonly key: string;
  readonly versionId: string;
  readonly lockedUntil: string;
  readonly body: unknown;
}

/**
 * What the index knew of the record when the seal was begun and no fact says: it came from the agency's register and policies, which
 * are not in the store, or from how a report was sent.
 */
export interface ManifestIndex {
  /** The account as the agency registered it; null: it had not. */
  readonly accountId: string | null;
  /** Clauses as `policy#clause`, by the numbers that they had. */
  readonly grounds: readonly string[];
  /** The page to be opened; null: none, or none wanted. */
  readonly address: string | null;
  /** Why this series. */
  readonly seriesReason: string | null;
}

export interface ManifestInput {
  readonly agency: string;
  readonly record: string;
  readonly subject: string;
  readonly seal: number;
  readonly openedAt: string;
  readonly previous: { readonly seal: number; readonly key: string; readonly sha256: string } | null;
  readonly salt: {
    readonly key: string;
    readonly versionId: string;
    readonly lockedUntil: string;
    readonly bytes: Uint8Array;
  };
  readonly facts: readonly ManifestFact[];
  readonly files: readonly ManifestFile[];
  /** What the capture found, when its files are in this seal. */
  readonly capture: unknown;
  readonly classification: { readonly edition: string; readonly series: string } | null;
  readonly index: ManifestIndex;
  readonly store: { readonly kind: string; readonly immutability: string };
  /** The lock date of the manifest itself. */
  readonly retainUntil: string;
  readonly program: { readonly name: string; readonly version: string };
  readonly mode: string;
}

export interface Manifest extends Omit<ManifestInput, 'salt' | 'facts' | 'files'> {
  readonly format: 'holdfast-manifest-v1';
  readonly salt: Omit<ManifestInput['salt'], 'bytes'>;
  readonly facts: readonly (Omit<ManifestFact, 'body'> & {
    readonly commitment: string;
    readonly fields: readonly FieldCommitment[];
  })[];
  readonly files: readonly (ManifestFile & { readonly commitment: string })[];
}

export function composeManifest(input: ManifestInput): Buffer {
  const { bytes: salt, ...placed } = input.salt;
  const manifest: Manifest = {
    ...input,
    format: 'holdfast-manifest-v1',
    salt: placed,
    facts: input.facts.map(({ body, ...fact }) => ({
      ...fact,
      commitment: commitment(salt, `fact/${fact.n}`, fact.sha256),
      fields: fieldCommitments(salt, fact.n, body),
    })),
    files: input.files.map((file) => ({
      ...file,
      commitment: commitment(salt, `file/${file.n}`, file.sha256),
    })),
  };
  return canonicalBytes(manifest);
}

/** The bytes of a value in canonical JSON. Only for values of our own making: nothing that a parser may have rounded. */
export function canonicalBytes(value: unknown): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('This value has no canonical JSON.');
  return Buffer.from(text, 'utf8');
}

/**
 * The finding of the latest capture, when files of that very capture are in the seal. A seal that a crash left open may hold
 * those of an earlier one, whose own report is among its files.
 */
export function captureIn(
  artifactIds: readonly string[],
  capture: Record<string, unknown> | null,
): Record<string, unknown> | null {
  const made: unknown = capture?.['files'];
  return Array.isArray(made) && artifactIds.some((id) => made.includes(id)) ? capture : null;
}
