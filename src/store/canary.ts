/**
 * The canary: twelve checks that find out what a store can be trusted with, by really trying to break a lock on tiny
 * objects under `canary/<random>/`. Source: reference/object-store.md 5. Order, judgement and wording are here; how each
 * kind of store goes about an attempt is in its `CanaryHands`.
 *
 * A store that cannot be reached is no finding: the error rises and the canary is run again later. Everything else is
 * written into the report, and a failed check among 1 to 11 means that nothing may be sealed into this store.
 * "Refused" counts only if the store said no and the object is afterwards what it was; a refused delete proves something
 * about the lock only if the same credential can delete what is not locked (seen: 403 to everybody, lock or no lock). Where
 * it cannot, check 5 is not proven: no failure, and no claim. The objects stay, unlocked after two minutes; the purge job may
 * take them away.
 */
import { createHash, randomBytes } from 'node:crypto';
import { ArchiveError } from '#errors.ts';
import { wholeSecond } from './rules.ts';
import type { CanaryCheck, CanaryReport, ObjectState, ObjectStore } from './store.ts';

export interface Seen {
  readonly ok: boolean;
  /** A sentence. */
  readonly found: string;
}

export interface Attempt {
  readonly refused: boolean;
  readonly found: string;
}

/** What the checks need beyond the store's own verbs: facts of one kind of store, and attempts no caller may make. */
export interface CanaryHands {
  /** Whether a server stands between the files and whoever would change them. */
  readonly guarded: boolean;
  lockEnabled(): Promise<Seen>;
  versioningEnabled(): Promise<Seen>;
  /** The store's clock minus ours; never rejects because of it. */
  skewMs(): Promise<number>;
  /** The hardest attempt that this process has the credentials for. */
  tryDelete(key: string, versionId: string): Promise<Attempt>;
  /** Puts an object without a lock of its own, which nobody but the canary does; answers the version. */
  putFree(key: string, bytes: Uint8Array): Promise<string>;
  tryShorten(key: string, versionId: string, retainUntil: Date): Promise<Attempt>;
  /** To a mode that some may bypass. */
  tryDowngrade(key: string, versionId: string, retainUntil: Date): Promise<Attempt>;
  /** Seals by the way that large bodies would take; answers the version. */
  sealInParts(key: string, bytes: Uint8Array, retainUntil: Date): Promise<string>;
}

export interface CanaryOptions {
  readonly store: ObjectStore;
  readonly hands: CanaryHands;
  readonly now: () => Date;
  readonly full: boolean;
}

export const SKEW_MAX_MS = 60_000;
const LOCK_MS = 120_000;
const SHORTER_MS = 60_000;
const EXPIRING_LOCK_MS = 2000;
const EXPIRY_WAIT_MAX_MS = 15_000;

const NAMES: Readonly<Record<number, string>> = {
  1: 'object lock is enabled',
  2: 'versioning is enabled',
  3: 'a conditional locked put with SHA-256 succeeds',
  4: 'HEAD shows mode, date and checksum',
  5: 'deleting a locked version is refused',
  6: 'shortening a lock is refused',
  7: 'downgrading a lock is refused',
  8: 'a second put on the same key is refused',
  9: 'the object is still there, readable and locked',
  10: 'the clock is within 60 seconds of ours',
  11: 'an upload in parts carries the lock',
  12: 'a hold outlives an expired lock',
};

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readAll(store: ObjectStore, key: string, versionId: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await store.read(key, versionId)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function lockOf(state: ObjectState | null): string {
  if (state === null) return 'no object';
  return state.mode === null
    ? 'no lock'
    : `${state.mode} until ${state.retainUntil?.toISOString() ?? 'no date'}`;
}

function carries(state: ObjectState | null, retainUntil: Date): boolean {
  return state?.mode === 'COMPLIANCE' && state.retainUntil?.getTime() === retainUntil.getTime();
}

/** Such an error says that the store was not there, not what it does. */
function isOutage(error: unknown): boolean {
  return !(error instanceof ArchiveError) || error.code === 'store-down' || error.code === 'disk-full';
}

export async function runCanary({ store, hands, now, full }: CanaryOptions): Promise<CanaryReport> {
  const at = now();
  const folder = `canary/${randomBytes(12).toString('hex')}`;
  const checks: CanaryCheck[] = [];
  /** Of check 5: what came of trying to delete past a lock. */
  let deletion: 'refused' | 'not-proven' | 'failed' = 'failed';
  const check = async (n: number, look: () => Promise<Seen>): Promise<boolean> => {
    let seen: Seen;
    try {
      seen = await look();
    } catch (error) {
      if (isOutage(error)) throw error;
      seen = { ok: false, found: error instanceof Error ? error.message : String(error) };
    }
    checks.push({ n, name: NAMES[n] ?? '', ...seen });
    return seen.ok;
  };
  const skip = (numbers: readonly number[], why: string): void => {
    for (const n of numbers) checks.push({ n, name: NAMES[n] ?? '', ok: false, found: `Not tried: ${why}.` });
  };
  const seal = async (name: string, bytes: Uint8Array, retainUntil: Date): Promise<string> => {
    const outcome = await store.seal({
      key: `${folder}/${name}`,
      body: { bytes },
      sha256: sha256(bytes),
      sizeBytes: bytes.byteLength,
      mediaType: 'application/octet-stream',
      retainUntil,
    });
    if (outcome.outcome === 'created') return outcome.versionId;
    throw new ArchiveError('store-refused', 'The store says that a key exists that nobody wrote.', {
      retry: 'later',
    });
  };

  // First, because a store whose clock is off refuses, or grants, everything else for the wrong reason.
  const inTime = await check(10, async () => {
    const skewMs = await hands.skewMs();
    return {
      ok: Math.abs(skewMs) <= SKEW_MAX_MS,
      found: `The store's clock is ${Math.abs(Math.round(skewMs / 1000))} s ${skewMs < 0 ? 'behind' : 'ahead of'} ours.`,
    };
  });
  if (!inTime) {
    skip([1, 2, 3, 4, 5, 6, 7, 8, 9, 11], 'the clock is wrong');
  } else {
    await check(1, () => hands.lockEnabled());
    await check(2, () => hands.versioningEnabled());
    await checkLock();
    await check(11, async () => {
      const key = `${folder}/parts`;
      const retainUntil = wholeSecond(new Date(now().getTime() + LOCK_MS));
      const versionId = await hands.sealInParts(key, randomBytes(64), retainUntil);
      const state = await store.head(key, versionId);
      return { ok: carries(state, retainUntil), found: `The object has ${lockOf(state)}.` };
    });
    if (full) await check(12, checkHold);
  }

  async function checkLock(): Promise<void> {
    const key = `${folder}/lock`;
    const bytes = randomBytes(64);
    const retainUntil = wholeSecond(new Date(now().getTime() + LOCK_MS));
    let versionId = '';
    const sealed = await check(3, async () => {
      versionId = await seal('lock', bytes, retainUntil);
      return { ok: true, found: `It answered with version ${versionId}.` };
    });
    if (!sealed) return skip([4, 5, 6, 7, 8, 9], 'nothing could be sealed');
    await check(4, async () => {
      const state = await store.head(key, versionId);
      const sum = state?.sha256 === sha256(bytes);
      return {
        ok: carries(state, retainUntil) && sum && state?.sizeBytes === bytes.byteLength,
        found: `HEAD shows ${lockOf(state)}, and ${sum ? 'the right' : state?.sha256 == null ? 'no' : 'a wrong'} SHA-256.`,
      };
    });
    /** Refused, and nothing changed: an answer alone proves nothing. */
    const resists = async (attempt: Promise<Attempt>): Promise<Seen> => {
      const { refused, found } = await attempt;
      const state = await store.head(key, versionId);
      const same = carries(state, retainUntil);
      return { ok: refused && same, found: same ? found : `${found} Afterwards there is ${lockOf(state)}.` };
    };
    const shorter = new Date(retainUntil.getTime() - SHORTER_MS);
    const longer = new Date(retainUntil.getTime() + SHORTER_MS);
    await check(5, async () => {
      const seen = await resists(hands.tryDelete(key, versionId));
      if (!seen.ok) return seen;
      const why = await whyNotDeletable();
      deletion = why === null ? 'refused' : 'not-proven';
      return why === null
        ? { ok: true, found: `${seen.found} The same key deleted an unlocked one.` }
        : { ok: false, found: `Not proven: ${why}` };
    });
    await check(6, () => resists(hands.tryShorten(key, versionId, shorter)));
    await check(7, () => resists(hands.tryDowngrade(key, versionId, longer)));
    await check(8, async () => {
      const other = randomBytes(64);
      const outcome = await store.seal({
        key,
        body: { bytes: other },
        sha256: sha256(other),
        sizeBytes: other.byteLength,
        mediaType: 'application/octet-stream',
        retainUntil,
      });
      const current = await store.head(key);
      const ok = outcome.outcome === 'exists' && current?.versionId === versionId;
      return { ok, found: `It answered "${outcome.outcome}".` };
    });
    await check(9, async () => {
      const same = bytes.equals(await readAll(store, key, versionId));
      const state = await store.head(key, versionId);
      return {
        ok: same && carries(state, retainUntil),
        found: `It reads as ${same ? 'the same' : 'other'} bytes and has ${lockOf(state)}.`,
      };
    });
  }

  /** The control of check 5: null when the very credential that was refused can delete what nothing locks. */
  async function whyNotDeletable(): Promise<string | null> {
    const free = await hands.putFree(`${folder}/free`, randomBytes(64));
    const why = await whyStays(`${folder}/free`, free);
    if (why === null || !full) return why;
    // Perhaps the bucket locks by default whatever comes without a lock: one of our own, of two seconds, takes its place.
    const ended = await seal('ended', randomBytes(64), new Date(now().getTime() + EXPIRING_LOCK_MS));
    const until = (await store.head(`${folder}/ended`, ended))?.retainUntil ?? null;
    return until !== null && (await waitedFor(until)) ? await whyStays(`${folder}/ended`, ended) : why;
  }

  async function whyStays(key: string, versionId: string): Promise<string | null> {
    const control = await hands.tryDelete(key, versionId);
    if (control.refused) return `this credential may not delete anything. ${control.found}`;
    return (await store.head(key, versionId)) === null
      ? null
      : 'the store says that it deleted an unlocked object, and shows it all the same.';
  }

  async function waitedFor(until: Date): Promise<boolean> {
    const startedMs = performance.now();
    // One second more than the lock: the store's clock may be a little behind.
    while (now().getTime() <= until.getTime() + 1000) {
      if (performance.now() - startedMs > EXPIRY_WAIT_MAX_MS) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return true;
  }

  /** With a control: the same delete must succeed once the hold is off, or the refusal proved nothing. */
  async function checkHold(): Promise<Seen> {
    const key = `${folder}/hold`;
    const versionId = await seal('hold', randomBytes(64), new Date(now().getTime() + EXPIRING_LOCK_MS));
    await store.hold(key, versionId);
    const held = await store.head(key, versionId);
    if (held?.hold !== true || held.retainUntil === null) return { ok: false, found: 'HEAD shows no hold.' };
    if (!(await waitedFor(held.retainUntil)))
      return { ok: false, found: 'Not tried: by our clock the lock did not expire.' };
    const attempt = await hands.tryDelete(key, versionId);
    if (!attempt.refused || (await store.head(key, versionId)) === null)
      return { ok: false, found: `Deleted although it was held: ${attempt.found}` };
    await store.release(key, versionId);
    const control = await hands.tryDelete(key, versionId);
    return control.refused
      ? {
          ok: false,
          found: `Not proven: these credentials cannot delete what is free either. ${control.found}`,
        }
      : { ok: true, found: `${attempt.found} After the release it could be deleted.` };
  }

  checks.sort((a, b) => a.n - b.n);
  const ok = (n: number): boolean => checks.some((c) => c.n === n && c.ok);
  const passed = Array.from({ length: 11 }, (_, index) => index + 1).every(
    (n) => ok(n) || (n === 5 && deletion === 'not-proven'),
  );
  const proven = hands.guarded && passed && ok(5);
  return {
    at,
    passed,
    checks,
    capabilities: {
      kind: store.kind,
      immutability: proven ? 'compliance' : 'advisory',
      standing: proven ? 'immutable' : hands.guarded ? 'deletion-not-proven' : 'tamper-evident',
      holdOutlivesRetention: ok(12),
      multipartLock: ok(11),
      checksumOnHead: ok(4),
    },
  };
}
