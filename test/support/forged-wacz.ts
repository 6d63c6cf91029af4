/** A web archive whose content was changed by somebody who knows how: every length, place and digest in it is made anew. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';

type Members = ReadonlyMap<string, Buffer>;

export const DATAPACKAGE = 'datapackage.json';
export const DIGEST_FILE = 'datapackage-digest.json';

interface IndexLine {
  readonly head: string;
  readonly fields: Record<string, string>;
}

/** The answer of `address` with other words, of the same length or not. */
export function withOtherBody(
  members: Members,
  address: string,
  from: string,
  to: string,
): Map<string, Buffer> {
  const changed = new Map(members);
  const warc = must(members, 'archive/data.warc.gz');
  const lines = must(members, 'indexes/index.cdx').toString().trimEnd().split('\n').map(lineOf);
  const line = lines.find(({ fields }) => fields['url'] === address);
  if (line === undefined) throw new Error(`${address} is not in the index.`);
  const [offset, length] = [Number(line.fields['offset']), Number(line.fields['length'])];
  const { record, payloadDigest } = rewritten(gunzipSync(warc.subarray(offset, offset + length)), from, to);
  const packed = gzipSync(record);
  line.fields['digest'] = payloadDigest;
  line.fields['length'] = String(packed.length);
  for (const { fields } of lines)
    if (Number(fields['offset']) > offset)
      fields['offset'] = String(Number(fields['offset']) + packed.length - length);
  changed.set(
    'archive/data.warc.gz',
    Buffer.concat([warc.subarray(0, offset), packed, warc.subarray(offset + length)]),
  );
  const index = lines.map(({ head, fields }) => `${head} ${JSON.stringify(fields)}\n`).join('');
  changed.set('indexes/index.cdx', Buffer.from(index));
  return withDigests(changed);
}

/** Of each member in `datapackage.json`, and of that one beside it. What was signed stays: nobody has the key. */
function withDigests(members: Members): Map<string, Buffer> {
  const changed = new Map(members);
  const description = JSON.parse(must(members, DATAPACKAGE).toString()) as {
    resources: { path: string; hash: string; bytes: number }[];
  };
  for (const resource of description.resources) {
    const bytes = must(members, resource.path);
    Object.assign(resource, { hash: sha256(bytes), bytes: bytes.length });
  }
  const datapackage = Buffer.from(`${JSON.stringify(description, null, 2)}\n`);
  const digest = JSON.parse(must(members, DIGEST_FILE).toString()) as Record<string, unknown>;
  changed.set(DATAPACKAGE, datapackage);
  changed.set(DIGEST_FILE, Buffer.from(JSON.stringify({ ...digest, hash: sha256(datapackage) }, null, 2)));
  return changed;
}

function rewritten(record: Buffer, from: string, to: string): { record: Buffer; payloadDigest: string } {
  const text = record.toString('latin1');
  const [head = '', httpHead = ''] = text.split('\r\n\r\n');
  const body = text.slice(head.length + httpHead.length + 8, -4);
  if (!body.includes(from)) throw new Error(`“${from}” is not in what is to be changed.`);
  const other = body.replace(from, to);
  const block = Buffer.from(`${httpHead}\r\n\r\n${other}`, 'latin1');
  const payloadDigest = sha256(Buffer.from(other, 'latin1'));
  const newHead = head
    .replace(/Content-Length: \d+/, `Content-Length: ${block.length}`)
    .replace(/WARC-Payload-Digest: \S+/, `WARC-Payload-Digest: ${payloadDigest}`)
    .replace(/WARC-Block-Digest: \S+/, `WARC-Block-Digest: ${sha256(block)}`);
  const whole = Buffer.concat([Buffer.from(`${newHead}\r\n\r\n`, 'latin1'), block, Buffer.from('\r\n\r\n')]);
  return { record: whole, payloadDigest };
}

export async function writeZip(path: string, members: Members): Promise<void> {
  const zip = new ZipFile();
  for (const [name, bytes] of members) zip.addBuffer(bytes, name, { compress: false });
  zip.end();
  await pipeline(zip.outputStream as Readable, createWriteStream(path));
}

function lineOf(text: string): IndexLine {
  const [key, time, ...json] = text.split(' ');
  return { head: `${key} ${time}`, fields: JSON.parse(json.join(' ')) as Record<string, string> };
}

function must(members: Members, name: string): Buffer {
  const bytes = members.get(name);
  if (bytes === undefined) throw new Error(`There is no ${name} in the package.`);
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
