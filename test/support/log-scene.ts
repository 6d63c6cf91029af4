/** A small log in memory: its files by path, grown as a sequencer grows them. */
import { createHash } from 'node:crypto';
import { signCheckpoint } from '#log/checkpoint.ts';
import {
  EMPTY_FRONTIER,
  grow,
  leafHash,
  nodeHash,
  rootOf,
  type Frontier,
  type ReadNodes,
} from '#log/merkle.ts';
import { keyPair, signer } from '#log/note.ts';
import { grownBundles, grownTiles, type ReadTile } from '#log/tiles.ts';

export const ORIGIN = 'archive.example/log/rivertown';

/** Not secret, and the same on every machine. */
export function seed(word: string): Buffer {
  return createHash('sha256').update(word).digest();
}

export const OLD = keyPair(ORIGIN, seed('old'));
export const NEW = keyPair(ORIGIN, seed('new'));
export const WITNESS = keyPair('witness.example/w1', seed('witness'), 'cosignature');

export interface MemoryLog {
  readonly files: Map<string, Buffer>;
  readonly read: ReadTile;
  frontier: Frontier;
  append(entries: readonly Uint8Array[]): Promise<void>;
  checkpoint(skeys?: readonly string[]): Buffer;
}

export function memoryLog(): MemoryLog {
  const files = new Map<string, Buffer>();
  const log: MemoryLog = {
    files,
    frontier: EMPTY_FRONTIER,
    read: async (path) => files.get(path) ?? null,
    append: async (entries) => {
      const { size } = log.frontier;
      const leaves = entries.map(leafHash);
      for (const { path, bytes } of [
        ...(await grownBundles(size, entries, log.read)),
        ...(await grownTiles(size, leaves, log.read)),
      ])
        files.set(path, bytes);
      log.frontier = grow(log.frontier, leaves);
    },
    checkpoint: (skeys = [OLD.skey]) =>
      signCheckpoint(
        { origin: ORIGIN, size: log.frontier.size, root: rootOf(log.frontier) },
        skeys.map(signer),
      ),
  };
  return log;
}

/** The root as RFC 6962 section 2.1 words it, and nothing else. */
export function plainRoot(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return Buffer.from(leaves[0] as Uint8Array);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(plainRoot(leaves.slice(0, split)), plainRoot(leaves.slice(split)));
}

/** Nodes out of all the leaves. */
export function nodesOf(leaves: readonly Uint8Array[]): ReadNodes {
  return async (nodes) =>
    nodes.map(({ level, index }) => {
      const width = 2 ** level;
      if ((index + 1) * width > leaves.length) throw new Error(`no node ${level} ${index}`);
      return plainRoot(leaves.slice(index * width, (index + 1) * width));
    });
}

/** The same bytes but for one bit. */
export function flipped(bytes: Uint8Array, bit: number): Buffer {
  const other = Buffer.from(bytes);
  other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return other;
}

/** What came out of a call that must refuse: the code, or that it did not. */
export function codeFrom(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `thrown: ${String(error)}`;
  }
  return 'accepted';
}
