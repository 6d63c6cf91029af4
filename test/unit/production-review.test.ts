/** What is wrong with a decision about a record, before it is kept. */
import { describe, expect, test } from 'vitest';
import { Check } from 'typebox/value';
import { textFieldsOf } from '#commitment.ts';
import {
  dated,
  reviewProblems,
  ReviewShape,
  type Review,
  type ReviewField,
  type ReviewFile,
} from '#production/production.ts';

const TEXT = 'Call Jane Example at 573-555-0142, please.';
const BODY = {
  data: { content: { text: TEXT }, author: { handle: { value: 'jane_example' } }, notes: 7 },
};
const RECORD = {
  facts: [{ n: 1, body: BODY, fields: textFieldsOf(BODY) }],
  files: [
    { n: 1, role: 'raw-payload', isPicture: false, picture: null },
    { n: 2, role: 'other', isPicture: true, picture: { width: 400, height: 300 } },
  ],
};
const DAY = '2026-11-30';
const PERSONNEL = { key: '610.021-13', day: DAY };
const NONE: Review = { answer: 'release', exemption: null, description: null, fields: null, files: null };
const withheld = { exemption: PERSONNEL, description: 'a telephone number' };
const FIELDS: readonly ReviewField[] = [
  {
    fact: 1,
    pointer: '/data/content/text',
    decision: 'part',
    passages: [{ start: 21, end: 33, ...withheld }],
  },
  { fact: 1, pointer: '/data/author/handle/value', decision: 'release' },
];
const FILES: readonly ReviewFile[] = [
  { file: 1, decision: 'withhold', ...withheld },
  { file: 2, decision: 'part', boxes: [{ x: 0, y: 0, width: 400, height: 20, ...withheld }] },
];
const part = (fields: readonly ReviewField[], files: readonly ReviewFile[] = FILES): Review => ({
  ...NONE,
  answer: 'part',
  fields: [...fields],
  files: [...files],
});
const [text, handle] = FIELDS as readonly [ReviewField, ReviewField];
const [raw, picture] = FILES as readonly [ReviewFile, ReviewFile];

describe('what can be kept', () => {
  test.each<[string, Review]>([
    ['all of it released', NONE],
    ['that it does not answer', { ...NONE, answer: 'not-responsive' }],
    [
      'all of it withheld',
      { ...NONE, answer: 'withhold', exemption: PERSONNEL, description: 'a comment about somebody' },
    ],
    ['all of it withheld, undescribed', { ...NONE, answer: 'withhold', exemption: PERSONNEL }],
    ['part of it', part(FIELDS)],
    [
      'all of it withheld under several provisions',
      {
        ...NONE,
        answer: 'withhold',
        exemption: { ...PERSONNEL, also: [{ key: '610.021-14', otherLaw: 'A law for tests' }] },
      },
    ],
    [
      'what stands beside the pixels, without a box',
      part(FIELDS, [raw, { file: 2, decision: 'part', boxes: [], beside: withheld }]),
    ],
    [
      'boxes of a picture that is shown upright',
      part(FIELDS, [raw, { ...picture, boxes: [{ x: 0, y: 0, width: 300, height: 400, ...withheld }] }]),
    ],
  ])('%s', (_, review) => {
    expect(reviewProblems(review, RECORD)).toEqual([]);
    expect(Check(ReviewShape, review)).toBe(true);
  });
});

describe('what is refused, with a sentence of what was expected', () => {
  test.each<[string, Review, RegExp]>([
    ['withheld without a provision', { ...NONE, answer: 'withhold' }, /Choose an exemption/],
    ['a provision with what is released', { ...NONE, exemption: PERSONNEL }, /stands with what is withheld/],
    ['a description with what is released', { ...NONE, description: 'a number' }, /Leave it out/],
    ['part without lists', { ...NONE, answer: 'part' }, /Give both lists/],
    ['lists with what is released', { ...NONE, fields: [], files: [] }, /Leave them out/],
    [
      'part of which all is released',
      part(
        FIELDS.map(({ fact, pointer }) => ({ fact, pointer, decision: 'release' })),
        [
          { file: 1, decision: 'release' },
          { file: 2, decision: 'release' },
        ],
      ),
      /Everything is released/,
    ],
    [
      'a field that nobody decided about',
      part([text]),
      /no decision about \/data\/author\/handle\/value of fact 1/,
    ],
    ['a file that nobody decided about', part(FIELDS, [raw]), /no decision about file 2/],
    ['a field that was decided about twice', part([text, handle, handle]), /more than one/],
    ['a field that is not there', part([...FIELDS, { ...handle, pointer: '/data/notes' }]), /does not have/],
    [
      'a passage beyond the text',
      part([{ ...text, passages: [{ start: 21, end: 999, ...withheld }] }, handle]),
      /expected whole numbers/,
    ],
    [
      'a passage that is all of it',
      part([{ ...text, passages: [{ start: 0, end: TEXT.length, ...withheld }] }, handle]),
      /Withhold the field as a whole/,
    ],
    ['part without passages', part([{ ...text, passages: [] }, handle]), /at least one of its passages/],
    [
      'passages with what is released',
      part([{ ...text, decision: 'release' }, handle]),
      /stand with “part” alone/,
    ],
    [
      'a field withheld without a provision',
      part([{ fact: 1, pointer: text.pointer, decision: 'withhold' }, handle]),
      /has an exemption/,
    ],
    [
      'a description with the withheld words in it',
      part([
        {
          ...text,
          passages: [{ start: 21, end: 33, exemption: PERSONNEL, description: 'the number 573 555 0142' }],
        },
        handle,
      ]),
      /more general terms/,
    ],
    [
      'a description of the whole in its own words',
      {
        ...NONE,
        answer: 'withhold',
        exemption: PERSONNEL,
        description: 'Call Jane Example at 573-555-0142, please.',
      },
      /more general terms/,
    ],
    [
      'a box on what is no picture',
      part(FIELDS, [{ ...picture, file: 1 }, picture]),
      /no picture that opens/,
    ],
    [
      'a box beside the picture',
      part(FIELDS, [raw, { ...picture, boxes: [{ x: 350, y: 0, width: 100, height: 10, ...withheld }] }]),
      /within 400 by 300/,
    ],
    [
      'an empty box',
      part(FIELDS, [raw, { ...picture, boxes: [{ x: 0, y: 0, width: 0, height: 10, ...withheld }] }]),
      /none of them empty/,
    ],
    [
      'a provision that is none',
      { ...NONE, answer: 'withhold', exemption: { key: 'profane', day: DAY } },
      /No exemption is called/,
    ],
    [
      'a further provision without what it needs',
      {
        ...NONE,
        answer: 'withhold',
        exemption: { ...PERSONNEL, also: [{ key: '610.021-18' }] },
      },
      /demands a statement in writing/,
    ],
    [
      'one provision twice for the same',
      { ...NONE, answer: 'withhold', exemption: { ...PERSONNEL, also: [{ key: '610.021-13' }] } },
      /Cite each once/,
    ],
    [
      'what stands beside pixels of a picture that is released',
      part(FIELDS, [raw, { file: 2, decision: 'release', beside: withheld }]),
      /stand with “part” alone/,
    ],
    [
      'a provision without its statement',
      { ...NONE, answer: 'withhold', exemption: { key: '610.021-18', day: DAY } },
      /demands a statement in writing/,
    ],
    [
      'one provision with two statements',
      part([
        {
          ...text,
          passages: [
            {
              start: 21,
              end: 33,
              description: null,
              exemption: { key: '610.021-14', day: DAY, otherLaw: 'Section one' },
            },
          ],
        },
        {
          fact: 1,
          pointer: handle.pointer,
          decision: 'withhold',
          description: null,
          exemption: { key: '610.021-14', day: DAY, otherLaw: 'Section two' },
        },
      ]),
      /State it once/,
    ],
  ])('%s', (_, review, sentence) => {
    const problems = reviewProblems(review, RECORD);
    expect(problems.join('\n')).toMatch(sentence);
  });
});

test('the day is that of the decision, at each place, and nobody chooses it', () => {
  const said = {
    ...part([
      {
        ...text,
        passages: [{ start: 21, end: 33, exemption: { key: '610.021-13' }, description: null }],
      } as ReviewField,
      handle,
    ]),
    files: [
      { file: 1, decision: 'withhold' as const, exemption: { key: '610.021-13' }, description: null },
      {
        file: 2,
        decision: 'part' as const,
        boxes: [{ x: 1, y: 2, width: 3, height: 4, exemption: { key: '610.021-13' }, description: null }],
      },
    ],
  };
  const kept = dated(said, DAY);
  expect(kept.fields?.[0]?.passages?.[0]?.exemption).toEqual(PERSONNEL);
  expect(kept.files?.map(({ exemption, boxes }) => exemption ?? boxes?.[0]?.exemption)).toEqual([
    PERSONNEL,
    PERSONNEL,
  ]);
  expect(Check(ReviewShape, kept)).toBe(true);
  expect(
    dated({ ...NONE, answer: 'withhold', exemption: { key: '610.021-13' } } as never, DAY).exemption,
  ).toEqual(PERSONNEL);
});
