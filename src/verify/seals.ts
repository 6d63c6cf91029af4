/** Steps 3 and 4: each record as `seal.md` says to check one, out of the objects as they lie in the store. */
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { commitment, sha256Hex } from '#commitment.ts';
import { bytesOf, type Digests } from './bag.ts';
import type { PackageFiles } from './files.ts';
import { parseCanonical, type Paper } from './papers.ts';
import type { Findings } from './report.ts';
import type { ListedObject } from './contents.ts';
import { addFact, addSeal, nothingSealed, type Sealed } from './story.ts';

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Placed = {
  n: Type.Integer({ minimum: 1 }),
  key: Type.String(),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Digest,
  commitment: Digest,
};
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const manifestShape = Compile(
  Type.Object({
    format: Type.Literal('holdfast-manifest-v1'),
    agency: Type.String(),
    record: Type.String(),
    seal: Type.Integer({ minimum: 1 }),
    previous: Type.Union([
      Type.Null(),
      Type.Object({ seal: Type.Integer(), key: Type.String(), sha256: Digest }),
    ]),
    salt: Type.Object({ key: Type.String() }),
    facts: Type.Array(
      Type.Object({
        ...Placed,
        recordedAt: Type.String(),
        fields: Type.Array(Type.Object({ pointer: Type.String(), commitment: Digest })),
      }),
    ),
    files: Type.Array(
      Type.Object({
        ...Placed,
        role: Type.String(),
        mediaType: Type.String(),
        origin: Type.String(),
        originalName: textOrNull,
      }),
    ),
    subject: Type.String(),
    capture: Type.Unknown(),
    classification: Type.Unknown(),
    mode: Type.String(),
    index: Type.Optional(
      Type.Object({
        accountId: textOrNull,
        grounds: Type.Array(Type.String()),
        address: textOrNull,
        seriesReason: textOrNull,
      }),
    ),
  }),
);

/** A manifest has a few hundred bytes for each file, and a report at most 500 of those. */
const MAX_MANIFEST = 256 * 2 ** 20;
const MAX_FACT = 64 * 2 ** 20;
const JSON_TYPE = 'application/json';

/** What the later steps ask of a record: a few bytes for each seal and fact, however large it is. */
export interface SealedRecord {
  readonly record: string;
  readonly salt: Buffer | null;
  /** Digest of the manifest, by seal. */
  readonly seals: ReadonlyMap<number, string>;
  /** Digest of the fact, by number. */
  readonly facts: ReadonlyMap<number, string>;
  readonly archives: readonly string[];
  /** Each object with what the manifests say of it, in the order of their keys. */
  readonly objects: readonly ListedObject[];
  readonly sealed: Sealed;
}

export async function checkSeals(
  files: PackageFiles,
  digests: Digests,
  paper: Paper,
  findings: Findings,
): Promise<ReadonlyMap<string, SealedRecord>> {
  const below = new Map<string, string[]>();
  for (const path of files.sizes.keys()) {
    const [, record] = /^data\/store\/a\/[^/]+\/rec\/([^/]+)\//.exec(path) ?? [];
    if (record === undefined) continue;
    const list = below.get(record) ?? [];
    list.push(path);
    below.set(record, list);
  }
  const records = new Map<string, SealedRecord>();
  for (const record of paper.records)
    records.set(
      record,
      await checkRecord(files, digests, { paper, record, paths: below.get(record) ?? [] }, findings),
    );
  return records;
}

async function checkRecord(
  files: PackageFiles,
  digests: Digests,
  {
    paper,
    record,
    paths,
  }: { readonly paper: Paper; readonly record: string; readonly paths: readonly string[] },
  findings: Findings,
): Promise<SealedRecord> {
  const seals = findings.step('seals', 'objects');
  const commitments = findings.step('commitments', 'commitments');
  const key = `a/${paper.agency}/rec/${record}`;
  const saltPath = `data/store/${key}/salt`;
  const salt = await bytesOf(files, saltPath, 32);
  if (salt?.length !== 32) seals.fail(saltPath, 'The record’s salt, 32 bytes, is missing.');
  const named = new Set([saltPath]);
  const found = {
    seals: new Map<number, string>(),
    facts: new Map<number, string>(),
    archives: [] as string[],
    sealed: nothingSealed(),
  };
  const objects = new Map<string, ListedObject>();
  /** Files of one seal with equal bytes share a key: the first of them names it. */
  const list = (
    path: string,
    said: Pick<ListedObject, 'seal' | 'what' | 'mediaType'> & Partial<ListedObject>,
  ): void => {
    if (!objects.has(path))
      objects.set(path, {
        origin: null,
        originalName: null,
        ...said,
        record,
        path,
        bytes: files.sizes.get(path) ?? 0,
        sha256: digests.get(path) ?? '',
      });
  };
  list(saltPath, { seal: 1, what: 'salt', mediaType: 'application/octet-stream' });
  const isOpen = (path: string, item: string, sha256: string, expected: string): void => {
    commitments.look();
    if (salt?.length === 32 && commitment(salt, item, sha256) !== expected)
      commitments.fail(
        path,
        `The record’s salt does not open the commitment to ${item.split('/', 2).join(' ')}.`,
      );
  };
  let previous: { seal: number; key: string; sha256: string } | null = null;
  for (let no = 1; ; no += 1) {
    const manifestKey = `${key}/${no}/manifest.json`;
    const path = `data/store/${manifestKey}`;
    if (!files.sizes.has(path)) {
      if (no === 1) seals.fail(path, 'The record has no seal: its first manifest is missing.');
      break;
    }
    named.add(path);
    seals.look();
    const bytes = await bytesOf(files, path, MAX_MANIFEST);
    const manifest = bytes === null ? null : parseCanonical(bytes);
    if (bytes === null || !manifestShape.Check(manifest)) {
      seals.fail(path, 'It is not a manifest of holdfast-manifest-v1 in canonical JSON.');
      break;
    }
    const sha256 = sha256Hex(bytes);
    found.seals.set(no, sha256);
    list(path, { seal: no, what: 'manifest', mediaType: JSON_TYPE });
    addSeal(found.sealed, manifest, manifest.files.length);
    if (manifest.agency !== paper.agency || manifest.record !== record || manifest.seal !== no)
      seals.fail(path, 'It is the manifest of another record or seal.');
    if (manifest.salt.key !== `${key}/salt`) seals.fail(path, 'It names another salt.');
    if (JSON.stringify(manifest.previous) !== JSON.stringify(previous && sortedMembers(previous)))
      seals.fail(path, 'It does not name the manifest before it, so the chain of seals is broken here.');
    previous = { seal: no, key: manifestKey, sha256 };
    for (const { kind, entry } of [
      ...manifest.facts.map((fact) => ({ kind: 'fact' as const, entry: fact })),
      ...manifest.files.map((file) => ({ kind: 'file' as const, entry: file })),
    ]) {
      const object = `data/store/${entry.key}`;
      const name = kind === 'fact' ? `fact-${entry.n}.json` : entry.sha256;
      named.add(object);
      seals.look();
      if (entry.key !== `${key}/${no}/${name}`)
        seals.fail(path, `Its ${kind} ${entry.n} has a key that is not its own.`);
      if (!files.sizes.has(object)) seals.fail(object, `It is missing; the manifest of seal ${no} names it.`);
      else if (files.sizes.get(object) !== entry.bytes || digests.get(object) !== entry.sha256)
        seals.fail(
          object,
          `It is not what the manifest of seal ${no} names: ${entry.bytes} bytes, SHA-256 ${entry.sha256}.`,
        );
      if (kind === 'fact') list(object, { seal: no, what: 'fact', mediaType: JSON_TYPE });
      else {
        const { role, mediaType, origin, originalName } = entry;
        list(object, { seal: no, what: role, mediaType, origin, originalName });
      }
      isOpen(object, `${kind}/${entry.n}`, digests.get(object) ?? '', entry.commitment);
    }
    for (const fact of manifest.facts) {
      const object = `data/store/${fact.key}`;
      if (found.facts.has(fact.n)) seals.fail(path, `Fact ${fact.n} is in two seals.`);
      found.facts.set(fact.n, fact.sha256);
      const body = await bytesOf(files, object, MAX_FACT);
      const value = body === null ? null : parseCanonical(body);
      if (value === null) {
        seals.fail(object, 'It is not canonical JSON.');
        continue;
      }
      addFact(found.sealed, fact.n, fact.recordedAt, value);
      for (const { pointer, commitment: expected } of fact.fields) {
        const text = at(value, pointer);
        if (typeof text === 'string') isOpen(object, `fact/${fact.n}${pointer}`, sha256Hex(text), expected);
        else commitments.fail(object, `It has no text at ${pointer}, to which the manifest commits.`);
      }
    }
    for (const file of manifest.files)
      if (file.mediaType === 'application/wacz' || file.role === 'wacz')
        found.archives.push(`data/store/${file.key}`);
  }
  for (const path of paths) if (!named.has(path)) seals.fail(path, 'No manifest of its record names it.');
  return {
    record,
    salt: salt?.length === 32 ? salt : null,
    ...found,
    archives: [...new Set(found.archives)],
    objects: [...objects.values()].sort((one, other) => (one.path < other.path ? -1 : 1)),
  };
}

/** Canonical JSON has its members in order, so what it meant comes out again in that order. */
function sortedMembers({ seal, key, sha256 }: { seal: number; key: string; sha256: string }) {
  return { key, seal, sha256 };
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const name of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}
