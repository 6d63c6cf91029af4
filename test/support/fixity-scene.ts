/** An archive whose sealed files are damaged and checked: on the folder store, or on a real S3 server behind a proxy that may lie. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { pino } from 'pino';
import { checkAll, checkNow, type Checked, type PassReport } from '#fixity/fixity.ts';
import type { S3Config } from '#config.ts';
import { openArchive, simpleReport, type Archive } from './archive.ts';
import { recordOf, settled, type ShownRecord } from './looking.ts';
import { startLyingProxy, type LyingProxy } from './lying-proxy.ts';
import { png } from './picture.ts';
import { startVersitygw, type RunningVersitygw } from './versitygw.ts';

const DAY_MS = 86_400_000;

export interface FixityScene {
  readonly archive: Archive;
  /** Where the objects lie as files, whichever store it is. */
  readonly objects: string;
  /** Null on the folder store. */
  readonly s3: {
    readonly bucket: S3Config;
    readonly server: RunningVersitygw;
    readonly proxy: LyingProxy;
  } | null;
  readonly logged: Record<string, unknown>[];
  /** A record with a picture, complete, and safe to remove. */
  sealed(): Promise<SealedRecord>;
  pass(options?: Partial<Parameters<typeof checkAll>[0]>): Promise<PassReport>;
  now(recordId: string): Promise<Checked>;
  /** The codes of its failures in its history, oldest first. */
  failures(recordId: string): Promise<string[]>;
  events(type: string): Promise<Record<string, unknown>[]>;
  /** As the store's administrator, who may delete and write anything that is not locked. */
  admin(): S3Client;
  close(): Promise<void>;
}

export interface SealedRecord {
  readonly recordId: string;
  readonly record: ShownRecord;
  readonly picture: { readonly key: string; readonly versionId: string; readonly path: string };
}

export async function openFixityScene(
  kind: 'folder' | 's3',
  env: Readonly<Record<string, string>> = {},
): Promise<FixityScene> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-fixity-'));
  const logged: Record<string, unknown>[] = [];
  let s3: FixityScene['s3'] = null;
  let settings: Record<string, string> = {};
  if (kind === 's3') {
    const server = await startVersitygw({ folder });
    const bucket = await server.newBucket();
    const proxy = await startLyingProxy(server.endpoint);
    s3 = { bucket, server, proxy };
    settings = {
      S3_ENDPOINT: proxy.endpoint,
      S3_REGION: bucket.region,
      S3_BUCKET: bucket.bucket,
      S3_ACCESS_KEY_ID: bucket.writer.accessKeyId,
      S3_SECRET_ACCESS_KEY: bucket.writer.secretAccessKey,
      S3_READ_ACCESS_KEY_ID: server.reader.accessKeyId,
      S3_READ_SECRET_ACCESS_KEY: server.reader.secretAccessKey,
    };
  }
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const archive = await openArchive({
    env: { ...settings, ...env },
    adapt: (system) => ({ ...system, log: pino({ level: 'info' }, { write }) }),
  });
  await archive.work();
  const { db, reader, log, logReader } = archive.system;
  const context = { db, reader, log, actor: 'worker:fixity' };
  const objects =
    s3 === null ? join(archive.dataDir, 'store', 'objects') : join(folder, 'objects', s3.bucket.bucket);
  const clients: S3Client[] = [];
  return {
    archive,
    objects,
    s3,
    logged,
    sealed: async () => {
      const shot = { name: 'shot.png', type: 'image/png', bytes: await png(60, 40) };
      const answer = await archive.report(simpleReport(), [shot]);
      const recordId = answer.body.recordId;
      await archive.until(recordId, (one) => one.status === 'complete' && one.safeToRemove);
      const { record } = await settled(archive, recordId);
      const seal = record.artifacts.find(({ origin }) => origin === 'handed-in')?.seal;
      if (seal == null) throw new Error('The picture was not sealed.');
      const { key, versionId } = seal;
      return { recordId, record, picture: { key, versionId, path: join(objects, key) } };
    },
    pass: async (options = {}) =>
      await checkAll({
        ...context,
        lookMs: 7 * DAY_MS,
        readMs: 90 * DAY_MS,
        bytesPerSecond: 1024 ** 3,
        readLogFile: async (agencyId, path) => await logReader.file(agencyId, path),
        ...options,
      }),
    now: async (recordId) => await checkNow(context, 'rivertown', recordId),
    failures: async (recordId) =>
      (await recordOf(archive, recordId)).history
        .filter(({ type }) => type === 'fixity.failed')
        .map(({ body }) => String(body['code'])),
    events: async (type) => {
      const { rows } = await archive.sql.query<{ body: Record<string, unknown> }>(
        'select body from event where type = $1 order by seq',
        [type],
      );
      return rows.map(({ body }) => body);
    },
    admin: () => {
      if (s3 === null) throw new Error('The folder has no administrator but whoever is root.');
      const { endpoint, region, root } = s3.server;
      const client = new S3Client({ endpoint, region, credentials: { ...root }, forcePathStyle: true });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await archive.close();
      await s3?.proxy.close();
      await s3?.server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
