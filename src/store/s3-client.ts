/**
 * One S3 client as this archive wants it: the store's clock is checked on every answer, nothing corrects a skew in
 * silence, every call ends in time, and every failure has one of our codes.
 *
 * Why the clock: a lock is only as good as the clock of the server that keeps it. Measured: with a server 4,000 s ahead,
 * the SDK took over the server's time, retried and deleted a version that was locked for 3,600 s, without an error. So
 * its correction is off, and an answer that is more than 60 s off ours is an error whatever else it says.
 */
import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import type { S3Credentials } from '#config.ts';
import { ArchiveError, type ErrorCode, type Retry } from '#errors.ts';
import { SKEW_MAX_MS } from './canary.ts';

const CONNECT_MS = 5000;
const ANSWER_MS = 30_000;
/** A body slower than this is as good as stuck. */
const SLOWEST_BYTES_PER_MS = 250;
const IDLE_MS = 60_000;

export interface S3Place {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
}

/** A client for one bucket with one credential. */
export interface S3Link {
  readonly client: S3Client;
  readonly bucket: string;
  /** From the newest answer: the store's clock minus ours; null before the first answer. */
  skewMs(): number | null;
}

export function openLink(place: S3Place, credentials: S3Credentials, now: () => Date): S3Link {
  let skewMs: number | null = null;
  const client = new S3Client({
    endpoint: place.endpoint,
    region: place.region,
    credentials: { ...credentials },
    forcePathStyle: true,
    disableClockSkewCorrection: true,
    // A second try for a connection that broke; bodies from files are never sent twice by the SDK.
    maxAttempts: 2,
    // Servers that do not know it would cost the whole time limit.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      socketTimeout: IDLE_MS,
    },
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers, body } = result.response as { headers: Record<string, string>; body: unknown };
      const date = headers['date'] === undefined ? NaN : Date.parse(headers['date']);
      // The header has whole seconds: half of one is the likeliest.
      skewMs = date + 500 - now().getTime();
      // Also true without a date: a store that does not say its time cannot be trusted with a lock.
      if (!(Math.abs(skewMs) <= SKEW_MAX_MS)) {
        if (body instanceof Readable) body.destroy();
        throw new ArchiveError(
          'store-clock-skewed',
          `The store says that it is ${headers['date'] ?? 'no time at all'}; by our clock it is ${now().toUTCString()}.`,
          { retry: 'later', details: { skewMs } },
        );
      }
      return result;
    },
    // Innermost: it sees an answer before anyone reads it, refusals too.
    { step: 'deserialize', priority: 'low', name: 'holdfastClockCheck' },
  );
  return { client, bucket: place.bucket, skewMs: () => skewMs };
}

/** Time for one call that carries a body. */
export function timeLimitMs(sizeBytes: number): number {
  return ANSWER_MS + Math.ceil(sizeBytes / SLOWEST_BYTES_PER_MS);
}

export function statusOf(error: unknown): number | null {
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null;
}

const DIGEST_NAMES = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
]);

function classed(error: S3ServiceException): readonly [ErrorCode, Retry] {
  const status = error.$metadata.httpStatusCode ?? 0;
  const { name } = error;
  if (name === 'RequestTimeTooSkewed') return ['store-clock-skewed', 'later'];
  if (DIGEST_NAMES.has(name)) return ['digest-mismatch', 'never'];
  if (name === 'SlowDown' || name === 'RequestTimeout' || status === 429) return ['store-down', 'later'];
  if (status === 501) return ['store-refused', 'never'];
  if (status >= 500) return ['store-down', 'later'];
  if (name === 'ConditionalRequestConflict' || name === 'OperationAborted')
    return ['store-conflict', 'later'];
  if (status === 409) return ['store-conflict', 'never'];
  // Wrong keys, a policy, a bucket that is not there: someone mends that, and then the work goes on.
  if (status === 401 || status === 403 || name === 'NoSuchBucket') return ['store-refused', 'later'];
  if (status === 404 || status === 405) return ['store-object-missing', 'never'];
  return ['store-refused', 'never'];
}

/** Everything that may come out of a call to the store, as one of our errors. */
export function storeError(what: string, error: unknown): ArchiveError {
  if (error instanceof ArchiveError) return error;
  if (error instanceof S3ServiceException) {
    const [code, retry] = classed(error);
    const status = error.$metadata.httpStatusCode;
    return new ArchiveError(
      code,
      `Could not ${what}: ${status ?? 'no status'} ${error.name}: ${error.message}`,
      {
        retry,
        cause: error,
        details: { status, name: error.name, requestId: error.$metadata.requestId },
      },
    );
  }
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ArchiveError('store-down', `Could not ${what}: ${why}`, { retry: 'later', cause: error });
}

export async function asked<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw storeError(what, error);
  }
}
