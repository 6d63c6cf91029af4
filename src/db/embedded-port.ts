/** The embedded server's port: chosen once, remembered in the data folder, changed only when another program has taken it. */
import { randomInt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ArchiveError } from '#errors.ts';

const FILE = 'postgres.port';
/** Below the ports that Linux (32768) and macOS (49152) give to outgoing connections, so that none of those takes it between two starts. */
const FROM = 20_000;
const TO = 32_000;
const TRIES = 50;

/** `wanted` is somebody's decision and never replaced; a remembered port is only a preference. */
export async function choosePort(dataDir: string, wanted: number | null): Promise<number> {
  if (wanted !== null) {
    if (await isFree(wanted)) return wanted;
    throw new ArchiveError(
      'database-start-failed',
      `Port ${wanted} for the embedded Postgres is taken by another program. Set HOLDFAST_POSTGRES_PORT to a free one, or leave it out and one is chosen.`,
      { retry: 'never' },
    );
  }
  const remembered = Number(await readFile(join(dataDir, FILE), 'utf8').catch(() => ''));
  if (Number.isInteger(remembered) && remembered > 1023 && remembered < 65_536 && (await isFree(remembered)))
    return remembered;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(FROM, TO);
    if (await isFree(port)) return port;
  }
  throw new ArchiveError('database-start-failed', `No free port was found between ${FROM} and ${TO}.`, {
    retry: 'later',
  });
}

export async function rememberPort(dataDir: string, port: number): Promise<void> {
  const path = join(dataDir, FILE);
  await writeFile(`${path}.new`, `${port}\n`);
  await rename(`${path}.new`, path);
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((tell) => {
    const probe = createServer();
    probe.once('error', () => tell(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => tell(true)));
  });
}
