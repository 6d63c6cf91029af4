/**
 * What people do with productions. Each verb is one transaction: rows, and its entry in the history, which names the request and the
 * production and says no word of either. A frozen list does not change; what was sealed is handed out as it is, or withdrawn.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { AgencyTx, Db } from '#db/db.ts';
import { ArchiveError } from '#errors.ts';
import { appendEvent, appendEvents, newId } from '#record/record.ts';
import { unpark } from './claims.ts';
import * as links from './link-queries.ts';
import * as queries from './production-queries.ts';
import type { Asked, Production } from './production-queries.ts';
import { translated } from './refusals.ts';

export interface NewProduction {
  readonly requestId: string;
  /** Letters before the numbers of pages. */
  readonly prefix: string;
  readonly asked: Asked;
}

/** Freezes what was decided and owes the work. Null: there is no such request. */
export async function askForProduction(
  at: AgencyTx,
  { requestId, prefix, asked }: NewProduction,
  actor: string,
): Promise<{ readonly id: string; readonly n: number; readonly records: number } | null> {
  if (!(await queries.requestExists(at, requestId))) return null;
  await queries.lockRequestRow(at, requestId);
  const { unreviewed, outdated, produced } = await queries.undecided(at, requestId);
  if (unreviewed > 0)
    throw refused(
      'unreviewed',
      `${unreviewed} record(s) of the set are not reviewed yet. Decide on each: all of it, a part, nothing, or that it does not answer the request.`,
    );
  if (outdated > 0)
    throw refused(
      'outdated',
      `To ${outdated} record(s) something came after they were reviewed. Look at them again.`,
    );
  if (produced === 0)
    throw refused(
      'nothing-released',
      'Nothing of the set is released, so there is nothing to hand out. A denial is a letter.',
    );
  const id = newId();
  const { n, records, list } = await translated(
    queries.insertProduction(at, { id, requestId, prefix, asked, by: actor }),
  );
  await appendEvent(at, null, {
    type: 'production.requested',
    actor,
    body: { request: requestId, production: id, n, records, wacz: asked.wacz, vouched: asked.seen, list },
  });
  return { id, n, records };
}

export type Done = 'done' | 'unknown' | 'elsewhere';

/** With a link, which is shown once and kept as a digest. A production that is out already gets another link. */
export async function releaseProduction(
  at: AgencyTx,
  id: string,
  { now, days }: { readonly now: Date; readonly days: number },
  actor: string,
): Promise<{ readonly token: string; readonly link: number; readonly expiresAt: Date } | Done> {
  await queries.lockProduction(at, id);
  const production = await queries.readProduction(at, id);
  if (production === null) return 'unknown';
  if (production.state !== 'ready' && production.state !== 'released') return 'elsewhere';
  const isFirst = production.state === 'ready';
  if (isFirst) {
    if (!(await translated(queries.writeReleased(at, id, { by: actor, at: now })))) return 'elsewhere';
    const records = await queries.releasedRecords(at, id);
    await appendEvents(
      at,
      records.map((recordId) => ({
        recordId,
        type: 'production.released',
        actor,
        body: { request: production.requestId, production: id, about: [`record:${recordId}`] },
      })),
    );
  }
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + days * 86_400_000);
  const link = await translated(
    links.insertLink(at, id, { hash: hashOf(token), by: actor, at: now, expiresAt }),
  );
  await appendEvent(at, null, {
    type: 'production.released',
    actor,
    body: {
      request: production.requestId,
      production: id,
      link,
      first: isFirst,
      records: production.released + production.part,
      until: expiresAt.toISOString(),
      at: now.toISOString(),
      // Its address is as long as it is random: nobody guesses it from this.
      hash: hashOf(token).toString('hex'),
    },
  });
  return { token, link, expiresAt };
}

export async function withdrawProduction(
  at: AgencyTx,
  id: string,
  { now, why }: { readonly now: Date; readonly why: string },
  actor: string,
): Promise<Done> {
  await queries.lockProduction(at, id);
  const production = await queries.readProduction(at, id);
  if (production === null) return 'unknown';
  const digest = await translated(queries.writeWithdrawn(at, id, { by: actor, at: now, why }));
  if (digest === null) return 'elsewhere';
  await appendEvent(at, null, {
    type: 'production.withdrawn',
    actor,
    body: { request: production.requestId, production: id, at: now.toISOString(), why: digest },
  });
  return 'done';
}

/** What was given to a person after it had failed again and again: it is packed once more. */
export async function packAgain(at: AgencyTx, id: string, actor: string): Promise<Done> {
  await queries.lockProduction(at, id);
  const production = await queries.readProduction(at, id);
  if (production === null) return 'unknown';
  if (!(await unpark(at, id))) return 'elsewhere';
  await appendEvent(at, null, {
    type: 'production.rerun',
    actor,
    body: { request: production.requestId, production: id },
  });
  return 'done';
}

/** In the commit of the reading: where the entry cannot be written nobody is answered. */
export async function enterProductionView(
  at: AgencyTx,
  { id, requestId }: { readonly id: string | null; readonly requestId: string },
  actor: string,
): Promise<void> {
  await appendEvent(at, null, {
    type: 'production.viewed',
    actor,
    body: { request: requestId, ...(id === null ? {} : { production: id }) },
  });
}

/** What is sealed, to be streamed by whoever asked, once this is committed. */
export interface SealedBytes {
  readonly key: string;
  readonly versionId: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly n: number;
}

/** Null: nothing is sealed of it. */
export async function downloadProduction(
  at: AgencyTx,
  production: Production,
  { link, now }: { readonly link: number | null; readonly now: Date },
  actor: string,
): Promise<SealedBytes | null> {
  const sealed = sealedOf(production);
  if (sealed === null) return null;
  await queries.lockProduction(at, production.id);
  const n = await translated(
    links.insertDownload(at, production.id, { link, by: link === null ? actor : null, at: now }),
  );
  await appendEvent(at, null, {
    type: 'production.downloaded',
    actor,
    body: {
      request: production.requestId,
      production: production.id,
      n,
      at: now.toISOString(),
      ...(link === null ? {} : { link }),
    },
  });
  return sealed;
}

function sealedOf({ objectKey, versionId, sha256, bytes, n }: Production): SealedBytes | null {
  return objectKey === null || versionId === null || sha256 === null || bytes === null
    ? null
    : { key: objectKey, versionId, sha256, bytes, n };
}

export interface ByLink {
  readonly agencyId: string;
  readonly agencyName: string;
  readonly zone: string;
  readonly link: number;
  readonly expiresAt: Date;
  readonly production: Production;
}

/** Null alike: no such link, it is over, or the production was withdrawn. */
export async function productionByLink(db: Db, token: string, now: Date): Promise<ByLink | null> {
  const found = /^[A-Za-z0-9_-]{43}$/.test(token) ? await links.linkOf(db, hashOf(token)) : null;
  if (found === null) return null;
  const { agencyId, id, n } = found;
  return await db.inAgency(agencyId, async (at) => {
    const production = await queries.readProduction(at, id);
    const link = (await links.linksOf(at, id)).find((one) => one.n === n);
    if (production?.state !== 'released' || link === undefined || link.expiresAt <= now) return null;
    const { name: agencyName, zone } = await queries.agencyOf(at);
    return { agencyId, agencyName, zone, link: n, expiresAt: link.expiresAt, production };
  });
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

function refused(reason: string, sentence: string): ArchiveError {
  return new ArchiveError('production-refused', sentence, { retry: 'never', details: { reason } });
}
