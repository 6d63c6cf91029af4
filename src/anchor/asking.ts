/** One question by POST to whoever stands outside: for a bounded time, and for a bounded answer. */
import { ArchiveError } from '#errors.ts';

export interface Asked {
  readonly status: number;
  readonly body: Buffer;
}

const ANSWER_MS = 20_000;

export interface Question {
  readonly url: string;
  readonly type: string;
  readonly body: Uint8Array;
  readonly limitBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** Rejects with `anchor-unreachable` when there is no whole answer. A redirect is an answer like any other: nobody is followed elsewhere. */
export async function ask({
  url,
  type,
  body,
  limitBytes,
  signal,
  timeoutMs = ANSWER_MS,
}: Question): Promise<Asked> {
  const limit = AbortSignal.timeout(timeoutMs);
  const { address, authorization } = apart(url);
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': type, ...(authorization === null ? {} : { authorization }) },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of answer.body ?? []) {
      bytes += part.length;
      if (bytes > limitBytes) throw unreachable(`its answer has more than ${limitBytes} bytes`);
      parts.push(part);
    }
    return { status: answer.status, body: Buffer.concat(parts) };
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw unreachable(limit.aborted ? `no whole answer within ${timeoutMs / 1000} s` : 'no answer', error);
  }
}

/** An address with a password in it is not one that can be asked; the password goes into the header that it is for. */
function apart(url: string): { readonly address: string; readonly authorization: string | null } {
  const address = new URL(url);
  const { username, password } = address;
  address.username = '';
  address.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    address: address.href,
    authorization: pair === ':' ? null : `Basic ${Buffer.from(pair).toString('base64')}`,
  };
}

function unreachable(what: string, cause?: unknown): ArchiveError {
  return new ArchiveError(
    'anchor-unreachable',
    `Whoever stands outside for the log cannot be asked: ${what}.`,
    {
      retry: 'later',
      cause,
    },
  );
}

export function refused(status: number): ArchiveError {
  return new ArchiveError(
    'anchor-refused',
    `Whoever stands outside for the log refuses, with HTTP ${status}.`,
    {
      retry: 'later',
      details: { status },
    },
  );
}
