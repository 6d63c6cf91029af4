/**
 * Which keys an audit believes. Those that are known from outside the database come first: given by hand, or lying in the folder of
 * private keys. Others are learned from the log itself: an entry that announces a key is believed as soon as a believed key has signed a
 * checkpoint over it. Where nothing is known from outside, the log is judged by its own entries, and the report says so.
 */
import { ArchiveError } from '#errors.ts';
import { openCheckpoint, verifierKey, type LogKey, type OpenedCheckpoint } from '#log/log.ts';
import type { Findings } from './findings.ts';
import type { KeyEvent } from './log-queries.ts';

export type KeysFrom = 'given' | 'folder' | 'itself';

interface Announced {
  readonly vkey: string;
  readonly key: LogKey;
  readonly idx: number | null;
}

export interface Believed {
  /** Null: no believed key signed it for this log. */
  open(note: Uint8Array): OpenedCheckpoint | null;
}

export function believe(
  origin: string,
  outside: readonly string[],
  events: readonly KeyEvent[],
  findings: Findings,
): Believed {
  const announced = announcedKeys(origin, events, findings);
  const believed = new Map<string, LogKey>();
  for (const vkey of outside)
    believed.set(vkey, announced.find((one) => one.vkey === vkey)?.key ?? { key: verifierKey(vkey) });
  if (outside.length === 0)
    for (const { vkey, key, idx } of announced) if (idx !== null) believed.set(vkey, key);
  return {
    open: (note) => {
      const opened = opens(note, origin, [...believed.values()]);
      if (opened !== null)
        for (const { vkey, key, idx } of announced)
          if (idx !== null && idx < opened.size && !believed.has(vkey)) believed.set(vkey, key);
      return opened;
    },
  };
}

/** Of this log, from outside. */
export function ofLog(origin: string, vkeys: readonly string[]): string[] {
  return vkeys.filter((vkey) => verifierKey(vkey).name === origin);
}

/** The rows of the keys must be what the entries say, and nothing else. */
export function compareKeys(
  rows: readonly { readonly vkey: string; readonly firstSize: number; readonly lastSize: number | null }[],
  events: readonly KeyEvent[],
  findings: Findings,
): void {
  const said = new Map<string, { first: string | null; last: string | null }>();
  for (const { type, vkey, size } of events) {
    if (vkey === null) continue;
    if (type === 'log-key.added') said.set(vkey, { first: size, last: null });
    else said.set(vkey, { first: said.get(vkey)?.first ?? null, last: size });
  }
  for (const { vkey, firstSize, lastSize } of rows) {
    const entry = said.get(vkey);
    const where = { which: shortened(vkey) };
    if (entry === undefined) findings.add('key-not-announced', where);
    else if (
      entry.first !== String(firstSize) ||
      entry.last !== (lastSize === null ? null : String(lastSize))
    )
      findings.add('key-other-sizes', where);
    said.delete(vkey);
  }
  for (const vkey of said.keys()) findings.add('key-gone', { which: shortened(vkey) });
}

function announcedKeys(origin: string, events: readonly KeyEvent[], findings: Findings): Announced[] {
  const last = new Map(
    events.flatMap(({ type, vkey, size }) =>
      type === 'log-key.retired' && vkey !== null ? [[vkey, Number(size)] as const] : [],
    ),
  );
  return events.flatMap(({ type, vkey, size, idx }) => {
    if (type !== 'log-key.added' || vkey === null) return [];
    const key = readKey(vkey);
    if (key === null || key.name !== origin || key.type !== 'ed25519') {
      findings.add('key-malformed', { which: shortened(vkey), ...(idx === null ? {} : { index: idx }) });
      return [];
    }
    const lastSize = last.get(vkey);
    return [
      { vkey, idx, key: { key, firstSize: Number(size), ...(lastSize === undefined ? {} : { lastSize }) } },
    ];
  });
}

function readKey(vkey: string) {
  return refused(() => verifierKey(vkey));
}

function opens(note: Uint8Array, origin: string, keys: readonly LogKey[]): OpenedCheckpoint | null {
  return refused(() => openCheckpoint(note, { origin, keys }));
}

/** What is not as it should be is a finding; anything else that is thrown is a fault of ours. */
function refused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ArchiveError) return null;
    throw error;
  }
}

/** Name and id; the rest of a verifier key is long and says no more. */
function shortened(vkey: string): string {
  return vkey.split('+').slice(0, 2).join('+').slice(0, 300);
}
