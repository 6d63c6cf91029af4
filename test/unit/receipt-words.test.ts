/** What a receipt says has words in each language, for pages and scripts alike; and no words are left over. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { receipts } from '#console/languages/es/receipts.ts';
import { reasonOf } from '#record/parked.ts';
import { assessRemoval, type Standing } from '#record/record.ts';
import { secondLookSaid } from '#record/second-look.ts';

type Capture = Standing['capture'];
type File = Standing['artifacts'][number];

const source = (name: string): string =>
  readFileSync(new URL(`../../src/record/${name}.ts`, import.meta.url), 'utf8');

/** The first words of the lines of a table in the source: a code that is added there is asked for here. */
function codesOf(name: string, table: string): string[] {
  const [, rows = ''] = new RegExp(`const ${table}[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(source(name)) ?? [];
  return [...rows.matchAll(/^ {2}'?([a-z-]+)'?:/gm)].map(([, code = '']) => code);
}

const BOTH = [false, true];
const OUTCOMES = [
  'captured',
  'partial',
  'gone',
  'wall',
  'empty',
  'blocked',
  'timeout',
  'none',
  null,
] as const;

/** What is handed in: nothing, or one file in each of its states. */
const FILES: readonly (readonly File[])[] = [
  [],
  ...[
    null,
    { decodable: true, width: 1, height: 1, format: 'png' },
    { decodable: false, reason: 'truncated' },
  ].flatMap((picture) =>
    BOTH.flatMap((sealed) =>
      BOTH.flatMap((present) =>
        BOTH.map((ofTrial) => [
          {
            origin: 'handed-in',
            sealed,
            picture: picture as File['picture'],
            inspectionOwed: picture === null,
            present,
            ofTrial,
          } as const,
        ]),
      ),
    ),
  ),
];

function* captures(): Generator<Capture> {
  for (const outcome of OUTCOMES)
    for (let bits = 0; bits < 256; bits += 1) {
      const bit = (n: number): boolean => ((bits >> n) & 1) === 1;
      yield {
        outcome,
        owed: bit(0),
        targetFound: bit(1),
        targetAsked: bit(2),
        sealed: bit(3),
        entered: bit(7),
        pictured: bit(4),
        present: bit(5),
        ofTrial: bit(6),
      };
    }
}

function missing(): Set<string> {
  const said = new Set<string>();
  const hear = (standing: Standing): void => {
    for (const { sentence } of assessRemoval(standing).missing) said.add(sentence);
  };
  const well = {
    facts: [{ n: 1, sealed: true }],
    inLog: true,
    damaged: false,
    locked: true,
    sealDelayed: false,
  };
  for (const capture of captures())
    for (const artifacts of FILES)
      for (const parked of [[], ['seal', 'inspect', 'capture'].map((step) => ({ step, code: 'internal' }))]) {
        hear({ ...well, artifacts, capture, parked });
        hear({ ...well, facts: [], inLog: false, damaged: true, locked: false, artifacts, capture, parked });
        hear({ ...well, facts: [], sealDelayed: true, artifacts, capture, parked });
      }
  hear({ ...well, inLog: false, artifacts: [], capture: [...captures()][0] as Capture, parked: [] });
  return said;
}

function looks(): Set<string> {
  const confirmed = [{ n: 1, type: 'removal.action-recorded.v1', confirms: false, done: true }] as const;
  const look = (answer: 'there' | 'not-there' | 'unknown', because: string | null = null) => ({
    factN: 1,
    lookedAt: '2026-11-21T20:03:00.000Z',
    answer,
    because,
    outcome: 'captured' as const,
    finding: {},
  });
  const owed = { step: 'look-again', since: '', failures: 0, parked: false, code: null, reason: null };
  const cases = [
    { secondLook: null, owed: [owed], foundAt: null },
    { secondLook: look('there'), owed: [], foundAt: null },
    { secondLook: look('not-there'), owed: [], foundAt: null },
    { secondLook: look('not-there'), owed: [], foundAt: '2026-11-21T20:01:00.000Z' },
    ...[...codesOf('second-look', 'BECAUSE'), 'of no known kind'].map((because) => ({
      secondLook: look('unknown', because),
      owed: [],
      foundAt: null,
    })),
  ];
  return new Set(
    cases.map((one) => secondLookSaid({ removal: 'confirmed', facts: confirmed, ...one })?.sentence ?? ''),
  );
}

test('everything that a receipt says has words in Spanish, and no words are left over', () => {
  const reasons = [...codesOf('parked', 'REASONS'), 'of no known kind'].map(reasonOf);
  const said = new Set([...missing(), ...looks(), ...reasons]);
  expect(said.size).toBeGreaterThan(55);
  expect([...said].filter((sentence) => !Object.hasOwn(receipts, sentence))).toEqual([]);
  // What depends on nothing stands in the source as it is.
  const whole = source('receipt') + source('log-standing');
  const left = Object.keys(receipts).filter((sentence) => !said.has(sentence) && !whole.includes(sentence));
  expect(left).toEqual([]);
});
