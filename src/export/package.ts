/**
 * A package, told in the order in which it is written. Pure but for what it is handed: where the objects, the log and the clock come from,
 * `source` says; what becomes of the bytes, whoever takes the parts. `src/verify/PACKAGE.md` is the specification.
 */
import canonicalize from 'canonicalize';
import type { HistoryEntry } from '#record/record.ts';
import { sha256Hex } from '#commitment.ts';
import { ABOUT, BAGIT, contentsHtml, premisXml, type ListedObject, type Paper } from '#verify/verify.ts';
import { openBag, type Bag, type Part } from './bag.ts';

/** An object of the store, as the index knows it. */
export interface PlacedObject {
  readonly key: string;
  readonly versionId: string;
  readonly seal: number;
  readonly role: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly origin: string | null;
  readonly originalName: string | null;
}

export interface PackagedRecord {
  readonly record: string;
  /** By key. */
  readonly objects: readonly PlacedObject[];
  /** What the index says of it, for `metadata.json`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly history: readonly HistoryEntry[];
  readonly receipt: unknown;
}

export interface PackagedEntry {
  readonly index: number;
  readonly entry: Buffer;
  readonly proof: Buffer;
  readonly salt: Buffer | null;
  readonly detail: Buffer | null;
}

/** The checkpoint to which everything leads, and how it continues the others that are named. */
export interface PackagedCheckpoint {
  readonly note: Buffer;
  readonly older: readonly {
    readonly size: number;
    readonly note: Buffer;
    readonly path: readonly Buffer[];
  }[];
}

export interface PackageSource {
  readonly paper: Omit<Paper, 'format' | 'documents' | 'bagInfo'>;
  readonly organization: string;
  readonly description: string;
  readonly group: string | null;
  /** `VERIFY.md`, `verify.py` and the specifications, by path. */
  readonly documents: ReadonlyMap<string, Buffer>;
  /** `proofs/policy.txt`. */
  readonly policy: string;
  record(id: string): Promise<PackagedRecord>;
  /** Compared with its digest while it is read; rejects where it differs. */
  open(record: string, object: PlacedObject): Promise<AsyncIterable<Buffer>>;
  /** Enters that the package was made, with the SHA-256 of its payload manifest; resolves once a checkpoint holds that entry. */
  produced(payload: { readonly bytes: number; readonly manifestSha256: string }): Promise<void>;
  /** Every entry about the records and this export, in the order of their indexes. */
  entries(): AsyncIterable<PackagedEntry>;
  /** Asked after all entries went by. */
  checkpoint(): Promise<PackagedCheckpoint>;
  /** Stamps over checkpoints of the package, and their chains: names below `proofs/stamps`. */
  stamps(): AsyncIterable<{ readonly name: string; readonly bytes: Buffer }>;
}

export async function* packageParts(source: PackageSource): AsyncGenerator<Part> {
  const bag = openBag();
  const { paper } = source;
  yield bag.whole('bagit.txt', BAGIT);
  const documents = new Map([...source.documents, ['proofs/policy.txt', Buffer.from(source.policy)]]);
  for (const [path, bytes] of documents) yield bag.whole(path, bytes);

  const bagInfo: Record<string, string> = {
    'Source-Organization': source.organization,
    'External-Identifier': paper.export,
    'External-Description': source.description,
    'Bagging-Date': paper.requestedAt.slice(0, 10),
    'Bag-Software-Agent': `${paper.program.name} ${paper.program.version}`,
    ...(source.group === null ? {} : { 'Bag-Group-Identifier': source.group }),
  };
  const whole: Paper = {
    ...paper,
    format: 'holdfast-package-v1',
    bagInfo,
    documents: Object.fromEntries([...documents].map(([path, bytes]) => [path, sha256Hex(bytes)])),
  };
  yield bag.whole('data/package.json', canonical(whole));
  const listed: ListedObject[] = [];
  for (const id of paper.records) yield* recordParts(source, bag, id, listed);
  yield bag.whole('data/contents.json', canonical(listed));
  yield bag.whole('data/contents.html', contentsHtml(source.description, listed));

  // The payload is whole. From here on it cannot be changed without the log saying otherwise.
  await source.produced({
    bytes: bag.payload().bytes,
    manifestSha256: sha256Hex(bag.manifest('manifest-sha256.txt')),
  });

  for await (const { index, entry, proof, salt, detail } of source.entries()) {
    yield bag.whole(`proofs/entries/${index}.entry`, entry);
    yield bag.whole(`proofs/entries/${index}.proof`, proof);
    if (salt !== null) yield bag.whole(`proofs/entries/${index}.salt`, salt);
    if (detail !== null) yield bag.whole(`proofs/entries/${index}.detail`, detail);
  }
  const { note, older } = await source.checkpoint();
  yield bag.whole('proofs/checkpoint', note);
  for (const { size, note: before, path } of older) {
    yield bag.whole(`proofs/checkpoints/${size}`, before);
    // None for the same checkpoint as it was published, without the lines of witnesses.
    if (path.length === 0) continue;
    yield bag.whole(
      `proofs/consistency/${size}`,
      path.map((hash) => `${hash.toString('base64')}\n`).join(''),
    );
  }
  for await (const { name, bytes } of source.stamps()) yield bag.whole(`proofs/stamps/${name}`, bytes);
  yield* bag.last(bagInfo);
}

async function* recordParts(
  source: PackageSource,
  bag: Bag,
  id: string,
  listed: ListedObject[],
): AsyncGenerator<Part> {
  const { objects, metadata, history, receipt } = await source.record(id);
  const inOrder = objects.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  for (const object of inOrder)
    yield bag.stream(`data/store/${object.key}`, object.sizeBytes, await source.open(id, object));
  const held = inOrder.map(
    ({ key, seal, role, origin, originalName, mediaType, sizeBytes, sha256 }): ListedObject => ({
      record: id,
      path: `data/store/${key}`,
      seal,
      what: role,
      origin,
      originalName,
      mediaType,
      bytes: sizeBytes,
      sha256,
    }),
  );
  for (const object of held) listed.push(object);
  const told = history.map(({ id: event, type, at, actor }) => ({ id: event, type, at, actor }));
  const below = `data/records/${id}`;
  yield bag.whole(
    `${below}/metadata.json`,
    canonical({ ...metadata, about: ABOUT, record: id, history: told }),
  );
  yield bag.whole(`${below}/premis.xml`, premisXml(id, told, held));
  yield bag.whole(`${below}/receipt.json`, canonical(receipt));
}

/** Of what we made ourselves. */
export function canonical(value: unknown): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('This value has no canonical JSON.');
  return Buffer.from(text);
}
