/**
 * Making productions, each under a claim. Whoever claims one begins anew what the last one did not finish, whatever ended that:
 *
 *   building → built        a ZIP in scratch, looked through by the gate; what the gate said of which bytes is written down
 *   built → sealed          put into the store under a lock, read back by its digest and lock
 *   sealed → ready          one transaction: the row, history
 *
 * A crash before the seal leaves a file in scratch, which whoever claims it next writes anew; a crash behind it, an object that the row names by its
 * digest and the next one finds. What the gate stopped is `blocked`, and nothing of it is put anywhere. What fails otherwise is tried again, and
 * parked in the end (`claims.ts`).
 */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitment } from '#commitment.ts';
import { ArchiveError, codeOf, retryOf } from '#errors.ts';
import { appendEvent, appendEvents } from '#record/record.ts';
import { buildProduction } from './build.ts';
import {
  ACTOR,
  BuildLost,
  claimBuild,
  failed,
  letGo,
  renewing,
  withBuild,
  type BuildClaim,
} from './claims.ts';
import type { ProductionContext } from './context.ts';
import { digestOfRow, redactedRecords } from './frozen-queries.ts';
import * as queries from './production-queries.ts';
import type { Packed, Production } from './production-queries.ts';

/** In scratch, with the id of the production behind it. */
const FOLDER = 'production-';

const keyOf = (agencyId: string, id: string, sha256: string): string =>
  `production/${agencyId}/${id}/${sha256}.zip`;

export interface Pass {
  readonly ready: number;
  readonly blocked: number;
  readonly failed: number;
  readonly parked: number;
}

/** Everything that is due, one after the other. `most`: of no more records than that. */
export async function runProductions(context: ProductionContext, most: number | null = null): Promise<Pass> {
  const done = { ready: 0, blocked: 0, failed: 0, parked: 0 };
  const { db, log, signal, times = {} } = context;
  for (;;) {
    signal?.throwIfAborted();
    const claim = await claimBuild(db, { ...times, most });
    if (claim === null) return done;
    const { agencyId, id } = claim;
    const stop = renewing(db, claim, times.claimMs);
    try {
      const ended = await runOne(context, claim);
      if (ended !== null) done[ended] += 1;
    } catch (error) {
      if (signal?.aborted === true) {
        await letGo(db, claim).catch(() => undefined);
        throw error;
      }
      if (error instanceof BuildLost) continue;
      const as = await failed(db, claim, error, times);
      // Withdrawn, or another's: what went wrong says nothing of it.
      if (as === 'lost') continue;
      log.error({ agencyId, production: id, code: codeOf(error), as, err: error }, 'production.failed');
      done[as === 'parked' ? 'parked' : 'failed'] += 1;
    } finally {
      stop();
    }
  }
}

/** Of a process that was killed; what the gate stopped lies in it, with what is withheld. */
export async function sweepProductions(context: ProductionContext): Promise<void> {
  const left = await foldersLeft(context);
  if (left.length === 0) return;
  const open = await queries.openProductions(context.db);
  for (const { id, path } of left) if (!open.includes(id)) await rm(path, { recursive: true, force: true });
}

async function foldersLeft({
  scratchDir,
}: ProductionContext): Promise<readonly { readonly id: string; readonly path: string }[]> {
  const names = await readdir(scratchDir).catch((error: unknown) => {
    // Nothing was ever built here.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(FOLDER))
    .map((name) => ({ id: name.slice(FOLDER.length), path: join(scratchDir, name) }));
}

async function runOne(context: ProductionContext, open: BuildClaim): Promise<'ready' | 'blocked' | null> {
  const { db, scratchDir, between = async () => undefined } = context;
  const { agencyId, id } = open;
  const production = await db.inAgency(agencyId, async (at) => await queries.readProduction(at, id));
  if (production?.state !== 'building') return null;
  const folder = join(scratchDir, `${FOLDER}${id}`);
  if (await isSealed(context, open, production)) {
    await ready(context, open, production.sha256 ?? '');
    await rm(folder, { recursive: true, force: true });
    return 'ready';
  }
  try {
    const { path, packed } = await buildProduction(context, open, production, folder);
    await between('built');
    // Whoever withdrew it meanwhile saw what must not leave: a lock that nobody can take away is not put on it.
    await withBuild(db, open, async (at) => await queries.writePacked(at, id, packed));
    await between('written');
    if (!packed.gate.clean) {
      await block(context, open, null);
      return 'blocked';
    }
    await withBuild(db, open, async () => await Promise.resolve());
    await seal(context, open, path, packed);
    await between('sealed');
    await ready(context, open, packed.sha256);
    return 'ready';
  } catch (error) {
    // What does not pass by itself is for a person: the review, or whoever runs the machine.
    if (retryOf(error) !== 'never' || !(error instanceof ArchiveError)) throw error;
    await block(context, open, { code: error.code, sentence: error.message });
    return 'blocked';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By a pass that ended between the seal and its row. */
async function isSealed(
  { store }: ProductionContext,
  { agencyId, id }: BuildClaim,
  { sha256, gate }: Production,
): Promise<boolean> {
  if (sha256 === null || gate?.clean !== true) return false;
  const state = await store.head(keyOf(agencyId, id, sha256));
  return state?.mode === 'COMPLIANCE' && (state.sha256 === null || state.sha256 === sha256);
}

async function block(
  { db }: ProductionContext,
  claim: BuildClaim,
  failure: { readonly code: string; readonly sentence: string } | null,
): Promise<void> {
  const { id } = claim;
  await withBuild(db, claim, async (at) => {
    const production = await queries.readProduction(at, id);
    if (production === null || !(await queries.writeBlocked(at, id, failure))) return;
    const { gate } = production;
    await appendEvent(at, null, {
      type: 'production.blocked',
      actor: ACTOR,
      body: {
        request: production.requestId,
        production: id,
        code: failure?.code ?? 'gate',
        found: gate === null || failure !== null ? 0 : gate.hits.length,
        failed: gate === null || failure !== null ? 0 : gate.unread.length + gate.unsearchable.length,
      },
    });
  });
}

async function seal(
  { store, leaseMs, now }: ProductionContext,
  { agencyId, id }: BuildClaim,
  path: string,
  { sha256, bytes }: Packed,
): Promise<void> {
  await store.seal({
    key: keyOf(agencyId, id, sha256),
    body: { path },
    sha256,
    sizeBytes: bytes,
    mediaType: 'application/zip',
    retainUntil: new Date(now().getTime() + leaseMs),
  });
}

async function ready(
  { db, store, now }: ProductionContext,
  claim: BuildClaim,
  sha256: string,
): Promise<void> {
  const { agencyId, id } = claim;
  const key = keyOf(agencyId, id, sha256);
  const state = await store.head(key);
  if (
    state?.mode !== 'COMPLIANCE' ||
    state.retainUntil === null ||
    (state.sha256 !== null && state.sha256 !== sha256)
  )
    throw new ArchiveError('store-lock-not-confirmed', 'The production is not in the store as it was put.', {
      retry: 'later',
    });
  const { versionId, retainUntil: lockedUntil } = state;
  await withBuild(db, claim, async (at) => {
    if (!(await queries.writeReady(at, id, { key, versionId, lockedUntil, at: now() }))) return;
    const made = await queries.readProduction(at, id);
    if (made === null) return;
    const salt = randomBytes(32);
    await appendEvent(at, null, {
      type: 'production.sealed',
      actor: ACTOR,
      body: {
        request: made.requestId,
        production: id,
        records: made.released + made.part,
        bytes: made.bytes,
        salt: salt.toString('hex'),
        packageCommitment: commitment(salt, 'entry/packageCommitment', sha256),
        row: await digestOfRow(at, id),
      },
    });
    const parts = await redactedRecords(at, id);
    await appendEvents(
      at,
      parts.map(({ recordId, file }) => ({
        recordId,
        type: 'redaction.applied',
        actor: ACTOR,
        body: { artifact: file, n: file, production: id, about: [`request:${made.requestId}`] },
      })),
    );
  });
}

/** As long as it may be fetched it is kept: the lock is renewed, as those of records are. */
export async function renewProductions({ db, store, leaseMs, now, log }: ProductionContext): Promise<void> {
  const until = new Date(now().getTime() + leaseMs);
  for (const { agencyId, id } of await queries.productionsToRenew(
    db,
    new Date(now().getTime() + leaseMs / 2),
  ))
    try {
      const made = await db.inAgency(agencyId, async (at) => await queries.readProduction(at, id));
      if (made?.objectKey == null || made.versionId === null) continue;
      const { objectKey } = made;
      const versionId = (await store.head(objectKey))?.versionId ?? made.versionId;
      await store.extend(objectKey, versionId, until);
      const held = (await store.head(objectKey, versionId))?.retainUntil;
      if (held != null) await db.inAgency(agencyId, async (at) => await queries.writeLock(at, id, held));
    } catch (error) {
      log.error({ agencyId, code: codeOf(error), err: error }, 'production.lease-failed');
    }
}
