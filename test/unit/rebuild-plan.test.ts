/** What an index that came out of a backup lacks, beside what the store says of a record. */
import { expect, test } from 'vitest';
import { planFor, type Indexed } from '../../src/rebuild/plan.ts';
import type { RecordRows } from '../../src/rebuild/rows.ts';

const AT = new Date('2026-01-02T03:04:05.678Z');

/** A record of one fact in one seal; only what the comparison reads. */
function sealed() {
  const object = (key: string, role: string, body: Buffer | null) => ({
    key,
    role,
    seal_no: 1,
    sha256: 'ab',
    size_bytes: 4,
    media_type: 'application/json',
    body,
    version_id: `version of ${key}`,
    confirmed_at: AT as Date | null,
  });
  return {
    record: {},
    facts: [{ n: 1, seal_no: 1 as number | null }],
    artifacts: [],
    seals: [{ no: 1, opened_at: AT, sealed_at: AT as Date | null, store_kind: 'folder', mode: 'trial' }],
    objects: [
      object('fact-1.json', 'fact', null),
      object('manifest.json', 'manifest', null),
      object('salt', 'salt', Buffer.from('salt')),
    ],
    looks: [],
  };
}

const plan = (rows: ReturnType<typeof sealed>, indexed: ReturnType<typeof sealed>) =>
  planFor(rows as unknown as RecordRows, indexed as unknown as Indexed);

test('what is the same is left alone', () => {
  expect(plan(sealed(), sealed())).toMatchObject({ differences: [], same: true });
});

test('a seal whose objects were confirmed, and which was not closed, is closed: no bytes stay in its rows', () => {
  const indexed = sealed();
  for (const one of indexed.objects) one.body = Buffer.from('body');
  for (const one of indexed.seals) one.sealed_at = null;
  for (const one of indexed.facts) one.seal_no = null;
  const { differences, same, behind } = plan(sealed(), indexed);
  expect({ differences, same }).toEqual({ differences: [], same: false });
  expect(behind.seals.map(({ no }) => no)).toEqual([1]);
  expect(behind.objects.map(({ key, body }) => [key, body])).toEqual([
    ['fact-1.json', null],
    ['manifest.json', null],
  ]);
});

test('an object that is confirmed in another version is a difference, and nothing is written over it', () => {
  const indexed = sealed();
  for (const one of indexed.objects) one.version_id = 'another';
  expect(plan(sealed(), indexed).differences).toContain('object fact-1.json: version_id');
});
