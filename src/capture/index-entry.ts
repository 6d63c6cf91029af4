/** The line of an exchange in the index (CDXJ), by which a replay finds it. */
import { getSurt, postToGetUrl } from 'warcio/utils';
import { headerOf } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { Place } from './warc.ts';

export interface IndexEntry {
  readonly key: string;
  readonly date: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** No more of a request's body becomes part of its key; the convention of other tools. */
const KEY_QUERY_CHARS = 4096;

/**
 * Null: it is in the archive and no replay must come upon it. A WebSocket cannot be replayed, and `304` says only that
 * the browser had it already.
 */
export function entryOf(
  exchange: Exchange,
  stored: Place & { readonly digest: string; readonly revisit: boolean },
): IndexEntry | null {
  const { asked, answer } = exchange;
  if (answer === null || answer.status === 304 || !/^https?:/.test(asked.address)) return null;
  const type = headerOf(answer.headers, 'content-type')?.split(';')[0]?.trim() ?? '';
  const body = keyOf(exchange);
  return {
    key: getSurt(body?.url ?? asked.address),
    date: answer.date,
    fields: {
      url: asked.address,
      mime: stored.revisit ? 'warc/revisit' : type === '' ? 'application/octet-stream' : type,
      status: String(answer.status),
      digest: stored.digest,
      length: String(stored.length),
      offset: String(stored.offset),
      filename: 'data.warc.gz',
      ...(asked.method === 'GET' ? {} : { method: asked.method, requestBody: body?.requestBody ?? '' }),
    },
  };
}

/** Requests with a body are told apart by it; a large one is not, and its answer is found by its address and method. */
function keyOf({ asked, request }: Exchange): { url: string; requestBody: string } | null {
  if (asked.method === 'GET') return null;
  const asGet = {
    url: asked.address,
    method: asked.method,
    headers: new Map([['content-type', headerOf(asked.headers, 'content-type') ?? '']]),
    postData: request.held ?? new Uint8Array(),
    requestBody: '',
  };
  postToGetUrl(asGet, KEY_QUERY_CHARS);
  return asGet;
}

/** Sorted as bytes are, which every reader's binary search presumes. */
export function linesOf(entries: readonly IndexEntry[]): string {
  return entries
    .map(
      ({ key, date, fields }) => `${key} ${date.replace(/\D/g, '').slice(0, 14)} ${JSON.stringify(fields)}\n`,
    )
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .join('');
}
