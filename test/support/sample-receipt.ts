/** A receipt as the archive would write it, for what is looked at without an archive: hostile text, odd zones, production. */
import { receiptCode, type Receipt } from '#record/record.ts';

const sealedFile = (role: string, digit: string, bytes: number): Receipt['seals'][number] => ({
  seal: 1,
  role,
  sha256: digit.repeat(64),
  bytes,
  key: `rivertown/records/01990000-0000-7000-8000-000000000001/1/${role}-${digit.repeat(16)}`,
  versionId: `v-${digit.repeat(32)}`,
  lockedUntil: '2026-12-21T20:04:00.000Z',
});

const RECORD = '01990000-0000-7000-8000-000000000001';

export const sampleReceipt: Receipt = {
  recordId: RECORD,
  agency: 'rivertown',
  code: receiptCode(RECORD),
  mode: 'trial',
  platform: 'facebook',
  account: 'rivertown',
  status: 'sealed',
  safeToRemove: true,
  evidence: [{ kind: 'picture-handed-in', tier: 'D' }],
  missing: [],
  seals: [
    sealedFile('fact', 'a', 1800),
    sealedFile('picture', 'b', 2_400_311),
    sealedFile('salt', 'c', 32),
    sealedFile('manifest', 'd', 2219),
  ],
  times: {
    source: 'server-clock',
    precision: 'ms',
    reportedAt: '2026-11-21T20:03:00.123Z',
    firstSealedAt: '2026-11-21T20:03:01.456Z',
    lastSealedAt: '2026-11-21T20:03:01.456Z',
    capturedAt: null,
    issuedAt: '2026-11-21T20:03:02.000Z',
  },
  tier: 'D',
  capture: { outcome: null, targetFound: false, sandbox: null },
  removal: 'awaited',
  removedAt: null,
  secondLook: null,
  classification: null,
  parked: [],
  store: {
    kind: 'folder',
    immutability: 'advisory',
    sentence: 'Sealed in a folder store: tamper-evident, not immutable. A change shows; it is not prevented.',
  },
  log: {
    origin: 'archive.example/log/rivertown',
    entries: [17],
    pending: 0,
    checkpoint: {
      size: 21,
      root: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
      at: '2026-11-21T20:03:01.789Z',
    },
    anchored: false,
    anchors: [],
    unanchoredSince: '2026-11-21T20:03:01.456Z',
    sentence:
      'This record is entered in the archive’s log, which is signed, and not yet anchored outside this archive.',
  },
  statement:
    'The content is archived. This says nothing about whether removing it is lawful or allowed by the policy.',
};
