/** A bag while it is written: each file goes by once, for both digests, and the manifests are what went by. */
import { createHash } from 'node:crypto';
import { bagInfoText, listOf } from '#verify/verify.ts';

/** A file of the package on its way out. Whoever takes it reads all of its bytes before the next one. */
export interface Part {
  /** Below the bag's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly bytes: AsyncIterable<Buffer>;
}

export interface Bag {
  /** Rejects while it is read when there are not as many bytes as were announced. */
  stream(path: string, sizeBytes: number, bytes: AsyncIterable<Buffer>): Part;
  whole(path: string, bytes: Buffer | string): Part;
  /** The payload is complete. */
  payload(): { readonly bytes: number; readonly files: number };
  manifest(name: string): Buffer;
  /** `bag-info.txt`, the manifests, and those of the tags: the last files. */
  last(info: Readonly<Record<string, string>>): Generator<Part>;
}

const ALGORITHMS = ['sha256', 'sha512'] as const;

export function openBag(): Bag {
  /** Some 200 bytes for each file, whatever its length. */
  const written = new Map<string, { sizeBytes: number; sha256: string; sha512: string }>();

  const stream: Bag['stream'] = (path, sizeBytes, source) => ({
    path,
    sizeBytes,
    bytes: (async function* () {
      if (written.has(path)) throw new RangeError(`The package has ${path} twice.`);
      const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') };
      let length = 0;
      for await (const chunk of source) {
        if (chunk.length === 0) continue;
        for (const algorithm of ALGORITHMS) hashes[algorithm].update(chunk);
        length += chunk.length;
        yield chunk;
      }
      if (length !== sizeBytes)
        throw new RangeError(`${path} has ${length} bytes and was announced with ${sizeBytes}.`);
      written.set(path, {
        sizeBytes,
        sha256: hashes.sha256.digest('hex'),
        sha512: hashes.sha512.digest('hex'),
      });
    })(),
  });
  const whole: Bag['whole'] = (path, bytes) => {
    const body = Buffer.from(bytes);
    return stream(
      path,
      body.length,
      (async function* () {
        yield body;
      })(),
    );
  };
  const payload: Bag['payload'] = () => {
    const files = [...written].filter(([path]) => path.startsWith('data/'));
    return { bytes: files.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0), files: files.length };
  };
  const manifest: Bag['manifest'] = (name) => {
    const algorithm = name.endsWith('-sha256.txt') ? 'sha256' : 'sha512';
    const lines = [...written]
      .filter(([path]) => listOf(path, algorithm) === name && !path.startsWith('tagmanifest-'))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([path, digests]) => `${digests[algorithm]}  ${path}\n`);
    return Buffer.from(lines.join(''));
  };
  return {
    stream,
    whole,
    payload,
    manifest,
    last: function* (info) {
      yield whole('bag-info.txt', bagInfoText(info, payload()));
      for (const kind of ['manifest', 'tagmanifest'])
        for (const algorithm of ALGORITHMS) {
          const name = `${kind}-${algorithm}.txt`;
          yield whole(name, manifest(name));
        }
    },
  };
}
