/** A package of an archive that does not exist: records, a log and objects in memory, written by the real writer. */
import { createCipheriv } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documents } from '#export/documents.ts';
import {
  canonical,
  packageParts,
  type PackagedEntry,
  type PackageSource,
  type PlacedObject,
} from '#export/package.ts';
import { commitment, sha256Hex } from '#commitment.ts';
import { entryBytes, type Entry } from '#log/entry.ts';
import { inclusionPath, consistencyPath } from '#log/merkle.ts';
import { proofText } from '#log/proof.ts';
import { nodesFromTiles } from '#log/tiles.ts';
import { composeManifest } from '#seal/seal.ts';
import { scopeOf } from '#verify/verify.ts';
import type { Part } from '#export/bag.ts';
import { memoryLog, OLD, ORIGIN, seed, type MemoryLog } from './log-scene.ts';
import { factOf, indexOf, metadataOf, RECEIPT_KEY, receiptOf, signed } from './package-said.ts';

/** Random to whoever looks, and the same each time. */
export function stable(word: string, length: number): Buffer {
  return createCipheriv('aes-256-ctr', seed(word), Buffer.alloc(16)).update(Buffer.alloc(length));
}

export function uuid(word: string): string {
  const hex = seed(word).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Held {
  readonly objects: readonly PlacedObject[];
  readonly bytes: ReadonlyMap<string, Buffer>;
  readonly salt: Buffer;
  readonly manifests: readonly Buffer[];
  readonly fact: Buffer;
}

const AGENCY = 'rivertown';
const AT = '2026-11-29T12:00:00.000Z';
const ACTOR = `person:${uuid('alex')}`;

export interface SceneOptions {
  readonly name?: string;
  readonly records?: number;
  /** Of each file. */
  readonly fileBytes?: number;
  readonly filesInSeal?: number;
  /** The log's key. */
  readonly key?: typeof OLD;
  readonly policy?: string;
  /** What becomes of each checkpoint before it goes out. */
  readonly published?: (note: Buffer) => Buffer;
  /** What the archive's index says, where it is another thing than what is sealed. */
  readonly metadata?: (said: Record<string, unknown>) => Record<string, unknown>;
  /** The same of its receipts, before they are signed. */
  readonly receipt?: (said: Record<string, unknown>) => Record<string, unknown>;
  readonly receiptKey?: typeof RECEIPT_KEY;
  /** Something was accepted of the first record that is in no seal yet. */
  readonly waiting?: boolean;
  /** Of its seals. */
  readonly mode?: 'trial' | 'production';
  /** Which entries are told as the history of a record, where it is not those about it. */
  readonly history?: (record: string, entries: readonly Entry[]) => readonly Entry[];
  /** Sizes of more checkpoints that the package has, each with a stamp over it. */
  readonly stampedAt?: readonly number[];
  readonly stamp?: (checkpoint: Buffer) => Promise<{ readonly tsr: Buffer; readonly root: string }>;
}

function sealed(record: string, { fileBytes = 2000, filesInSeal = 2, mode = 'trial' }: SceneOptions): Held {
  const key = `a/${AGENCY}/rec/${record}`;
  const salt = seed(`salt of ${record}`);
  const bytes = new Map<string, Buffer>([[`${key}/salt`, salt]]);
  const objects: PlacedObject[] = [];
  const put = (at: string, body: Buffer, seal: number, role: string, mediaType: string): PlacedObject => {
    // Files of one seal with equal bytes share a key.
    const there = objects.find(({ key: other }) => other === at);
    if (there !== undefined) return there;
    bytes.set(at, body);
    const object: PlacedObject = {
      key: at,
      versionId: 'v1',
      seal,
      role,
      sha256: sha256Hex(body),
      sizeBytes: body.length,
      mediaType,
      origin: role === 'other' ? 'handed-in' : null,
      originalName: role === 'other' ? 'shot <1>.png' : null,
    };
    objects.push(object);
    return object;
  };
  put(`${key}/salt`, salt, 1, 'salt', 'application/octet-stream');
  const body = factOf(record);
  const fact = canonical(body);
  const manifests: Buffer[] = [];
  let previous: { seal: number; key: string; sha256: string } | null = null;
  for (const seal of [1, 2]) {
    const lockedUntil = '2026-12-29T12:00:00.000Z';
    const place = (object: PlacedObject) => ({
      key: object.key,
      versionId: object.versionId,
      lockedUntil,
      bytes: object.sizeBytes,
      sha256: object.sha256,
    });
    const files = Array.from({ length: filesInSeal }, (_, i) => {
      const content = stable(`${record} ${seal} ${i}`, fileBytes);
      const object = put(`${key}/${seal}/${sha256Hex(content)}`, content, seal, 'other', 'image/png');
      const n = (seal - 1) * filesInSeal + i + 1;
      return {
        n,
        artifactId: uuid(`${record} file ${n}`),
        origin: 'handed-in',
        role: 'other',
        mediaType: 'image/png',
        claimedType: null,
        originalName: 'shot <1>.png',
        receivedAt: AT,
        fact: 1,
        ...place(object),
      };
    });
    const facts =
      seal === 1
        ? [
            {
              n: 1,
              source: 'test',
              id: 'one',
              type: 'removal',
              recordedAt: AT,
              submittedBy: ACTOR,
              delivery: sha256Hex('delivery'),
              idempotencyKey: null,
              confirms: false,
              body,
              ...place(put(`${key}/1/fact-1.json`, fact, 1, 'fact', 'application/json')),
            },
          ]
        : [];
    const manifest: Buffer = composeManifest({
      agency: AGENCY,
      record,
      subject: `unknown:${record}`,
      seal,
      openedAt: AT,
      previous,
      salt: { key: `${key}/salt`, versionId: 'v1', lockedUntil, bytes: salt },
      facts,
      files,
      capture: null,
      classification: null,
      index: indexOf,
      store: { kind: 'folder', immutability: 'advisory' },
      retainUntil: lockedUntil,
      program: { name: 'holdfast', version: '0' },
      mode,
    });
    put(`${key}/${seal}/manifest.json`, manifest, seal, 'manifest', 'application/json');
    previous = { seal, key: `${key}/${seal}/manifest.json`, sha256: sha256Hex(manifest) };
    manifests.push(manifest);
  }
  return { objects, bytes, salt, manifests, fact };
}

interface Logged {
  readonly index: number;
  readonly bytes: Buffer;
  readonly salt: Buffer;
  readonly detail: Buffer;
  readonly entry: Entry;
}

export interface PackageScene {
  readonly exportId: string;
  readonly records: readonly string[];
  readonly vkey: string;
  readonly log: MemoryLog;
  source(): PackageSource;
  parts(): AsyncGenerator<Part>;
}

export async function packageScene(options: SceneOptions = {}): Promise<PackageScene> {
  const { name = 'one', key: { skey, vkey } = OLD, published = (note: Buffer) => note } = options;
  const records = Array.from({ length: options.records ?? 2 }, (_, i) => uuid(`record ${name} ${i}`)).sort();
  const exportId = uuid(`export ${name}`);
  const held = new Map(records.map((record) => [record, sealed(record, options)]));
  const log = memoryLog();
  const logged: Logged[] = [];
  const stamped: { readonly size: number; readonly note: Buffer }[] = [];
  let size = 0;
  const append = async (
    type: Entry['type'],
    subject: string | null,
    facts: (salt: Buffer) => Entry['facts'],
    actor = 'worker:seal',
  ): Promise<void> => {
    const salt = seed(`salt of entry ${name} ${size}`);
    const own = seed(`own salt ${name} ${size}`);
    const detail = canonical({ of: size, type, salt: own.toString('hex') });
    const entry: Entry = {
      v: 1,
      log: ORIGIN,
      idx: String(size),
      id: uuid(`event ${name} ${size}`),
      type,
      at: AT,
      actor,
      subject,
      facts: {
        ...facts(own),
        detailCommitment: commitment(salt, 'entry/detailCommitment', sha256Hex(detail)),
      },
    };
    const bytes = entryBytes(entry);
    logged.push({ index: size, bytes, salt, detail, entry });
    await log.append([bytes]);
    size += 1;
    if (options.stampedAt?.includes(size) === true)
      stamped.push({ size, note: published(log.checkpoint([skey])) });
  };
  await append('receipt-key.added', null, () => ({ vkey: RECEIPT_KEY.vkey }), 'worker:receipt');
  for (const [record, { salt, manifests, fact }] of held) {
    await append(
      'intake.accepted',
      `record:${record}`,
      () => ({
        fact: 1,
        files: 2 * (options.filesInSeal ?? 2),
        factCommitment: commitment(salt, 'fact/1', sha256Hex(fact)),
      }),
      ACTOR,
    );
    for (const [i, manifest] of manifests.entries())
      await append('record.sealed', `record:${record}`, () => ({
        seal: i + 1,
        objects: 4,
        manifestCommitment: commitment(salt, `manifest/${i + 1}`, sha256Hex(manifest)),
        until: '2026-12-29T12:00:00.000Z',
        store: 'folder',
        immutability: 'advisory',
      }));
  }
  const early = { size, note: published(log.checkpoint([skey])) };
  const provenEarly = async (index: number) => ({
    index,
    entry: (logged[index] as Logged).bytes.toString(),
    proof: proofText({
      index,
      path: await inclusionPath(index, early.size, nodesFromTiles(early.size, log.read)),
      checkpoint: early.note,
    }).toString(),
  });
  const receipts = new Map<string, unknown>();
  for (const [record, one] of held) {
    const entries = logged.filter(
      ({ entry }) => entry.type === 'record.sealed' && entry.subject === `record:${record}`,
    );
    const receipt = receiptOf({
      agency: AGENCY,
      record,
      at: AT,
      vkey,
      ...one,
      receiptKey: await provenEarly(0),
      seals: await Promise.all(entries.map(async ({ index }) => await provenEarly(index))),
    });
    receipts.set(record, signed(options.receipt?.(receipt) ?? receipt, options.receiptKey));
  }
  const late = options.waiting === true;
  if (late) await append('intake.accepted', `record:${records[0]}`, () => ({ fact: 2, files: 1 }), ACTOR);
  else await append('view.opened', `record:${records[0]}`, () => ({ what: 'artifact', artifact: 1 }), ACTOR);
  await append(
    'export.requested',
    `export:${exportId}`,
    (salt) => ({
      records: records.length,
      scopeCommitment: commitment(salt, 'entry/scopeCommitment', sha256Hex(scopeOf(records))),
    }),
    ACTOR,
  );
  const toldOf = (record: string): readonly Entry[] =>
    options.history?.(
      record,
      logged.map(({ entry }) => entry),
    ) ?? logged.map(({ entry }) => entry).filter(({ subject }) => subject === `record:${record}`);
  const ours = (entry: Entry): boolean =>
    entry.subject === `export:${exportId}` ||
    records.some((record) => entry.subject === `record:${record}` || toldOf(record).includes(entry));

  const saidOf = (record: string): Record<string, unknown> => {
    const said = metadataOf({ agency: AGENCY, record, at: AT });
    return options.metadata?.(said) ?? said;
  };
  const source = (): PackageSource => ({
    paper: {
      export: exportId,
      agency: AGENCY,
      origin: ORIGIN,
      requestedAt: AT,
      requestedBy: ACTOR,
      records,
      keys: [{ vkey, firstSize: 0, lastSize: null }],
      mode: 'trial',
      program: { name: 'holdfast', version: '0' },
    },
    organization: 'City of Rivertown',
    description: 'Two records of a city that does not exist',
    group: 'Request 7',
    documents,
    policy: options.policy ?? `log ${vkey}\nquorum none\n`,
    record: async (record) => ({
      record,
      objects: held.get(record)?.objects ?? [],
      metadata: saidOf(record),
      history: toldOf(record).map(({ id, type, at, actor }) => ({ id, type, at, actor, body: {} })),
      receipt: receipts.get(record),
    }),
    open: async (record, { key }) => {
      const bytes = held.get(record)?.bytes.get(key) ?? Buffer.alloc(0);
      return (async function* () {
        yield bytes;
      })();
    },
    produced: async ({ bytes, manifestSha256 }) => {
      await append(
        'export.produced',
        `export:${exportId}`,
        (salt) => ({
          records: records.length,
          bytes,
          packageCommitment: commitment(salt, 'entry/packageCommitment', manifestSha256),
        }),
        ACTOR,
      );
    },
    entries: async function* (): AsyncGenerator<PackagedEntry> {
      const read = nodesFromTiles(size, log.read);
      const note = published(log.checkpoint([skey]));
      for (const { index, bytes, salt, detail, entry } of logged)
        if (ours(entry))
          yield {
            index,
            entry: bytes,
            proof: proofText({ index, path: await inclusionPath(index, size, read), checkpoint: note }),
            salt,
            detail,
          };
    },
    checkpoint: async () => ({
      note: published(log.checkpoint([skey])),
      older: await Promise.all(
        [early, ...stamped.filter((one) => one.size !== early.size)].map(async (one) => ({
          ...one,
          path: await consistencyPath(one.size, size, nodesFromTiles(size, log.read)),
        })),
      ),
    }),
    stamps: async function* () {
      for (const { size: over, note } of stamped) {
        if (options.stamp === undefined) continue;
        const { tsr, root } = await options.stamp(note);
        yield { name: `${over}-1.tsr`, bytes: tsr };
        yield { name: `${over}-1.pem`, bytes: Buffer.from(root) };
      }
    },
  });
  return {
    exportId,
    records,
    vkey,
    log,
    source,
    parts: () => packageParts(source()),
  };
}

export async function workFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'holdfast-package-'));
}
