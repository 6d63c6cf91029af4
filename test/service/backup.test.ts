/** A backup of an archive at work, and the archive that it becomes again: all of it, and nothing else. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import {
  atRest,
  backUp,
  emptyPlace,
  envOf,
  goesOn,
  serveRestored,
  tidy,
  type Env,
  type RestoredArchive,
} from '../support/backup-scene.ts';
import { holdfastWith, jsonOf } from '../support/holdfast.ts';
import { png } from '../support/picture.ts';

// Each step is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let archive: Archive;
let recordIds: string[];

beforeAll(async () => {
  archive = await openArchive({ env: { HOLDFAST_LOOK_AGAIN: 'no' } });
  await archive.work();
  recordIds = [];
  for (let n = 0; n < 6; n += 1) recordIds.push(await handIn(n));
  await atRest(archive);
});
afterAll(async () => {
  await tidy();
  await archive?.close();
});

async function handIn(n: number): Promise<string> {
  const { body, status } = await archive.report(
    simpleReport({ text: `Said by somebody, ${n}:\ttab \u2028 line\nbreak \\N` }),
    [{ name: `shot-${n}.png`, type: 'image/png', bytes: await png() }],
  );
  expect(status).toBe(202);
  return body.recordId;
}

describe('of an archive at work, restored on an empty machine', () => {
  let place: Env;
  let restored: RestoredArchive;
  let backup: Awaited<ReturnType<typeof backUp>>;

  beforeAll(async () => {
    let working = true;
    const reporting = (async () => {
      for (let n = 100; working; n += 1) {
        await handIn(n);
        await sleep(20);
      }
    })();
    // The folder of keys remembers what was signed: one that is newer than the backup lets no log go on.
    place = await emptyPlace(archive);
    backup = await backUp(envOf(archive));
    working = false;
    await reporting;
    expect(backup.err).not.toContain('holdfast:');
    expect(backup.code, backup.err).toBe(0);
    const ended = await holdfastWith(place, ['restore', '--from', backup.folder, '--json']);
    expect(ended.code, ended.err).toBe(0);
    restored = await serveRestored(place);
  });

  test('the backup proves itself, and says how much it looked at', async () => {
    const ended = await holdfastWith({}, ['restore', '--verify', '--from', backup.folder, '--json']);
    expect(ended.code, ended.out).toBe(0);
    const { ok, looked, differing, digest } = jsonOf(ended);
    expect({ ok, differing }).toEqual({ ok: true, differing: 0 });
    expect(digest).toBe(jsonOf(backup)['digest']);
    const { rows, objects, logs, entries, checkpoints, tables } = looked as Record<string, number>;
    expect(rows).toBeGreaterThan(100);
    expect(objects).toBeGreaterThanOrEqual(recordIds.length * 4);
    expect(logs).toBeGreaterThan(0);
    expect(entries).toBeGreaterThan(recordIds.length);
    expect(checkpoints).toBeGreaterThan(0);
    expect(tables).toBeGreaterThan(40);
  });

  test('every record that was safe to remove is there, with its page, its bytes, and a receipt that says the same', async () => {
    for (const id of recordIds) {
      const before = await archive.receipt(id);
      const after = await restored.get(`/v1/records/${id}/receipt`);
      expect(after.status, after.text).toBe(200);
      const receipt = JSON.parse(after.text) as typeof before;
      expect({ safe: receipt.safeToRemove, seals: receipt.seals }).toEqual({
        safe: true,
        seals: before.seals,
      });
      const page = await restored.get(`/v1/records/${id}`);
      expect(page.text).toContain('Said by somebody');
      const artifact = await restored.get(`/v1/records/${id}/artifacts/1`);
      expect(artifact.status).toBe(200);
      expect(artifact.bytes.length).toBeGreaterThan(50);
    }
  });

  test('the log goes on where it was published, and an audit of every byte then finds nothing', async () => {
    await goesOn(restored.system);
    const audit = await holdfastWith(place, ['audit', '--full', '--json']);
    const { ok, logs } = jsonOf(audit) as { ok: boolean; logs: { findings: object[]; looked?: object }[] };
    expect(logs.flatMap(({ findings }) => findings)).toEqual([]);
    expect({ ok, code: audit.code }).toEqual({ ok: true, code: 0 });
    const { rows } = await restored.sql.query("select agency_id from event where type = 'restore.performed'");
    expect(rows.map((row: { agency_id: string }) => row.agency_id)).toContain('rivertown');
    // What runs proves itself as well.
    const verified = await holdfastWith(place, ['restore', '--verify', '--json']);
    expect(verified.code, verified.out.slice(0, 2000)).toBe(0);
  });

  test('no private key is in it, in no form', async () => {
    const secrets = new Set<string>();
    for (const name of await readdir(archive.config.keysDir, { recursive: true, withFileTypes: true }))
      if (name.isFile() && /\.(key|pem)$/.test(name.name)) {
        const text = await readFile(join(name.parentPath, name.name), 'utf8');
        // Of a signer key what stands behind its name and its id, which are public; of a PEM file each line.
        const parts = text.includes('-----')
          ? text.split('\n').filter((line) => !line.startsWith('-----'))
          : [text.split('+').slice(4).join('+')];
        for (const part of parts) if ((part ?? '').trim().length > 30) secrets.add((part ?? '').trim());
      }
    expect(secrets.size).toBeGreaterThan(0);
    const binary = [...secrets].flatMap((part) => [
      part,
      Buffer.from(part, 'base64').toString('hex').slice(0, 40),
    ]);
    let looked = 0;
    for (const name of await readdir(backup.folder, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      looked += 1;
      const bytes = await readFile(join(name.parentPath, name.name));
      for (const secret of binary)
        expect(bytes.includes(secret), `${name.name} has a private key in it`).toBe(false);
      expect(bytes.includes('PRIVATE KEY'), name.name).toBe(false);
    }
    expect(looked).toBeGreaterThan(50);
  });

  test('nothing is restored over what is there', async () => {
    const again = await holdfastWith(place, ['restore', '--from', backup.folder]);
    expect(again.code).toBe(5);
    expect(again.err).toContain('not empty');
    const used = await holdfastWith(envOf(archive), ['backup', '--to', backup.folder]);
    expect(used.code).toBe(5);
  });
});
