/**
 * Checks a redacted record (production/FORMAT.md) with nothing of what made it: from the paper, and keys and commitments that somebody has
 * from elsewhere. What only whoever holds the original can check, as a court in camera, is `checkAgainstOriginal`.
 */
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import canonicalize from 'canonicalize';
import { commitmentBy, sha256Hex } from '#commitment.ts';
import { openNote, verifierKey } from '#log/note.ts';

const FORMAT = 'holdfast-redacted-record/1';
/** More is no paper of one record, and is not read. */
const LARGEST_BYTES = 64 * 2 ** 20;

const closed = { additionalProperties: false } as const;
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Number1 = Type.Integer({ minimum: 1 });
const Number0 = Type.Integer({ minimum: 0 });
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const reasons = {
  exemptions: Type.Array(Type.String(), { minItems: 1 }),
  descriptions: Type.Array(Type.String()),
};
const released = { state: Type.Literal('released'), itemSalt: Digest };
const withheld = { state: Type.Literal('withheld'), ...reasons };

const Citation = Type.Object(
  {
    key: Type.String({ minLength: 1 }),
    cite: Type.String({ minLength: 1 }),
    title: Type.String(),
    mark: Type.String({ minLength: 1 }),
    asOf: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    otherLaw: textOrNull,
    numberConfirmedBy: textOrNull,
    writtenStatement: Type.Union([
      Type.Null(),
      Type.Object({ impairsSecurity: Type.String(), outweighsDisclosure: Type.String() }, closed),
    ]),
  },
  closed,
);
const Piece = Type.Union([
  Type.Object({ kept: Type.String({ minLength: 1 }) }, closed),
  Type.Object({ withheld: Type.Object({ ...reasons, mark: Type.String({ minLength: 1 }) }, closed) }, closed),
]);
const field = { pointer: Type.String({ pattern: '^/' }), commitment: Digest };
const file = { n: Number1, commitment: Digest };
/** With these members and no others: what would open a withheld commitment has no place to stand in. */
const Paper = Type.Object(
  {
    format: Type.Literal(FORMAT),
    agency: Type.String(),
    record: Type.String(),
    production: Type.String(),
    issuedAt: Type.String(),
    citations: Type.Array(Citation),
    seals: Type.Array(Type.Object({ seal: Number1, manifestCommitment: Digest }, closed), { minItems: 1 }),
    facts: Type.Array(
      Type.Object(
        {
          n: Number1,
          commitment: Digest,
          fields: Type.Array(
            Type.Union([
              Type.Object({ ...field, ...released, text: Type.String() }, closed),
              Type.Object({ ...field, ...withheld }, closed),
              Type.Object(
                { ...field, state: Type.Literal('part'), pieces: Type.Array(Piece, { minItems: 2 }) },
                closed,
              ),
            ]),
          ),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    files: Type.Array(
      Type.Union([
        Type.Object(
          { ...file, ...released, sha256: Digest, bytes: Number0, mediaType: Type.String() },
          closed,
        ),
        Type.Object({ ...file, ...withheld }, closed),
        Type.Object(
          {
            ...file,
            state: Type.Literal('part'),
            derived: Type.Object(
              {
                sha256: Digest,
                bytes: Number1,
                mediaType: Type.String(),
                width: Number1,
                height: Number1,
                exact: Type.Boolean(),
              },
              closed,
            ),
            boxes: Type.Array(
              Type.Object({ x: Number0, y: Number0, width: Number1, height: Number1, ...reasons }, closed),
            ),
            beside: Type.Union([Type.Object(reasons, closed), Type.Null()]),
          },
          closed,
        ),
      ]),
    ),
    signature: Type.Object({ note: Type.String(), vkey: Type.String() }, closed),
  },
  closed,
);
type Paper = Static<typeof Paper>;

export interface RedactedFlaw {
  readonly where: string;
  readonly why: string;
}

export interface RedactedVerdict {
  readonly verified: boolean;
  readonly flaws: readonly RedactedFlaw[];
  readonly agency: string | null;
  readonly record: string | null;
  /** How much was looked at, and whose word the rest is. */
  readonly released: number;
  readonly part: number;
  readonly withheld: number;
  /** `caller`: each manifest's commitment was compared with one from the log. `signature`: whoever signed says it. */
  readonly sealsFrom: 'caller' | 'signature';
  /** `caller`: the files were looked at. `nobody`: nobody gave them, and of them nothing is known but what the paper says. */
  readonly filesFrom: 'caller' | 'nobody';
}

export interface RedactedQuestion {
  readonly paper: Uint8Array;
  /** Whose record it is to be: a paper of another agency is no answer of this one. */
  readonly agency: string;
  /** Which record it is to be; undefined: whichever the paper says. */
  readonly record?: string;
  /** Keys of this agency that are believed here. One in the paper is a hint and no more. */
  readonly vkeys: readonly string[];
  /** By seal, out of every `record.sealed` of the record in the log, which whoever asks has proven: the paper has these and no others. */
  readonly manifestCommitments?: ReadonlyMap<number, string>;
  /** All bytes that came with the paper, by the number of the file: released ones and derived ones. */
  readonly files?: ReadonlyMap<number, Uint8Array>;
}

export function verifyRedactedRecord({
  paper: bytes,
  agency,
  record,
  vkeys,
  manifestCommitments,
  files,
}: RedactedQuestion): RedactedVerdict {
  const flaws: RedactedFlaw[] = [];
  const counts = { released: 0, part: 0, withheld: 0 };
  const sealsFrom = manifestCommitments === undefined ? 'signature' : 'caller';
  const filesFrom = files === undefined ? 'nobody' : 'caller';
  const end = (of: Pick<Paper, 'agency' | 'record'> | null): RedactedVerdict => ({
    verified: flaws.length === 0,
    flaws,
    agency: of?.agency ?? null,
    record: of?.record ?? null,
    ...counts,
    sealsFrom,
    filesFrom,
  });
  const paper = paperOf(bytes);
  if (typeof paper === 'string') {
    flaws.push({ where: 'paper', why: paper });
    return end(null);
  }
  const fail = (where: string, why: string): void => void flaws.push({ where, why });
  const why = notSignedBy(paper, vkeys);
  if (why !== null) fail('signature', why);
  if (paper.agency !== agency) fail('agency', 'It is a paper of another agency.');
  if (record !== undefined && paper.record !== record) fail('record', 'It is a paper about another record.');
  for (const one of leftOut(paper))
    fail(one, 'It counts on without one: something of the record is left out.');
  for (const { seal, manifestCommitment } of paper.seals)
    if (manifestCommitments !== undefined && manifestCommitments.get(seal) !== manifestCommitment)
      fail(`seals/${seal}`, 'The log has another manifest for this seal, or none.');
  for (const seal of manifestCommitments?.keys() ?? [])
    if (!paper.seals.some((one) => one.seal === seal))
      fail(`seals/${seal}`, 'The log has this seal of the record, and the paper leaves it out.');
  const keys = new Set(paper.citations.map(({ key }) => key));
  const checkReasons = (where: string, exemptions: readonly string[]): void => {
    const stray = exemptions.find((key) => !keys.has(key));
    if (stray !== undefined) fail(where, `It is withheld by ${stray}, which the paper does not cite.`);
  };
  const seen = new Set<string>();
  const once = (where: string): void => {
    if (seen.has(where)) fail(where, 'It stands twice.');
    seen.add(where);
  };
  for (const fact of paper.facts)
    for (const one of fact.fields) {
      const where = `fact/${fact.n}${one.pointer}`;
      once(where);
      counts[one.state] += 1;
      if (one.state === 'released' && !opens(one.itemSalt, sha256Hex(one.text), one.commitment))
        fail(where, 'Its text does not open its commitment.');
      if (one.state === 'withheld') checkReasons(where, one.exemptions);
      if (one.state === 'part') {
        const marks = one.pieces.flatMap((piece) => ('withheld' in piece ? [piece.withheld] : []));
        for (const { exemptions } of marks) checkReasons(where, exemptions);
        const alternate = one.pieces.every(
          (piece, n) => n === 0 || 'kept' in piece !== 'kept' in (one.pieces[n - 1] ?? {}),
        );
        if (marks.length === 0 || !alternate) fail(where, 'Its pieces are not kept and withheld by turns.');
      }
    }
  for (const one of paper.files) {
    const where = `file/${one.n}`;
    once(where);
    counts[one.state] += 1;
    if (one.state === 'withheld') {
      checkReasons(where, one.exemptions);
      if (files?.has(one.n) === true) fail(where, 'It is withheld, and came with the paper.');
      continue;
    }
    if (one.state === 'released' && !opens(one.itemSalt, one.sha256, one.commitment))
      fail(where, 'Its digest does not open its commitment.');
    if (one.state === 'part') {
      if (one.beside !== null) checkReasons(where, one.beside.exemptions);
      else if (one.boxes.length === 0)
        fail(where, 'It is withheld in part, and nothing of it is said to be.');
      for (const box of one.boxes) {
        checkReasons(where, box.exemptions);
        if (box.x + box.width > one.derived.width || box.y + box.height > one.derived.height)
          fail(where, 'A box lies outside of the picture.');
      }
    }
    const expected = one.state === 'released' ? one : one.derived;
    const came = files?.get(one.n);
    if (
      files !== undefined &&
      (came === undefined || sha256Hex(came) !== expected.sha256 || came.length !== expected.bytes)
    )
      fail(where, 'The file that came with the paper is missing, or has other bytes.');
  }
  for (const n of files?.keys() ?? [])
    if (!paper.files.some((one) => one.n === n))
      fail(`file/${n}`, 'It came with the paper, which has no such file.');
  return end(paper);
}

/** Seals, facts and files of a record count from 1, each number once: where one is missing, the record is not whole. */
function leftOut({ seals, facts, files }: Paper): readonly string[] {
  const counted = [
    ...seals.map(({ seal }, at) => [`seals/${seal}`, seal === at + 1] as const),
    ...facts.map(({ n }, at) => [`fact/${n}`, n === at + 1] as const),
    ...files.map(({ n }, at) => [`file/${n}`, n === at + 1] as const),
  ];
  return counted.flatMap(([where, isNext]) => (isNext ? [] : [where]));
}

/** What whoever holds the original shows beside the paper: of each partly or wholly withheld field its text, and what opens its commitment. */
export interface Original {
  readonly fact: number;
  readonly pointer: string;
  readonly itemSalt: string;
  readonly text: string;
}

/** In camera: that the paper was made of what was sealed, by taking out and nothing else. The paper itself is checked before. */
export function checkAgainstOriginal(
  paper: Uint8Array,
  originals: readonly Original[],
): readonly RedactedFlaw[] {
  const read = paperOf(paper);
  if (typeof read === 'string') return [{ where: 'paper', why: read }];
  return originals.flatMap(({ fact, pointer, itemSalt, text }) => {
    const where = `fact/${fact}${pointer}`;
    const one = read.facts.find(({ n }) => n === fact)?.fields.find((field_) => field_.pointer === pointer);
    if (one === undefined) return [{ where, why: 'The paper has no such field.' }];
    if (!opens(itemSalt, sha256Hex(text), one.commitment))
      return [{ where, why: 'This is not the text that was sealed.' }];
    if (one.state === 'released' && one.text !== text)
      return [{ where, why: 'It was released as another text.' }];
    if (one.state === 'part' && !isWhatIsLeft(one.pieces, text))
      return [{ where, why: 'What is left of it does not stand in the original in this order.' }];
    return [];
  });
}

/** Kept pieces stand in the original in their order, with something between them wherever something is said to be withheld. */
function isWhatIsLeft(pieces: readonly Static<typeof Piece>[], original: string): boolean {
  let at = 0;
  for (const [n, piece] of pieces.entries()) {
    if (!('kept' in piece)) continue;
    const gap = n > 0;
    const last = n === pieces.length - 1;
    // The first place that fits leaves the most for those behind it; the last one must end with the text.
    const found = gap
      ? last
        ? original.length - piece.kept.length
        : original.indexOf(piece.kept, at + 1)
      : 0;
    if (found < at + (gap ? 1 : 0) || !original.startsWith(piece.kept, found)) return false;
    at = found + piece.kept.length;
  }
  const endsWithheld = !('kept' in (pieces.at(-1) ?? { kept: '' }));
  return endsWithheld ? at < original.length : at === original.length;
}

function opens(salt: string, contentSha256: string, sealed: string): boolean {
  return commitmentBy(Buffer.from(salt, 'hex'), contentSha256) === sealed;
}

function paperOf(bytes: Uint8Array): Paper | string {
  if (bytes.length > LARGEST_BYTES) return `It has more than ${LARGEST_BYTES} bytes.`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return 'It is not JSON in UTF-8.';
  }
  if (canonicalize(value) !== Buffer.from(bytes).toString('utf8'))
    return 'It is not canonical JSON (RFC 8785).';
  return Check(Paper, value)
    ? value
    : `It is not a paper of the format ${FORMAT}, with its members and no others.`;
}

function notSignedBy({ signature, ...paper }: Paper, vkeys: readonly string[]): string | null {
  if (!vkeys.includes(signature.vkey))
    return 'The key that signed it is none of those that are believed here.';
  // One archive has keys of many agencies, and each signs for its own.
  if (verifierKey(signature.vkey).name.split('/').at(-1) !== paper.agency)
    return 'The key that signed it is one of another agency.';
  const text = [
    FORMAT,
    `agency ${paper.agency}`,
    `record ${paper.record}`,
    `production ${paper.production}`,
    `issued-at ${paper.issuedAt}`,
    `sha256 ${sha256Hex(canonicalize(paper) ?? '')}`,
    '',
  ].join('\n');
  try {
    return openNote(Buffer.from(signature.note), [verifierKey(signature.vkey)]).text === text
      ? null
      : 'What was signed is another paper than this.';
  } catch {
    return 'Its signature is not by this key.';
  }
}
