/**
 * Memory of everything at rest (aim: below 350 MB without the browser) and under load. Baseline: a bare Node process that
 * imports nothing and an idle Postgres of the same settings, measured in the same run.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { multipart, simpleReport } from '../support/archive-forms.ts';
import { noisyPng } from '../support/picture.ts';
import type { BenchResult } from './main.ts';
import { childrenOf, startBenchServer, type BenchServer } from './server.ts';

const AIM_MB = 350;
const SETTLE_MS = 20_000;

export async function memory(): Promise<BenchResult> {
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await sleep(1000);
  const bareMb = pssMb(bare.pid ?? 0);
  bare.kill('SIGKILL');

  const server = await startBenchServer('up', { CHROMIUM_PATH: '/nonexistent' });
  try {
    await sleep(SETTLE_MS);
    const postgresRest = await treeMb(server.postgresPid);
    const nodeRest = await treeMb(server.pid);
    const rest = postgresRest + nodeRest;
    const picture = await noisyPng(3);
    let peak = 0;
    let loading = true;
    const load = (async () => {
      for (let i = 0; i < 60; i += 1)
        await Promise.all([send(server, picture), send(server, picture), send(server, picture)]);
      loading = false;
    })();
    while (loading) {
      peak = Math.max(peak, (await treeMb(server.postgresPid)) + (await treeMb(server.pid)));
      await sleep(250);
    }
    await load;
    const baseline = bareMb + postgresRest;
    return {
      bench: 'memory',
      ratio: baseline / rest,
      value: rest,
      baseline,
      unit: 'MB (PSS) at rest, without the browser',
      growth: [],
      table: [
        [
          'at rest: Holdfast + Postgres',
          `${nodeRest.toFixed(0)} + ${postgresRest.toFixed(0)} = ${rest.toFixed(0)} MB (PSS)`,
        ],
        [
          'bare Node + the same Postgres',
          `${bareMb.toFixed(0)} + ${postgresRest.toFixed(0)} = ${baseline.toFixed(0)} MB`,
        ],
        ['peak while 180 pictures of 3 MB come in', `${peak.toFixed(0)} MB`],
        [`aim: below ${AIM_MB} MB at rest`, rest < AIM_MB ? 'met' : 'MISSED'],
      ],
    };
  } finally {
    await server.stop();
  }
}

async function send(server: BenchServer, picture: Buffer): Promise<void> {
  const form = multipart(simpleReport(), [{ name: 'shot.png', type: 'image/png', bytes: picture }]);
  const sent = await fetch(`${server.url}/v1/deletion-events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': form.contentType },
    body: new Uint8Array(form.payload),
  });
  if (sent.status !== 202) throw new Error(`refused: ${sent.status}`);
  await sent.arrayBuffer();
}

async function treeMb(pid: number): Promise<number> {
  return [pid, ...(await childrenOf(pid))].reduce((sum, one) => sum + pssMb(one), 0);
}

/** Proportional set size: pages that processes share are counted once, in parts. */
function pssMb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it ended in between
  }
}
