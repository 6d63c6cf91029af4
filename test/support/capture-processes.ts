/** The processes and folders that a capture browser has on this machine. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Profiles of the browsers of one installation, which lie in the machine's temporary folder. */
export async function profilesOf(dataDir: string): Promise<string[]> {
  const installation = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
  return (await readdir(tmpdir())).filter((name) => name.startsWith(`hf-${installation}-`));
}

/** The browser's own process is the one that names its profile and has no type. */
export async function browserOf(dataDir: string): Promise<number> {
  const profiles = await profilesOf(dataDir);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '');
    const its = profiles.some((profile) => command.includes(`--user-data-dir=${join(tmpdir(), profile)}/`));
    if (its && !command.includes('--type=')) return Number(name);
  }
  throw new Error(`No browser runs in ${dataDir}.`);
}
