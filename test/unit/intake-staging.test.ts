import { createHash, randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskFault, openStaging, type Staging } from '#intake/staging.ts';

let dir: string;
let staging: Staging;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-staging-'));
  staging = await openStaging(dir);
});
afterEach(async () => {
  await staging.close();
  await rm(dir, { recursive: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const staged = async () =>
  (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) {
    await Promise.resolve();
    yield bytes.subarray(from, from + size);
  }
}
async function* failing(): AsyncGenerator<Uint8Array> {
  yield randomBytes(300_000);
  yield randomBytes(300_000);
  await wait(5);
  throw new RangeError('the line is cut');
}
const unlimited = { limitBytes: Number.MAX_SAFE_INTEGER };

describe('staging', () => {
  it.each([0, 1, 65_536, 262_144, 262_145, 3_000_000])(
    '%i bytes come back as they were, with their digest',
    async (size) => {
      const bytes = randomBytes(size);
      for (const chunkBytes of [size + 1, 65_536, 997]) {
        const kept = await staging.stage(chunks(bytes, chunkBytes), unlimited);
        expect(kept).toEqual({ stagedName: kept.stagedName, sizeBytes: size, sha256: sha256(bytes) });
        expect(sha256(await readFile(staging.path(kept.stagedName)))).toBe(kept.sha256);
      }
      const kept = await staging.stageBytes(bytes);
      expect([kept.sizeBytes, kept.sha256]).toEqual([
        size,
        sha256(await readFile(staging.path(kept.stagedName))),
      ]);
    },
  );

  it('many at once keep apart', async () => {
    const all = await Promise.all(
      Array.from({ length: 400 }, async (_, n) => {
        const bytes = randomBytes(n);
        return { bytes, kept: await staging.stageBytes(bytes) };
      }),
    );
    expect(new Set(all.map(({ kept }) => kept.stagedName)).size).toBe(400);
    for (const { bytes, kept } of all) expect(await readFile(staging.path(kept.stagedName))).toEqual(bytes);
  });

  it('a source that fails halfway leaves nothing, and its own error rises', async () => {
    await expect(staging.stage(failing(), unlimited)).rejects.toThrow(RangeError);
    expect(await staged()).toEqual([]);
  });

  it('the limit holds to the byte, and what was written is gone', async () => {
    const bytes = randomBytes(1_000_000);
    await expect(staging.stage(chunks(bytes, 4096), { limitBytes: 999_999 })).rejects.toMatchObject({
      code: 'body-too-large',
    });
    expect(await staged()).toEqual([]);
    await expect(staging.stage(chunks(bytes, 4096), { limitBytes: 1_000_000 })).resolves.toMatchObject({
      sizeBytes: 1_000_000,
    });
  });

  it('a source without end is stopped at the limit, not buffered', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 1;
        yield new Uint8Array(65_536);
      }
    }
    await expect(staging.stage(endless(), { limitBytes: 10_000_000 })).rejects.toMatchObject({
      code: 'body-too-large',
    });
    expect(given).toBe(Math.ceil(10_000_001 / 65_536));
  });

  it('a full disk is told as such by the kernel itself, and leaves nothing', async () => {
    const failure = await writeFile('/dev/full', 'x').catch((error: unknown) => error);
    expect(diskFault(failure)).toMatchObject({ code: 'disk-full', retry: 'later' });
    // A process of its own that may write no file above 64 KiB; the limit is the kernel's.
    const script = `
      import { openStaging } from ${JSON.stringify(new URL('../../src/intake/staging.ts', import.meta.url).href)};
      const staging = await openStaging(${JSON.stringify(join(dir, 'limited'))});
      const small = await staging.stageBytes(new Uint8Array(1000));
      const big = await staging.stageBytes(new Uint8Array(1_000_000)).catch((error) => error.code);
      async function* stream() { for (let n = 0; n < 100; n += 1) yield new Uint8Array(10_000); }
      const streamed = await staging.stage(stream(), { limitBytes: 1e9 }).catch((error) => error.code);
      console.log(JSON.stringify([small.sizeBytes, big, streamed]));`;
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      'ulimit -f 64; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      script,
    ]);
    expect(JSON.parse(stdout)).toEqual([1000, 'disk-full', 'disk-full']);
    expect(await staged()).toHaveLength(1);
  });

  it('a folder that went away is unavailable, not full', async () => {
    await rm(dir, { recursive: true });
    await expect(staging.stageBytes(new Uint8Array(1))).rejects.toMatchObject({
      code: 'staging-unavailable',
      retry: 'later',
    });
    await openStaging(dir).then((again) => again.close());
  });

  it('a name that staging cannot have given is no path', () => {
    for (const name of [
      '',
      '..',
      '../../etc/passwd',
      'probe',
      'A'.repeat(32),
      `${'a'.repeat(31)}/`,
      'a'.repeat(33),
      `${'a'.repeat(32)}\n`,
    ]) {
      expect(() => staging.path(name)).toThrow(
        expect.objectContaining({ code: 'invariant-broken' }) as Error,
      );
    }
  });

  it('removing twice is no error', async () => {
    const { stagedName } = await staging.stageBytes(randomBytes(10));
    await staging.remove(stagedName);
    await staging.remove(stagedName);
    expect(await staged()).toEqual([]);
  });

  it('only its owner can read what is staged', async () => {
    const { stagedName } = await staging.stageBytes(randomBytes(10));
    expect((await stat(staging.path(stagedName))).mode & 0o077).toBe(0);
  });
});

describe('the probe', () => {
  it('is missing, refused as such, until an API wrote it; then the same for all, for ever', async () => {
    await expect(staging.checkProbe()).rejects.toMatchObject({ code: 'staging-unavailable' });
    const tokens = await Promise.all([staging.writeProbe(), staging.writeProbe(), staging.writeProbe()]);
    expect(new Set(tokens).size).toBe(1);
    const elsewhere = await openStaging(dir);
    expect(await elsewhere.writeProbe()).toBe(tokens[0]);
    expect(await elsewhere.checkProbe(tokens[0])).toBe(tokens[0]);
    await elsewhere.close();
    expect(await staged()).toEqual(['probe']);
  });

  it('of another volume is refused', async () => {
    const token = await staging.writeProbe();
    const other = await openStaging(join(dir, 'other'));
    await other.writeProbe();
    await expect(other.checkProbe(token)).rejects.toMatchObject({ code: 'staging-unavailable' });
    await other.close();
  });
});

describe('the sweep', () => {
  it('takes only what is old and known to nobody, and says how much it looked at', async () => {
    const names: string[] = [];
    for (let n = 0; n < 30; n += 1) names.push((await staging.stageBytes(randomBytes(8))).stagedName);
    const [known, fresh, ...old] = names as [string, string, ...string[]];
    const past = new Date(Date.now() - 7_200_000);
    for (const name of [known, ...old]) await utimes(staging.path(name), past, past);
    await staging.writeProbe();
    const asked: string[] = [];
    const knows = (list: readonly string[]) => {
      asked.push(...list);
      return Promise.resolve(new Set([known]));
    };
    expect(await staging.sweep(3_600_000, knows)).toEqual({ looked: 30, removed: 28 });
    expect(asked.sort()).toEqual([known, ...old].sort());
    expect((await staged()).sort()).toEqual([known, fresh, 'probe'].sort());
  });

  it('removes nothing when the database cannot be asked', async () => {
    const { stagedName } = await staging.stageBytes(randomBytes(8));
    const past = new Date(Date.now() - 7_200_000);
    await utimes(staging.path(stagedName), past, past);
    await expect(staging.sweep(0, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await staged()).toEqual([stagedName]);
  });
});
