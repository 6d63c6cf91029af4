/** Headers on their way through the proxy: what belongs to one hop ends here, everything else goes on as it came. */
import type { IncomingMessage } from 'node:http';

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const CLOSED_CODINGS = /^(?:zstd|dcb|dcz|sbr)\b/i;

/** Header names and values as they came, in their order and spelling, without those that belong to one hop. */
export function passedOn(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, raw[i + 1] ?? '');
  }
  return kept;
}

/**
 * The browser's headers without the codings that nobody could open from the archive: of a dictionary that was sent at
 * another time, and `zstd`, which no tool of replay knows. A server that is asked without them sends another.
 */
export function asked(raw: readonly string[]): string[] {
  return passedOn(raw).map((value, i, all) => {
    if (i % 2 === 0 || all[i - 1]?.toLowerCase() !== 'accept-encoding') return value;
    const codings = value.split(',').map((each) => each.trim());
    return codings.filter((each) => !CLOSED_CODINGS.test(each)).join(', ');
  });
}

/** Said by us and not left to Node, so that what is recorded is all that was sent. */
export function framing({ headers, method = 'GET' }: IncomingMessage): string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  const mayLackLength = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(method);
  return headers['content-length'] === undefined && !mayLackLength ? ['Content-Length', '0'] : [];
}
