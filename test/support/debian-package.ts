/** A program out of Debian's packages, unpacked into a folder of `.cache` and never installed: the same way works with and without root. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Downloads the package and the libraries that this machine lacks, and unpacks them; apt checks their signatures. */
export async function unpackFromDebian(
  name: string,
  place: string,
  isThere: () => Promise<boolean>,
): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const work = await mkdtemp(join(dirname(place), `${basename(place)}-download-`));
  try {
    // Lists of our own: without root the system's cannot be brought up to date.
    await mkdir(join(work, 'lists', 'partial'), { recursive: true });
    await mkdir(join(work, 'archives', 'partial'), { recursive: true });
    const apt = [
      ['-o', `Dir::State::lists=${join(work, 'lists')}`],
      ['-o', `Dir::Cache=${work}`],
      ['-o', 'Debug::NoLocking=1'],
      // As root apt would hand downloads to a user that may not enter this folder.
      ['-o', `APT::Sandbox::User=${process.getuid?.() === 0 ? 'root' : ''}`],
    ].flat();
    const options = { cwd: work, maxBuffer: 16 * 2 ** 20 };
    await run('apt-get', [...apt, '-q', 'update'], options);
    const { stdout } = await run(
      'apt-get',
      [...apt, 'install', '--reinstall', '--print-uris', '-qq', '--no-install-recommends', name],
      options,
    );
    const packages = [...stdout.matchAll(/^'[^']+' ([a-z0-9][a-z0-9.+-]*)_\S+\.deb /gm)].map(
      (m) => m[1] ?? '',
    );
    if (packages.length === 0) throw new Error(`apt-get names no package to download for ${name}`);
    await run('apt-get', [...apt, '-q', 'download', ...packages], options);
    const root = join(work, 'root');
    for (const file of (await readdir(work)).filter((one) => one.endsWith('.deb')))
      await run('dpkg', ['-x', join(work, file), root]);
    // One rename: another test run sees the whole folder or none. What fails here was there first, or is broken.
    if (!(await isThere())) {
      await rm(place, { recursive: true, force: true });
      await rename(root, place);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
