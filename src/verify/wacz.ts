/**
 * Step 12: the web archives of a package. A WACZ is a zip; its own list names each member with a digest, a second file the digest of
 * that list, and a signature, where there is one, is over that digest (WACZ-auth 0.1.0).
 */
import { createHash, createPublicKey, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { createInflateRaw } from 'node:zlib';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { PackageFiles } from './files.ts';
import type { Findings } from './report.ts';
import { readDirectory, type Member } from './zip.ts';

const MAX_LIST = 64 * 2 ** 20;
const Hash = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
const list = Compile(
  Type.Object({
    resources: Type.Array(
      Type.Object({ path: Type.String(), hash: Hash, bytes: Type.Integer({ minimum: 0 }) }),
    ),
  }),
);
const digest = Compile(
  Type.Object({
    path: Type.Literal('datapackage.json'),
    hash: Hash,
    signedData: Type.Optional(
      Type.Object({
        hash: Hash,
        signature: Type.String(),
        publicKey: Type.Optional(Type.String()),
        domainCert: Type.Optional(Type.String()),
      }),
    ),
  }),
);

export async function checkWacz(files: PackageFiles, path: string, findings: Findings): Promise<void> {
  const step = findings.step('wacz', 'members of web archives');
  const members = await readDirectory(files, path);
  if (typeof members === 'string') return step.fail(path, `It is no zip that can be read: ${members}.`);
  const textOf = async (name: string): Promise<Buffer | null> => {
    const member = members.get(name);
    if (member === undefined || member.sizeBytes > MAX_LIST) return null;
    const chunks: Buffer[] = [];
    for await (const chunk of bytesIn(files, path, member)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  try {
    const listed = await textOf('datapackage.json');
    const said = json(await textOf('datapackage-digest.json'));
    const resources = json(listed);
    if (listed === null || !list.Check(resources) || !digest.Check(said))
      return step.fail(path, 'Its datapackage.json or datapackage-digest.json is missing, or is not one.');
    const found = `sha256:${createHash('sha256').update(listed).digest('hex')}`;
    step.look();
    if (said.hash !== found)
      step.fail(path, 'Its datapackage.json is not the one that datapackage-digest.json names.');
    if (said.signedData !== undefined) {
      step.look();
      const wrong = wrongSignature(said.signedData, found);
      if (wrong !== null) step.fail(path, wrong);
    } else
      step.note(
        'Archives without a signature of their own: what the log says of the file itself stands for it.',
      );
    for (const { path: name, hash, bytes } of resources.resources) {
      step.look();
      const member = members.get(name);
      if (member === undefined) step.fail(path, `Its member ${name} is missing.`);
      else if (member.sizeBytes !== bytes || `sha256:${await sha256In(files, path, member)}` !== hash)
        step.fail(path, `Its member ${name} is not what datapackage.json names.`);
    }
  } catch (error) {
    // zlib says so by an error of its own.
    if (!(error instanceof Error && 'code' in error)) throw error;
    step.fail(path, 'A member of it does not inflate.');
  }
}

/** A sentence, or null where it holds. */
function wrongSignature(
  signed: {
    readonly hash: string;
    readonly signature: string;
    readonly publicKey?: string;
    readonly domainCert?: string;
  },
  hash: string,
): string | null {
  if (signed.hash !== hash) return 'Its signature is over another datapackage.json.';
  const { publicKey, domainCert } = signed;
  let key: KeyObject;
  try {
    if (domainCert !== undefined) key = new X509Certificate(domainCert).publicKey;
    else key = createPublicKey({ key: Buffer.from(publicKey ?? '', 'base64'), format: 'der', type: 'spki' });
  } catch {
    return 'Its signature comes without a key that can be read.';
  }
  // ArchiveWeb.page writes r ‖ s, others DER; a signature in one is none in the other.
  const encodings = domainCert === undefined ? (['ieee-p1363', 'der'] as const) : (['der'] as const);
  const said = Buffer.from(signed.signature, 'base64');
  const holds = encodings.some((dsaEncoding) =>
    verify('sha256', Buffer.from(hash, 'ascii'), { key, dsaEncoding }, said),
  );
  return holds ? null : 'Its signature does not hold.';
}

function bytesIn(
  files: PackageFiles,
  path: string,
  { start, stored, compressed }: Member,
): AsyncIterable<Buffer> {
  const raw = files.read(path, { start, length: stored });
  return compressed ? (Readable.from(raw).pipe(createInflateRaw()) as AsyncIterable<Buffer>) : raw;
}

async function sha256In(files: PackageFiles, path: string, member: Member): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytesIn(files, path, member)) hash.update(chunk);
  return hash.digest('hex');
}

function json(bytes: Buffer | null): unknown {
  try {
    return bytes === null ? null : JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
