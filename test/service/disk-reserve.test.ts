/** The reserve on the disk, asked over HTTP: refused with 507 before the disk is full, and said before anybody asks. */
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { System } from '#system.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { remains } from '../support/hostile.ts';
import { png } from '../support/picture.ts';
import { noBrowser } from '../support/stand-in-browser.ts';

const withoutBrowser = (system: System): System => ({ ...system, browser: noBrowser(system.browser) });
const files = async () => [{ name: 'shot.png', type: 'image/png', bytes: await png(40, 30) }];
const mb = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)}MB`;

async function wrong(archive: Archive): Promise<[number, Record<string, string>]> {
  const response = await archive.app.inject({ url: '/readyz' });
  const { parts } = response.json<{ parts: { name: string; ok: boolean; found: string }[] }>();
  return [
    response.statusCode,
    Object.fromEntries(
      parts.filter((part) => !part.ok && part.name !== 'browser').map((part) => [part.name, part.found]),
    ),
  ];
}

test('below the reserve every report is refused with 507, and nothing of it is left', async () => {
  const archive = await openArchive({ adapt: withoutBrowser, env: { HOLDFAST_DISK_RESERVE: '999999GB' } });
  try {
    // That a key was made is entered too.
    await archive.key();
    const before = await remains(archive);
    for (const sent of [[], await files()]) {
      const answer = await archive.report(simpleReport(), sent);
      expect([answer.status, answer.body['code'], answer.headers['retry-after']]).toEqual([
        507,
        'disk-full',
        '60',
      ]);
    }
    expect(await remains(archive)).toEqual(before);
    expect(await wrong(archive)).toEqual([503, { staging: 'disk-full', disk: 'disk-full' }]);
  } finally {
    await archive.close();
  }
});

test('near the reserve reports are taken and sealed, and the readiness says so', async () => {
  const { bavail, bsize } = await statfs(tmpdir());
  const archive = await openArchive({
    adapt: withoutBrowser,
    env: { HOLDFAST_DISK_RESERVE: mb((bavail * bsize * 2) / 3) },
  });
  try {
    expect(await wrong(archive)).toEqual([200, { disk: 'disk-nearly-full' }]);
    const { status, body } = await archive.report(simpleReport({ capture: false }), await files());
    expect(status).toBe(202);
    await archive.work();
    expect((await archive.until(body.recordId, (receipt) => receipt.safeToRemove)).status).toBeDefined();
  } finally {
    await archive.close();
  }
});

test('what was acknowledged waits for room to be sealed, is said to wait, and is sealed when there is some', async () => {
  const archive = await openArchive({ adapt: withoutBrowser });
  let room = true;
  try {
    // The same question that the system asks before each object of a folder store, with a disk that shrank meanwhile.
    const { askToSeal } = archive.system.room;
    Object.assign(archive.system.room, {
      askToSeal: async (sizeBytes: number) => {
        await askToSeal(room ? sizeBytes : 2 ** 60);
      },
    });
    room = false;
    const { body } = await archive.report(simpleReport({ capture: false }), await files());
    await archive.work();
    const waiting = await archive.until(body.recordId, ({ missing }) =>
      missing.some((one) => one.code === 'seal-delayed'),
    );
    expect(waiting).toMatchObject({ safeToRemove: false, seals: [] });
    room = true;
    await archive.until(body.recordId, (receipt) => receipt.safeToRemove, 60_000);
  } finally {
    await archive.close();
  }
}, 90_000);
