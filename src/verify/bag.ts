/** Step 1: the bag. Each file is read once, for both digests; what the later steps need of them is kept. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isPath } from './tar.ts';
import type { PackageFiles } from './files.ts';
import type { Findings, Step } from './report.ts';

const ALGORITHMS = ['sha256', 'sha512'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

export const BAGIT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/** A manifest names each file in some 200 bytes; no package has more than a few hundred thousand. */
const MAX_MANIFEST = 512 * 2 ** 20;

/** Paths that a package may have, after PACKAGE.md. */
const ALLOWED: readonly RegExp[] = [
  /^(bagit|bag-info|manifest-sha256|manifest-sha512|tagmanifest-sha256|tagmanifest-sha512)\.txt$/,
  /^(VERIFY\.md|verify(_index)?\.py|formats\/[a-z]+\.md)$/,
  /^data\/(package\.json|contents\.html|contents\.json)$/,
  /^data\/store\/a\/[a-z0-9-]{2,63}\/rec\/[0-9a-f-]{36}\/(salt|[1-9]\d*\/(manifest\.json|fact-\d+\.json|[0-9a-f]{64}))$/,
  /^data\/records\/[0-9a-f-]{36}\/(metadata\.json|premis\.xml|receipt\.json)$/,
  /^proofs\/(checkpoint|policy\.txt)$/,
  /^proofs\/entries\/(0|[1-9]\d*)\.(entry|proof|salt|detail)$/,
  /^proofs\/(checkpoints|consistency)\/(0|[1-9]\d*)$/,
  /^proofs\/stamps\/(0|[1-9]\d*)-[1-9]\d*\.(tsr|pem)$/,
];

const NEEDED: readonly string[] = [
  'bagit.txt',
  'bag-info.txt',
  'manifest-sha256.txt',
  'manifest-sha512.txt',
  'tagmanifest-sha256.txt',
  'tagmanifest-sha512.txt',
  'VERIFY.md',
  'verify.py',
  'verify_index.py',
  'data/package.json',
  'data/contents.json',
  'data/contents.html',
  'proofs/checkpoint',
  'proofs/policy.txt',
];

/** Which files there may be and must be. */
export interface BagRules {
  readonly allowed: readonly RegExp[];
  readonly needed: readonly string[];
}

const PACKAGE: BagRules = { allowed: ALLOWED, needed: NEEDED };

/** SHA-256 of each file, as it was read. */
export type Digests = ReadonlyMap<string, string>;

export async function checkBag<Name extends string>(
  files: PackageFiles,
  findings: Findings<Name | 'bag'>,
  { allowed, needed }: BagRules = PACKAGE,
): Promise<Digests> {
  const step = findings.step('bag', 'files');
  for (const { file, sentence } of files.flaws) step.fail(file, sentence);
  for (const path of files.sizes.keys())
    if (!allowed.some((one) => one.test(path))) step.fail(path, 'No package has such a file.');
  for (const path of needed) if (!files.sizes.has(path)) step.fail(path, 'It is missing.');
  if (files.sizes.has('bagit.txt') && (await textOf(files, 'bagit.txt', 1000)) !== BAGIT)
    step.fail('bagit.txt', 'It is not that of a bag of BagIt 1.0 in UTF-8.');
  const said: Record<Algorithm, Map<string, string>> = { sha256: new Map(), sha512: new Map() };
  for (const algorithm of ALGORITHMS)
    for (const kind of ['manifest', 'tagmanifest'] as const)
      await readManifest(files, step, `${kind}-${algorithm}.txt`, said[algorithm]);
  const found = new Map<string, string>();
  for (const [path, sizeBytes] of files.sizes) {
    const digests = await digestsOf(files, path, sizeBytes, step);
    step.look();
    if (digests === null) continue;
    found.set(path, digests.sha256);
    if (path.startsWith('tagmanifest-')) continue;
    for (const algorithm of ALGORITHMS) {
      const expected = said[algorithm].get(path);
      const list = listOf(path, algorithm);
      if (expected === undefined) step.fail(path, `It is not in ${list}: nobody said that it belongs here.`);
      else if (expected !== digests[algorithm])
        step.fail(path, `Its ${algorithm} is ${digests[algorithm]}, and ${list} says ${expected}.`);
    }
  }
  for (const algorithm of ALGORITHMS)
    for (const path of said[algorithm].keys())
      if (!files.sizes.has(path)) step.fail(path, `It is missing; ${listOf(path, algorithm)} names it.`);
  return found;
}

export function listOf(path: string, algorithm: Algorithm): string {
  return `${path.startsWith('data/') ? '' : 'tag'}manifest-${algorithm}.txt`;
}

async function readManifest(
  files: PackageFiles,
  step: Step,
  name: string,
  said: Map<string, string>,
): Promise<void> {
  if (!files.sizes.has(name)) return;
  const text = await textOf(files, name, MAX_MANIFEST);
  if (text === null) {
    step.fail(name, 'It is not text, or longer than a manifest can be.');
    return;
  }
  const digits = name.endsWith('sha256.txt') ? 64 : 128;
  const lines = text.split('\n');
  if (lines.pop() !== '') step.fail(name, 'Its last line does not end.');
  let before = '';
  for (const [i, line] of lines.entries()) {
    const digest = line.slice(0, digits);
    const path = line.slice(digits + 2);
    if (!/^[0-9a-f]+$/.test(digest) || line.slice(digits, digits + 2) !== '  ' || !isPath(path))
      step.fail(name, `Line ${i + 1} is not a digest in lower-case hex, two spaces and a path.`);
    else if (path <= before)
      step.fail(name, `Line ${i + 1} is not behind the one before it in the order of paths.`);
    else if (listOf(path, 'sha256').startsWith('tag') !== name.startsWith('tag'))
      step.fail(name, `Line ${i + 1} names a file of the other manifest.`);
    else said.set(path, digest);
    before = path;
  }
}

async function digestsOf(
  files: PackageFiles,
  path: string,
  sizeBytes: number,
  step: Step,
): Promise<Record<Algorithm, string> | null> {
  // Both on one thread: SHA-256 and SHA-512 together run as fast here as one sha256sum of coreutils, and the file is read once.
  const sha256 = createHash('sha256');
  const sha512 = createHash('sha512');
  const expected = files.crc32Of?.(path) ?? null;
  let sum = 0;
  let read = 0;
  try {
    for await (const chunk of files.read(path)) {
      sha256.update(chunk);
      sha512.update(chunk);
      if (expected !== null) sum = crc32(chunk, sum);
      read += chunk.length;
    }
  } catch (error) {
    step.fail(path, `It cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'no reason is given'}.`);
    return null;
  }
  if (expected !== null && sum !== expected) step.fail(path, 'Its checksum in the ZIP is another one.');
  if (read !== sizeBytes) step.fail(path, `It ended after ${read} of ${sizeBytes} bytes.`);
  return { sha256: sha256.digest('hex'), sha512: sha512.digest('hex') };
}

/** All of a small file; null where it is missing or longer. */
export async function bytesOf(files: PackageFiles, path: string, max: number): Promise<Buffer | null> {
  const size = files.sizes.get(path);
  if (size === undefined || size > max) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of files.read(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function textOf(files: PackageFiles, path: string, max: number): Promise<string | null> {
  const bytes = await bytesOf(files, path, max);
  try {
    return bytes === null ? null : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
