/** A whole log of ours with its keys, tiles, checkpoints and proofs, in the form that the judge reads and writes. */
import { consistencyPath, inclusionPath, rootOf, type Frontier } from '#log/merkle.ts';
import { keyPair } from '#log/note.ts';
import { proofText } from '#log/proof.ts';
import { nodesFromTiles } from '#log/tiles.ts';
import type { JudgedLog } from './log-judge.ts';
import { memoryLog, NEW, OLD, ORIGIN, seed } from './log-scene.ts';

/** What both sides are asked for: the same seeds, entries and sizes must come out as the same bytes. */
export interface Question {
  readonly entries: readonly Buffer[];
  /** At each of them a checkpoint, growing. */
  readonly sizes: readonly number[];
}

export const WITNESS_NAME = 'witness.example/w1';

export function asked({ entries, sizes }: Question, witness = false): string {
  return JSON.stringify({
    origin: ORIGIN,
    seeds: [seed('old'), seed('new')].map(base64),
    entries: entries.map(base64),
    sizes,
    ...(witness ? { witnessName: WITNESS_NAME, witnessSeed: base64(seed('witness')) } : {}),
  });
}

export async function wholeLog({ entries, sizes }: Question): Promise<JudgedLog> {
  const log = memoryLog();
  const heads: JudgedLog['heads'][number][] = [];
  const inclusion: JudgedLog['inclusion'][number][] = [];
  const consistency: JudgedLog['consistency'][number][] = [];
  const proofs: JudgedLog['proofs'][number][] = [];
  for (const size of sizes) {
    const before: Frontier = log.frontier;
    await log.append(entries.slice(before.size, size));
    const checkpoint = log.checkpoint([OLD.skey, NEW.skey]);
    heads.push({ size, root: base64(rootOf(log.frontier)), checkpoint: checkpoint.toString() });
    const read = nodesFromTiles(size, log.read);
    if (before.size > 0) {
      const path = await consistencyPath(before.size, size, read);
      consistency.push({ older: before.size, newer: size, path: path.map(base64) });
    }
    for (let index = 0; index < size; index += 1 + Math.floor(size / 7)) {
      const path = await inclusionPath(index, size, read);
      inclusion.push({ index, size, path: path.map(base64) });
      proofs.push({ index, text: proofText({ index, path, checkpoint }).toString() });
    }
  }
  return {
    origin: ORIGIN,
    vkeys: [keyPair(ORIGIN, seed('old')).vkey, keyPair(ORIGIN, seed('new')).vkey],
    entries: entries.map(base64),
    tiles: Object.fromEntries([...log.files].map(([path, bytes]) => [path, base64(bytes)])),
    heads,
    inclusion,
    consistency,
    proofs,
  };
}

/** What the judge does not write: it knows no bundles. */
export function withoutBundles(tiles: JudgedLog['tiles']): JudgedLog['tiles'] {
  return Object.fromEntries(Object.entries(tiles).filter(([path]) => !path.startsWith('tile/entries/')));
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
