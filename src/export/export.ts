/**
 * Hands records out as a package that a stranger verifies without us. `src/verify/PACKAGE.md` specifies it.
 *
 * Order of writes: the request is entered in the history of each record and of the agency → each object is read by its version and compared
 * while it goes out; what differs ends the export, and is entered. That is the check of fixity before an export: each byte of each object is
 * read once, and these are the very bytes that go out, which a check beforehand could not say; `export.produced` says how many objects it were → the payload's manifest is committed to in `export.produced` → once a
 * checkpoint of the log holds that entry, the proofs go out → the delivery is entered. Nothing is kept of a package: whoever has it has it,
 * and an export that broke off is asked for anew. A crash leaves a request without a delivery, which the history shows.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { commitment, sha256Hex } from '#commitment.ts';
import type { AnchorConfig } from '#config.ts';
import type { AgencyTx, Db } from '#db/db.ts';
import { ArchiveError, codeOf, type ErrorCode } from '#errors.ts';
import type { Log } from '#log.ts';
import { detailOf, originOf, type LogReader } from '#log/log.ts';
import { appendEvent, newId, readRecordRow, type Receipts } from '#record/record.ts';
import type { ObjectStore } from '#store/store.ts';
import { scopeOf } from '#verify/verify.ts';
import { begun, wholeBytes } from '#whole-bytes.ts';
import type { Quorum } from '../witness-policy.ts';
import type { Part } from './bag.ts';
import { anchoredCheckpoint, cosignaturesOf, policyText, quorumToBeHad, stampsOver } from './anchored.ts';
import { documents } from './documents.ts';
import { logBehind } from './late.ts';
import { packageParts, type PackagedEntry, type PackageSource } from './package.ts';
import * as queries from './queries.ts';
import { sizesIn, withReceipt } from './receipts.ts';
import { unlikeSigned } from './whole-log.ts';

export { openBag, type Part } from './bag.ts';
export { asTar, toFile, toFolder } from './containers.ts';
export { keepDocuments } from './documents.ts';
export { openExportReceipts } from './receipts.ts';

export interface ExportContext {
  readonly db: Db;
  readonly store: ObjectStore;
  readonly logReader: LogReader;
  readonly mode: 'trial' | 'production';
  readonly program: { readonly name: string; readonly version: string };
  readonly now: () => Date;
  readonly log: Log;
  /** Asked for a stamp over the package's own checkpoint. Who cannot be had keeps nobody waiting. */
  readonly anchors: AnchorConfig;
  /** Signs the receipts that go along. */
  readonly receipts: Receipts;
  /** How long the log may take to publish what was entered just now. */
  readonly patienceMs?: number;
}

export interface ExportOrder {
  readonly agencyId: string;
  readonly recordIds: readonly string[];
  /** As histories name them. */
  readonly actor: string;
  /** Of the request that it answers, where there is one: `Bag-Group-Identifier`. */
  readonly group?: string;
}

export interface BegunExport {
  readonly exportId: string;
  readonly requestedAt: Date;
  /** The one folder of the package. */
  readonly top: string;
  /** In their order. Whoever takes them to the end has a whole package; anything that is wrong is thrown. */
  readonly parts: AsyncGenerator<Part>;
}

const PATIENCE_MS = 60_000;
const POLL_MS = 100;
/** Proofs of so many entries are led at a time. */
const ENTRIES_AT_ONCE = 200;
/** What says that an object is not what it was; anything else says that somebody cannot be reached. */
const NOT_AS_SEALED: readonly ErrorCode[] = [
  'store-object-changed',
  'store-object-missing',
  'store-journal-broken',
];

/** Resolves when the request is in the history. Rejects with `record-not-found`, `record-not-sealed` or `log-forked`; then nothing is. */
export async function beginExport(context: ExportContext, order: ExportOrder): Promise<BegunExport> {
  const { db } = context;
  const { agencyId, actor } = order;
  const exportId: string = newId();
  const recordIds = [...new Set(order.recordIds)].sort();
  const requestedAt = context.now();
  const enter = async (
    type: 'export.requested' | 'export.produced',
    body: Record<string, unknown>,
  ): Promise<string[]> =>
    await db.inAgency(agencyId, async (at) => {
      const ids = [await appendEvent(at, null, { type, actor, body: { export: exportId, ...body } })];
      // In the history of each, because that is where somebody looks.
      for (const id of recordIds) {
        const about = [`record:${id}`];
        ids.push(await appendEvent(at, id, { type, actor, body: { export: exportId, about, ...body } }));
      }
      return ids;
    });
  const { name, origin, keys, destroyed } = await db.inAgency(agencyId, async (at) => {
    const found = await queries.sealedAmong(at, recordIds);
    for (const id of recordIds) refuseUnsealed(found.get(id));
    refuseForked(await queries.unlikeLog(at, recordIds));
    const logName = await originOf(at);
    const announced = await context.logReader.keysOf(at);
    if (logName !== null && announced.length > 0) {
      const unlike = await unlikeSigned(at, context.logReader, { origin: logName, recordIds });
      if (unlike.signed) refuseForked(unlike.lacking);
      else throw otherLog();
    }
    return {
      name: await queries.agencyName(at),
      origin: logName,
      keys: announced,
      destroyed: await queries.destroyedOf(at, recordIds),
    };
  });
  if (origin === null || keys.length === 0) throw logBehind('This agency has no log yet');
  const quorum = await quorumToBeHad(context, agencyId);
  const salt = randomBytes(32);
  const entered = await enter('export.requested', {
    records: recordIds.length,
    salt: salt.toString('hex'),
    scopeCommitment: commitment(salt, 'entry/scopeCommitment', sha256Hex(scopeOf(recordIds))),
  });
  const deliver = async (): Promise<void> =>
    await db.inAgency(agencyId, async (at) => {
      await appendEvent(at, null, { type: 'export.delivered', actor, body: { export: exportId } });
    });
  const source: PackageSource = {
    paper: {
      export: exportId,
      agency: agencyId,
      origin,
      requestedAt: requestedAt.toISOString(),
      requestedBy: actor,
      records: recordIds,
      keys: keys.map(({ vkey, firstSize, lastSize }) => ({ vkey, firstSize, lastSize })),
      destroyed: [...destroyed],
      mode: context.mode,
      program: context.program,
    },
    organization: oneLine(name),
    description: `${recordIds.length === 1 ? 'One record' : `${recordIds.length} records`} of ${oneLine(name)}`,
    group: order.group ?? null,
    documents,
    policy: policyText(keys, context.anchors.witnesses, quorum),
    ...sourceOf(context, { agencyId, actor, exportId, recordIds, entered, quorum }, enter),
  };
  return {
    exportId,
    requestedAt,
    top: `holdfast-${exportId.slice(-12)}`,
    parts: (async function* () {
      yield* packageParts(source);
      await deliver();
    })(),
  };
}

interface Running {
  readonly agencyId: string;
  readonly actor: string;
  readonly exportId: string;
  readonly recordIds: readonly string[];
  /** Ids of the events that the package proves; grows. */
  readonly entered: string[];
  /** Of witnesses, over the package's own checkpoint; null: none is asked for. */
  readonly quorum: Quorum | null;
}

function sourceOf(
  context: ExportContext,
  { agencyId, actor, exportId, recordIds, entered, quorum }: Running,
  enter: (type: 'export.produced', body: Record<string, unknown>) => Promise<string[]>,
): Pick<PackageSource, 'record' | 'open' | 'produced' | 'entries' | 'checkpoint' | 'stamps'> {
  const { db, store, logReader, now, anchors } = context;
  const proven = new Set(entered);
  /** Everything leads to it; chosen once all that the package proves stands in it. */
  /** Read from the first byte to the last, and as they were sealed. */
  let objects = 0;
  let newest: Awaited<ReturnType<LogReader['checkpointOf']>> = null;
  /** Sizes of the checkpoints that the receipts name. */
  const receiptSizes = new Set<number>();
  const endOf = (): number => now().getTime() + (context.patienceMs ?? PATIENCE_MS);
  return {
    record: async (id) => {
      const record = await withReceipt(
        context,
        { agencyId, recordId: id, end: endOf() },
        async () => await db.snapshot(agencyId, async (at) => await readWhole(at, id)),
      );
      for (const size of sizesIn(record.receipt)) receiptSizes.add(size);
      for (const event of record.history) proven.add(event.id);
      return { ...record, receipt: plain(record.receipt) };
    },
    open: async (recordId, { key, versionId, seal, sha256, sizeBytes }) => {
      const failed = async (error: unknown): Promise<void> => {
        const code = codeOf(error);
        if (!NOT_AS_SEALED.includes(code)) return;
        const body = { code, seal, export: exportId };
        await db.inAgency(agencyId, async (at) => {
          await appendEvent(at, recordId, { type: 'fixity.failed', actor, body });
        });
      };
      return (async function* () {
        try {
          const stream = wholeBytes(await store.read(key, versionId), { what: key, sha256, sizeBytes });
          yield* (await begun(stream)) as AsyncIterable<Buffer>;
          objects += 1;
        } catch (error) {
          await failed(error);
          throw error;
        }
      })();
    },
    produced: async ({ bytes, manifestSha256 }) => {
      const salt = randomBytes(32);
      for (const id of await enter('export.produced', {
        records: recordIds.length,
        bytes,
        objects,
        salt: salt.toString('hex'),
        packageCommitment: commitment(salt, 'entry/packageCommitment', manifestSha256),
      }))
        proven.add(id);
      const ids = [...proven];
      const end = endOf();
      while (!(await db.inAgency(agencyId, async (at) => await queries.arePublished(at, ids)))) {
        if (now().getTime() > end) throw logBehind('The log has not published what this package needs');
        await sleep(POLL_MS);
      }
      newest = await anchoredCheckpoint(context, agencyId, quorum, end);
    },
    entries: async function* () {
      const ids = [...proven];
      for (let i = 0; i < ids.length; i += ENTRIES_AT_ONCE)
        yield* await db.inAgency(
          agencyId,
          async (at) => await entriesOf(at, logReader, ids.slice(i, i + ENTRIES_AT_ONCE), newest),
        );
    },
    checkpoint: async () =>
      await db.inAgency(agencyId, async (at) => {
        if (newest === null) throw logBehind('The log has no checkpoint');
        const { size, note } = newest;
        const lines = await cosignaturesOf(context, at, size);
        const places = await queries.sealedAt(at, recordIds);
        const stamped = (await stampsOver(context, at, places, size)).map((one) => one.size);
        const sizes = [...stamped, ...receiptSizes];
        const older: { size: number; note: Buffer; path: readonly Buffer[] }[] = [];
        for (const one of await queries.neededCheckpoints(at, { places, sizes, size }))
          if (one.size < size || stamped.includes(size))
            older.push({
              ...one,
              path: one.size === size ? [] : await logReader.consistency(at, one.size, size),
            });
        return { note: Buffer.concat([note, ...lines.map(({ blob }) => blob)]), older };
      }),
    stamps: async function* () {
      const size = newest?.size ?? 0;
      const stamps = await db.inAgency(
        agencyId,
        async (at) => await stampsOver(context, at, await queries.sealedAt(at, recordIds), size),
      );
      let n = 0;
      for (const { size: over, authority, blob } of stamps) {
        const roots = anchors.authorities.find(({ name }) => name === authority)?.roots;
        n += 1;
        yield { name: `${over}-${n}.tsr`, bytes: blob };
        if (roots !== undefined) yield { name: `${over}-${n}.pem`, bytes: Buffer.from(roots) };
      }
    },
  };
}

async function readWhole(at: AgencyTx, id: string) {
  const row = await readRecordRow(at, id);
  refuseForked(await queries.unlikeLog(at, [id]));
  const { history, waiting } = await queries.historyOf(at, id);
  // A seal is closed in one commit with its entry. One that was closed since the history was read is not of this package.
  const seals = new Set(
    history.flatMap(({ type, body }) => (type === 'record.sealed' ? [body['seal']] : [])),
  );
  const objects = (await queries.objectsOf(at, id)).filter(({ seal }) => seals.has(seal));
  return { record: id, objects, metadata: plain(row), history, events: history.length, waiting };
}

async function entriesOf(
  at: AgencyTx,
  logReader: LogReader,
  eventIds: readonly string[],
  under: Awaited<ReturnType<LogReader['checkpointOf']>>,
): Promise<PackagedEntry[]> {
  const bodies = await queries.bodiesOf(at, eventIds);
  const entries = await logReader.proofsOf(at, { eventIds }, under ?? undefined);
  return entries.map(({ index, entry, proof, salt, eventId }) => {
    const said = bodies.get(eventId);
    // Which event it is of, its row says; which it was entered for, its bytes.
    const named = (JSON.parse(entry.toString()) as { readonly id: string }).id;
    if (named !== eventId) refuseForked([`of event ${eventId}`]);
    return {
      index,
      entry,
      proof,
      salt,
      detail: salt === null || said === undefined ? null : detailOf(said),
    };
  });
}

/** As JSON has it: what is undefined is not there, times are texts. */
function plain(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

/** A label of a bag has one line. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function otherLog(): ArchiveError {
  return new ArchiveError(
    'log-forked',
    'The entries of the log in the database are not those that were signed: some were taken out, changed or moved. Nothing is handed out that would hide it. Whoever runs the machine finds out which with: holdfast audit.',
    { retry: 'never' },
  );
}

function refuseForked(recordIds: readonly string[]): void {
  const [first] = recordIds;
  if (first === undefined) return;
  throw new ArchiveError(
    'log-forked',
    `The history of ${recordIds.length === 1 ? `the record ${first}` : `${recordIds.length} records (${first} is one)`} is not what the log says: something was taken out of the database, or put in. Nothing is handed out that would hide it. Whoever runs the machine finds out what it is with: holdfast audit.`,
    { retry: 'never' },
  );
}

function refuseUnsealed(sealed: boolean | undefined): void {
  if (sealed === undefined)
    throw new ArchiveError('record-not-found', 'There is no such record in this agency.', { retry: 'never' });
  if (!sealed)
    throw new ArchiveError(
      'record-not-sealed',
      'Nothing of this record is sealed yet, so there is nothing that a package could prove. Ask again when its receipt says that it is sealed.',
      { retry: 'never' },
    );
}
