/**
 * What names a key is led through the tiles of the store to the newest checkpoint, and that is opened with the very keys that are
 * named. Whoever may write to the database can write a leaf and its hash, and a root; not the tiles, and not the signature. Each leaf is
 * led there once in a process, and is remembered by its bytes: another one in its place is led anew, and refused.
 */
import type { AgencyTx } from '#db/db.ts';
import { sha256Hex } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import { keysIn, type KeyLeaf, type Prove } from './announced.ts';
import { openCheckpoint } from './checkpoint.ts';
import {
  frontierOf,
  inclusionPath,
  leafHash,
  provesInclusion,
  rootOf,
  subtrees,
  type ReadNodes,
} from './merkle.ts';
import { verifierKey } from './note.ts';
import { checkpointRow } from './queries.ts';

/** `nodes`: of the tree of an agency at this size, out of the files of its log. */
export function provenOnce(nodes: (agencyId: string, size: number) => ReadNodes): Prove {
  const proven = new Set<string>();
  return async ({ agencyId, tx }: AgencyTx, leaves: readonly KeyLeaf[]) => {
    const named = leaves.map((leaf) => ({
      ...leaf,
      name: `${agencyId} ${leaf.origin} ${leaf.idx} ${sha256Hex(leaf.entry)}`,
    }));
    const fresh = named.filter(({ name }) => !proven.has(name));
    const [first] = fresh;
    if (first === undefined) return;
    const newest = await checkpointRow(tx, agencyId);
    if (newest === null) throw unproven(first.idx);
    const { size, root, note } = newest;
    const read = nodes(agencyId, size);
    // A row could say the root that another leaf would lead to beside true tiles, signed with the key which that leaf names.
    const ofFiles = rootOf(frontierOf(size, await read(subtrees({ begin: 0, end: size }))));
    if (!ofFiles.equals(root)) throw unproven(first.idx);
    for (const { idx: index, entry } of fresh) {
      if (index >= size) throw unproven(index);
      const path = await inclusionPath(index, size, read);
      if (!provesInclusion({ index, size, root }, leafHash(entry), path)) throw unproven(index);
    }
    const keys = keysIn(leaves).map(({ vkey, firstSize, lastSize }) => ({
      key: verifierKey(vkey),
      firstSize,
      ...(lastSize === null ? {} : { lastSize }),
    }));
    const opened = openCheckpoint(note, { origin: first.origin, keys });
    if (opened.size !== size || !opened.root.equals(root)) throw unproven(first.idx);
    for (const { name } of fresh) proven.add(name);
  };
}

function unproven(index: number): ArchiveError {
  return new ArchiveError(
    'log-proof-wrong',
    'An entry that names a key of the log does not lead to what was signed: the database or the files of the log were changed. No key of this log is believed until that is settled; the command “holdfast audit” says what differs.',
    { retry: 'never', details: { index } },
  );
}
