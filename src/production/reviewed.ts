/**
 * One record of a production as it was decided, made of what lies in the store: its paper, the files that leave, the words and files that do
 * not. Whatever has other bytes than were sealed stops here.
 */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ArchiveError } from '#errors.ts';
import type { ReceiptSigner } from '#record/record.ts';
import type { ObjectStore } from '#store/store.ts';
import { wholeBytes } from '#whole-bytes.ts';
import { decisionsOf, stray, type LogLine, type Manifest, type ManifestFile } from './decisions.ts';
import type { Withheld } from './folded.ts';
import type { PixelReading, WithheldFile } from './gate.ts';
import { fieldText, paperOf } from './paper-shape.ts';
import { soughtOf, withoutNear, type SoftlyWithheld } from './picture-words.ts';
import type { Box, BurnedPicture } from './pictures.ts';
import type { FrozenRecord, StoredObject } from './frozen-queries.ts';
import { produceRecord } from './redacted-record.ts';

/** As large a file of each record of a volume may lie in memory until the volume is written. */
const SMALL = 16 * 2 ** 10;

export interface ReviewedContext {
  readonly store: Pick<ObjectStore, 'read'>;
  readonly signer: ReceiptSigner;
  readonly production: string;
  readonly issuedAt: string;
  readonly wacz: boolean;
  readonly burn: (bytes: Uint8Array, boxes: readonly Box[]) => Promise<BurnedPicture>;
  /** What stands under boxes; null: it could not be read. */
  readonly wordsUnder: (bytes: Uint8Array, boxes: readonly Box[]) => Promise<readonly string[] | null>;
  /** What stands in a picture, line by line; null: it could not be read. */
  readonly readPixels: (bytes: Uint8Array, mediaType: string) => Promise<PixelReading | null>;
  /** Keeps what was burned out of memory until it leaves. */
  readonly keep: (name: string, bytes: Buffer) => Promise<() => AsyncIterable<Buffer>>;
}

/** A file that goes into the bag. */
export interface LeavingFile {
  readonly n: number;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** What was burned, where it is not what was sealed. */
  readonly burned: boolean;
  open(): Promise<AsyncIterable<Buffer>>;
}

export interface ReviewedRecord {
  readonly n: number;
  readonly recordId: string;
  readonly answer: FrozenRecord['answer'];
  readonly receivedAt: Date;
  /** Null where all of it is withheld. */
  readonly paper: Buffer | null;
  readonly files: readonly LeavingFile[];
  /** Released, and not in the bag. */
  readonly leftOut: readonly { readonly file: number; readonly why: 'wacz-not-asked' | 'wacz-in-part' }[];
  readonly log: readonly LogLine[];
  readonly withheldWords: readonly Withheld[];
  readonly withheldFiles: readonly (WithheldFile & { readonly role: string })[];
  /** Words that stand in its pictures that are withheld as a whole, and in none of its texts that are released. */
  readonly withheldPictures: readonly SoftlyWithheld[];
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'application/cloudevents+json': 'json',
  'text/plain': 'txt',
  'text/html': 'html',
  'text/csv': 'csv',
  'video/mp4': 'mp4',
  'application/wacz+zip': 'wacz',
  'application/zip': 'zip',
};

export async function readReviewed(
  context: ReviewedContext,
  record: FrozenRecord,
  objects: readonly StoredObject[],
): Promise<ReviewedRecord> {
  const { store, signer, production, issuedAt, burn } = context;
  const byKey = new Map(objects.map((one) => [one.key, one]));
  const open = async (key: string): Promise<AsyncIterable<Buffer>> => {
    const one = byKey.get(key);
    if (one === undefined)
      throw new ArchiveError(
        'store-object-missing',
        `A sealed file of the record ${record.recordId} has no row.`,
        {
          retry: 'never',
        },
      );
    const { versionId, sha256, sizeBytes } = one;
    return wholeBytes(await store.read(key, versionId), { what: key, sha256, sizeBytes });
  };
  const read = async (key: string): Promise<Buffer> => await buffer(await open(key));
  const salt = objects.find(({ role }) => role === 'salt');
  const manifests = await Promise.all(
    objects
      .filter(({ role }) => role === 'manifest')
      .sort((one, other) => one.seal - other.seal)
      .map(async ({ key }) => await read(key)),
  );
  const parsed = manifests.map((bytes) => JSON.parse(bytes.toString('utf8')) as Manifest);
  if (salt === undefined || parsed.length === 0)
    throw new ArchiveError(
      'record-not-sealed',
      `Nothing of the record ${record.recordId} is sealed, so nothing of it can be produced. Wait until it is.`,
      { retry: 'never' },
    );
  const facts = new Map(
    await Promise.all(
      parsed.flatMap((one) => one.facts).map(async ({ n, key }) => [n, await read(key)] as const),
    ),
  );
  const listed = parsed.flatMap((one) => one.files);
  const decided = await decisionsOf(record, parsed, {
    burn: async (file, boxes) => {
      const one = listed.find(({ n }) => n === file);
      if (one === undefined) throw stray(record.recordId);
      const original = await read(one.key);
      const made = await burn(original, boxes);
      const under = await context.wordsUnder(original, boxes);
      return {
        made,
        under,
        open: await context.keep(`${record.n}-${file}.png`, made.png),
      };
    },
  });
  const { paper, withheld } = produceRecord(
    {
      production,
      issuedAt,
      salt: await read(salt.key),
      manifests,
      facts,
      fields: decided.fields,
      files: decided.files,
    },
    signer,
  );
  const leaves = record.answer !== 'withhold';
  // A person vouches for an item by its name, also in a later production, in which the same number may be another record's.
  const of = `(${record.recordId}, decision ${record.reviewN})`;
  const hidden = record.neverRead
    ? { softly: [], unread: [] }
    : await withheldPictures(record, listed, decided, {
        of,
        read,
        readPixels: context.readPixels,
        released: leaves ? releasedIn(paper) : [],
      });
  const leftOut: { file: number; why: 'wacz-not-asked' | 'wacz-in-part' }[] = [];
  const small = new Map<number, Buffer>();
  const files = listed.flatMap((file): LeavingFile[] => {
    const decision = decided.files.find((one) => one.file === file.n);
    if (!leaves || decision === undefined || decision.decision === 'withhold') return [];
    const named = (mediaType: string): string => `file-${file.n}.${EXTENSIONS[mediaType] ?? 'bin'}`;
    if (decision.decision === 'part') {
      const { mediaType, bytes } = decision.derived;
      const kept = decided.burned.get(file.n);
      if (kept === undefined) throw stray(record.recordId);
      return [
        {
          n: file.n,
          name: named(mediaType),
          mediaType,
          sizeBytes: bytes,
          sha256: decision.derived.sha256,
          burned: true,
          open: async () => await Promise.resolve(kept.open()),
        },
      ];
    }
    if (file.role === 'wacz' && (record.answer === 'part' || !context.wacz)) {
      leftOut.push({ file: file.n, why: record.answer === 'part' ? 'wacz-in-part' : 'wacz-not-asked' });
      return [];
    }
    return [
      {
        n: file.n,
        name: file.role === 'wacz' ? `file-${file.n}.wacz` : named(file.mediaType),
        mediaType: file.mediaType,
        sizeBytes: file.bytes,
        sha256: file.sha256,
        burned: false,
        open: async () => {
          const bytes = small.get(file.n);
          return bytes === undefined ? await open(file.key) : Readable.from([bytes]);
        },
      },
    ];
  });
  // With the others of its batch at the same time, where it would be asked for alone later on.
  await Promise.all(
    files
      .filter(({ burned, sizeBytes }) => !burned && sizeBytes <= SMALL)
      .map(async ({ n }) => {
        const one = listed.find((file) => file.n === n);
        if (one !== undefined) small.set(n, await read(one.key));
      }),
  );
  return {
    n: record.n,
    recordId: record.recordId,
    answer: record.answer,
    receivedAt: record.receivedAt,
    paper: leaves ? paper : null,
    files,
    leftOut,
    log: decided.log,
    withheldWords: [
      ...[...new Set(withheld)].map((text, i) => ({
        item: `record ${record.n}, passage ${i + 1} ${of}`,
        text,
      })),
      ...hidden.unread,
      ...[...decided.burned].flatMap(([file, { under }]) =>
        // A text that nobody could read can be looked for by nobody: a person says that they looked.
        (under ?? ['']).map((text, i) => ({
          item: `record ${record.n}, under the boxes of file ${file}, line ${i + 1} ${of}`,
          text,
        })),
      ),
    ],
    withheldFiles: listed
      .filter(({ n }) => decided.files.some((one) => one.file === n && one.decision !== 'release'))
      .map(({ n, sha256, role }) => ({ item: `record ${record.n}, file ${n}`, sha256, role })),
    withheldPictures: hidden.softly,
  };
}

/** What was drawn here of the texts says nothing that they do not. */
const DRAWN_HERE: readonly string[] = ['rendering'];
/** Of a page, on which other things stand too. */
const OF_PAGE = /^(?:screenshot-|second-look-)/;

async function withheldPictures(
  { n: record }: FrozenRecord,
  listed: readonly ManifestFile[],
  decided: Awaited<ReturnType<typeof decisionsOf>>,
  {
    of,
    read,
    readPixels,
    released,
  }: {
    readonly of: string;
    readonly read: (key: string) => Promise<Buffer>;
    readonly readPixels: ReviewedContext['readPixels'];
    readonly released: readonly string[];
  },
): Promise<{ readonly softly: readonly SoftlyWithheld[]; readonly unread: readonly Withheld[] }> {
  const softly: SoftlyWithheld[] = [];
  const unread: Withheld[] = [];
  for (const { n, key, mediaType, role } of listed) {
    const isWithheld = decided.files.some((one) => one.file === n && one.decision === 'withhold');
    if (!isWithheld || !mediaType.startsWith('image/') || DRAWN_HERE.includes(role)) continue;
    const reading = await readPixels(await read(key), mediaType);
    // Nobody looks for what nobody could read: a person says that they looked.
    if (reading === null) unread.push({ item: `record ${record}, in file ${n} ${of}`, text: '' });
    else
      softly.push(
        ...soughtOf(reading.lines).map((text) => ({
          item: `record ${record}, file ${n}`,
          text,
          ofPage: OF_PAGE.test(role),
        })),
      );
  }
  return { softly: withoutNear(softly, released), unread };
}

function releasedIn(bytes: Buffer): readonly string[] {
  const paper = paperOf(bytes);
  return paper.facts.flatMap(({ fields }) => fields.map((field) => fieldText(field, paper, () => ' ')));
}
