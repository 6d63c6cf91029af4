/** Commitments and manifest: values that a stranger computes again from FORMAT.md must come out here. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { commitment, itemSalt } from '#commitment.ts';
import { captureIn, composeManifest, type ManifestInput } from '#seal/seal.ts';

const salt = Buffer.alloc(32, 7);
const sha = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

function input(): ManifestInput {
  return {
    agency: 'rivertown',
    record: '01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e',
    subject: 'unknown:1',
    seal: 1,
    openedAt: '2026-11-21T10:00:00.000Z',
    previous: null,
    salt: {
      key: 'a/rivertown/rec/x/salt',
      versionId: 'v1',
      lockedUntil: '2026-12-21T10:00:00.000Z',
      bytes: salt,
    },
    facts: [
      {
        n: 1,
        source: '/agencies/rivertown/webhook/x/y',
        id: 'fk1_0123456789abcdef',
        type: 'removal.action-recorded.v1',
        recordedAt: '2026-11-21T10:00:00.000Z',
        submittedBy: 'key:k',
        delivery: sha('{}'),
        idempotencyKey: null,
        confirms: false,
        bytes: 2,
        sha256: sha('{}'),
        key: 'a/rivertown/rec/x/1/fact-1.json',
        versionId: 'v2',
        lockedUntil: '2026-12-21T10:00:00.000Z',
        body: {
          data: { content: { text: 'call me', html: 5 }, author: { handle: { value: '@a' } }, notes: 'n' },
        },
      },
    ],
    files: [
      {
        n: 1,
        artifactId: 'art_1',
        origin: 'raw',
        role: 'raw-payload',
        mediaType: 'application/json',
        claimedType: null,
        originalName: null,
        bytes: 1,
        sha256: sha('x'),
        receivedAt: '2026-11-21T10:00:00.000Z',
        fact: 1,
        key: 'k',
        versionId: 'v3',
        lockedUntil: '2026-12-21T10:00:00.000Z',
      },
    ],
    capture: null,
    classification: null,
    index: { accountId: null, grounds: [], address: null, seriesReason: null },
    store: { kind: 'folder', immutability: 'advisory' },
    retainUntil: '2026-12-21T10:00:00.000Z',
    program: { name: 'holdfast', version: '0' },
    mode: 'trial',
  };
}

describe('commitments', () => {
  test('are what FORMAT.md says, computed by hand', () => {
    const key = createHmac('sha256', salt)
      .update(Buffer.concat([Buffer.from('holdfast-item-v1\0'), Buffer.from('file/1')]))
      .digest();
    const byHand = createHash('sha256')
      .update(Buffer.concat([Buffer.from('archive-commit-v1'), key, Buffer.from(sha('x'), 'hex')]))
      .digest('hex');
    expect(commitment(salt, 'file/1', sha('x'))).toBe(byHand);
  });

  test('of two items share no salt, so that opening one opens no other', () => {
    expect(itemSalt(salt, 'fact/1/data/notes').equals(itemSalt(salt, 'fact/1/data/content/text'))).toBe(
      false,
    );
    expect(commitment(salt, 'a', sha('x'))).not.toBe(commitment(salt, 'b', sha('x')));
    expect(commitment(salt, 'a', sha('x'))).not.toBe(commitment(randomBytes(32), 'a', sha('x')));
  });

  test('refuse a salt that is not 32 bytes', () => {
    expect(() => itemSalt(Buffer.alloc(31), 'a')).toThrow(TypeError);
  });
});

describe('the manifest', () => {
  test('is canonical JSON: the same input gives the same bytes, with members in order', () => {
    const bytes = composeManifest(input());
    expect(bytes.equals(composeManifest(input()))).toBe(true);
    const text = bytes.toString('utf8');
    const names = Object.keys(JSON.parse(text) as object);
    expect(names).toEqual([...names].sort());
    expect(text).not.toMatch(/[\n\t]/);
  });

  test('commits to each text field that is there, and to no other', () => {
    const manifest = JSON.parse(composeManifest(input()).toString('utf8')) as {
      facts: { fields: { pointer: string; commitment: string }[] }[];
    };
    expect(manifest.facts[0]?.fields.map((field) => field.pointer)).toEqual([
      '/data/content/text',
      '/data/author/handle/value',
      '/data/notes',
    ]);
    expect(manifest.facts[0]?.fields[0]?.commitment).toBe(
      commitment(salt, 'fact/1/data/content/text', sha('call me')),
    );
  });

  test('carries neither the salt nor a text', () => {
    const text = composeManifest(input()).toString('utf8');
    expect(text).not.toContain('call me');
    expect(text).not.toContain(salt.toString('hex'));
    expect(text).not.toContain(salt.toString('base64'));
  });
});

test('a manifest names the latest capture only beside files of that capture', () => {
  const capture = { outcome: 'captured', files: ['art_3', 'art_4'] };
  expect(captureIn(['art_1', 'art_4'], capture)).toBe(capture);
  // A seal that a crash left open, with the files of the capture before.
  expect(captureIn(['art_1', 'art_2'], capture)).toBe(null);
  expect(captureIn(['art_1'], null)).toBe(null);
});
