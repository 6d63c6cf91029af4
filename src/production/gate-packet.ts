/** The gate over a production as it lies on disk: every file of the ZIP that would leave, as it would leave. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { sha256Hex } from '#commitment.ts';
import { productionDocuments } from './documents.ts';
import type { Withheld } from './folded.ts';
import type { GateOptions, WithheldFile } from './gate.ts';
import { passInThreads } from './gate-threads.ts';
import type { Asked, GateSaid } from './production-queries.ts';
import { withoutReleased, type SoftlyWithheld } from './picture-words.ts';
import type { PlacedMember } from './zip-file.ts';

export interface PacketAbout {
  readonly path: string;
  readonly sha256: string;
  readonly members: readonly PlacedMember[];
  readonly sought: readonly Withheld[];
  readonly soughtFiles: readonly WithheldFile[];
  readonly softly: readonly SoftlyWithheld[];
  /** In which all texts stand that are released. */
  readonly table: string;
  /** Pixels as they lie in a PDF, and the picture in the packet that they are those of. */
  readonly pixelsOf: ReadonlyMap<string, string>;
  readonly seen: Asked['seen'];
  readonly readPixels: NonNullable<GateOptions['readPixels']>;
  readonly signal?: AbortSignal | undefined;
}

/** More findings are more than anybody reads; how many more is said. */
const MOST_TOLD = 200;

const DOCUMENTS = new Set([...productionDocuments.values()].map((bytes) => sha256Hex(bytes)));

export async function lookThrough(about: PacketAbout): Promise<GateSaid> {
  const { path, sha256, members, sought, soughtFiles, pixelsOf, seen } = about;
  const soughtItems = sought.length + soughtFiles.length;
  // Nothing is withheld, so nothing can leak; each byte was compared with its seal when it was packed.
  if (soughtItems === 0)
    return {
      clean: true,
      outcome: 'nothing-to-look-for',
      sha256,
      hits: [],
      unread: [],
      unsearchable: [],
      vouchedFor: 0,
      looked: { files: 0, bytes: 0, texts: 0 },
      soughtItems,
      more: 0,
    };
  const softly = await withoutReleased(about.softly, linesOf(about.table));
  const pictures = new Set(seen.pictures);
  for (const [pixels, picture] of pixelsOf) if (pictures.has(picture)) pictures.add(pixels);
  const known = new Map<string, ReturnType<PacketAbout['readPixels']>>();
  const verdict = await passInThreads(
    path,
    // Pictures first, so that what a PDF shows of them was read before; where there are none, what takes longest.
    members.toSorted((one, other) =>
      pixelsOf.size > 0
        ? Number(one.path.endsWith('.pdf')) - Number(other.path.endsWith('.pdf'))
        : other.sizeBytes - one.sizeBytes,
    ),
    sought,
    {
      withheldFiles: soughtFiles,
      softly,
      documents: DOCUMENTS,
      seen: { pictures, items: new Set(seen.items), unread: new Set(seen.unread) },
      readPixels: async (bytes, mediaType) => {
        const digest = sha256Hex(bytes);
        const picture = pixelsOf.get(digest) ?? digest;
        const reading = known.get(picture) ?? about.readPixels(bytes, mediaType);
        known.set(picture, reading);
        return await reading;
      },
    },
    about.signal,
  );
  return {
    clean: verdict.outcome === 'clean',
    outcome: verdict.outcome,
    sha256,
    hits: verdict.hits.slice(0, MOST_TOLD),
    unread: verdict.unread.slice(0, MOST_TOLD),
    unsearchable: verdict.unsearchable.slice(0, MOST_TOLD),
    vouchedFor: verdict.vouchedFor.length,
    looked: verdict.looked,
    soughtItems,
    more: [verdict.hits, verdict.unread, verdict.unsearchable].reduce(
      (sum, { length }) => sum + Math.max(0, length - MOST_TOLD),
      0,
    ),
  };
}

async function* linesOf(path: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(path), crlfDelay: Infinity });
}
