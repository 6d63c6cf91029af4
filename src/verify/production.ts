/**
 * Checks a production (PRODUCTION.md) as a stranger would: from its files and a key of the log alone. Nothing that it says is believed before it is
 * checked, and each step says how much it looked at.
 */
import canonicalize from 'canonicalize';
import { openCheckpoint, type Trust } from '#log/checkpoint.ts';
import { openNote, verifierKey } from '#log/note.ts';
import { openEntry } from '#log/proof.ts';
import { bytesOf, checkBag, textOf, type Digests } from './bag.ts';
import { openPackage, type PackageFiles } from './files.ts';
import { bagInfoText } from './papers.ts';
import { paperCheck, PRODUCTION_FILES, productionNote, type ProductionPaper } from './production-paper.ts';
import { checkRecords } from './production-records.ts';
import { openFindingsOf, type Failure, type Findings, type StepReport } from './report.ts';

const MAX_PAPER = 256 * 2 ** 20;
const MAX_SMALL = 1 << 20;

const STEPS = [
  ['bag', 'The bag is complete, and every digest fits'],
  ['production', 'The production is what it says of itself, and signed'],
  ['entries', 'The entries stand in a signed log'],
  ['papers', 'Each record proves against its seals'],
  ['files', 'The files are those that the records say'],
] as const;
type ProductionStep = (typeof STEPS)[number][0];

export interface ProductionVerdict {
  readonly verified: boolean;
  readonly kind: 'production';
  readonly container: PackageFiles['kind'];
  readonly production: string | null;
  readonly agency: string | null;
  /** By its own word; null: it could not be read. */
  readonly mode: 'trial' | 'production' | null;
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
    const digests = await checkBag<ProductionStep>(files, findings, PRODUCTION_FILES);
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
      await checkRecords<ProductionStep>({ files, digests, paper, seals: proven.seals }, findings);
    }
    return {
      verified: findings.failed() === 0 && paper !== null,
      kind: 'production',
      container: files.kind,
      production: paper?.production ?? null,
      agency: paper?.agency ?? null,
      mode: paper?.mode ?? null,
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
    if (path.startsWith('data/index') && !paper.volumes.some((one) => one.path === path))
      step.fail(path, 'It is no volume of this production.');
}

function keyOf(vkey: string): ReturnType<typeof verifierKey> | null {
  try {
    return verifierKey(vkey);
  } catch {
    return null;
  }
}
