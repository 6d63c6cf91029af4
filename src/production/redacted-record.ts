/**
 * One reviewed record as the paper that leaves in its place (FORMAT.md): released fields with what opens their commitments, withheld ones with
 * closed commitments, partly withheld ones with a closed commitment and what is left of the text; signed as one. Pure.
 *
 * Nothing is released by being forgotten: each field and each file has a decision, or there is no paper. The salt of the record, the plain
 * digest of anything withheld, and what opens the commitment of a whole fact never get into it: a post can be guessed, and each of these
 * would confirm the guess.
 */
import canonicalize from 'canonicalize';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { commitment, itemSalt, sha256Hex } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import { signNote, type Signer } from '#log/note.ts';
import type { Citation } from './exemptions.ts';
import { citationsOf, redactText, wholeOf, type Passage, type Piece } from './text.ts';

const REDACTED_RECORD_FORMAT = 'holdfast-redacted-record/1';

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Item = { n: Type.Integer({ minimum: 1 }), sha256: Digest, commitment: Digest };
/** What is read of a manifest (seal/FORMAT.md); its other members are passed over. */
const Manifest = Type.Object({
  format: Type.Literal('holdfast-manifest-v1'),
  agency: Type.String(),
  record: Type.String(),
  seal: Type.Integer({ minimum: 1 }),
  facts: Type.Array(
    Type.Object({
      ...Item,
      fields: Type.Array(Type.Object({ pointer: Type.String(), commitment: Digest })),
    }),
  ),
  files: Type.Array(Type.Object({ ...Item, bytes: Type.Integer({ minimum: 0 }), mediaType: Type.String() })),
});
type Manifest = Static<typeof Manifest>;

/** Why something is withheld: under one provision, or under several. */
export interface Reason {
  readonly citation: Citation;
  readonly also?: readonly Citation[];
  readonly description: string | null;
}
type Whole = { readonly decision: 'release' } | ({ readonly decision: 'withhold' } & Reason);
export type FieldDecision = { readonly fact: number; readonly pointer: string } & (
  | Whole
  | { readonly decision: 'part'; readonly passages: readonly Passage[] }
);

/** What was made of a picture, as `burnPicture` says it. */
export interface Derived {
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  /** Nothing outside of the boxes depends on what was under them. */
  readonly exact: boolean;
}
export interface CitedBox extends Reason {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export type FileDecision = { readonly file: number } & (
  | Whole
  | {
      readonly decision: 'part';
      readonly derived: Derived;
      /** Of a picture that was drawn anew to withhold what stands beside its pixels there may be none. */
      readonly boxes: readonly CitedBox[];
      /** Why what stands beside the pixels (place, camera, words, a small second picture) is withheld; left out: nobody withholds it as such. */
      readonly beside?: Reason;
    }
);

export interface ReviewedRecord {
  readonly production: string;
  readonly issuedAt: string;
  readonly salt: Uint8Array;
  /** Every seal's, as they lie in the store. */
  readonly manifests: readonly Uint8Array[];
  /** The stored facts by number, as they lie in the store. */
  readonly facts: ReadonlyMap<number, Uint8Array>;
  readonly fields: readonly FieldDecision[];
  readonly files: readonly FileDecision[];
}

export interface ProducedRecord {
  /** Canonical JSON, signed. */
  readonly paper: Buffer;
  /** The words that were taken out of its texts, for the gate. They go nowhere else. */
  readonly withheld: readonly string[];
}

export function produceRecord(
  reviewed: ReviewedRecord,
  { vkey, ...key }: Signer & { readonly vkey: string },
): ProducedRecord {
  const manifests = reviewed.manifests.map((bytes) => manifestOf(bytes));
  const [first] = manifests;
  if (first === undefined)
    throw refused('A record that has no seal proves nothing. Wait until it is sealed.');
  if (manifests.some(({ agency, record }) => agency !== first.agency || record !== first.record))
    throw refused('These are manifests of several records. Give those of one.');
  checkWhole(manifests);
  const citations: Pick<Passage, 'citation'>[] = [];
  const withheld: string[] = [];
  const facts = manifests
    .flatMap((manifest) => manifest.facts)
    .map((fact) => ({
      n: fact.n,
      commitment: fact.commitment,
      fields: fieldsOf(fact, reviewed, citations, withheld),
    }));
  const listed = manifests.flatMap((manifest) => manifest.files);
  const files = listed.map((file) => fileOf(file, reviewed, citations));
  const known = new Set(facts.flatMap(({ n, fields }) => fields.map(({ pointer }) => `${n}${pointer}`)));
  const stray =
    reviewed.fields.find(({ fact, pointer }) => !known.has(`${fact}${pointer}`)) ??
    reviewed.files.find(({ file }) => !listed.some(({ n }) => n === file));
  if (stray !== undefined)
    throw refused('A decision is about a field or a file that no seal of this record has. Review it again.');
  const paper = {
    format: REDACTED_RECORD_FORMAT,
    agency: first.agency,
    record: first.record,
    production: reviewed.production,
    issuedAt: reviewed.issuedAt,
    citations: onceEach(citations),
    seals: manifests.map(({ seal }, n) => ({
      seal,
      manifestCommitment: commitment(
        reviewed.salt,
        `manifest/${seal}`,
        sha256Hex(reviewed.manifests[n] ?? Buffer.alloc(0)),
      ),
    })),
    facts,
    files,
  };
  const note = signNote(
    [
      paper.format,
      `agency ${paper.agency}`,
      `record ${paper.record}`,
      `production ${paper.production}`,
      `issued-at ${paper.issuedAt}`,
      `sha256 ${sha256Hex(canonicalize(paper) ?? '')}`,
      '',
    ].join('\n'),
    [key],
  ).toString();
  return { paper: Buffer.from(canonicalize({ ...paper, signature: { note, vkey } }) ?? ''), withheld };
}

/** Seals, facts and files of a record count from 1: what is left out of a paper would be released by nobody, and withheld by no law. */
function checkWhole(manifests: readonly Manifest[]): void {
  const counted = [
    manifests.map(({ seal }) => seal),
    manifests.flatMap(({ facts }) => facts.map(({ n }) => n)),
    manifests.flatMap(({ files }) => files.map(({ n }) => n)),
  ];
  if (counted.some((numbers) => numbers.some((n, before) => n !== before + 1)))
    throw refused(
      'These are not all seals of the record, in their order. Give each of them, from the first to the last.',
    );
}

type Fields = (
  | { pointer: string; commitment: string; state: 'released'; itemSalt: string; text: string }
  | { pointer: string; commitment: string; state: 'withheld'; exemptions: string[]; descriptions: string[] }
  | { pointer: string; commitment: string; state: 'part'; pieces: readonly Piece[] }
)[];

function fieldsOf(
  fact: Manifest['facts'][number],
  { salt, facts, fields }: ReviewedRecord,
  citations: Pick<Passage, 'citation'>[],
  withheld: string[],
): Fields {
  const bytes = facts.get(fact.n);
  if (bytes === undefined || sha256Hex(bytes) !== fact.sha256)
    throw broken(`Fact ${fact.n} is missing, or has other bytes than were sealed.`);
  const said: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return fact.fields.map(({ pointer, commitment: sealed }) => {
    const path = `fact/${fact.n}${pointer}`;
    const text = at(said, pointer);
    if (typeof text !== 'string' || commitment(salt, path, sha256Hex(text)) !== sealed)
      throw broken(`The commitment of ${path} is not that of its text.`);
    const decision = only(
      fields.filter((one) => one.fact === fact.n && one.pointer === pointer),
      `the field ${pointer} of fact ${fact.n}`,
    );
    const same = { pointer, commitment: sealed };
    if (decision.decision === 'release')
      return { ...same, state: 'released', itemSalt: itemSalt(salt, path).toString('hex'), text };
    const passages =
      decision.decision === 'part'
        ? decision.passages
        : eachOf(decision).map(({ citation, description }) => wholeOf(text, citation, description));
    citations.push(...passages);
    if (decision.decision === 'withhold') {
      // Of an empty text, or one that is no text, nothing can be taken out; its commitment stays closed all the same.
      if (text !== '' && text.isWellFormed()) withheld.push(...redactText(text, passages).withheld);
      return { ...same, state: 'withheld', ...closedBy(passages) };
    }
    const redacted = redactText(text, passages);
    withheld.push(...redacted.withheld);
    if (redacted.pieces.every((piece) => !('kept' in piece)))
      throw refused(`Nothing is left of ${pointer} of fact ${fact.n}. Withhold the field as a whole.`);
    return { ...same, state: 'part', pieces: redacted.pieces };
  });
}

function fileOf(
  { n, sha256, bytes, mediaType, commitment: sealed }: Manifest['files'][number],
  { salt, files }: ReviewedRecord,
  citations: Pick<Passage, 'citation'>[],
): Readonly<Record<string, unknown>> {
  const path = `file/${n}`;
  if (commitment(salt, path, sha256) !== sealed)
    throw broken(`The commitment of ${path} is not that of its digest.`);
  const decision = only(
    files.filter(({ file }) => file === n),
    `file ${n}`,
  );
  const same = { n, commitment: sealed };
  if (decision.decision === 'release')
    return {
      ...same,
      state: 'released',
      itemSalt: itemSalt(salt, path).toString('hex'),
      sha256,
      bytes,
      mediaType,
    };
  if (decision.decision === 'withhold') {
    citations.push(...eachOf(decision));
    return { ...same, state: 'withheld', ...closedBy(eachOf(decision)) };
  }
  const { derived, boxes, beside } = decision;
  const reasons = [...boxes, ...(beside === undefined ? [] : [beside])].flatMap(eachOf);
  if (reasons.length === 0)
    throw refused(
      `Of file ${n} no box is named, nor why what stands beside its pixels is withheld. Name at least one, or release it.`,
    );
  citations.push(...reasons);
  if (derived.sha256 === sha256) throw broken(`What was made of file ${n} has the bytes of the original.`);
  return {
    ...same,
    state: 'part',
    derived: { ...derived },
    boxes: boxes.map(({ x, y, width, height, ...reason }) => ({
      x,
      y,
      width,
      height,
      ...closedBy(eachOf(reason)),
    })),
    beside: beside === undefined ? null : closedBy(eachOf(beside)),
  };
}

const eachOf = ({
  citation,
  also = [],
  description,
}: Reason): readonly Pick<Passage, 'citation' | 'description'>[] =>
  [citation, ...also].map((one) => ({ citation: one, description }));

function closedBy(reasons: readonly Pick<Passage, 'citation' | 'description'>[]): {
  exemptions: string[];
  descriptions: string[];
} {
  return {
    exemptions: citationsOf(reasons).map(({ key }) => key),
    descriptions: [...new Set(reasons.flatMap(({ description }) => description ?? []))].sort(),
  };
}

function onceEach(cited: readonly Pick<Passage, 'citation'>[]): readonly Citation[] {
  const once = citationsOf(cited);
  for (const { citation } of cited) {
    const kept = once.find(({ key }) => key === citation.key);
    if (canonicalize(kept) !== canonicalize(citation))
      throw refused(
        `${citation.cite} is cited twice in one record with different statements. State it once.`,
      );
  }
  return once;
}

function only<T>(found: readonly T[], what: string): T {
  const [one, ...more] = found;
  if (one === undefined || more.length > 0)
    throw refused(
      `There ${one === undefined ? 'is no decision' : 'are several decisions'} about ${what}. Decide once: release, part, or withhold.`,
    );
  return one;
}

function manifestOf(bytes: Uint8Array): Manifest {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (!Check(Manifest, value)) throw broken('A manifest of this record cannot be read.');
  return value;
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const name of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

function refused(sentence: string): ArchiveError {
  return new ArchiveError('redaction-refused', sentence, { retry: 'never' });
}

function broken(sentence: string): ArchiveError {
  return new ArchiveError('digest-mismatch', sentence, { retry: 'never' });
}
