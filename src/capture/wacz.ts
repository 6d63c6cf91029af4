/** The package of an archive: WACZ 1.1.1, its members stored and not compressed, each with its digest, and all of it signed. */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { linesOf } from './index-entry.ts';
import type { IndexEntry } from './index-entry.ts';
import type { SignWacz } from './signature.ts';

export const SOFTWARE = 'holdfast-capture/1';

export interface ArchivedPage {
  /** Of the document that was shown in the end, its fragment does not count; empty when there was none. */
  readonly address: string;
  readonly title: string;
  /** Its visible text. */
  readonly text: string;
  /** When the page was opened, RFC 3339. Used where the document itself is not in the archive. */
  readonly time: string;
  /** Pictures that go along, as `urn:<name>:<address>`; other tools know the names `view` and `fullPage`. */
  readonly screens: readonly { readonly name: string; readonly path: string; readonly mediaType: string }[];
}

interface Contents {
  readonly warc: { readonly path: string; readonly sizeBytes: number; readonly sha256: string };
  readonly index: readonly IndexEntry[];
  readonly page: ArchivedPage;
  /** How many things are on the list of what is not archived. */
  readonly notArchived: number;
  readonly sign: SignWacz;
}

/** Which kind of signature it has, and the digest of the key (`wacz-signature.ts`). */
export interface SignedBy {
  readonly kind: 'anonymous' | 'domain-identity';
  readonly key: string;
}

interface Member {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export async function writeWacz(
  destination: string,
  { warc, index, page, notArchived, sign }: Contents,
): Promise<{ path: string; sizeBytes: number; sha256: string; signedBy: SignedBy }> {
  // Whole seconds, and the one that began: many who stamp know no parts of one, and nothing may be stamped before it was made.
  const created = new Date(Math.floor(Date.now() / 1000) * 1000);
  const createdAt = created.toISOString();
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  const options = { mtime: created, mode: 0o100644, compress: false };
  const members: Member[] = [{ ...warc, path: 'archive/data.warc.gz' }];
  zip.addFile(warc.path, 'archive/data.warc.gz', options);
  const add = (path: string, text: string): Member => {
    const bytes = Buffer.from(text, 'utf8');
    zip.addBuffer(bytes, path, options);
    const member = { path, sizeBytes: bytes.length, sha256: sha256Of(bytes) };
    members.push(member);
    return member;
  };
  add('indexes/index.cdx', linesOf(index));
  const { address } = page;
  const time = timeOf(address, index) ?? page.time;
  add('pages/pages.jsonl', pagesOf({ ...page, time }));
  const description = {
    profile: 'data-package',
    wacz_version: '1.1.1',
    title: [page.title, address, 'A page that was not reached'].find((each) => each !== ''),
    description: `Capture of one page. ${notArchived === 0 ? 'All that it asked for is archived.' : `${notArchived} things that it asked for are not archived, or not whole: the record urn:x-holdfast:not-archived lists them.`}`,
    created: createdAt,
    modified: createdAt,
    software: SOFTWARE,
    ...(address === '' ? {} : { mainPageUrl: address, mainPageDate: time }),
    resources: members.map((member) => ({
      name: member.path.split('/').at(-1),
      path: member.path,
      hash: `sha256:${member.sha256}`,
      bytes: member.sizeBytes,
    })),
  };
  const datapackage = add('datapackage.json', `${JSON.stringify(description, null, 2)}\n`);
  const hash = `sha256:${datapackage.sha256}`;
  const { signedData, key } = await sign({ hash, created: createdAt, software: SOFTWARE });
  add(
    'datapackage-digest.json',
    `${JSON.stringify({ path: datapackage.path, hash, signedData }, null, 2)}\n`,
  );
  zip.end();
  const digest = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(
    output,
    async function* (bytes: AsyncIterable<Buffer>) {
      for await (const chunk of bytes) {
        digest.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(destination, { flags: 'wx', mode: 0o600 }),
  );
  const kind = 'publicKey' in signedData ? 'anonymous' : 'domain-identity';
  return { path: destination, sizeBytes, sha256: digest.digest('hex'), signedBy: { kind, key } };
}

function pagesOf({
  address,
  title,
  text,
  time,
}: Pick<ArchivedPage, 'address' | 'title' | 'text' | 'time'>): string {
  const lines = [
    { format: 'json-pages-1.0', id: 'pages', title: 'All Pages', hasText: true },
    ...(address === '' ? [] : [{ id: randomUUID(), url: address, ts: time, title, text, seed: true }]),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** When the document's answer began, so that a replay opens just that one; of several, the last. */
function timeOf(address: string, index: readonly IndexEntry[]): string | null {
  return (
    index.findLast(({ fields }) => fields['url'] === address && fields['method'] === undefined)?.date ?? null
  );
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
