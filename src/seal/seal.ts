/**
 * Bytes become an immutable, verifiable object.
 *
 * Promise: when a seal's row says `sealed`, every file of it, its salt and its manifest lie in the store under the digest
 * that was committed beforehand, and the store itself confirmed digest, size and lock of each by version id.
 *
 * Order of writes, and what a crash leaves after each:
 *   1. seal row; then the intent of each key with its digest     nothing is in the store
 *   2. locked conditional put of each file                       keys that have an intent, locked; the next run adopts them
 *   3. HEAD by version id; the answer goes into the intent row   the next run skips what was confirmed
 *   4. the manifest's intent with its exact bytes                the next run puts the same bytes, whoever runs it
 *   5. manifest put, the commit point in the store               the record can be rebuilt from the store alone
 *   6. HEAD of the manifest
 *   7. one transaction: row `sealed` + history                   the next run finds nothing to seal, and the record complete
 * Recovery is the same function run again: every key that has an intent is completed or adopted, and no locked key
 * exists without a committed intent. Each database write holds the claim, so of two workers one writes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { access, unlink } from 'node:fs/promises';
import { commitment, sha256Hex } from '#commitment.ts';
import { ArchiveError } from '#errors.ts';
import type { AgencyTx, Db } from '#db/db.ts';
import {
  advance,
  announceSealed,
  appendEvent,
  typeFromClaim,
  withClaim,
  type Claim,
} from '#record/record.ts';
import type { ObjectState, ObjectStore, StoreCapabilities } from '#store/store.ts';
import { canonicalBytes, captureIn, composeManifest } from './manifest.ts';
import * as queries from './queries.ts';

export { canonicalBytes, captureIn, composeManifest, type Manifest, type ManifestInput } from './manifest.ts';
export { fieldCommitments } from './field-commitments.ts';
export { hasTrialSeals } from './queries.ts';

export interface SealContext {
  readonly db: Db;
  readonly store: ObjectStore;
  /** Rejects with `store-refused` until the canary has passed; answers what it proved. */
  readonly trusted: () => Promise<StoreCapabilities>;
  readonly stagedPath: (name: string) => string;
  readonly leaseMs: number;
  readonly mode: queries.Mode;
  readonly program: { readonly name: string; readonly version: string };
  readonly now: () => Date;
  /** Seconds from the report's receipt to the record's first seal, for the metrics. */
  readonly onFirstSeal?: (seconds: number) => void;
}

/** Seals everything of the record that no seal holds yet, and moves its state on. Safe to run twice, and at once. */
export async function sealRecord(context: SealContext, claim: Claim): Promise<void> {
  const capabilities = await context.trusted();
  for (;;) {
    const seal = await withClaim(context.db, claim, async (at) => {
      const open = await queries.openSeal(at, claim.recordId, context.mode, context.now());
      // In the transaction that found nothing left to seal: a capture that comes a moment later finds the record as it is.
      if (open === null) await completeIfCaptured(at, claim.recordId);
      return open;
    });
    if (seal === null) return;
    await intendFiles(context, claim, seal);
    await putAndConfirm(context, claim, seal.no);
    await intendManifest(context, claim, seal, capabilities);
    await putAndConfirm(context, claim, seal.no);
    await close(context, claim, seal, capabilities);
  }
}

/** Everything is sealed. When the capture is over too, with files or with a finding, nothing more is awaited. */
async function completeIfCaptured(at: AgencyTx, recordId: string): Promise<void> {
  const { state, capture_outcome } = await queries.captureStanding(at, recordId);
  if (state !== 'sealed' || capture_outcome === null) return;
  await advance(
    at,
    recordId,
    { from: 'sealed', to: 'complete' },
    { type: 'record.completed', actor: 'worker:seal', body: { capture: capture_outcome } },
  );
}

/** In whole seconds, as stores keep it, and not before the lease is over. */
function leaseFromNow(context: SealContext): Date {
  return new Date(Math.ceil((context.now().getTime() + context.leaseMs) / 1000) * 1000);
}

function recordPrefix(agencyId: string, recordId: string): string {
  return `a/${agencyId}/rec/${recordId}`;
}

async function intendFiles(context: SealContext, claim: Claim, seal: queries.OpenSeal): Promise<void> {
  const prefix = recordPrefix(claim.agencyId, claim.recordId);
  const retainUntil = leaseFromNow(context);
  await withClaim(context.db, claim, async (at) => {
    const intents = new Map<string, queries.Intent>();
    if ((await queries.saltOf(at, claim.recordId)) === null) {
      const body = randomBytes(32);
      intents.set('salt', {
        key: `${prefix}/salt`,
        role: 'salt',
        sha256: sha256Hex(body),
        sizeBytes: 32,
        mediaType: 'application/octet-stream',
        body,
        retainUntil,
      });
    }
    for (const fact of await queries.factsOf(at, claim.recordId, seal.no)) {
      const body = canonicalBytes(fact.body);
      const key = `${prefix}/${seal.no}/fact-${fact.n}.json`;
      intents.set(key, {
        key,
        role: 'fact',
        sha256: sha256Hex(body),
        sizeBytes: body.length,
        mediaType: 'application/json',
        body,
        retainUntil,
      });
    }
    // Two files with the same bytes in one seal are one object; the manifest names both files.
    for (const file of await queries.filesOf(at, claim.recordId, seal.no)) {
      const key = `${prefix}/${seal.no}/${file.sha256}`;
      if (!intents.has(key))
        intents.set(key, {
          key,
          role: file.role,
          sha256: file.sha256,
          sizeBytes: file.size_bytes,
          mediaType: typeFromClaim(file.media_type),
          body: null,
          retainUntil,
        });
    }
    await queries.intend(at, claim.recordId, seal.no, [...intents.values()]);
  });
}

async function putAndConfirm(context: SealContext, claim: Claim, no: number): Promise<void> {
  const { objects, files, isHeld } = await withClaim(context.db, claim, async (at) => ({
    objects: await queries.intentsOf(at, claim.recordId, no),
    files: await queries.filesOf(at, claim.recordId, no),
    // Asked after the intents are there: who places a hold later finds them, and tells the store.
    isHeld: await queries.isHeld(at, claim.recordId),
  }));
  const bytesOf = new Map(files.map((file) => [file.sha256, file]));
  const waiting = objects.filter((object) => object.confirmed_at === null);
  const next = waiting.values();
  const worker = async (): Promise<void> => {
    for (const object of next) {
      let retainUntil = object.retain_until;
      const fresh = leaseFromNow(context);
      if (fresh.getTime() - retainUntil.getTime() > context.leaseMs / 30) {
        retainUntil = fresh;
        await withClaim(context.db, claim, async (at) => await queries.postpone(at, object.key, fresh));
      }
      const file = bytesOf.get(object.sha256);
      const body =
        object.body !== null
          ? { bytes: object.body }
          : file?.inline != null
            ? { bytes: file.inline }
            : { path: await stagedFile(context, file?.staged ?? null) };
      const put = await context.store.seal({
        key: object.key,
        body,
        sha256: object.sha256,
        sizeBytes: object.size_bytes,
        // Intended by a version that believed every claim, it would be refused for ever.
        mediaType: typeFromClaim(object.media_type),
        retainUntil,
        hold: isHeld,
      });
      const state = await readBack(
        context.store,
        { ...object, retainUntil },
        put.outcome === 'created' ? put.versionId : undefined,
      );
      await withClaim(
        context.db,
        claim,
        async (at) => await queries.confirm(at, object.key, state, context.now()),
      );
    }
  };
  // A few at a time: a report may carry 500 files, and the store is shared.
  await Promise.all(Array.from({ length: Math.min(4, waiting.length) }, worker));
}

async function stagedFile(context: SealContext, name: string | null): Promise<string> {
  const path = name === null ? null : context.stagedPath(name);
  const there =
    path !== null &&
    (await access(path).then(
      () => true,
      () => false,
    ));
  if (path === null || !there)
    throw new ArchiveError(
      'staging-lost',
      'A file that was acknowledged is not in the staging folder any more. Restore the staging folder, then run this step again.',
      { retry: 'never' },
    );
  return path;
}

interface Expected {
  readonly key: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly retainUntil: Date;
}

type Confirmed = ObjectState & { readonly retainUntil: Date };

/**
 * Asks the store what it holds, by version id where the put named one, and believes nothing else. A key that was there before (`exists`) is ours
 * only when its digest is: then it is adopted, and its lock extended if it had been set for an earlier day.
 */
async function readBack(
  store: ObjectStore,
  expected: Expected,
  versionId: string | undefined,
): Promise<Confirmed> {
  let state = await store.head(expected.key, versionId);
  if (state === null)
    throw new ArchiveError('store-object-missing', 'The store acknowledged an object and does not show it.', {
      retry: 'later',
    });
  const sha256 = state.sha256 ?? (await digestOf(store, state));
  if (sha256 !== expected.sha256 || state.sizeBytes !== expected.size_bytes)
    throw new ArchiveError(
      'digest-mismatch',
      'The store holds other bytes under this key than the ones that were to be sealed.',
      { retry: 'never' },
    );
  if (state.mode === 'COMPLIANCE' && !coversLock(state, expected)) {
    await store.extend(expected.key, state.versionId, expected.retainUntil);
    state = (await store.head(expected.key, state.versionId)) ?? state;
  }
  if (state.mode !== 'COMPLIANCE' || state.retainUntil === null || !coversLock(state, expected))
    throw new ArchiveError(
      'store-lock-not-confirmed',
      'The store accepted an object but does not confirm its lock. Check the store (holdfast doctor), then run this step again.',
      { retry: 'never' },
    );
  return { ...state, retainUntil: state.retainUntil };
}

/** Stores keep whole seconds. */
function coversLock(state: ObjectState, expected: Expected): boolean {
  return state.retainUntil !== null && state.retainUntil.getTime() >= expected.retainUntil.getTime() - 1000;
}

async function digestOf(store: ObjectStore, state: ObjectState): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await store.read(state.key, state.versionId)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function intendManifest(
  context: SealContext,
  claim: Claim,
  seal: queries.OpenSeal,
  capabilities: StoreCapabilities,
): Promise<void> {
  const prefix = recordPrefix(claim.agencyId, claim.recordId);
  await withClaim(context.db, claim, async (at) => {
    const objects = new Map(
      (await queries.intentsOf(at, claim.recordId, seal.no)).map((object) => [object.key, object]),
    );
    const placed = (key: string) => {
      const object = objects.get(key);
      if (object?.version_id == null || object.locked_until === null)
        throw new ArchiveError(
          'invariant-broken',
          'A manifest was about to name an object that the store has not confirmed.',
          { retry: 'halt' },
        );
      return {
        key,
        versionId: object.version_id,
        lockedUntil: object.locked_until.toISOString(),
        bytes: object.size_bytes,
        sha256: object.sha256,
      };
    };
    const salt = await queries.saltOf(at, claim.recordId);
    if (salt?.body == null || salt.version_id === null || salt.locked_until === null)
      throw new ArchiveError(
        'invariant-broken',
        'A manifest was about to be made without the salt of its record.',
        { retry: 'halt' },
      );
    const before = await queries.manifestBefore(at, claim.recordId, seal.no);
    const files = await queries.filesOf(at, claim.recordId, seal.no);
    const retainUntil = leaseFromNow(context);
    const bytes = composeManifest({
      agency: claim.agencyId,
      record: claim.recordId,
      subject: seal.subject,
      seal: seal.no,
      openedAt: seal.openedAt.toISOString(),
      previous: before === null ? null : { seal: before.seal_no, key: before.key, sha256: before.sha256 },
      salt: {
        key: salt.key,
        versionId: salt.version_id,
        lockedUntil: salt.locked_until.toISOString(),
        bytes: salt.body,
      },
      facts: (await queries.factsOf(at, claim.recordId, seal.no)).map((fact) => ({
        n: fact.n,
        source: fact.source,
        id: fact.id,
        type: fact.type,
        recordedAt: fact.recorded_at.toISOString(),
        submittedBy: fact.actor,
        delivery: fact.delivery,
        idempotencyKey: fact.idempotency_key,
        confirms: fact.confirms,
        body: fact.body,
        ...placed(`${prefix}/${seal.no}/fact-${fact.n}.json`),
      })),
      files: files.map((file) => ({
        n: file.n,
        artifactId: file.artifact_id,
        origin: file.origin,
        role: file.role,
        // Of what the archive made itself it is no claim, and has its parameters.
        mediaType: isOurs(file.origin) ? file.media_type : typeFromClaim(file.media_type),
        claimedType: file.claimed_type,
        originalName: file.original_name,
        receivedAt: file.received_at.toISOString(),
        fact: file.fact_n,
        ...placed(`${prefix}/${seal.no}/${file.sha256}`),
      })),
      capture: captureIn(
        files.map((file) => file.artifact_id),
        seal.capture,
      ),
      classification: seal.classification,
      index: seal.index,
      store: { kind: capabilities.kind, immutability: capabilities.immutability },
      retainUntil: retainUntil.toISOString(),
      program: context.program,
      // What was begun in a trial stays one, also for whoever has only the store.
      mode: seal.mode === 'trial' ? 'trial' : context.mode,
    });
    await queries.intend(at, claim.recordId, seal.no, [
      {
        key: `${prefix}/${seal.no}/manifest.json`,
        role: 'manifest',
        sha256: sha256Hex(bytes),
        sizeBytes: bytes.length,
        mediaType: 'application/json',
        body: bytes,
        retainUntil,
      },
    ]);
  });
}

function isOurs(origin: string): boolean {
  return origin !== 'handed-in' && origin !== 'raw';
}

async function close(
  context: SealContext,
  claim: Claim,
  seal: queries.OpenSeal,
  capabilities: StoreCapabilities,
): Promise<void> {
  const now = context.now();
  const { closed, staged } = await withClaim(context.db, claim, async (at) => {
    const objects = await queries.intentsOf(at, claim.recordId, seal.no);
    const manifest = objects.find((object) => object.role === 'manifest');
    if (manifest === undefined || objects.some((object) => object.confirmed_at === null))
      throw new ArchiveError(
        'invariant-broken',
        'A seal was about to be closed before all of it was confirmed.',
        { retry: 'halt' },
      );
    const done = await queries.closeSeal(at, claim.recordId, seal.no, capabilities, context.mode, now);
    if (!done.closed) return done;
    const salt = await queries.saltOf(at, claim.recordId);
    const event = {
      type: 'record.sealed',
      actor: 'worker:seal',
      body: {
        seal: seal.no,
        objects: objects.length,
        manifest: manifest.sha256,
        // What the log may say of it for ever: whoever has the manifest and the salt computes it, and nobody else guesses.
        ...(salt?.body == null
          ? {}
          : { manifestCommitment: commitment(salt.body, `manifest/${seal.no}`, manifest.sha256) }),
        lockedUntil: manifest.locked_until?.toISOString(),
        store: capabilities.kind,
        immutability: capabilities.immutability,
        // As the row has it: what was begun in a trial stays one, whoever ends it.
        mode: done.mode,
        sealedAt: now.toISOString(),
      },
    } as const;
    if (!(await advance(at, claim.recordId, { from: 'reported', to: 'sealed' }, event)))
      await appendEvent(at, claim.recordId, event);
    await announceSealed(at, claim.recordId, seal.no);
    return done;
  });
  if (!closed) return;
  if (seal.no === 1) context.onFirstSeal?.((now.getTime() - seal.receivedAt.getTime()) / 1000);
  // The row names no staged file any more. What a crash leaves here, the sweeper of the staging folder takes.
  await Promise.all(
    staged.map(async (name) => await unlink(context.stagedPath(name)).catch(() => undefined)),
  );
}
