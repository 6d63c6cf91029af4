/** What goes out with a decision and is easily forgotten: named where it is there, and nothing asked where it is not. */
import { describe, expect, test } from 'vitest';
import { textFieldsOf } from '#commitment.ts';
import { goingOut, type Review, type ToReview } from '#production/production.ts';

const ALL: Pick<Review, 'answer' | 'fields' | 'files'> = { answer: 'release', fields: null, files: null };
const why = { exemption: { key: '610.021-13', day: '2026-11-30' }, description: null };

function record(data: object, roles: readonly string[] = ['raw-payload', 'rendering']): ToReview {
  const body = { data };
  return {
    facts: [{ n: 1, body, fields: textFieldsOf(body) }],
    files: roles.map((role, i) => ({
      n: i + 1,
      role,
      isPicture: !['raw-payload', 'wacz', 'capture-report', 'email-original'].includes(role),
      picture: null,
    })),
  };
}
const names = (review: Pick<Review, 'answer' | 'fields' | 'files'>, of: ToReview): string[] =>
  goingOut(review, of).map(({ name }) => name);
const plain = {
  content: { text: 'The pool is closed.', permalink: null },
  author: { displayName: { value: 'A Resident' }, handle: { value: 'a_resident' } },
  action: { verb: 'hide' },
};

describe('with all of a record', () => {
  test.each<[string, object, readonly string[]]>([
    ['content and who wrote it, as everybody saw', plain, []],
    [
      'a telephone number',
      { content: { text: 'Call 573-555-0142.' } },
      ['suggested:1/data/content/text:5-17:telephone'],
    ],
    [
      'an address of the network and one for mail, which the report as it came has too',
      { ...plain, author: { ip: { value: '203.0.113.9' }, email: { value: 'a@example.org' } } },
      ['field:1/data/author/email/value', 'field:1/data/author/ip/value', 'file:1'],
    ],
    ['a note of the office', { ...plain, notes: 'Ask counsel' }, ['field:1/data/notes', 'file:1']],
    [
      'who removed it, and why',
      { ...plain, action: { statement: 'It was rude', actor: { name: 'M. Moderator' } } },
      ['field:1/data/action/statement', 'field:1/data/action/actor/name', 'file:1'],
    ],
    [
      'an earlier version, which is no field',
      { content: { text: 'x', versions: [{ text: 'y' }] } },
      ['file:1'],
    ],
    ['the device of whoever reported', { ...plain, captures: [{ userAgent: 'x' }] }, ['file:1']],
  ])('%s', (_, data, expected) => {
    expect(names(ALL, record(data))).toEqual(expected);
    for (const answer of ['withhold', 'not-responsive'] as const)
      expect(names({ ...ALL, answer }, record(data))).toEqual([]);
  });

  test('a mail as it came is no content', () => {
    expect(names(ALL, record(plain, ['email-original']))).toEqual(['file:1']);
  });
});

describe('with a part of it', () => {
  const roles = ['raw-payload', 'rendering', 'screenshot-viewport', 'wacz', 'other', 'capture-report'];
  const files = (decision: 'release' | 'withhold'): Review['files'] =>
    roles.map((_, i) => ({ file: i + 1, decision, ...(decision === 'withhold' ? why : {}) }));
  const textIs = (decision: 'release' | 'withhold', pointer = '/data/content/text'): Review['fields'] =>
    textFieldsOf({ data: plain }).map((one) => ({
      fact: 1,
      pointer: one.pointer,
      decision: one.pointer === pointer ? decision : 'release',
      ...(one.pointer === pointer && decision === 'withhold' ? why : {}),
    }));

  test('each file in which withheld words stand is named, and what the archive says itself is not', () => {
    const review = { answer: 'part', fields: textIs('withhold'), files: files('release') } as const;
    expect(names(review, record(plain, roles))).toEqual(['file:1', 'file:2', 'file:3', 'file:4', 'file:5']);
    expect(names({ ...review, files: files('withhold') }, record(plain, roles))).toEqual([]);
  });

  test('what is on no page of a platform is not in a picture of it', () => {
    const data = { ...plain, notes: 'Ask counsel' };
    const fields = [
      ...(textIs('release') ?? []),
      { fact: 1, pointer: '/data/notes', decision: 'withhold' as const, ...why },
    ];
    expect(names({ answer: 'part', fields, files: files('release') }, record(data, roles))).toEqual([
      'file:1',
    ]);
  });

  test('a box over one picture is undone by a picture of the page around it', () => {
    const boxes = [{ x: 0, y: 0, width: 9, height: 9, ...why }];
    const boxed = files('release')?.map((one) =>
      one.file === 5 ? { file: 5, decision: 'part' as const, boxes } : one,
    );
    const review = { answer: 'part', fields: textIs('release'), files: boxed ?? [] } as const;
    expect(names(review, record(plain, roles))).toEqual(['file:3', 'file:4']);
    // Drawn anew without a box, all of it is seen.
    const anew = boxed?.map((one) =>
      one.file === 5 ? { file: 5, decision: 'part' as const, boxes: [], beside: why } : one,
    );
    expect(names({ ...review, files: anew ?? [] }, record(plain, roles))).toEqual([]);
  });

  test('of a text in which a person marked something the other marks were before them', () => {
    const text = 'Call 573-555-0142 or 573-555-0143.';
    const data = { content: { text, parent: { excerpt: 'Or 573-555-0144?' } } };
    const fields: Review['fields'] = [
      { fact: 1, pointer: '/data/content/text', decision: 'part', passages: [{ start: 5, end: 17, ...why }] },
      { fact: 1, pointer: '/data/content/parent/excerpt', decision: 'release' },
    ];
    expect(names({ answer: 'part', fields, files: [] }, record(data, []))).toEqual([
      'suggested:1/data/content/parent/excerpt:3-15:telephone',
    ]);
  });
});
