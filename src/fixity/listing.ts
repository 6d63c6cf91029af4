/**
 * The other way round: everything that lies under an agency's prefix, compared with the rows. What no row knows is a finding of the
 * agency (invariant: no locked version is unknown here), told once and kept until it is gone; where a row knows the key and not the
 * version, that object is due to be looked at, which says what lies on top of it.
 */
import { appendEvent } from '#record/record.ts';
import type { ObjectVersion } from '#store/store.ts';
import type { CheckContext } from './check.ts';
import { dueListing, knownVersions, lookSoon, strayGone, strayOf, writeListing } from './listing-queries.ts';

const CHUNK = 500;

export interface Listed {
  readonly versions: number;
  /** Nobody knew of them before. */
  readonly strays: number;
}

/** Null: it is not due. */
export async function listAgency(
  context: CheckContext,
  agencyId: string,
  everyMs: number,
): Promise<Listed | null> {
  const { db, reader, signal } = context;
  const begun = await db.inAgency(agencyId, async (at) => await dueListing(at, everyMs));
  if (begun === null) return null;
  let versions = 0;
  let strays = 0;
  let chunk: ObjectVersion[] = [];
  const judge = async (): Promise<void> => {
    signal?.throwIfAborted();
    strays += await judgeChunk(context, agencyId, begun, chunk);
    versions += chunk.length;
    chunk = [];
  };
  for await (const one of reader.versions(`a/${agencyId}/`)) {
    chunk.push(one);
    if (chunk.length === CHUNK) await judge();
  }
  if (chunk.length > 0) await judge();
  await db.inAgency(agencyId, async (at) => {
    await strayGone(at, begun);
    await writeListing(at, begun, versions);
  });
  return { versions, strays };
}

async function judgeChunk(
  { db, log, actor }: CheckContext,
  agencyId: string,
  begun: Date,
  chunk: readonly ObjectVersion[],
): Promise<number> {
  return await db.inAgency(agencyId, async (at) => {
    const known = await knownVersions(at, [...new Set(chunk.map(({ key }) => key))]);
    const others = chunk.filter((one) => {
      const versions = known.get(one.key);
      return versions !== undefined && !versions.open && !versions.ids.has(one.versionId);
    });
    await lookSoon(at, [...new Set(others.map(({ key }) => key))]);
    let strays = 0;
    for (const one of chunk.filter(({ key }) => !known.has(key))) {
      if (!(await strayOf(at, one, begun))) continue;
      strays += 1;
      const code = one.isDeleteMarker ? 'delete-marker' : 'unknown-version';
      log.error({ agencyId, code }, 'fixity.stray');
      await appendEvent(at, null, { type: 'fixity.stray', actor, body: { objects: 1, code } });
    }
    return strays;
  });
}
