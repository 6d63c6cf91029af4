/**
 * Where copies of anchors lie among the files of a log (FORMAT.md, "Anchors"): by the size that they are over, their kind and their
 * authority, so that whoever knows these asks for one name and needs no list. What they hold is judged in the room of anchors. Pure.
 */
import { createHash } from 'node:crypto';
import { wholeNumber } from './checkpoint.ts';

export type AnchorFileKind = 'stamp' | 'witness';

/** Below the log's folder. */
export const ANCHOR_FOLDER = 'anchor';

export type AnchorFile =
  | { readonly size: number; readonly kind: 'checkpoint' }
  | { readonly size: number; readonly kind: AnchorFileKind; readonly id: string };

/** The checkpoint that the anchors beside it are over, as it was published. */
export const anchoredCheckpointPath = (size: number): string => `${ANCHOR_FOLDER}/${size}/checkpoint`;

export function anchorPath(size: number, kind: AnchorFileKind, authority: string): string {
  return `${ANCHOR_FOLDER}/${size}/${kind}/${authorityId(authority)}`;
}

/** A name may have any letters; a file's name may not. */
export function authorityId(authority: string): string {
  return createHash('sha256').update(authority).digest('hex').slice(0, 32);
}

/** Null: no such name. */
export function anchorFileOf(path: string): AnchorFile | null {
  const [, digits = '', kind, id] =
    /^anchor\/(\d{1,16})\/(?:checkpoint|(stamp|witness)\/([0-9a-f]{32}))$/.exec(path) ?? [];
  const size = wholeNumber(digits);
  if (size === null || size === 0) return null;
  return (kind === 'stamp' || kind === 'witness') && id !== undefined
    ? { size, kind, id }
    : { size, kind: 'checkpoint' };
}
