/** One request and its answer while they pass, kept as they will be recorded. */
import type { Spool } from './spool.ts';
import type { TlsFacts } from './upstream.ts';

/** A request as it was sent to the server. */
export interface Asked {
  /** Absolute, without fragment. */
  readonly address: string;
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, in their order and spelling. */
  readonly headers: readonly string[];
  /** The address that was connected to. */
  readonly ip: string;
  readonly tls: TlsFacts | null;
}

export interface Answered {
  readonly httpVersion: string;
  readonly status: number;
  readonly message: string;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
}

/** Words of WARC 1.1, 5.13, for why a body is not whole. */
export type Cut = 'length' | 'time' | 'disconnect' | 'unspecified';

export class Exchange {
  readonly asked: Asked;
  readonly requestHead: Buffer;
  readonly request: Spool;
  answer: (Answered & { readonly date: string; readonly head: Buffer; readonly body: Spool }) | null = null;
  readonly #spool: (head: Uint8Array) => Spool;

  constructor(asked: Asked, spool: (head: Uint8Array) => Spool) {
    this.asked = asked;
    this.requestHead = headOf(`${asked.method} ${asked.path} HTTP/1.1`, asked.headers);
    this.#spool = spool;
    this.request = spool(this.requestHead);
  }

  answered(answer: Answered): void {
    const { httpVersion, status, message, headers } = answer;
    const head = headOf(`HTTP/${httpVersion} ${status}${message === '' ? '' : ` ${message}`}`, headers);
    this.answer = { ...answer, date: new Date().toISOString(), head, body: this.#spool(head) };
  }

  async discard(): Promise<void> {
    await this.request.discard();
    await this.answer?.body.discard();
  }
}

/** The body is stored without its transfer coding; the header that named it must not claim otherwise. */
function headOf(start: string, headers: readonly string[]): Buffer {
  let text = `${start}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const stored = name.toLowerCase() === 'transfer-encoding' ? 'x-orig-transfer-encoding' : name;
    text += `${stored}: ${headers[i + 1] ?? ''}\r\n`;
  }
  // Node reads header bytes as Latin-1 and so keeps them; the same way back gives the same bytes.
  return Buffer.from(`${text}\r\n`, 'latin1');
}

export function headerOf(headers: readonly string[], name: string): string | null {
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === name) return headers[i + 1] ?? null;
  return null;
}
