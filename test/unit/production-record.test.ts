/** A record that leaves in part: it proves what was released, tells nothing of the rest, and cannot be changed. */
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commitment, itemSalt, sha256Hex } from '#commitment.ts';
import { keyPair, signer, signNote } from '#log/note.ts';
import { cite, produceRecord, type FieldDecision, type FileDecision } from '#production/production.ts';
import { checkAgainstOriginal, verifyRedactedRecord } from '#verify/verify.ts';
import { seed } from '../support/log-scene.ts';
import {
  FACT,
  MANIFEST,
  PICTURE,
  POST,
  PRODUCTION,
  RECORD,
  RELEASES,
  releasesKey,
  SALT,
} from '../support/reviewed-record.ts';

const minors = cite({ key: '610.021-27', day: '2026-11-30' });
const tips = cite({
  key: '610.021-18',
  day: '2026-11-30',
  writtenStatement: { impairsSecurity: 'It would.', outweighsDisclosure: 'It does.' },
});
const name = POST.indexOf('Toby Quill');
const field = (pointer: string) => ({ fact: 1, pointer });
const FIELDS: readonly FieldDecision[] = [
  {
    ...field('/data/content/text'),
    decision: 'part',
    passages: [
      { start: name, end: name + 10, citation: minors, description: 'A child’s name' },
      { start: POST.length - 13, end: POST.length - 1, citation: minors, description: null },
    ],
  },
  { ...field('/data/content/permalink'), decision: 'release' },
  { ...field('/data/author/displayName/value'), decision: 'withhold', citation: minors, description: null },
  { ...field('/data/author/note'), decision: 'release' },
  { ...field('/data/notes'), decision: 'withhold', citation: tips, description: 'A note of the moderator' },
];
const BURNED = Buffer.from('new bytes');
const FILES: readonly FileDecision[] = [
  {
    file: 1,
    decision: 'part',
    derived: {
      sha256: sha256Hex(BURNED),
      bytes: BURNED.length,
      mediaType: 'image/png',
      width: 100,
      height: 80,
      exact: true,
    },
    boxes: [{ x: 0, y: 8, width: 16, height: 16, citation: minors, description: null }],
  },
  { file: 2, decision: 'withhold', citation: minors, description: null },
];
const produce = (fields = FIELDS, files = FILES) =>
  produceRecord(
    {
      production: PRODUCTION,
      issuedAt: '2026-11-30T15:00:00.000Z',
      salt: SALT,
      manifests: [MANIFEST],
      facts: new Map([[1, FACT]]),
      fields,
      files,
    },
    releasesKey(),
  );
const made = produce();
const vkeys = [RELEASES.vkey];
const asked = { agency: 'rivertown', vkeys };
const verify = (paper: Uint8Array = made.paper) => verifyRedactedRecord({ paper, ...asked });
type Json = Record<string, unknown>;
interface Field extends Json {
  pieces: [{ kept?: string }, { kept?: string }, ...{ kept?: string }[]];
}
interface File extends Json {
  derived: Json;
  boxes: [Json, ...Json[]];
}
/** As much of a paper as is changed here. */
interface Changeable extends Json {
  facts: [{ fields: [Field, Field, Field, ...Field[]] }];
  files: [File, File];
  seals: [Json, ...Json[]] | [];
}
/** Changed, and signed anew by whoever has the key: then only the commitments speak. */
function resigned(change: (paper: Changeable) => void, key = RELEASES): Buffer {
  const { signature: _, ...paper } = JSON.parse(made.paper.toString()) as Changeable;
  change(paper);
  const note = signNote(
    [
      paper['format'],
      `agency ${String(paper['agency'])}`,
      `record ${String(paper['record'])}`,
      `production ${String(paper['production'])}`,
      `issued-at ${String(paper['issuedAt'])}`,
      `sha256 ${sha256Hex(canonicalize(paper) ?? '')}`,
      '',
    ].join('\n'),
    [signer(key.skey)],
  ).toString();
  return Buffer.from(canonicalize({ ...paper, signature: { note, vkey: key.vkey } }) ?? '');
}

describe('a redacted record', () => {
  test('verifies, and says how much of it is released, in part and withheld', () => {
    expect(verify()).toEqual({
      verified: true,
      flaws: [],
      agency: 'rivertown',
      record: RECORD,
      released: 2,
      part: 2,
      withheld: 3,
      sealsFrom: 'signature',
      filesFrom: 'nobody',
    });
  });

  test('verifies against the log, and not against another one', () => {
    const sealed = commitment(SALT, 'manifest/1', sha256Hex(MANIFEST));
    const by = (one: string) =>
      verifyRedactedRecord({ paper: made.paper, ...asked, manifestCommitments: new Map([[1, one]]) });
    expect(by(sealed)).toMatchObject({ verified: true, sealsFrom: 'caller' });
    expect(by('0'.repeat(64)).flaws).toEqual([
      { where: 'seals/1', why: 'The log has another manifest for this seal, or none.' },
    ]);
  });

  test('is the whole of what the log sealed', () => {
    const sealed = commitment(SALT, 'manifest/1', sha256Hex(MANIFEST));
    const manifestCommitments = new Map([
      [1, sealed],
      [2, '0'.repeat(64)],
    ]);
    expect(verifyRedactedRecord({ paper: made.paper, ...asked, manifestCommitments }).flaws).toEqual([
      { where: 'seals/2', why: 'The log has this seal of the record, and the paper leaves it out.' },
    ]);
  });

  test('is of the agency and the record that were asked for, signed by a key of that agency', () => {
    const wheres = (more: object): string[] =>
      verifyRedactedRecord({ paper: made.paper, ...asked, ...more }).flaws.map(({ where }) => where);
    expect(wheres({ agency: 'lakeside' })).toEqual(['agency']);
    expect(wheres({ record: PRODUCTION })).toEqual(['record']);
    expect(wheres({ record: RECORD })).toEqual([]);
    // Two agencies of one archive are believed, each for itself.
    const lakeside = keyPair('archive.example/receipts/lakeside', seed('lakeside'));
    const paper = resigned(() => undefined, lakeside);
    expect(verifyRedactedRecord({ paper, ...asked, vkeys: [RELEASES.vkey, lakeside.vkey] }).flaws).toEqual([
      { where: 'signature', why: 'The key that signed it is one of another agency.' },
    ]);
  });

  test('comes with the files that it names, and with no others', () => {
    const by = (files: [number, Buffer][]) =>
      verifyRedactedRecord({ paper: made.paper, ...asked, files: new Map(files) }).flaws.map(
        ({ where }) => where,
      );
    expect(by([[1, BURNED]])).toEqual([]);
    expect(by([])).toEqual(['file/1']);
    expect(by([[1, PICTURE]])).toEqual(['file/1']);
    expect(
      by([
        [1, BURNED],
        [2, FACT],
      ]),
    ).toEqual(['file/2']);
    expect(
      by([
        [1, BURNED],
        [3, FACT],
      ]),
    ).toEqual(['file/3']);
  });

  test('has no byte of what is withheld, nor what would confirm a guess of it', () => {
    const paper = made.paper.toString();
    expect(made.withheld).toEqual([
      'Toby Quill',
      '816-555-0142',
      'Mara Quill',
      'Hidden because Toby Quill was named.',
    ]);
    const paths = [
      'fact/1',
      'fact/1/data/content/text',
      'fact/1/data/author/displayName/value',
      'fact/1/data/notes',
      'file/1',
      'file/2',
      'manifest/1',
    ];
    for (const secret of [
      ...made.withheld,
      ...made.withheld.map((text) => sha256Hex(text)),
      ...paths.map((path) => itemSalt(SALT, path).toString('hex')),
      SALT.toString('hex'),
      ...[POST, FACT, PICTURE, MANIFEST].map((content) => sha256Hex(content)),
    ])
      expect(paper).not.toContain(secret);
    // It would have been seen: these are in it.
    expect(paper).toContain(itemSalt(SALT, 'fact/1/data/content/permalink').toString('hex'));
  });

  test('is the same paper for one withheld letter as for many, but for what the commitments hide', () => {
    const shorter = produce([
      {
        ...field('/data/content/text'),
        decision: 'part',
        passages: [
          { start: name, end: name + 4, citation: minors, description: 'A child’s name' },
          { start: POST.length - 13, end: POST.length - 1, citation: minors, description: null },
        ],
      },
      ...FIELDS.slice(1),
    ]);
    const marks = (paper: Buffer): unknown[] =>
      JSON.parse(paper.toString()).facts[0].fields[0].pieces.filter((one: Json) => 'withheld' in one);
    expect(marks(shorter.paper)).toEqual(marks(made.paper));
  });

  test('says of a picture without a box why what stood beside its pixels is withheld', () => {
    const [first, ...others] = FILES;
    const beside = { citation: minors, description: 'Where it was taken' };
    const { paper } = produce(FIELDS, [
      { ...first, boxes: [], beside } as unknown as FileDecision,
      ...others,
    ]);
    expect(JSON.parse(paper.toString()).files[0]).toMatchObject({
      state: 'part',
      boxes: [],
      beside: { exemptions: ['610.021-27'], descriptions: ['Where it was taken'] },
      derived: { exact: true },
    });
    expect(verify(paper).flaws).toEqual([]);
  });

  test('carries the mark of each provision, and the statement that the law demands', () => {
    expect(JSON.parse(made.paper.toString()).citations).toEqual([tips, minors]);
  });

  test('a stranger with SHA-256 alone opens what was released', () => {
    const {
      commitment: sealed,
      itemSalt: salt,
      text,
    } = JSON.parse(made.paper.toString()).facts[0].fields.find(
      ({ pointer }: Json) => pointer === '/data/content/permalink',
    );
    const content = createHash('sha256').update(text, 'utf8').digest();
    const opened = createHash('sha256')
      .update(Buffer.concat([Buffer.from('archive-commit-v1'), Buffer.from(salt, 'hex'), content]))
      .digest('hex');
    expect(opened).toBe(sealed);
  });
});

describe('a paper that was changed', () => {
  const facts = (paper: Changeable) => paper.facts[0];
  test.each<[string, (paper: Changeable) => void, RegExp]>([
    ['another text', (paper) => (facts(paper).fields[1].text = 'https://else.example'), /does not open/],
    ['another commitment', (paper) => (facts(paper).fields[1].commitment = '0'.repeat(64)), /does not open/],
    ['another digest of a file', (paper) => (paper.files[0].derived.sha256 = '0'.repeat(64)), /./],
    [
      'a provision that is not cited',
      (paper) => (facts(paper).fields[2].exemptions = ['610.021-1']),
      /does not cite/,
    ],
    [
      'a salt beside what is withheld',
      (paper) => (facts(paper).fields[2].itemSalt = '0'.repeat(64)),
      /no others/,
    ],
    ['the digest of what is withheld', (paper) => (paper.files[1].sha256 = '0'.repeat(64)), /no others/],
    ['a field twice', (paper) => facts(paper).fields.push(facts(paper).fields[1]), /twice/],
    [
      'pieces that are all kept',
      (paper) => (facts(paper).fields[0].pieces = [{ kept: 'a' }, { kept: 'b' }]),
      /by turns/,
    ],
    ['a box outside of the picture', (paper) => (paper.files[0].boxes[0].x = 90), /outside of the picture/],
    ['no box', (paper) => (paper.files[0].boxes = [] as never), /nothing of it is said/],
    [
      'what stands beside the pixels by a provision that is not cited',
      (paper) => (paper.files[0].beside = { exemptions: ['610.021-1'], descriptions: [] }),
      /does not cite/,
    ],
    ['no seal', (paper) => (paper.seals = []), /no others/],
    ['no fact', (paper) => (paper.facts = [] as never), /no others/],
    ['a file that is left out', (paper) => void paper.files.shift(), /left out/],
    ['a seal that is left out', (paper) => (paper.seals = [{ ...paper.seals[0], seal: 2 }]), /left out/],
    ['a seal twice', (paper) => (paper.seals = [...paper.seals, ...paper.seals] as never), /left out/],
  ])('%s is seen though it is signed anew', (_what, change, why) => {
    const paper = resigned(change);
    const { flaws } = verifyRedactedRecord({ paper, ...asked, files: new Map([[1, BURNED]]) });
    expect(flaws.map((one) => one.why).join(' ')).toMatch(why);
  });

  test('resigned without a change it verifies: the changes are what was seen', () => {
    expect(verify(resigned(() => undefined)).flaws).toEqual([]);
  });

  test('any byte of it is seen', () => {
    fc.assert(
      fc.property(fc.nat(made.paper.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const paper = Buffer.from(made.paper);
        paper[at] = (paper[at] ?? 0) ^ by;
        expect(verify(paper).verified).toBe(false);
      }),
    );
  });

  test.each([
    ['a key that is not believed', keyPair('archive.example/receipts/rivertown', seed('another')).vkey],
    ['no key', ''],
  ])('by %s is not believed', (_what, vkey) => {
    expect(verifyRedactedRecord({ paper: made.paper, ...asked, vkeys: [vkey] }).flaws).toEqual([
      { where: 'signature', why: 'The key that signed it is none of those that are believed here.' },
    ]);
  });

  test('that is not canonical is refused', () => {
    expect(verify(Buffer.from(JSON.stringify(JSON.parse(made.paper.toString()), null, 1))).flaws).toEqual([
      { where: 'paper', why: 'It is not canonical JSON (RFC 8785).' },
    ]);
  });
});

describe('whoever holds the original', () => {
  const original = (pointer: string, text: string) => ({
    fact: 1,
    pointer,
    text,
    itemSalt: itemSalt(SALT, `fact/1${pointer}`).toString('hex'),
  });
  const text = '/data/content/text';

  test('sees that what is left was in it, in its order', () => {
    expect(
      checkAgainstOriginal(made.paper, [
        original(text, POST),
        original('/data/notes', 'Hidden because Toby Quill was named.'),
      ]),
    ).toEqual([]);
  });

  test.each<[string, string, (paper: Changeable) => void, RegExp]>([
    ['another original', `${POST}!`, () => undefined, /not the text that was sealed/],
    [
      'a word put in',
      POST,
      (paper) => (paper.facts[0].fields[0].pieces[0].kept += 'never '),
      /in this order/,
    ],
    ['an end cut off', POST, (paper) => paper.facts[0].fields[0].pieces.splice(-2), /in this order/],
    [
      'a beginning cut off, and no mark there',
      POST,
      (paper) => paper.facts[0].fields[0].pieces.splice(0, 2),
      /in this order/,
    ],
    [
      'a mark where nothing was',
      POST,
      (paper) => paper.facts[0].fields[0].pieces.push(paper.facts[0].fields[0].pieces[1]),
      /in this order/,
    ],
  ])('sees %s', (_what, shown, change, why) => {
    const flaws = checkAgainstOriginal(resigned(change), [original(text, shown)]);
    expect(flaws.map((one) => one.why).join(' ')).toMatch(why);
  });
});

describe('no paper is made', () => {
  test.each<[string, readonly FieldDecision[], readonly FileDecision[], RegExp]>([
    [
      'where a field has no decision',
      FIELDS.slice(1),
      FILES,
      /no decision about the field \/data\/content\/text/,
    ],
    ['where a file has none', FIELDS, FILES.slice(1), /no decision about file 1/],
    [
      'where a field has two',
      [...FIELDS, { ...field('/data/notes'), decision: 'release' }],
      FILES,
      /several decisions/,
    ],
    [
      'about a field that is not there',
      [...FIELDS, { ...field('/data/else'), decision: 'release' }],
      FILES,
      /no seal of this record has/,
    ],
    [
      'where nothing is left of a part',
      [
        {
          ...field('/data/content/text'),
          decision: 'part',
          passages: [{ start: 0, end: POST.length, citation: minors, description: null }],
        },
        ...FIELDS.slice(1),
      ],
      FILES,
      /Withhold the field as a whole/,
    ],
    [
      'where a box hides nothing',
      FIELDS,
      [{ ...FILES[0], boxes: [] } as unknown as FileDecision, ...FILES.slice(1)],
      /no box is named/,
    ],
    [
      'where the new file is the old one',
      FIELDS,
      [
        { ...FILES[0], derived: { sha256: sha256Hex(PICTURE) } } as unknown as FileDecision,
        ...FILES.slice(1),
      ],
      /bytes of the original/,
    ],
  ])('%s', (_what, fields, files, why) => {
    expect(() => produce(fields, files)).toThrow(why);
  });

  test.each<[string, readonly Buffer[]]>([
    ['a seal before it is missing', [Buffer.from(MANIFEST.toString().replace('"seal":1', '"seal":2'))]],
    ['a file is missing', [Buffer.from(MANIFEST.toString().replace('"n":2,', '"n":3,'))]],
    ['one is given twice', [MANIFEST, MANIFEST]],
  ])('where the seals are not all of the record: %s', (_what, manifests) => {
    expect(() =>
      produceRecord(
        {
          production: PRODUCTION,
          issuedAt: '',
          salt: SALT,
          manifests,
          facts: new Map([[1, FACT]]),
          fields: FIELDS,
          files: FILES,
        },
        releasesKey(),
      ),
    ).toThrow(/not all seals/);
  });

  test('where the fact is not the one that was sealed', () => {
    const changed = Buffer.from(FACT.toString().replace('Toby', 'Tony'));
    expect(() =>
      produceRecord(
        {
          production: PRODUCTION,
          issuedAt: '',
          salt: SALT,
          manifests: [MANIFEST],
          facts: new Map([[1, changed]]),
          fields: FIELDS,
          files: FILES,
        },
        releasesKey(),
      ),
    ).toThrow(/other bytes than were sealed/);
  });
});

test('the checker imports nothing of what makes the paper', () => {
  const source = readFileSync(new URL('../../src/verify/redacted-record.ts', import.meta.url), 'utf8');
  const imported = [...source.matchAll(/from '([^']+)'/g)].map((match) => match[1]);
  expect(imported).toEqual(['typebox', 'typebox/value', 'canonicalize', '#commitment.ts', '#log/note.ts']);
});
