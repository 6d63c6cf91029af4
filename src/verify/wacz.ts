/**
 * Step 12: the web archives of a package. A WACZ is a zip; its own list names each member with a digest, a second file the digest of
 * that list, and a signature, where there is one, is over that digest (WACZ-auth 0.1.0).
 */
import { createHash } from 'node:crypto';
import { createInflateRaw } from 'node:zlib';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { verifyWaczSignature, type WaczVerdict } from '../wacz-signature.ts';
import type { PackageFiles } from './files.ts';
import type { Findings, Step } from './report.ts';
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
const digest = Compile(Type.Object({ path: Type.Literal('datapackage.json'), hash: Hash }));

export async function checkWacz(files: PackageFiles, path: string, findings: Findings): Promise<void> {
  const step = findings.step('wacz', 'members of web archives');
  const members = await readDirectory(files, path);
  if (typeof members === 'string') return step.fail(path, `It is no zip that can be read: ${members}.`);
  const textOf = async (name: string): Promise<Buffer | null> => {
    const member = members.get(name);
    if (member === undefined || member.sizeBytes > MAX_LIST || member.stored > MAX_LIST) return null;
    const chunks: Buffer[] = [];
    for await (const chunk of bytesIn(files, path, member)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  try {
    const listed = await textOf('datapackage.json');
    const digestFile = await textOf('datapackage-digest.json');
    const said = json(digestFile);
    const resources = json(listed);
    if (listed === null || digestFile === null || !list.Check(resources) || !digest.Check(said))
      return step.fail(path, 'Its datapackage.json or datapackage-digest.json is missing, or is not one.');
    const found = `sha256:${createHash('sha256').update(listed).digest('hex')}`;
    step.look();
    if (said.hash !== found)
      step.fail(path, 'Its datapackage.json is not the one that datapackage-digest.json names.');
    else checkSignature(path, verifyWaczSignature(digestFile, listed), step);
    const seen = new Set<string>();
    for (const { path: name, hash, bytes } of resources.resources) {
      step.look();
      if (seen.has(name)) {
        step.fail(path, `Its datapackage.json lists ${name} twice.`);
        continue;
      }
      seen.add(name);
      const member = members.get(name);
      if (member === undefined) step.fail(path, `Its member ${name} is missing.`);
      else if (member.sizeBytes !== bytes || `sha256:${await sha256In(files, path, member)}` !== hash)
        step.fail(path, `Its member ${name} is not what datapackage.json names.`);
    }
  } catch (error) {
    // zlib says so by an error of its own.
    if (!(error instanceof Error && 'code' in error)) throw error;
    step.fail(
      path,
      error instanceof LongerThanSaid
        ? 'A member of it is longer than its directory says.'
        : 'A member of it does not inflate.',
    );
  }
}

/** What it is worth to know the key by its digest: the log names it in an entry `wacz-key.added`. */
function checkSignature(path: string, signature: WaczVerdict, step: Step): void {
  if ('why' in signature) {
    if (signature.kind === 'wrong') step.fail(path, `Its signature does not hold: ${signature.why}`);
    else
      step.note(
        'An archive without a signature of its own: what the log says of the file itself stands for it.',
      );
    return;
  }
  step.look();
  const { kind, key, identity } = signature;
  step.note(
    identity === null
      ? `Signed (${kind}) by the key with the SHA-256 ${key}.`
      : `Signed (${kind}) by the key with the SHA-256 ${key}; the name ${identity.domain} and the time stamp in it hold when the roots of both are yours, which is not looked at here.`,
  );
}

/** Never more than the directory says: a few bytes of a zip inflate to as many as one likes. */
async function* bytesIn(
  files: PackageFiles,
  path: string,
  { start, stored, sizeBytes, compressed }: Member,
): AsyncGenerator<Buffer> {
  const raw = files.read(path, { start, length: stored });
  const bytes = compressed ? (Readable.from(raw).pipe(createInflateRaw()) as AsyncIterable<Buffer>) : raw;
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.length;
    if (read > sizeBytes) throw new LongerThanSaid();
    yield chunk;
  }
}

/** Thrown while the stream is left, which destroys it: no further byte is inflated. */
class LongerThanSaid extends Error {
  readonly code = 'longer-than-said';
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
