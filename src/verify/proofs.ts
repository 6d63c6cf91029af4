/** Steps 5 to 9, 13 and 14: the entries of the log, one after the other, and what they say of the records and of the package. */
import { commitment, sha256Hex } from '#commitment.ts';
import { openCheckpoint, type Trust } from '#log/checkpoint.ts';
import type { Entry } from '#log/entry.ts';
import { provesConsistency } from '#log/merkle.ts';
import { base64Bytes } from '#log/note.ts';
import { openEntry } from '#log/proof.ts';
import { bytesOf, textOf, type Digests } from './bag.ts';
import type { PackageFiles } from './files.ts';
import { checkIndex, type NotProven } from './index-says.ts';
import { metadataOf } from './history.ts';
import { checkReceipts } from './package-receipts.ts';
import { parseCanonical, type Paper } from './papers.ts';
import type { Findings } from './report.ts';
import type { SealedRecord } from './seals.ts';
import { addEntry, nothingHappened, provenOf, type Happened, type Proven } from './story.ts';

const MAX_ENTRY = 65_536;
const MAX_NOTE = 1_048_576;
const MAX_DETAIL = 16 * 2 ** 20;

interface Head {
  readonly size: number;
  readonly root: Buffer;
}

/** What an event says, once it is known to be what the entry commits to. */
type Detail = Readonly<Record<string, unknown>> | null;

interface Told {
  readonly file: string;
  readonly record: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
}

export interface ProofsInput {
  readonly files: PackageFiles;
  readonly digests: Digests;
  readonly paper: Paper;
  readonly records: ReadonlyMap<string, SealedRecord>;
  /** Whose signature must stand on what everything leads to. */
  readonly trust: Trust;
  /** Also with the keys that the log had before: for checkpoints that the newest one continues. */
  readonly earlier: Trust;
}

export interface FoundInProofs {
  /** What the package says and nothing in it proves. */
  readonly notProven: readonly NotProven[];
  /** Of each record, where the entry of its last seal stands; null: nowhere. */
  readonly lastSeals: readonly (number | null)[];
}

export async function checkProofs(input: ProofsInput, findings: Findings): Promise<FoundInProofs> {
  const { files, paper, records, earlier } = input;
  const entries = findings.step('entries', 'entries');
  const sealed = findings.step('records', 'seals, facts and events');
  const produced = findings.step('package', 'entries about this export');
  const details = findings.step('details', 'details');
  const heads = new Map<string, Head>();
  const listed = await listedEvents(input, sealed);
  /** Where each stands. */
  const events = new Map<string, number>();
  const sealsSaid = new Map<string, number>();
  const exported = { produced: 0, requested: 0 };
  const happened = new Map<string, Happened>();
  const lastSeals = new Map<string, number>();
  let destroyed = 0;
  for (const path of files.sizes.keys()) {
    const [, entry] = /^(proofs\/entries\/\d+)\.(?:proof|salt|detail)$/.exec(path) ?? [];
    if (entry !== undefined && !files.sizes.has(`${entry}.entry`))
      entries.fail(path, 'It belongs to no entry.');
  }
  for (const index of indexesOf(files)) {
    const path = `proofs/entries/${index}.entry`;
    const opened = await openOne(input, index, entries);
    if (opened === null) continue;
    const { entry, head } = opened;
    const same = heads.get(`${head.size}`);
    if (same !== undefined && !same.root.equals(head.root))
      entries.fail(
        path,
        `Its checkpoint, of size ${head.size}, has another root than that of another entry.`,
      );
    heads.set(`${head.size}`, head);
    if (events.has(entry.id)) entries.fail(path, 'Its event is an entry twice.');
    events.set(entry.id, index);
    const salt = await bytesOf(files, `proofs/entries/${index}.salt`, 32);
    if (files.sizes.has(`proofs/entries/${index}.salt`) && salt?.length !== 32)
      entries.fail(`proofs/entries/${index}.salt`, 'A salt has 32 bytes.');
    const isDestroyed = salt === null && paper.destroyed?.includes(index) === true;
    const detail = await checkDetail(files, index, { entry, salt, isDestroyed }, details);
    if (isDestroyed && detail === null && entry.facts.detailCommitment !== undefined) destroyed += 1;
    const told = listed.get(entry.id);
    if (
      told !== undefined &&
      (told.type !== entry.type || told.at !== entry.at || told.actor !== entry.actor)
    )
      sealed.fail(
        told.file,
        `Its event ${entry.id} (${told.type}) is told otherwise by its entry, ${index}.`,
      );
    if (told !== undefined && !isOfRecord(entry, told.record, detail))
      sealed.fail(
        told.file,
        `Its event ${entry.id} (${told.type}) is none of this record: its entry, ${index}, does not name the record.`,
      );
    const isOurs = entry.subject === `export:${paper.export}`;
    if (told === undefined && !isOurs)
      entries.fail(path, 'It is in the history of no record of this package, and not about this export.');
    const record = records.get(entry.subject?.replace(/^record:/, '') ?? '');
    if (record !== undefined) {
      const story = happened.get(record.record) ?? nothingHappened();
      happened.set(record.record, story);
      addEntry(story, entry);
      saysOfRecord(path, { entry, detail }, record, { sealed, sealsSaid });
      if (entry.type === 'record.sealed') lastSeals.set(record.record, index);
    } else if (isOurs && (entry.type === 'export.produced' || entry.type === 'export.requested')) {
      produced.look();
      exported[entry.type === 'export.produced' ? 'produced' : 'requested'] += 1;
      saysOfExport(path, { entry, detail }, input, produced);
    }
  }
  if (destroyed > 0)
    findings.missing('details', `${destroyed} entries without what they commit to: it was destroyed.`);
  const before = new Map<string, number>();
  for (const [id, { file, type }] of listed) {
    sealed.look();
    const index = events.get(id);
    if (index === undefined) sealed.fail(file, `Its event ${id} (${type}) has no entry in proofs/entries.`);
    else if (index < (before.get(file) ?? 0))
      sealed.fail(file, `Its event ${id} (${type}) is not listed in the order of the log.`);
    before.set(file, index ?? before.get(file) ?? 0);
  }
  for (const name of ['produced', 'requested'] as const)
    if (exported[name] === 0)
      produced.fail('proofs/entries', `No entry export.${name} about this export is there.`);
  for (const record of records.values()) {
    for (const seal of record.seals.keys()) {
      sealed.look();
      const count = sealsSaid.get(`${record.record}/${seal}`) ?? 0;
      if (count !== 1)
        sealed.fail(
          `data/store/a/${paper.agency}/rec/${record.record}/${seal}/manifest.json`,
          `${count} entries record.sealed are about this seal, and it must be one.`,
        );
    }
  }
  const proven = (record: string): Proven => {
    const known = records.get(record);
    return known === undefined ? {} : provenOf(known.sealed, happened.get(record) ?? nothingHappened());
  };
  for (const { file, ...head } of await checkReceipts({ files, paper, records, earlier, proven }, findings)) {
    const same = heads.get(`${head.size}`);
    if (same !== undefined && !same.root.equals(head.root))
      findings
        .step('receipts', 'receipts')
        .fail(file, `It leads to another root for size ${head.size} than the entries do.`);
    else heads.set(`${head.size}`, head);
  }
  await checkConsistency(input, heads, findings);
  return {
    notProven: await checkIndex({ files, digests: input.digests, paper, records, proven }, findings),
    lastSeals: [...records.keys()].map((record) => lastSeals.get(record) ?? null),
  };
}

/**
 * An entry about a record names it. One about something else, as an export, is of the history of a record only where it or its detail
 * names that record: or the events of one could be told of another.
 */
function isOfRecord({ subject, facts: { about } }: Entry, record: string, detail: Detail): boolean {
  if (subject?.startsWith('record:') === true) return subject === `record:${record}`;
  return (Array.isArray(about) && about.includes(`record:${record}`)) || detail?.['record'] === record;
}

function indexesOf(files: PackageFiles): number[] {
  return [...files.sizes.keys()]
    .flatMap((path) => /^proofs\/entries\/(\d+)\.entry$/.exec(path)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
}

async function openOne(
  { files, trust }: ProofsInput,
  index: number,
  step: ReturnType<Findings['step']>,
): Promise<{ readonly entry: Entry; readonly head: Head } | null> {
  const path = `proofs/entries/${index}.entry`;
  const bytes = await bytesOf(files, path, MAX_ENTRY);
  const proofPath = `proofs/entries/${index}.proof`;
  const proof = await bytesOf(files, proofPath, MAX_NOTE);
  step.look();
  if (bytes === null) step.fail(path, 'It is longer than an entry can be.');
  else if (proof === null)
    step.fail(proofPath, 'The entry’s proof is missing, or longer than a proof can be.');
  else {
    const opened = step.tried(path, () => openEntry(proof, bytes, trust));
    if (opened === undefined) return null;
    if (opened.index !== index) step.fail(path, `It stands at ${opened.index}, and its name says ${index}.`);
    return { entry: opened.entry, head: opened.checkpoint };
  }
  return null;
}

function saysOfRecord(
  path: string,
  { entry, detail }: { readonly entry: Entry; readonly detail: Detail },
  record: SealedRecord,
  {
    sealed,
    sealsSaid,
  }: { readonly sealed: ReturnType<Findings['step']>; readonly sealsSaid: Map<string, number> },
): void {
  const { seal, fact, manifestCommitment, factCommitment } = entry.facts;
  const opens = (item: string, sha256: string | undefined, expected: unknown): boolean =>
    record.salt !== null && sha256 !== undefined && commitment(record.salt, item, sha256) === expected;
  if (entry.type === 'record.sealed' && typeof seal === 'number') {
    sealsSaid.set(`${record.record}/${seal}`, (sealsSaid.get(`${record.record}/${seal}`) ?? 0) + 1);
    if (!record.seals.has(seal)) sealed.fail(path, `It is about seal ${seal}, which is not in this package.`);
    // Before there was a log the history named the digest alone, and what it said is behind the detail's commitment.
    else if (
      manifestCommitment === undefined
        ? detail?.['manifest'] !== record.seals.get(seal)
        : !opens(`manifest/${seal}`, record.seals.get(seal), manifestCommitment)
    )
      sealed.fail(path, `The manifest of seal ${seal} is not the one that this entry commits to.`);
  }
  if (typeof factCommitment === 'string' && typeof fact === 'number') {
    sealed.look();
    if (!opens(`fact/${fact}`, record.facts.get(fact), factCommitment))
      sealed.fail(path, `Fact ${fact} is not the one that this entry commits to.`);
  }
}

function saysOfExport(
  path: string,
  { entry, detail }: { readonly entry: Entry; readonly detail: Detail },
  { digests, paper }: ProofsInput,
  step: ReturnType<Findings['step']>,
): void {
  const isProduced = entry.type === 'export.produced';
  const [name, sha256, of] = isProduced
    ? (['packageCommitment', digests.get('manifest-sha256.txt'), 'the bytes of manifest-sha256.txt'] as const)
    : (['scopeCommitment', sha256Hex(scopeOf(paper.records)), 'the records of this package'] as const);
  const salt = typeof detail?.['salt'] === 'string' ? Buffer.from(detail['salt'], 'hex') : null;
  if (salt?.length !== 32)
    step.fail(
      path.replace(/entry$/, 'detail'),
      `It has no salt, without which nobody can tell that the entry commits to ${of}.`,
    );
  else if (sha256 === undefined || commitment(salt, `entry/${name}`, sha256) !== entry.facts[name])
    step.fail(
      isProduced ? 'manifest-sha256.txt' : 'data/package.json',
      `The entry ${entry.idx}, ${entry.type}, commits to something else than ${of}.`,
    );
  if (!isProduced && entry.actor !== 'other' && entry.actor !== paper.requestedBy)
    step.fail('data/package.json', `The entry ${entry.idx} says that somebody else asked for it.`);
  const objects = [...digests.keys()].filter((file) => file.startsWith('data/store/')).length;
  if (isProduced && entry.facts.objects !== undefined && entry.facts.objects !== objects)
    step.fail(
      path,
      `It says that ${String(entry.facts.objects)} objects were read and compared; the package has ${objects}.`,
    );
  if (entry.facts.records !== paper.records.length)
    step.fail(
      path,
      `It speaks of ${String(entry.facts.records)} records; the package has ${paper.records.length}.`,
    );
}

/** As `log.md` says what a scope is. */
export function scopeOf(records: readonly string[]): string {
  return [...records]
    .sort()
    .map((record) => `${record}\n`)
    .join('');
}

async function checkDetail(
  files: PackageFiles,
  index: number,
  {
    entry,
    salt,
    isDestroyed,
  }: { readonly entry: Entry; readonly salt: Buffer | null; readonly isDestroyed: boolean },
  step: ReturnType<Findings['step']>,
): Promise<Detail> {
  const path = `proofs/entries/${index}.detail`;
  const { detailCommitment } = entry.facts;
  const detail = await bytesOf(files, path, MAX_DETAIL);
  if (detail === null && (detailCommitment === undefined || isDestroyed)) return null;
  step.look();
  if (detail === null)
    step.fail(
      path,
      'It is missing, although the entry commits to it and data/package.json does not say that its salt was destroyed.',
    );
  else if (
    salt?.length !== 32 ||
    commitment(salt, 'entry/detailCommitment', sha256Hex(detail)) !== detailCommitment
  )
    step.fail(path, 'It is not what the entry commits to.');
  else {
    const said = parseCanonical(detail);
    if (typeof said === 'object' && said !== null && !Array.isArray(said)) return said as Detail;
    step.fail(path, 'It is not an object in canonical JSON.');
  }
  return null;
}

/** Each event that a `metadata.json` lists, by its id. */
async function listedEvents(
  { files, records }: ProofsInput,
  step: ReturnType<Findings['step']>,
): Promise<ReadonlyMap<string, Told>> {
  const listed = new Map<string, Told>();
  for (const record of records.keys()) {
    const file = `data/records/${record}/metadata.json`;
    const said = await metadataOf(files, file, record);
    if (said === null) step.fail(file, 'It does not list, in canonical JSON, the history of this record.');
    for (const { id, ...told } of said?.history ?? []) {
      if (listed.has(id)) step.fail(file, `Its event ${id} is listed twice.`);
      listed.set(id, { ...told, file, record });
    }
  }
  return listed;
}

async function checkConsistency(
  { files, trust, earlier }: ProofsInput,
  heads: ReadonlyMap<string, Head>,
  findings: Findings,
): Promise<void> {
  const step = findings.step('consistency', 'checkpoints');
  const path = 'proofs/checkpoint';
  const newest = await headAt(path, trust);
  if (newest === null) return;
  step.look();
  const older = new Map(heads);
  for (const name of files.sizes.keys()) {
    const [, size] = /^proofs\/checkpoints\/(\d+)$/.exec(name) ?? [];
    if (size === undefined) {
      const [, alone] = /^proofs\/consistency\/(\d+)$/.exec(name) ?? [];
      if (alone !== undefined && !files.sizes.has(`proofs/checkpoints/${alone}`))
        step.fail(name, 'It is about a checkpoint that is not here.');
      continue;
    }
    const head = await headAt(name, earlier);
    if (head === null) continue;
    if (String(head.size) !== size) step.fail(name, `It is the checkpoint of size ${head.size}.`);
    const same = heads.get(size);
    if (same !== undefined && !same.root.equals(head.root))
      step.fail(name, 'A proof has another root for this size.');
    older.set(size, head);
  }
  for (const [size, head] of older) {
    const proofPath = `proofs/consistency/${size}`;
    if (head.size === newest.size) {
      if (!head.root.equals(newest.root)) step.fail(path, `There is another root for its size, ${size}.`);
      continue;
    }
    step.look();
    const text = await textOf(files, proofPath, MAX_NOTE);
    const hashes = text === null ? null : linesOf(text);
    if (hashes === null)
      step.fail(
        proofPath,
        `It is missing or malformed: that ${path} continues the checkpoint of size ${size}.`,
      );
    else if (!provesConsistency(head, newest, hashes))
      step.fail(
        proofPath,
        `It does not lead from the checkpoint of size ${size} to ${path}, of size ${newest.size}.`,
      );
  }

  async function headAt(name: string, by: Trust): Promise<Head | null> {
    const note = await bytesOf(files, name, MAX_NOTE);
    if (note === null) step.fail(name, 'It is missing, or longer than a checkpoint can be.');
    return note === null ? null : (step.tried(name, () => openCheckpoint(note, by)) ?? null);
  }
}

function linesOf(text: string): Buffer[] | null {
  const lines = text.split('\n');
  if (lines.pop() !== '') return null;
  const hashes = lines.map(base64Bytes);
  return hashes.every((hash) => hash !== null) ? hashes : null;
}
