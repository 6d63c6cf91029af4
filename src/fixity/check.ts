/**
 * A batch of objects: all of them asked of the store first, and then one transaction: findings, an entry for each that is new, the batch
 * with its rows, and its own entry. A crash before it leaves nothing, and the same objects are due again; so nothing is told twice, and
 * nothing counts as looked at that was not.
 */
import { randomBytes } from 'node:crypto';
import type { AgencyTx, Db } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import type { Log } from '#log.ts';
import { appendEvent, newId } from '#record/record.ts';
import type { ObjectReader } from '#store/store.ts';
import { lookAt, readWhole } from './look.ts';
import {
  clock,
  lockFindings,
  objectsOf,
  oldestDays,
  replacedOf,
  writeBatch,
  writeFindings,
  type Batch,
} from './queries.ts';
import { batchRoot, leafOf, resultOf, rowBytes, standingFindings, type CheckedObject } from './rules.ts';

export interface CheckContext {
  readonly db: Db;
  readonly reader: ObjectReader;
  readonly log: Log;
  /** For the history. */
  readonly actor: string;
  readonly pace?: (howMany: number) => Promise<void>;
  /** Ends before the next object; what was asked of the store until then is not written. */
  readonly signal?: AbortSignal;
}

export interface Checked {
  readonly looked: number;
  readonly read: number;
  readonly wrong: readonly {
    readonly recordId: string;
    readonly key: string;
    readonly findings: readonly string[];
  }[];
}

interface Seen {
  readonly object: CheckedObject;
  readonly findings: Awaited<ReturnType<typeof lookAt>>;
  readonly wasRead: boolean;
}

const AT_ONCE = 4;
/** Nothing is ever there: an answer says that the store answers. */
const ASKED_KEY = 'canary/fixity';
const NOTHING: Checked = { looked: 0, read: 0, wrong: [] };

export async function checkBatch(
  context: CheckContext,
  agencyId: string,
  layer: Batch['layer'],
  objects: readonly CheckedObject[],
): Promise<Checked> {
  if (objects.length === 0) return NOTHING;
  const { db } = context;
  const keys = objects.map(({ key }) => key);
  const { at, replaced } = await db.inAgency(agencyId, async (tx) => ({
    at: await clock(tx),
    replaced: await replacedOf(tx, keys),
  }));
  let bytes = 0;
  const one = async (object: CheckedObject): Promise<Seen> => {
    context.signal?.throwIfAborted();
    const findings = await lookAt(context.reader, object, replaced.get(object.key) ?? new Set());
    if (layer === 'look' || findings.includes('missing') || findings.includes('journal-broken'))
      return { object, findings, wasRead: layer !== 'look' };
    const inBytes = await readWhole(context.reader, object, async (howMany) => {
      bytes += howMany;
      context.signal?.throwIfAborted();
      await context.pace?.(howMany);
    });
    return { object, findings: [...new Set([...findings, ...inBytes])], wasRead: true };
  };
  const seen: Seen[] = [];
  for (let from = 0; from < objects.length; from += AT_ONCE)
    seen.push(
      ...(await Promise.all(
        objects.slice(from, from + AT_ONCE).map(async (object) => await patient(context, object, one)),
      )),
    );
  return await db.inAgency(agencyId, async (tx) => await enter(context, tx, layer, at, bytes, seen));
}

const isEnding = ({ signal }: CheckContext): boolean => signal?.aborted === true;

/**
 * A store that does not answer says nothing of an object, and ends the batch. One that answers, and twice cannot give this object, says
 * enough: what cannot be had back is not kept.
 */
async function patient(
  context: CheckContext,
  object: CheckedObject,
  one: (object: CheckedObject) => Promise<Seen>,
): Promise<Seen> {
  try {
    return await one(object);
  } catch (first) {
    if (isEnding(context) || codeOf(first) === 'store-clock-skewed') throw first;
    await context.reader.head(ASKED_KEY);
    try {
      return await one(object);
    } catch (again) {
      // Whoever is refused everything is no witness against one object.
      if (isEnding(context) || !(again instanceof ArchiveError) || again.code !== 'store-down') throw again;
      await context.reader.head(ASKED_KEY);
      return { object, findings: ['unreadable'], wasRead: true };
    }
  }
}

async function enter(
  { log, actor }: CheckContext,
  tx: AgencyTx,
  layer: Batch['layer'],
  at: Date,
  bytes: number,
  seen: readonly Seen[],
): Promise<Checked> {
  const before = await lockFindings(
    tx,
    seen.map(({ object }) => object.key),
  );
  const rows = seen.map(({ object, findings, wasRead }) => ({
    object,
    wasRead,
    findings: standingFindings(before.get(object.key) ?? [], findings, wasRead),
  }));
  await writeFindings(
    tx,
    at,
    rows.map(({ object, findings, wasRead }) => ({ key: object.key, findings, wasRead })),
  );
  const salt = randomBytes(32);
  const leaves = rows.map(({ object, findings }) => {
    const { key, versionId, sha256 } = object;
    const row = { key, versionId, sha256, result: resultOf(findings) };
    return { ...row, leaf: leafOf(rowBytes(salt, row)) };
  });
  const failed = rows.filter(({ findings }) => findings.length > 0).length;
  const batch: Batch = {
    id: newId(),
    layer,
    at,
    failed,
    bytes,
    oldestDays: await oldestDays(tx),
    salt,
    root: batchRoot(leaves.map(({ leaf }) => leaf)),
    rows: leaves,
  };
  await writeBatch(tx, batch);
  for (const { object, findings } of rows)
    for (const code of findings.filter((each) => before.get(object.key)?.includes(each) !== true)) {
      log.error({ recordId: object.recordId, seal: object.sealNo, role: object.role, code }, 'fixity.failed');
      // No digest and no key, which is made of one: of what is destroyed one day the history keeps neither.
      const body = { seal: object.sealNo, role: object.role, code, batch: batch.id };
      await appendEvent(tx, object.recordId, { type: 'fixity.failed', actor, body });
    }
  await appendEvent(tx, null, {
    type: 'fixity.passed',
    actor,
    body: {
      objects: rows.length - failed,
      failed,
      oldestDays: batch.oldestDays,
      root: batch.root.toString('hex'),
      layer,
      batch: batch.id,
    },
  });
  return {
    looked: rows.length,
    read: rows.filter(({ wasRead }) => wasRead).length,
    wrong: rows
      .filter(({ findings }) => findings.length > 0)
      .map(({ object: { recordId, key }, findings }) => ({ recordId, key, findings })),
  };
}

/** Looked at, and read from the first byte to the last, now: before an export, before a purge, and whenever somebody asks. */
export async function checkNow(context: CheckContext, agencyId: string, recordId: string): Promise<Checked> {
  const objects = await context.db.inAgency(agencyId, async (at) => await objectsOf(at, recordId));
  return await checkBatch(context, agencyId, 'asked', objects);
}
