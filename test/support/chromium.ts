/** A browser that plays the person in front of our own pages. It opens nothing else. */
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiums } from '#capture/chromium.ts';

export async function browserForTests(): Promise<{
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string | undefined>;
}> {
  for await (const found of chromiums(
    process.env['CHROMIUM_PATH'] ?? null,
    join(tmpdir(), 'holdfast-test-browser'),
  )) {
    if (
      !(await access(found.path).then(
        () => true,
        () => false,
      ))
    )
      continue;
    return {
      executablePath: found.path,
      // Trusted pages of our own; as root there is no sandbox to be had without a second user.
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-quic',
        '--host-resolver-rules=MAP localhost 127.0.0.1, MAP town.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ],
      env: { ...process.env, ...(found.libraryPath === null ? {} : { LD_LIBRARY_PATH: found.libraryPath }) },
    };
  }
  throw new Error('No Chromium for the test’s own pages. Install one: apt-get install chromium');
}
