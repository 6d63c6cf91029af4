/**
 * Unpacks the Chromium of the npm package, and its fonts, into a folder of our own.
 *
 * The package itself would unpack into the machine's shared temporary folder and run whatever lies there under the
 * expected name; anyone could have put it there. Here the folder belongs to us, is closed to the writing of others,
 * and appears under its final name by one rename, so that a crash leaves a nameless rest and never half a browser.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';

interface Parts {
  readonly version: string;
  readonly bin: string;
}

/** Where the package lies; null on systems that it holds no browser for. */
async function findPackage(): Promise<Parts | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  try {
    const root = dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { version, bin: join(root, 'bin') };
  } catch {
    return null;
  }
}

export interface Unpacked {
  readonly folder: string;
}

/** Fonts alone take a moment; the browser takes some seconds, once per version. Null: the package has none for here. */
export async function unpack(home: string, what: 'fonts' | 'browser'): Promise<Unpacked | null> {
  const parts = await findPackage();
  if (parts === null) return null;
  const folder = join(home, `${what}-${parts.version}`);
  if (await isOurs(folder)) return { folder };
  await mkdir(home, { recursive: true });
  const half = await mkdtemp(join(home, '.unpacking-'));
  try {
    if (what === 'fonts') await untar(join(parts.bin, 'fonts.tar.br'), half);
    else {
      // Its libraries come with it: a bare machine has no NSS, and every machine then runs the same bytes.
      await untar(join(parts.bin, 'al2023.tar.br'), half);
      const binary = join(half, 'chromium');
      await pipeline(
        createReadStream(join(parts.bin, 'chromium.br')),
        createBrotliDecompress({ chunkSize: 1 << 20 }),
        createWriteStream(binary, { mode: 0o755 }),
      );
      await chmod(binary, 0o755);
    }
    await chmod(half, 0o755);
    await rename(half, folder);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    // Another process of ours was first; its folder is as good.
    if (!(await isOurs(folder))) throw error;
  }
  return { folder };
}

/** A real folder of this user or of root that nobody else may write to. */
export async function isOurs(folder: string): Promise<boolean> {
  try {
    const found = await stat(folder);
    const me = process.getuid?.() ?? found.uid;
    return found.isDirectory() && (found.uid === me || found.uid === 0) && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** Files and folders of a tar archive; anything else in it (links, devices) is refused. */
async function untar(archive: string, into: string): Promise<void> {
  const chunks: Buffer[] = [];
  await pipeline(
    createReadStream(archive),
    createBrotliDecompress(),
    async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) chunks.push(chunk);
    },
  );
  const tar = Buffer.concat(chunks);
  const field = (at: number, length: number): string =>
    tar
      .toString('utf8', at, at + length)
      .replace(/\0.*$/s, '')
      .trim();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const prefix = field(at + 345, 155);
    const name = normalize(prefix === '' ? field(at, 100) : join(prefix, field(at, 100)));
    const sizeBytes = parseInt(field(at + 124, 12), 8) || 0;
    const kind = String.fromCharCode(tar[at + 156] ?? 0);
    if (name.startsWith('..') || name.startsWith('/'))
      throw new Error(`An entry of ${archive} leads outside of it.`);
    const path = join(into, name);
    if (kind === '5') await mkdir(path, { recursive: true, mode: 0o755 });
    else if (kind === '0' || kind === '\0') {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      await writeFile(path, tar.subarray(at + 512, at + 512 + sizeBytes), { mode: 0o644 });
    } else if (kind !== 'x' && kind !== 'g')
      throw new Error(`An entry of ${archive} is neither a file nor a folder.`);
    at += 512 + Math.ceil(sizeBytes / 512) * 512;
  }
}
