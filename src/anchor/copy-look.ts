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
  const compare = async (path: string, row: Buffer): Promise<void> => {
    if (looked.has(path)) return;
    looked.add(path);
    const found = await read(path);
    if (found === null) wrong.push({ path, code: 'missing' });
    else if (Buffer.compare(found, row) !== 0) wrong.push({ path, code: 'changed' });
  };
  for await (const page of everyAnchor(inAgency, null)) {
    const old = page.filter(({ verifiedAt }) => now().getTime() - verifiedAt.getTime() > YOUNG_MS);
    for (const { verdict, kind, authority, size, blob, note } of await inAgency(
      async (at) => await judged(at, old, anchors),
    )) {
      if (verdict !== 'holds' || note === null) continue;
      await compare(anchoredCheckpointPath(size), note);
      await compare(anchorPath(size, kind, authority), blob);
    }
  }
  return { files: looked.size, wrong };
}
