/** A media type is what its sender says, and becomes a header of the store's: none may make a record that cannot be sealed. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ArchiveError } from '#errors.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { rows as chosen } from '../support/extent.ts';
import { settled } from '../support/looking.ts';
import { uploading } from '../support/uploading.ts';
import { startVersitygw, type RunningVersitygw } from '../support/versitygw.ts';

let server: RunningVersitygw;
let archive: Archive;
let away = false;
beforeAll(async () => {
  server = await startVersitygw();
  const { bucket, region, writer, endpoint } = await server.newBucket();
  archive = await openArchive({
    env: {
      S3_ENDPOINT: endpoint,
      S3_REGION: region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: writer.accessKeyId,
      S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
    },
    adapt: (system) => {
      const { seal } = system.store;
      Object.assign(system.store, {
        seal: async (input: Parameters<typeof seal>[0]) => {
          if (away && input.key.includes('/rec/'))
            throw new ArchiveError('store-down', 'The store is away.', { retry: 'later' });
          return await seal.call(system.store, input);
        },
      });
      return system;
    },
  });
  await archive.work();
});
afterAll(async () => {
  await archive?.close();
  await server?.stop();
});

/** Nothing that its first bytes tell. */
const unknown = (): Buffer => Buffer.concat([Buffer.of(0, 1, 2, 3), randomBytes(60)]);

async function typesOf(recordId: string): Promise<unknown> {
  const { rows } = await archive.sql.query(
    `select o.media_type as stored, a.media_type as kept, a.claimed_type as claimed from artifact a
       join object o on o.record_id = a.record_id and o.sha256 = a.sha256 where a.record_id = $1 and a.origin = 'handed-in'`,
    [recordId],
  );
  return rows;
}

const OCTETS = 'application/octet-stream';
const LONG = `${'x'.repeat(150)}/y`;

describe('a file whose claimed type is', () => {
  test.each(
    chosen(
      [
        ['two lines', 'image/png\nx-amz-meta: 1', OCTETS],
        ['of another alphabet', 'картинка/png', OCTETS],
        ['a control character', 'image/p\u0001ng', OCTETS],
        ['longer than a type may be', LONG, OCTETS],
        ['a word', 'picture', OCTETS],
        ['a type', 'application/vnd.rivertown+zip', 'application/vnd.rivertown+zip'],
      ],
      (_, n) => n % 2 === 0,
    ),
  )('%s is sealed, and what was claimed is kept', async (_what, claimed, kept) => {
    const mine = uploading(archive.app, { authorization: `Bearer ${await archive.key()}` });
    const bytes = unknown();
    const { id } = await mine.begin(bytes.length, `filetype ${Buffer.from(claimed).toString('base64')}`);
    await mine.piece(id, 0, bytes);
    const sent = [(await mine.report(simpleReport(), [id])).body['recordId']];
    if (!claimed.includes('\n')) {
      const file = { name: 'x', type: claimed, bytes: unknown() };
      sent.push((await archive.report(simpleReport(), [file])).body.recordId);
    }
    for (const recordId of sent.map(String)) {
      expect((await settled(archive, recordId)).receipt.seals).not.toEqual([]);
      expect(await typesOf(recordId)).toEqual([{ stored: kept, kept, claimed }]);
    }
  });

  test('none, in rows that an earlier version wrote, is sealed as well', async () => {
    away = true;
    const file = { name: 'x', type: 'image/x-own', bytes: unknown() };
    const { body } = await archive.report(simpleReport(), [file]);
    await expect.poll(async () => await typesOf(body.recordId), { timeout: 20_000 }).toHaveLength(1);
    const bad = [body.recordId, 'image/x\nown'];
    await archive.sql.query(
      'update artifact set media_type = $2 where record_id = $1 and claimed_type is not null',
      bad,
    );
    await archive.sql.query(
      "update object set media_type = $2 where record_id = $1 and media_type = 'image/x-own'",
      bad,
    );
    away = false;
    await archive.until(body.recordId, ({ seals }) => seals.length > 0, 60_000);
  }, 90_000);
});
