/** What the safety rule is told of a record: which seals and entries of the log it waits for, and which not. */
import { describe, expect, test } from 'vitest';
import { assessRemoval } from '#record/record.ts';
import { standingOf } from '#record/standing.ts';
import type { ArtifactView, SealView, StandingView } from '#record/views.ts';

const AT = '2026-03-02T10:00:00.000Z';
const LATER = '2199-01-01T00:00:00.000Z';

const closed = (no: number): SealView => ({
  no,
  openedAt: AT,
  sealedAt: AT,
  storeKind: 's3',
  immutability: 'compliance',
  mode: 'production',
  objects: [
    {
      role: 'manifest',
      key: `manifest-${no}`,
      sha256: '',
      bytes: 1,
      versionId: 'v',
      lockedUntil: LATER,
      confirmedAt: AT,
    },
  ],
});

const file = (n: number, sealNo: number, more: Partial<ArtifactView>): ArtifactView => ({
  n,
  artifactId: `file-${n}`,
  origin: 'raw',
  role: 'raw-payload',
  mediaType: 'application/json',
  claimedType: null,
  originalName: null,
  sizeBytes: 1,
  sha256: '',
  receivedAt: AT,
  factN: 1,
  picture: null,
  seal: { no: sealNo, key: '', versionId: 'v', lockedUntil: LATER },
  ...more,
});

const report = file(1, 1, {});
const picture = file(2, 1, {
  origin: 'handed-in',
  role: 'other',
  picture: { decodable: true, width: 300, height: 200, format: 'png' },
});
const captured = file(3, 2, { origin: 'capture', role: 'screenshot-viewport', factN: null });

const record = (artifacts: readonly ArtifactView[]): StandingView => ({
  agencyId: 'rivertown',
  recordId: '0198a000-0000-7000-8000-000000000001',
  state: 'sealed',
  subject: 'x',
  receivedAt: AT,
  platform: 'x',
  account: 'rivertown',
  accountRegistered: true,
  kind: 'comment',
  verb: 'hide',
  grounds: [],
  excerpt: null,
  author: null,
  address: null,
  captureOutcome: 'captured',
  removal: 'awaited',
  removedAt: null,
  classification: null,
  capture: { target: { by: 'text' }, targetAsked: true, askedFact: 1, files: [captured.artifactId] },
  facts: [
    {
      n: 1,
      type: 'report',
      confirms: false,
      words: null,
      named: false,
      done: false,
      noted: false,
      sealNo: 1,
    },
  ],
  secondLook: null,
  artifacts,
  seals: [closed(1), closed(2)],
  owed: [],
});

const assessed = (artifacts: readonly ArtifactView[], entered: readonly number[]) =>
  assessRemoval(
    standingOf(
      record(artifacts),
      { entered: new Set(entered), damaged: false },
      'production',
      new Date('2026-03-02T11:00:00.000Z'),
    ),
  );

describe('a record whose picture is sealed and entered', () => {
  test('stays safe to remove while the seal of its capture is not in the log yet', () => {
    expect(assessed([report, picture, captured], [1])).toMatchObject({
      safeToRemove: true,
      evidence: [{ kind: 'picture-handed-in' }],
    });
  });

  test('has the capture among its evidence once that is in the log', () => {
    expect(assessed([report, picture, captured], [1, 2]).evidence.map(({ kind }) => kind)).toEqual([
      'picture-handed-in',
      'capture',
    ]);
  });
});

test('a record that rests on its capture alone waits for the entry of that one’s seal', () => {
  expect(assessed([report, captured], [1])).toMatchObject({ safeToRemove: false, evidence: [] });
  expect(assessed([report, captured], [1, 2]).safeToRemove).toBe(true);
});

test('a report whose seal is not in the log is not safe to remove', () => {
  expect(assessed([report, picture, captured], [2]).missing).toMatchObject([{ code: 'log-pending' }]);
});
