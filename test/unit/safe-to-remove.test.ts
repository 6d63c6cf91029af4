/** The rule behind "safe to remove", case by case. Each case that must not say it is a line here. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assessRemoval, type Standing } from '#record/record.ts';

const picture = { decodable: true, width: 300, height: 200, format: 'png' } as const;
const sealedFile = {
  sealed: true,
  picture: null,
  inspectionOwed: false,
  present: true,
  ofTrial: false,
} as const;
const shot = { ...sealedFile, origin: 'handed-in', picture } as const;
const raw = { ...sealedFile, origin: 'raw' } as const;
const captureFile = { ...sealedFile, origin: 'capture' } as const;
const rendering = { ...sealedFile, origin: 'rendering' } as const;
const noCapture = {
  owed: false,
  outcome: 'none',
  targetFound: false,
  targetAsked: false,
  sealed: false,
  entered: false,
  pictured: false,
  present: false,
  ofTrial: false,
} as const;
const captured = {
  owed: false,
  outcome: 'captured',
  targetFound: true,
  targetAsked: true,
  sealed: true,
  entered: true,
  pictured: true,
  present: true,
  ofTrial: false,
} as const;

function standing(more: Partial<Standing> = {}): Standing {
  return {
    facts: [{ n: 1, sealed: true }],
    artifacts: [raw],
    inLog: true,
    damaged: false,
    locked: true,
    capture: noCapture,
    sealDelayed: false,
    parked: [],
    ...more,
  };
}

const SAFE: readonly (readonly [string, Standing])[] = [
  ['a decodable picture that was handed in is sealed', standing({ artifacts: [raw, shot] })],
  [
    'a picture of one pixel is a picture',
    standing({ artifacts: [raw, { ...shot, picture: { ...picture, width: 1, height: 1 } }] }),
  ],
  ['a capture found its target', standing({ artifacts: [raw, captureFile], capture: captured })],
  [
    'a partial capture found its target',
    standing({ artifacts: [raw, captureFile], capture: { ...captured, outcome: 'partial' } }),
  ],
  [
    'the picture is sealed while the capture is still owed',
    standing({ artifacts: [raw, shot], capture: { ...noCapture, outcome: null, owed: true } }),
  ],
  [
    'a picture was added in production to what was sealed in a trial',
    standing({
      artifacts: [{ ...raw, ofTrial: true }, { ...shot, ofTrial: true }, shot],
      capture: { ...captured, ofTrial: true },
    }),
  ],
  [
    'one picture opens, another does not',
    standing({ artifacts: [raw, shot, { ...shot, picture: { decodable: false, reason: 'truncated' } }] }),
  ],
  [
    'the capture is parked, but a picture is there',
    standing({
      artifacts: [raw, shot],
      capture: { ...noCapture, owed: true, outcome: null },
      parked: [{ step: 'capture', code: 'browser-crashed' }],
    }),
  ],
];

const NOT_SAFE: readonly (readonly [string, Standing, string])[] = [
  [
    'the picture was sealed in a trial',
    standing({ artifacts: [raw, { ...shot, ofTrial: true }] }),
    'sealed-in-trial',
  ],
  [
    'the capture was made in a trial',
    standing({ artifacts: [raw, captureFile], capture: { ...captured, ofTrial: true } }),
    'sealed-in-trial',
  ],
  ['nothing is known', standing({ facts: [], artifacts: [], inLog: false }), 'seal-pending'],
  [
    'the fact is not sealed',
    standing({ facts: [{ n: 1, sealed: false }], artifacts: [raw, shot] }),
    'seal-pending',
  ],
  [
    'a later fact with content is not sealed yet',
    standing({
      facts: [
        { n: 1, sealed: true },
        { n: 2, sealed: false },
      ],
      artifacts: [raw, shot],
    }),
    'seal-pending',
  ],
  [
    'the raw bytes are not sealed',
    standing({ artifacts: [{ ...raw, sealed: false }, shot] }),
    'seal-pending',
  ],
  [
    'one of two pictures is not sealed',
    standing({ artifacts: [raw, shot, { ...shot, sealed: false }] }),
    'seal-pending',
  ],
  [
    'sealing takes longer than it should',
    standing({ facts: [{ n: 1, sealed: false }], artifacts: [raw, shot], sealDelayed: true }),
    'seal-delayed',
  ],
  [
    'the picture belongs to an earlier removal',
    standing({ artifacts: [raw, { ...shot, present: false }] }),
    'evidence-outdated',
  ],
  [
    'the capture belongs to an earlier removal',
    standing({ artifacts: [raw, captureFile], capture: { ...captured, present: false } }),
    'evidence-outdated',
  ],
  [
    'the page is to be captured once more',
    standing({ artifacts: [raw, captureFile], capture: { ...captured, owed: true } }),
    'capture-pending',
  ],
  [
    'the capture has no picture',
    standing({ artifacts: [raw, captureFile], capture: { ...captured, pictured: false } }),
    'capture-not-evidence',
  ],
  [
    'sealing is parked',
    standing({
      facts: [{ n: 1, sealed: false }],
      artifacts: [raw, shot],
      parked: [{ step: 'seal', code: 'store-lock-not-confirmed' }],
    }),
    'seal-parked',
  ],
  ['the seal is not in the log', standing({ artifacts: [raw, shot], inLog: false }), 'log-pending'],
  ['its bytes were found changed', standing({ artifacts: [raw, shot], damaged: true }), 'fixity-failed'],
  ['a lock ran out', standing({ artifacts: [raw, shot], locked: false }), 'lock-ended'],
  ['there is only text', standing(), 'evidence-missing'],
  ['there is only a rendering of our own', standing({ artifacts: [raw, rendering] }), 'evidence-missing'],
  [
    'the picture was not looked at yet',
    standing({ artifacts: [raw, { ...shot, picture: null, inspectionOwed: true }] }),
    'picture-pending',
  ],
  [
    'the picture does not open',
    standing({ artifacts: [raw, { ...shot, picture: { decodable: false, reason: 'not-an-image' } }] }),
    'picture-not-decodable',
  ],
  [
    'the file is no picture at all',
    standing({ artifacts: [raw, { ...shot, picture: null }] }),
    'evidence-missing',
  ],
  [
    'a decodable rendering is no evidence',
    standing({ artifacts: [raw, { ...rendering, picture }] }),
    'evidence-missing',
  ],
  [
    'the capture is still owed',
    standing({ capture: { ...noCapture, outcome: null, owed: true } }),
    'capture-pending',
  ],
  [
    'the capture is parked',
    standing({
      capture: { ...noCapture, outcome: null, owed: true },
      parked: [{ step: 'capture', code: 'internal' }],
    }),
    'capture-parked',
  ],
  ...(['gone', 'wall', 'empty', 'blocked', 'timeout'] as const).map(
    (outcome) =>
      [
        `the capture ended ${outcome}, even with its target found`,
        standing({ artifacts: [raw, captureFile], capture: { ...captured, outcome } }),
        'capture-not-evidence',
      ] as const,
  ),
  [
    'the capture did not show its target',
    standing({ artifacts: [raw, captureFile], capture: { ...captured, targetFound: false } }),
    'target-not-found',
  ],
  [
    'the capture had no target to find',
    standing({
      artifacts: [raw, captureFile],
      capture: { ...captured, targetFound: false, targetAsked: false },
    }),
    'nothing-to-find',
  ],
  [
    'the capture is not sealed',
    standing({
      artifacts: [raw, { ...captureFile, sealed: false }],
      capture: { ...captured, sealed: false },
    }),
    'seal-pending',
  ],
];

describe('safe to remove', () => {
  test.each(SAFE)('yes: %s', (_name, given) => {
    expect(assessRemoval(given)).toMatchObject({ safeToRemove: true, missing: [] });
  });

  test.each(NOT_SAFE)('no: %s', (_name, given, code) => {
    const assessed = assessRemoval(given);
    expect(assessed.safeToRemove).toBe(false);
    expect(assessed.missing.map((one) => one.code)).toContain(code);
  });

  test('whatever the standing: safe means sealed evidence, in the log, with nothing missing; and a reason otherwise', () => {
    const file = fc.record({
      origin: fc.constantFrom('handed-in', 'raw', 'capture', 'rendering'),
      sealed: fc.boolean(),
      picture: fc.constantFrom(null, picture, { decodable: false, reason: 'x' } as const),
      inspectionOwed: fc.boolean(),
      present: fc.boolean(),
      ofTrial: fc.boolean(),
    });
    const any = fc.record({
      facts: fc.array(fc.record({ n: fc.nat(5), sealed: fc.boolean() }), { maxLength: 3 }),
      artifacts: fc.array(file, { maxLength: 4 }),
      inLog: fc.boolean(),
      damaged: fc.boolean(),
      locked: fc.boolean(),
      capture: fc.record({
        owed: fc.boolean(),
        outcome: fc.constantFrom(
          null,
          'captured',
          'partial',
          'gone',
          'wall',
          'empty',
          'blocked',
          'timeout',
          'none',
        ),
        targetFound: fc.boolean(),
        targetAsked: fc.boolean(),
        sealed: fc.boolean(),
        entered: fc.boolean(),
        pictured: fc.boolean(),
        present: fc.boolean(),
        ofTrial: fc.boolean(),
      }),
      sealDelayed: fc.boolean(),
      parked: fc.array(
        fc.record({ step: fc.constantFrom('seal', 'capture', 'inspect'), code: fc.constant('internal') }),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(any, (given) => {
        const { safeToRemove, missing } = assessRemoval(given);
        expect(missing.length === 0).toBe(safeToRemove);
        if (!safeToRemove) return;
        expect(given.inLog).toBe(true);
        expect(given.locked).toBe(true);
        expect(given.damaged).toBe(false);
        expect(given.facts.length > 0 && given.facts.every((fact) => fact.sealed)).toBe(true);
        const byPicture = given.artifacts.some(
          (one) =>
            one.origin === 'handed-in' &&
            one.sealed &&
            one.present &&
            !one.ofTrial &&
            one.picture?.decodable === true,
        );
        const byCapture =
          given.capture.sealed &&
          given.capture.pictured &&
          given.capture.present &&
          !given.capture.ofTrial &&
          !given.capture.owed &&
          given.capture.targetFound &&
          ['captured', 'partial'].includes(given.capture.outcome ?? '');
        expect(byPicture || byCapture).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
