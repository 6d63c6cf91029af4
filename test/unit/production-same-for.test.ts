/** One decision as it is about another record: carried over where the other says the same, and refused where something of it was not before anybody. */
import { expect, test } from 'vitest';
import { textFieldsOf } from '#commitment.ts';
import {
  goingOut,
  likenessOf,
  ownFiles,
  seenAlready,
  type Review,
  type Reviewable,
} from '#production/production.ts';
import { sameFor } from '../../src/production/same-for.ts';

const TEXT = 'Call 573-555-0142 about the pool that is closed.';
const why = { exemption: { key: '610.021-13', day: '2026-11-30' }, description: null };
type File = readonly [role: string, sha256: string];
const OURS: readonly File[] = [
  ['raw-payload', 'a'],
  ['capture-report', 'b'],
];

function record(data: object, files: readonly File[] = OURS): Reviewable {
  const body = { data };
  return {
    facts: [{ n: 1, body, fields: textFieldsOf(body) }],
    files: files.map(([role, sha256], i) => ({
      n: i + 1,
      role,
      sha256,
      isPicture: role === 'other' || role.startsWith('screenshot'),
      isHandedIn: role === 'other',
      picture: null,
    })),
    isSealed: true,
    neverLeaves: false,
    factsSeen: 1,
    filesSeen: files.length,
  };
}
const said = (text: string, more: object = {}): object => ({ content: { text }, ...more });
const by = (value: string): object => ({ author: { displayName: { value } } });
const ALL: Review = { answer: 'release', exemption: null, description: null, fields: null, files: null };

test('the same letters are exactly the same, whoever wrote them and wherever; a picture of its own is not', () => {
  const one = record(said(TEXT, by('A Resident')));
  expect(likenessOf(one, record(said(TEXT, by('Another'))))).toBe('exactly');
  expect(
    likenessOf(one, record({ ...said(TEXT), content: { text: TEXT, permalink: 'https://example.org/2' } })),
  ).toBe('exactly');
  expect(likenessOf(one, record(said(`${TEXT}!`)))).toBe('nearly');
  expect(likenessOf(one, record(said('Nothing of the kind')))).toBeNull();
  const pictured = record(said(TEXT), [...OURS, ['other', 'c']]);
  expect(likenessOf(one, pictured)).toBe('nearly');
  expect(
    likenessOf(
      pictured,
      record(said(TEXT), [
        ['raw-payload', 'x'],
        ['other', 'c'],
        ['capture-report', 'y'],
      ]),
    ),
  ).toBe('exactly');
  expect(likenessOf(pictured, record(said(TEXT), [...OURS, ['screenshot-viewport', 'd']]))).toBe('nearly');
  expect(ownFiles(one, pictured)).toBe(1);
  expect(ownFiles(pictured, one)).toBe(0);
  // Of what says nothing at all nobody knows what it says.
  expect(likenessOf(record({}), record({}))).toBeNull();
});

test('a part is carried over to the same text and the same files alone', () => {
  const pictured: readonly File[] = [...OURS, ['other', 'c']];
  const one = record(said(TEXT, by('A Resident')), pictured);
  const boxes = [{ x: 0, y: 0, width: 9, height: 9, ...why }];
  const review: Review = {
    ...ALL,
    answer: 'part',
    fields: [
      { fact: 1, pointer: '/data/content/text', decision: 'part', passages: [{ start: 5, end: 17, ...why }] },
      { fact: 1, pointer: '/data/author/displayName/value', decision: 'withhold', ...why },
    ],
    files: [
      { file: 1, decision: 'withhold', ...why },
      { file: 2, decision: 'release' },
      { file: 3, decision: 'part', boxes },
    ],
  };
  // Other numbers of the same files, another name that is withheld all the same.
  const moved = record(said(TEXT, by('Another')), [
    ['other', 'c'],
    ['raw-payload', 'x'],
    ['capture-report', 'y'],
  ]);
  expect(sameFor(review, one, moved)?.files).toEqual([
    { file: 1, decision: 'part', boxes },
    { file: 2, decision: 'withhold', ...why },
    { file: 3, decision: 'release' },
  ]);
  for (const other of [
    record(said(`${TEXT}!`, by('A Resident')), pictured),
    record(said(TEXT, { ...by('A Resident'), notes: 'Ask counsel' }), pictured),
    record(said(TEXT, by('A Resident')), [...OURS, ['other', 'd']]),
    record(said(TEXT, by('A Resident')), [...pictured, ['other', 'e']]),
  ])
    expect(sameFor(review, one, other)).toBeNull();
  const open: Review = {
    ...review,
    fields:
      review.fields?.map((field) =>
        field.decision === 'withhold'
          ? { fact: 1, pointer: field.pointer, decision: 'release' as const }
          : field,
      ) ?? null,
  };
  expect(sameFor(open, one, moved)).toBeNull();
});

test('what was seen of one is seen of the other where it is the same, letter for letter', () => {
  const more = { notes: 'Ask counsel' };
  const one = record(said(TEXT, more));
  const acknowledged = goingOut(ALL, one).map(({ name }) => name);
  expect(acknowledged).toHaveLength(3);
  const seen = (data: object): readonly string[] =>
    seenAlready(ALL, { from: one, to: record(data), acknowledged });
  expect(seen(said(TEXT, more))).toEqual(acknowledged);
  expect(seen(said(TEXT, { notes: 'Something else' }))).toEqual([
    'suggested:1/data/content/text:5-17:telephone',
  ]);
  expect(seen(said(TEXT.replace('0142', '0143'), more))).toEqual(['field:1/data/notes', 'file:1']);
});
