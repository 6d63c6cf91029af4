/**
 * Senders that libraries do not have: bodies that are cut off, parts that are wrong, bytes on a bare socket. And the count of
 * everything that a refused request must not leave behind.
 */
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyRole } from '#agency/agency.ts';
import type { Archive } from './archive.ts';

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS' | 'TRACE';
  readonly url?: string;
  /** Null: none. */
  readonly type?: string | null;
  readonly body?: string | Uint8Array;
  readonly role?: KeyRole;
  readonly agency?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without an Authorization header of ours. */
  readonly nobody?: boolean;
}

/** By default a POST of the simple form, by a moderator of Rivertown. */
export async function send(archive: Archive, sent: Sent): Promise<Got> {
  const { method = 'POST', type = method === 'POST' ? 'application/json' : null } = sent;
  const response = await archive.app.inject({
    // The library's own list of methods is shorter than HTTP's.
    method: method as 'POST',
    url: sent.url ?? '/v1/deletion-events',
    headers: {
      ...(sent.nobody === true
        ? {}
        : { authorization: `Bearer ${await archive.key(sent.role ?? 'moderator', sent.agency)}` }),
      ...(type === null ? {} : { 'content-type': type }),
      ...sent.headers,
    },
    ...(sent.body === undefined
      ? {}
      : { payload: typeof sent.body === 'string' ? sent.body : Buffer.from(sent.body) }),
  });
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return { status: response.statusCode, headers: Object.fromEntries(headers), body: response.body };
}

export interface Part {
  /** Header lines as they are written; `name` is the short way. */
  readonly head?: string;
  readonly name?: string;
  readonly filename?: string;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

export const BOUNDARY = 'a-boundary-of-this-test';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** A body of parts, right or wrong. */
export function formOf(
  parts: readonly Part[],
  around: { readonly before?: string; readonly after?: string } = {},
): Buffer {
  const pieces: Uint8Array[] = [Buffer.from(around.before ?? '')];
  for (const part of parts) {
    const lines =
      part.head ??
      [
        `Content-Disposition: form-data; name="${part.name ?? 'file'}"${part.filename === undefined ? '' : `; filename="${part.filename}"`}`,
        ...(part.type === undefined ? [] : [`Content-Type: ${part.type}`]),
      ].join('\r\n');
    pieces.push(
      Buffer.from(`--${BOUNDARY}\r\n${lines}\r\n\r\n`),
      Buffer.from(part.body),
      Buffer.from('\r\n'),
    );
  }
  pieces.push(Buffer.from(around.after ?? `--${BOUNDARY}--\r\n`));
  return Buffer.concat(pieces);
}

export interface Wire {
  readonly bytes: readonly (string | Uint8Array)[];
  /** Between the pieces of `bytes`. */
  readonly pauseMs?: number;
  /** Closes our side after the last byte, and goes on reading. */
  readonly end?: boolean;
  readonly timeoutMs?: number;
}

/** Everything that came back on a bare socket until it was closed, or until one answer was whole. */
export async function wire(
  port: number,
  { bytes, pauseMs = 0, end = false, timeoutMs = 10_000 }: Wire,
): Promise<Got[]> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  let closed = false;
  // A server that refuses early resets what we are still writing; what it said before is what counts.
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const gone = new Promise<void>((resolve) => {
    for (const event of ['end', 'close'] as const)
      socket.on(event, () => {
        closed = true;
        resolve();
      });
  });
  const write = async (): Promise<void> => {
    for (const piece of bytes) {
      if (closed || socket.destroyed) return;
      if (!socket.write(piece))
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), gone]);
      if (pauseMs > 0) await Promise.race([sleep(pauseMs), gone]);
    }
    if (end && !socket.destroyed) socket.end();
  };
  const headless = String(bytes[0]).startsWith('HEAD ');
  const writing = write();
  const deadline = Date.now() + timeoutMs;
  try {
    for (;;) {
      const answers = parseAnswers(Buffer.concat(chunks), headless);
      if (closed || (answers.length > 0 && answers.length >= countRequests(bytes))) {
        await Promise.race([writing, gone]);
        return answers;
      }
      if (Date.now() > deadline) throw new Error(`No answer and no end within ${timeoutMs} ms.`);
      await Promise.race([sleep(10), gone]);
    }
  } finally {
    socket.destroy();
  }
}

function countRequests(bytes: readonly (string | Uint8Array)[]): number {
  const whole = bytes.map((piece) => Buffer.from(piece).toString('latin1', 0, 100_000)).join('');
  return Math.max(1, whole.match(/^[A-Z]+ \S+ HTTP\/1\.[01]\r?$/gm)?.length ?? 1);
}

function parseAnswers(bytes: Buffer, headless: boolean): Got[] {
  const answers: Got[] = [];
  for (let from = 0; from < bytes.length;) {
    const headEnd = bytes.indexOf('\r\n\r\n', from);
    if (headEnd < 0) break;
    const [first = '', ...lines] = bytes.toString('latin1', from, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
      }),
    );
    const length = headless ? 0 : Number(headers['content-length'] ?? 0);
    const bodyEnd = headEnd + 4 + length;
    if (bytes.length < bodyEnd) break;
    answers.push({
      status: Number(first.split(' ')[1]),
      headers,
      body: bytes.toString('utf8', headEnd + 4, bodyEnd),
    });
    from = bodyEnd;
  }
  return answers;
}

/** How much there is of everything that a report leaves; that one was refused is no part of it. Keys are made and revoked by the tests themselves, whenever they need one. */
export async function remains(archive: Archive): Promise<Record<string, number>> {
  const tables = ['record', 'fact', 'artifact', 'step', 'seal', 'object'];
  const counts = [
    ...tables.map((table) => `(select count(*)::int from ${table}) as ${table}`),
    "(select count(*)::int from event where type not in ('key.made', 'key.revoked', 'intake.rejected')) as event",
  ];
  const { rows } = await archive.sql.query<Record<string, number>>(`select ${counts.join(', ')}`);
  return { ...rows[0], staged: await stagedFiles(archive) };
}

export async function stagedFiles(archive: Archive): Promise<number> {
  const found = await readdir(archive.config.stagingDir, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile() && entry.name !== 'probe').length;
}
