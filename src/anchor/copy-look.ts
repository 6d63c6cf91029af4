/**
 * Whether the copies of anchors are there, by whoever looks at the files of the log and can write none of them (src/fixity): of each row
 * that holds, its copy and that of the checkpoint which it is over.
 */
import type { AgencyTx, Db } from '#db/db.ts';
import { anchoredCheckpointPath, anchorPath } from '#log/log.ts';
import { judged, type Outside } from './holding.ts';
import { everyAnchor } from './queries.ts';

export interface CopiesLooked {
  readonly files: number;
  readonly wrong: readonly { readonly path: string; readonly code: 'missing' | 'changed' }[];
}

interface Same {
  readonly path: string;
  readonly beside: string;
  readonly note: Buffer;
  readonly blobs: Buffer[];
  isOld: boolean;
}

/** The log worker copies within seconds; one that stands still is told by others. */
const YOUNG_MS = 10 * 60_000;

export async function lookAtCopies(
  { db, anchors, now }: { readonly db: Db; readonly anchors: Outside; readonly now: () => Date },
  agencyId: string,
  read: (path: string) => Promise<Uint8Array | null>,
): Promise<CopiesLooked> {
  const inAgency = async <T>(work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await db.inAgency(agencyId, work);
  const wrong: CopiesLooked['wrong'][number][] = [];
  const looked = new Set<string>();
  const compare = async (path: string, rows: readonly Buffer[]): Promise<void> => {
    if (looked.has(path)) return;
    looked.add(path);
    const found = await read(path);
    if (found === null) wrong.push({ path, code: 'missing' });
    else if (!rows.some((row) => row.equals(found))) wrong.push({ path, code: 'changed' });
  };
  /** Of one authority over one size, which follow each other: the copy is of any that holds. Young ones alone may have none yet. */
  let same = null as Same | null;
  const compareSame = async (): Promise<void> => {
    if (same?.isOld !== true) return;
    await compare(same.beside, [same.note]);
    await compare(same.path, same.blobs);
  };
  for await (const page of everyAnchor(inAgency, null)) {
    const ages = page.map(({ verifiedAt }) => now().getTime() - verifiedAt.getTime());
    const rows = await inAgency(async (at) => await judged(at, page, anchors));
    for (const [n, { verdict, kind, authority, size, blob, note }] of rows.entries()) {
      if (verdict !== 'holds' || note === null) continue;
      const path = anchorPath(size, kind, authority);
      if (same?.path !== path) {
        await compareSame();
        same = { path, beside: anchoredCheckpointPath(size), note, blobs: [], isOld: false };
      }
      same.blobs.push(blob);
      same.isOld ||= (ages[n] ?? 0) > YOUNG_MS;
    }
  }
  await compareSame();
  return { files: looked.size, wrong };
}
