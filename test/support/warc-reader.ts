/** Reads the records of an archive by other people's code, block by block and byte for byte. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { WARCParser } from 'warcio';
import { readZip } from './site/archive-reader.ts';

export interface ReadRecord {
  readonly type: string;
  readonly address: string;
  readonly offset: number;
  readonly fields: ReadonlyMap<string, string>;
  /** The first line of an HTTP message and its headers, as they stand; empty for other records. */
  readonly head: string;
  readonly body: Buffer;
  readonly block: Buffer;
}

export async function recordsOf(wacz: string): Promise<ReadRecord[]> {
  const warc = readZip(await readFile(wacz)).get('archive/data.warc.gz') ?? Buffer.alloc(0);
  const parser = new WARCParser([warc], { keepHeadersCase: true, parseHttp: false });
  const records: ReadRecord[] = [];
  for await (const record of parser) {
    const block = Buffer.from(await record.readFully());
    const isHttp = record.warcContentType?.startsWith('application/http') === true;
    const end = isHttp ? block.indexOf('\r\n\r\n') + 4 : 0;
    records.push({
      type: record.warcType ?? '',
      address: record.warcTargetURI ?? '',
      offset: parser.offset,
      fields: new Map<string, string>(record.warcHeaders.headers),
      head: block.toString('latin1', 0, end),
      body: block.subarray(end),
      block,
    });
  }
  return records;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
