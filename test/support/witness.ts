/**
 * A witness of C2SP tlog-witness on this machine, as strict as the specification: it keeps what it cosigned in a file before it answers,
 * refuses what does not continue that with 422, and whoever is behind or ahead of it with 409. Its proofs are checked by the log room, whose
 * own are judged by Go elsewhere.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseCheckpoint } from '#log/checkpoint.ts';
import { provesConsistency } from '#log/merkle.ts';
import { keyPair, openNote, verifierKey } from '#log/note.ts';
import { seed } from './log-scene.ts';

interface Seen {
  readonly size: number;
  readonly root: string;
}

export interface TestWitness {
  readonly name: string;
  readonly vkey: string;
  readonly url: string;
  /** What it cosigned last, by log. */
  seen(origin: string): Seen | undefined;
  /** How many checkpoints it was shown. */
  asked(): number;
  /** From here on it is behind this log, as one that was set back; or ahead of it. */
  remember(origin: string, seen: Seen): Promise<void>;
  /** Whose checkpoints it takes; of nobody else's it has heard. */
  knows(origin: string, vkeys: readonly string[]): void;
  /** Answers this way instead; null: as it should. */
  answer(
    how:
      | ((response: ServerResponse, honest: { readonly status: number; readonly body: string }) => void)
      | null,
  ): void;
  /** Its clock runs so far from ours. */
  skew(ms: number): void;
  close(): Promise<void>;
}

export async function startWitness(name: string): Promise<TestWitness> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-witness-'));
  const secret = seed(name);
  const { vkey } = keyPair(name, secret, 'cosignature');
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]),
    format: 'der',
    type: 'pkcs8',
  });
  const logs = new Map<string, readonly string[]>();
  const memory = new Map<string, Seen>(
    Object.entries(
      JSON.parse(await readFile(join(folder, 'seen.json'), 'utf8').catch(() => '{}')) as Record<string, Seen>,
    ),
  );
  const keep = async (origin: string, seen: Seen): Promise<void> => {
    memory.set(origin, seen);
    await writeFile(join(folder, 'next.json'), JSON.stringify(Object.fromEntries(memory)), { flush: true });
    await rename(join(folder, 'next.json'), join(folder, 'seen.json'));
  };
  let asked = 0;
  let skewMs = 0;
  let how: Parameters<TestWitness['answer']>[0] = null;

  const judge = async (body: string): Promise<{ readonly status: number; readonly body: string }> => {
    const end = body.indexOf('\n\n');
    const [first = '', ...proof] = body.slice(0, end).split('\n');
    const older = /^old (0|[1-9]\d*)$/.exec(first)?.[1];
    if (older === undefined || proof.length > 63) return { status: 400, body: '' };
    const note = Buffer.from(body.slice(end + 2));
    const origin = body.slice(end + 2).split('\n')[0] ?? '';
    const known = logs.get(origin);
    if (known === undefined) return { status: 404, body: '' };
    let opened;
    try {
      opened = openNote(note, known.map(verifierKey));
    } catch {
      return { status: 403, body: '' };
    }
    const { size, root } = parseCheckpoint(opened.text);
    if (Number(older) > size) return { status: 400, body: '' };
    const seen = memory.get(origin) ?? { size: 0, root: '' };
    if (Number(older) !== seen.size) return { status: 409, body: `${seen.size}\n` };
    const path = proof.map((line) => Buffer.from(line, 'base64'));
    const continues =
      seen.size === 0
        ? path.length === 0
        : provesConsistency({ size: seen.size, root: Buffer.from(seen.root, 'hex') }, { size, root }, path);
    if (!continues) return { status: 422, body: '' };
    await keep(origin, { size, root: root.toString('hex') });
    const seconds = BigInt(Math.floor((Date.now() + skewMs) / 1000));
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(seconds);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${opened.text}`), key);
    const id = Buffer.from(verifierKey(vkey).id, 'hex');
    return { status: 200, body: `— ${name} ${Buffer.concat([id, time, signature]).toString('base64')}\n` };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked += 1;
    if (request.method !== 'POST' || request.url !== '/w/add-checkpoint') {
      response.writeHead(404).end();
      return;
    }
    const honest = await judge(await text(request));
    if (how !== null) how(response, honest);
    else
      response
        .writeHead(honest.status, honest.status === 409 ? { 'content-type': 'text/x.tlog.size' } : {})
        .end(honest.body);
  };
  // One after another: two requests must not both continue the same size.
  let last: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    last = last.then(async () => await serve(request, response)).catch(() => void response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name,
    vkey,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`,
    seen: (origin) => memory.get(origin),
    asked: () => asked,
    remember: keep,
    knows: (origin, vkeys) => void logs.set(origin, vkeys),
    answer: (next) => {
      how = next;
    },
    skew: (ms) => {
      skewMs = ms;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
