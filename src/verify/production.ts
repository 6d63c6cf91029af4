/**
 * Checks a production (PRODUCTION.md) as a stranger would: from its files and a key of the log alone. Nothing that it says is believed before it is
 * checked, and each step says how much it looked at.
 */
import canonicalize from 'canonicalize';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { openCheckpoint, type Trust } from '#log/checkpoint.ts';
import { openNote, verifierKey } from '#log/note.ts';
import { openEntry } from '#log/proof.ts';
import { bytesOf, checkBag, textOf, type Digests } from './bag.ts';
import { openPackage, type PackageFiles } from './files.ts';
import { bagInfoText } from './papers.ts';
import { verifyRedactedRecord } from './redacted-record.ts';
import { openFindingsOf, type Failure, type Findings, type StepReport } from './report.ts';

export const PRODUCTION_FORMAT = 'holdfast-production/1';

const STEPS = [
  ['bag', 'The bag is complete, and every digest fits'],
  ['production', 'The production is what it says of itself, and signed'],
  ['entries', 'The entries stand in a signed log'],
  ['papers', 'Each record proves against its seals'],
  ['files', 'The files are those that the records say'],
] as const;
type ProductionStep = (typeof STEPS)[number][0];

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
const Line = Type.String({ pattern: '^[^\\r\\n]+$' });
const Count = Type.Integer({ minimum: 0 });
const span = { first: Line, last: Line };
const Paper = Type.Object(
  {
    format: Type.Literal(PRODUCTION_FORMAT),
    agency: Type.String({ pattern: '^[a-z0-9-]{2,63}$' }),
    request: Id,
    production: Id,
    n: Type.Integer({ minimum: 1 }),
    issuedAt: Line,
    origin: Line,
    keys: Type.Array(
      Type.Object({ vkey: Line, firstSize: Count, lastSize: Type.Union([Count, Type.Null()]) }, closed),
    ),
    /** The key of the note and of the papers, which the log announces. */
    signedBy: Line,
    mode: Type.Union([Type.Literal('trial'), Type.Literal('production')]),
    program: Type.Object({ name: Line, version: Line }, closed),
    bagInfo: Type.Record(Type.String({ pattern: '^[A-Z][A-Za-z-]*$' }), Line),
    recordPages: Count,
    volumes: Type.Array(Type.Object({ path: Line, ...span, pages: Count }, closed), { minItems: 1 }),
    records: Type.Array(
      Type.Object(
        {
          n: Type.Integer({ minimum: 1 }),
          record: Id,
          answer: Type.Union([Type.Literal('release'), Type.Literal('part')]),
          paper: Line,
          ...span,
          files: Type.Array(Type.Object({ file: Type.Integer({ minimum: 1 }), path: Line }, closed)),
          leftOut: Type.Array(
            Type.Object(
              {
                file: Type.Integer({ minimum: 1 }),
                why: Type.Union([Type.Literal('wacz-not-asked'), Type.Literal('wacz-in-part')]),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    withheld: Count,
  },
  closed,
);
export type ProductionPaper = Static<typeof Paper>;
const paperCheck = Compile(Paper);

const ALLOWED: readonly RegExp[] = [
  /^(bagit|bag-info|manifest-sha256|manifest-sha512|tagmanifest-sha256|tagmanifest-sha512)\.txt$/,
  /^data\/(VERIFY\.md|production\.json|records\.csv|exemption-log\.csv|affidavit-490-692\.(pdf|txt))$/,
  /^data\/index(-\d{4,})?\.pdf$/,
  /^data\/formats\/[a-z-]+\.md$/,
  /^data\/papers\/[0-9a-f-]{36}\.json$/,
  /^data\/records\/[1-9]\d*\/file-[1-9]\d*\.[a-z0-9]+$/,
  /^proofs\/(checkpoint|production\.note)$/,
  /^proofs\/entries\/(0|[1-9]\d*)\.(entry|proof)$/,
];
const NEEDED: readonly string[] = [
  'bagit.txt',
  'bag-info.txt',
  'manifest-sha256.txt',
  'manifest-sha512.txt',
  'tagmanifest-sha256.txt',
  'tagmanifest-sha512.txt',
  'data/VERIFY.md',
  'data/production.json',
  'data/index.pdf',
  'data/records.csv',
  'data/exemption-log.csv',
  'data/affidavit-490-692.pdf',
  'data/affidavit-490-692.txt',
  'proofs/checkpoint',
  'proofs/production.note',
];
const MAX_PAPER = 256 * 2 ** 20;
const MAX_RECORD = 64 * 2 ** 20;
const MAX_SMALL = 1 << 20;

/** What is signed: the production by the digest of its payload manifest. */
export function productionNote(
  paper: Pick<ProductionPaper, 'agency' | 'request' | 'production' | 'issuedAt'>,
  manifestSha256: string,
): string {
  return [
    PRODUCTION_FORMAT,
    `agency ${paper.agency}`,
    `request ${paper.request}`,
    `production ${paper.production}`,
    `issued-at ${paper.issuedAt}`,
    `manifest-sha256 ${manifestSha256}`,
    '',
  ].join('\n');
}

export interface ProductionVerdict {
  readonly verified: boolean;
  readonly kind: 'production';
  readonly container: PackageFiles['kind'];
  readonly production: string | null;
  readonly agency: string | null;
  readonly records: number;
  readonly withheld: number;
  readonly bytes: number;
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string } | null;
  /** `package`: it vouches for itself, until somebody compares the keys. */
  readonly key: { readonly from: 'caller' | 'package'; readonly vkeys: readonly string[] };
  readonly steps: readonly StepReport<ProductionStep>[];
  readonly failures: readonly Failure<ProductionStep>[];
  readonly failed: number;
}

/** Null: what lies there is no production. `vkey`: the log's key, from elsewhere. */
export async function verifyProduction(path: string, vkey: string | null): Promise<ProductionVerdict | null> {
  const given = vkey === null ? null : verifierKey(vkey);
  const files = await openPackage(path);
  if (files === null) return null;
  try {
    // A ZIP whose directory is broken is a production that was changed, not something else.
    if (files.kind !== 'zip' && !files.sizes.has('data/production.json')) return null;
    const findings = openFindingsOf(STEPS);
    const digests = await checkBag<ProductionStep>(files, findings, { allowed: ALLOWED, needed: NEEDED });
    const paper = await readPaper(files, findings);
    const origin = given?.name ?? paper?.origin ?? '';
    const trust: Trust = {
      origin,
      keys:
        given === null
          ? (paper?.keys ?? []).flatMap(({ vkey: one, firstSize, lastSize }) => {
              const key = keyOf(one);
              return key === null || key.name !== origin
                ? []
                : [{ key, firstSize, ...(lastSize === null ? {} : { lastSize }) }];
            })
          : [{ key: given }],
    };
    let checkpoint: ProductionVerdict['checkpoint'] = null;
    if (paper !== null) {
      const proven = await checkEntries(files, trust, paper, findings);
      checkpoint = proven.checkpoint;
      await checkSigned(files, digests, paper, proven.announced, findings);
      await checkRecords({ files, digests, paper, seals: proven.seals }, findings);
    }
    return {
      verified: findings.failed() === 0 && paper !== null,
      kind: 'production',
      container: files.kind,
      production: paper?.production ?? null,
      agency: paper?.agency ?? null,
      records: paper?.records.length ?? 0,
      withheld: paper?.withheld ?? 0,
      bytes: [...files.sizes.values()].reduce((sum, size) => sum + size, 0),
      checkpoint,
      key: {
        from: given === null ? 'package' : 'caller',
        vkeys: vkey === null ? (paper?.keys ?? []).map((one) => one.vkey) : [vkey],
      },
      steps: findings.report(),
      failures: findings.failures(),
      failed: findings.failed(),
    };
  } finally {
    await files.close();
  }
}

async function readPaper(
  files: PackageFiles,
  findings: Findings<ProductionStep>,
): Promise<ProductionPaper | null> {
  const step = findings.step('production', 'papers');
  const text = await textOf(files, 'data/production.json', MAX_PAPER);
  let value: unknown = null;
  try {
    value = text === null ? null : JSON.parse(text);
  } catch {
    // Said below.
  }
  if (value === null || canonicalize(value) !== text || !paperCheck.Check(value)) {
    step.fail(
      'data/production.json',
      'It does not say, in canonical JSON, what a production says of itself.',
    );
    return null;
  }
  step.look();
  return value;
}

interface ProvenEntries {
  readonly checkpoint: ProductionVerdict['checkpoint'];
  /** Keys that the log says sign receipts, and what they are signed with. */
  readonly announced: ReadonlySet<string>;
  /** By record and seal: the commitment of its manifest. */
  readonly seals: ReadonlyMap<string, ReadonlyMap<number, string>>;
}

async function checkEntries(
  files: PackageFiles,
  trust: Trust,
  paper: ProductionPaper,
  findings: Findings<ProductionStep>,
): Promise<ProvenEntries> {
  const step = findings.step('entries', 'entries');
  if (trust.origin !== paper.origin)
    step.fail(
      'data/production.json',
      `It speaks of the log ${paper.origin}; your key is one of ${trust.origin}.`,
    );
  const announced = new Set<string>();
  const seals = new Map<string, Map<number, string>>();
  const note = await bytesOf(files, 'proofs/checkpoint', MAX_SMALL);
  const head = note === null ? undefined : step.tried('proofs/checkpoint', () => openCheckpoint(note, trust));
  const known = new Set(paper.records.map(({ record }) => `record:${record}`));
  for (const path of files.sizes.keys()) {
    const [, index, kind] = /^proofs\/entries\/(\d+)\.(entry|proof)$/.exec(path) ?? [];
    if (index === undefined) continue;
    const [entryPath, proofPath] = [`proofs/entries/${index}.entry`, `proofs/entries/${index}.proof`];
    if (!files.sizes.has(kind === 'entry' ? proofPath : entryPath))
      step.fail(path, 'An entry has a proof, and a proof an entry: the other one is missing.');
    if (kind === 'proof') continue;
    const [bytes, proof] = [
      await bytesOf(files, entryPath, MAX_SMALL),
      await bytesOf(files, proofPath, MAX_SMALL),
    ];
    if (bytes === null || proof === null) continue;
    step.look();
    const opened = step.tried(entryPath, () => openEntry(proof, bytes, trust));
    if (opened === undefined) continue;
    if (`${opened.index}` !== index)
      step.fail(entryPath, `It stands at ${opened.index}, and its name says ${index}.`);
    if (
      head !== undefined &&
      (opened.checkpoint.size !== head.size || !opened.checkpoint.root.equals(head.root))
    )
      step.fail(proofPath, 'It leads to another checkpoint than proofs/checkpoint.');
    const { type, subject, facts } = opened.entry;
    if (type === 'receipt-key.added' && typeof facts.vkey === 'string') announced.add(facts.vkey);
    else if (
      type === 'record.sealed' &&
      subject !== null &&
      known.has(subject) &&
      typeof facts.seal === 'number'
    ) {
      const of = seals.get(subject.slice(7)) ?? new Map<number, string>();
      seals.set(subject.slice(7), of);
      if (of.has(facts.seal)) step.fail(entryPath, 'The same seal was entered before.');
      if (typeof facts.manifestCommitment === 'string') of.set(facts.seal, facts.manifestCommitment);
    } else step.fail(entryPath, 'It is neither of a seal of these records nor of the key that signed.');
  }
  return {
    checkpoint:
      head === undefined ? null : { origin: head.origin, size: head.size, root: head.root.toString('hex') },
    announced,
    seals,
  };
}

async function checkSigned(
  files: PackageFiles,
  digests: Digests,
  paper: ProductionPaper,
  announced: ReadonlySet<string>,
  findings: Findings<ProductionStep>,
): Promise<void> {
  const step = findings.step('production', 'papers');
  if (!announced.has(paper.signedBy))
    step.fail(
      'data/production.json',
      'The key that signed it is announced by no entry of the log that is here.',
    );
  const note = await bytesOf(files, 'proofs/production.note', MAX_SMALL);
  const manifest = digests.get('manifest-sha256.txt');
  const key = keyOf(paper.signedBy);
  if (note !== null && manifest !== undefined && key !== null) {
    step.look();
    const opened = step.tried('proofs/production.note', () => openNote(note, [key]));
    if (opened !== undefined && opened.text !== productionNote(paper, manifest))
      step.fail(
        'proofs/production.note',
        'What was signed is another production than this: other files, or other words about it.',
      );
  } else
    step.fail(
      'proofs/production.note',
      'Nothing can be checked by it: it, the manifest or the key is missing.',
    );
  const data = [...files.sizes].filter(([path]) => path.startsWith('data/'));
  const payload = { bytes: data.reduce((sum, [, size]) => sum + size, 0), files: data.length };
  if ((await textOf(files, 'bag-info.txt', MAX_SMALL)) !== bagInfoText(paper.bagInfo, payload))
    step.fail('bag-info.txt', 'It is not what data/production.json says of the bag.');
  for (const { path } of paper.volumes)
    if (!digests.has(path)) step.fail(path, 'It is missing; data/production.json names it.');
  for (const path of files.sizes.keys())
    if (/^data\/index/.test(path) && !paper.volumes.some((one) => one.path === path))
      step.fail(path, 'It is no volume of this production.');
}

async function checkRecords(
  {
    files,
    digests,
    paper,
    seals,
  }: {
    readonly files: PackageFiles;
    readonly digests: Digests;
    readonly paper: ProductionPaper;
    readonly seals: ProvenEntries['seals'];
  },
  findings: Findings<ProductionStep>,
): Promise<void> {
  const papers = findings.step('papers', 'records');
  const step = findings.step('files', 'files');
  const expected = new Set<string>();
  for (const { n, record, paper: paperPath, files: named, leftOut } of paper.records) {
    if (paperPath !== `data/papers/${record}.json` || expected.has(paperPath))
      papers.fail(paperPath, 'It is not the paper of this record, or stands twice.');
    expected.add(paperPath);
    const bytes = await bytesOf(files, paperPath, MAX_RECORD);
    if (bytes === null) {
      papers.fail(paperPath, 'It is missing, or longer than a paper can be.');
      continue;
    }
    papers.look();
    const of = seals.get(record) ?? new Map<number, string>();
    const verdict = verifyRedactedRecord({ paper: bytes, vkeys: [paper.signedBy], manifestCommitments: of });
    for (const { where, why } of verdict.flaws) papers.fail(paperPath, `${where}: ${why}`);
    const said = saidBy(bytes);
    if (said === null) continue;
    if (said.record !== record || said.agency !== paper.agency || said.production !== paper.production)
      papers.fail(paperPath, 'It is of another record, body or production.');
    if (said.seals.length !== of.size)
      papers.fail(
        paperPath,
        `It tells of ${said.seals.length} seals, and ${of.size} entries of the log are here.`,
      );
    const leaves = said.files.filter(({ state }) => state !== 'withheld');
    const left = new Set(leftOut.map(({ file }) => file));
    for (const { file, path } of named) {
      step.look();
      expected.add(path);
      const one = leaves.find((each) => each.n === file);
      const proven = one?.state === 'part' ? one.derived : one;
      if (proven === undefined || !path.startsWith(`data/records/${n}/file-${file}.`))
        step.fail(path, 'The paper of its record releases no such file.');
      else if (digests.get(path) !== proven.sha256 || files.sizes.get(path) !== proven.bytes)
        step.fail(path, 'It has other bytes than the paper of its record says, or is missing.');
    }
    for (const one of leaves)
      if (!left.has(one.n) && !named.some(({ file }) => file === one.n))
        step.fail(paperPath, `Its file ${one.n} is released and is not here, and nothing says why.`);
    for (const one of leftOut)
      if (!leaves.some((each) => each.n === one.file && each.state === 'released'))
        step.fail(paperPath, `Its file ${one.file} is said to be left out, and is not released.`);
  }
  for (const path of files.sizes.keys())
    if (/^data\/(papers|records)\//.test(path) && !expected.has(path))
      step.fail(path, 'No record of this production has it.');
}

interface SaidFile {
  readonly n: number;
  readonly state: 'released' | 'withheld' | 'part';
  readonly sha256?: string;
  readonly bytes?: number;
  readonly derived?: { readonly sha256: string; readonly bytes: number };
}

/** Of a paper that was checked; null: it is none. */
function saidBy(bytes: Buffer): {
  readonly agency: string;
  readonly record: string;
  readonly production: string;
  readonly seals: readonly unknown[];
  readonly files: readonly SaidFile[];
} | null {
  try {
    const said = JSON.parse(bytes.toString('utf8')) as ReturnType<typeof saidBy>;
    return Array.isArray(said?.files) && Array.isArray(said.seals) ? said : null;
  } catch {
    return null;
  }
}

function keyOf(vkey: string): ReturnType<typeof verifierKey> | null {
  try {
    return verifierKey(vkey);
  } catch {
    return null;
  }
}
