/** A whole archive on a port of this machine, a real browser in front of it, and pictures to hand in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Viewport } from 'puppeteer-core';
import { openDoors } from '#api/api.ts';
import { openArchive, type Archive, type ArchiveOptions } from './archive.ts';
import { startConsoleBrowser } from './console-browser.ts';
import { recordOf } from './looking.ts';
import { noisyPng, png } from './picture.ts';
import { freePort } from './port.ts';
import { visitorIn, type Visitor } from './visitor.ts';

interface Picture {
  readonly path: string;
  readonly bytes: Buffer;
}

export interface ConsoleScene {
  readonly archive: Archive;
  readonly origin: string;
  /** The content server's, as pages that were opened at `origin` name it. */
  readonly content: string;
  readonly picture: Picture;
  /** More than the buffers on the way to the archive hold. */
  readonly largePicture: Picture;
  /** Says that it is a PNG, begins like one, and does not open. */
  readonly brokenPicture: Picture;
  /** A picture under another name. */
  pictureNamed(name: string): Promise<Picture>;
  /** Somebody new: no key, no storage. */
  visitor(options?: { readonly viewport?: Viewport; readonly origin?: string }): Promise<Visitor>;
  /** What one fact of a record brought: the words as they were sent, and its files. */
  arrived(
    recordId: string,
    fact?: number,
  ): Promise<{
    readonly event: unknown;
    readonly files: readonly { readonly name: string | null; readonly bytes: Buffer }[];
    readonly deliveries: number;
    readonly channel: string;
  }>;
  recordCount(): Promise<number>;
  close(): Promise<void>;
}

/** `named`: under a name, which passkeys ask for, and with that as the public address. */
export async function openConsoleScene(
  options: ArchiveOptions & { readonly named?: boolean } = {},
): Promise<ConsoleScene> {
  const { named = false, ...rest } = options;
  const port = named ? await freePort() : 0;
  const publicUrl = `http://localhost:${port}`;
  const archive = await openArchive({
    ...rest,
    env: { ...rest.env, ...(named ? { HOLDFAST_PUBLIC_URL: publicUrl } : {}) },
  });
  const { contentAddress } = await openDoors(archive.app, { host: '127.0.0.1', port, contentPort: 0 });
  const address = archive.app.addresses()[0];
  if (address === undefined || typeof address === 'string') throw new Error('The archive has no address.');
  const origin = named ? publicUrl : `http://127.0.0.1:${address.port}`;
  const content = new URL(origin);
  content.port = new URL(contentAddress).port;
  const browser = await startConsoleBrowser();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pictures-'));
  const keep = async (name: string, bytes: Buffer): Promise<Picture> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { path, bytes };
  };
  const small = await png(400, 300);
  return {
    archive,
    origin,
    content: content.origin,
    picture: await keep('comment.png', small),
    largePicture: await keep('large.png', await noisyPng(16)),
    brokenPicture: await keep('broken.png', Buffer.concat([small.subarray(0, 60), Buffer.alloc(400)])),
    pictureNamed: async (name) => await keep(name, small),
    visitor: async (who = {}) =>
      await visitorIn(await browser.open(), who.origin ?? origin, who.viewport, content.origin),
    arrived: async (recordId, n = 1) => {
      const record = await recordOf(archive, recordId);
      const bytesOf = async (artifact: number): Promise<Buffer> =>
        (
          await archive.app.inject({
            url: `/v1/records/${recordId}/artifacts/${artifact}`,
            headers: { authorization: `Bearer ${await archive.key('custodian')}` },
          })
        ).rawPayload;
      const own = record.artifacts.filter((file) => file.factN === n);
      const raw = own.find((file) => file.origin === 'raw');
      const fact = record.facts.find((one) => one.n === n);
      if (raw === undefined || fact === undefined) throw new Error(`The record has no fact ${n}.`);
      const files = own.filter((file) => file.origin === 'handed-in');
      return {
        event: JSON.parse((await bytesOf(raw.n)).toString('utf8')),
        files: await Promise.all(
          files.map(async (file) => ({ name: file.originalName, bytes: await bytesOf(file.n) })),
        ),
        deliveries: fact.deliveries,
        channel: (fact.body['data'] as { readonly channel: string }).channel,
      };
    },
    recordCount: async () =>
      (await archive.sql.query<{ count: number }>('select count(*)::int as count from record')).rows[0]
        ?.count ?? -1,
    close: async () => {
      await browser.close();
      await archive.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
