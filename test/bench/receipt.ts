/**
 * A moderator's wait: a 3 MB picture handed in, five times a second, until the receipt says "safe to remove", everything in
 * one process on the embedded defaults. Baseline of the same run: the least that any archive must do with the same
 * bytes at the same rate, which is to hash them, write them twice (once where they arrive, once where they stay) and sync each.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '#record/record.ts';
import { multipart } from '../support/archive-forms.ts';
import { noisyPng } from '../support/picture.ts';
import type { BenchResult } from './main.ts';
import { percentile, startBenchServer, type BenchServer } from './server.ts';

const PER_SECOND = 5;
const SECONDS = 20;

export async function receipt(): Promise<BenchResult> {
  const server = await startBenchServer('up', { CHROMIUM_PATH: '/nonexistent' });
  try {
    const picture = await noisyPng(3);
    await paced(3, async () => await toSafe(server, picture)); // warm: canary, decoder, prepared statements
    const floor = await paced(SECONDS, async () => await writeTwice(server, picture));
    const ours = await paced(SECONDS, async () => await toSafe(server, picture));
    const [value, baseline] = [percentile(ours, 0.95), percentile(floor, 0.95)];
    return {
      bench: 'receipt',
      ratio: baseline / value,
      value,
      baseline,
      unit: 'ms at p95 from first byte sent to "safe to remove"',
      growth: [],
      table: [
        ['picture', `${(picture.length / 1e6).toFixed(1)} MB, ${PER_SECOND} a second, ${ours.length} in all`],
        [
          'to "safe to remove": p50 / p95 / p99',
          `${[0.5, 0.95, 0.99].map((p) => percentile(ours, p).toFixed(0)).join(' / ')} ms`,
        ],
        [
          'hash, write and sync twice: p50 / p95',
          `${[0.5, 0.95].map((p) => percentile(floor, p).toFixed(0)).join(' / ')} ms`,
        ],
        ['aim: p95 below 2000 ms', value < 2000 ? 'met' : 'MISSED'],
      ],
    };
  } finally {
    await server.stop();
  }
}

/** Starts one piece of work every 200 ms whatever the others do, and answers how long each took. */
async function paced(seconds: number, work: () => Promise<void>): Promise<number[]> {
  const begun = performance.now();
  return await Promise.all(
    Array.from({ length: seconds * PER_SECOND }, async (_, i) => {
      await sleep(Math.max(0, begun + (i * 1000) / PER_SECOND - performance.now()));
      const started = performance.now();
      await work();
      return performance.now() - started;
    }),
  );
}

async function toSafe(server: BenchServer, picture: Buffer): Promise<void> {
  const form = multipart(
    {
      platform: 'facebook',
      account: 'rivertown',
      kind: 'comment',
      text: `Words ${randomUUID()}`,
      action: { verb: 'hide' },
    },
    [{ name: 'shot.png', type: 'image/png', bytes: picture }],
  );
  const headers = { authorization: `Bearer ${server.key}` };
  const sent = await fetch(`${server.url}/v1/deletion-events`, {
    method: 'POST',
    headers: { ...headers, 'content-type': form.contentType },
    body: new Uint8Array(form.payload),
  });
  if (sent.status !== 202) throw new Error(`refused: ${sent.status} ${await sent.text()}`);
  const { statusUrl } = (await sent.json()) as { statusUrl: string };
  const stream = await fetch(new URL(new URL(statusUrl).pathname, server.url), { headers });
  let text = '';
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    const last = text.split('\n').findLast((line) => line.startsWith('data: '));
    if (last === undefined || !text.endsWith('\n\n')) continue;
    if ((JSON.parse(last.slice(6)) as Receipt).safeToRemove) return;
  }
  throw new Error('the live status ended before it was safe');
}

async function writeTwice(server: BenchServer, picture: Buffer): Promise<void> {
  const folder = join(server.dataDir, 'floor');
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < 2; i += 1) {
    createHash('sha256').update(picture).digest();
    const file = await open(join(folder, randomUUID()), 'wx');
    await file.writeFile(picture);
    await file.sync();
    await file.close();
    const dir = await open(folder, 'r');
    await dir.sync();
    await dir.close();
  }
}
