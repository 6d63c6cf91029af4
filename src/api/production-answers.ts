/** What the calls and the pages of productions have in common. */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AgencyTx } from '#db/db.ts';
import { ArchiveError, codeOf } from '#errors.ts';
import {
  askForProduction,
  readProduction,
  requestExists,
  type Asked,
  type Production,
  type SealedBytes,
} from '#production/production.ts';
import { reasonOf, recordIdOf } from '#record/record.ts';
import { begun, wholeBytes } from '#whole-bytes.ts';
import type { System } from '../system.ts';
import type { Caller } from '#agency/agency.ts';
import { deciderOf, noRequest } from './requests.ts';

/** Letters before the numbers of pages. */
export const PREFIX = '^[A-Z][A-Z0-9-]{0,19}$';

export const noProduction = (): ArchiveError =>
  new ArchiveError('production-not-found', 'There is no such production in this agency.', { retry: 'never' });

/** What leaves the house is let out by somebody, who is named: a key that lies about releases nothing. */
export const releaserOf = (request: FastifyRequest): string =>
  deciderOf(
    request,
    'A production is released and withdrawn by a person who signed in, not by a key. Sign in, and do it there.',
  );

export async function productionHere(at: AgencyTx, id: string): Promise<Production> {
  const known = recordIdOf(id);
  const production = known === null ? null : await readProduction(at, known);
  if (production === null) throw noProduction();
  return production;
}

export async function requestHere(at: AgencyTx, id: string): Promise<string> {
  const known = recordIdOf(id);
  if (known === null || !(await requestExists(at, known))) throw noRequest();
  return known;
}

/** Where nobody chose letters: those of the agency. */
export function prefixFor(agencyId: string): string {
  const own = agencyId.toUpperCase().slice(0, 20);
  return new RegExp(PREFIX, 'u').test(own) ? own : 'PRODUCTION';
}

export interface Ordered {
  readonly prefix: string | null;
  readonly asked: Asked;
}

export async function orderProduction(
  at: AgencyTx,
  requestId: string,
  { prefix, asked }: Ordered,
  actor: string,
): Promise<{ readonly id: string; readonly n: number; readonly records: number }> {
  const made = await askForProduction(
    at,
    { requestId, prefix: prefix ?? prefixFor(at.agencyId), asked },
    actor,
  );
  if (made === null) throw noRequest();
  return made;
}

export function productionShown(production: Production, caller: Caller): Record<string, unknown> {
  const { requestId, objectKey: _key, versionId: _version, withdrawnWhy, trouble, ...rest } = production;
  const known = caller.roles.includes('administrator');
  return {
    ...rest,
    request: requestId,
    withdrawnBecause: withdrawnWhy,
    trouble:
      trouble === null
        ? null
        : {
            code: trouble.code,
            reason: known ? trouble.error : reasonOf(trouble.code),
            attempts: trouble.attempts,
            dueAt: trouble.parkedAt === null ? trouble.dueAt : null,
            parkedAt: trouble.parkedAt,
          },
  };
}

/** The bytes as they were sealed; compared while they go. The entry is written when they are at hand, and before the first of them goes. */
export async function sendSealed(
  { store }: Pick<System, 'store'>,
  reply: FastifyReply,
  { key, versionId, sha256, bytes, n }: SealedBytes,
  enter: () => Promise<void>,
): Promise<FastifyReply> {
  const stream = await begun(
    wholeBytes(await sealedStream(store, key, versionId), { what: key, sha256, sizeBytes: bytes }),
  );
  try {
    await enter();
  } catch (error) {
    stream.destroy();
    throw error;
  }
  // From here on the answer has begun, and all that can be said of what is wrong is that the connection breaks.
  stream.once('error', (error) => reply.log.error({ err: error }, 'production.broke-off'));
  return await reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('content-disposition', `attachment; filename="production-${n}.zip"`)
    .header('content-length', bytes)
    .header('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
    .type('application/zip')
    .send(stream);
}

export function notDone(done: 'unknown' | 'elsewhere' | 'done'): ArchiveError {
  return done === 'unknown'
    ? noProduction()
    : new ArchiveError(
        'production-state',
        'The production is not in the state that this begins from, so nothing was changed. Read it again.',
        { retry: 'never' },
      );
}

/** In a store that was put back from a backup it may be another version; the digest says whether it is the same. */
async function sealedStream(store: System['store'], key: string, versionId: string): Promise<Readable> {
  try {
    return await store.read(key, versionId);
  } catch (error) {
    const current = codeOf(error) === 'store-object-missing' ? await store.head(key) : null;
    if (current === null || current.versionId === versionId) throw error;
    return await store.read(key, current.versionId);
  }
}
