/** Entries: one spelling each, nothing that their type does not list, and no room for anybody's words. */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventType } from '#record/history.ts';
import { ENTRY_TYPES, type EntryRule, type EntryType } from '#log/entry-types.ts';
import { entryBytes, entryCommitment, parseEntry, type Entry } from '#log/entry.ts';
import { FACTS, type FactName } from '#log/facts.ts';
import { codeFrom, ORIGIN } from '../support/log-scene.ts';

const ID = '01a1fdbf-ac01-75bc-a9e8-ea71b385cf4e';
const HEX = 'ab'.repeat(32);
const AT = '2026-11-29T10:00:00.000Z';

/** What the history of records knows, the log must know too: a type that is missing here does not compile. */
const OF_THE_HISTORY: Readonly<Record<EventType, EntryRule>> = ENTRY_TYPES;

/** A value of each fact that is allowed. */
const ALLOWED: Readonly<Record<FactName, Entry['facts'][FactName]>> = {
  ...(Object.fromEntries(
    Object.keys(FACTS).map((name) => [name, name.endsWith('Commitment') ? HEX : 1]),
  ) as Record<FactName, string | number>),
  index: '18231',
  size: '9007199254740993',
  decodable: true,
  new: false,
  continued: true,
  root: HEX,
  listDigest: HEX,
  keyDigest: HEX,
  code: 'store-down',
  reason: 'gone',
  step: 'look-again',
  letter: 'sealed',
  list: 'records',
  means: 'passkey',
  store: 's3',
  setting: 'trial',
  changed: ['url'],
  filters: ['platform', 'words'],
  roles: ['custodian'],
  gained: ['auditor', 'approver'],
  lost: ['moderator'],
  answer: 'not-there',
  anchor: 'stamp',
  immutability: 'compliance',
  layer: 'read',
  mode: 'production',
  outcome: 'partial',
  what: 'artifact',
  agency: 'rivertown',
  agreed: '2026-11-01',
  schedule: 'GS 059',
  edition: '2026-07',
  from: '2025-07',
  cutoff: '2026-07-01',
  eligible: '2033-07-01',
  lookedAt: AT,
  until: '2033-11-21T00:00:00.000Z',
  about: [`record:${ID}`],
  vkey: 'archive.example/log/rivertown+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
};

const TYPES = Object.keys(ENTRY_TYPES) as EntryType[];

function entryOf(type: EntryType, facts?: Entry['facts']): Entry {
  const { subject, must = [], may = [] }: EntryRule = ENTRY_TYPES[type];
  return {
    v: 1,
    log: ORIGIN,
    idx: '0',
    id: ID,
    type,
    at: AT,
    actor: 'worker:seal',
    subject: subject === null ? null : `${subject}:${ID}`,
    facts: facts ?? Object.fromEntries([...must, ...may].map((name) => [name, ALLOWED[name]])),
  };
}

/** With one member changed, past what the compiler would let through. */
const changed = (member: string, value: unknown): Entry => ({ ...entryOf('view.opened'), [member]: value });

describe('each type of entry', () => {
  test(`is written and read again, with all its facts and with the needed ones (${TYPES.length} types)`, () => {
    expect(TYPES.length).toBeGreaterThan(60);
    expect(Object.keys(OF_THE_HISTORY).length).toBe(TYPES.length);
    for (const type of TYPES) {
      const whole = entryOf(type, { ...entryOf(type).facts, detailCommitment: HEX });
      expect(parseEntry(entryBytes(whole)), type).toEqual(whole);
      const { must = [] }: EntryRule = ENTRY_TYPES[type];
      const bare = entryOf(type, Object.fromEntries(must.map((name) => [name, ALLOWED[name]])));
      expect(parseEntry(entryBytes(bare)), type).toEqual(bare);
    }
  });

  test('lacks none of its needed facts, has none of another type, and the subject that it names', () => {
    let looked = 0;
    for (const type of TYPES) {
      const { subject, must = [], may = [] }: EntryRule = ENTRY_TYPES[type];
      const { facts } = entryOf(type);
      const refused = (entry: Entry, what: string): void => {
        expect(
          codeFrom(() => entryBytes(entry)),
          `${type} ${what}`,
        ).toBe('log-entry-malformed');
        looked += 1;
      };
      for (const name of must)
        refused(
          entryOf(type, Object.fromEntries(Object.entries(facts).filter(([one]) => one !== name))),
          `without ${name}`,
        );
      const known = new Set<string>([...must, ...may, 'detailCommitment']);
      for (const name of Object.keys(FACTS) as FactName[])
        if (!known.has(name)) refused(entryOf(type, { ...facts, [name]: ALLOWED[name] }), `with ${name}`);
      refused(
        { ...entryOf(type), subject: subject === null ? `record:${ID}` : null },
        'with another subject',
      );
      refused(
        { ...entryOf(type), subject: `${subject === 'person' ? 'key' : 'person'}:${ID}` },
        'of another kind',
      );
    }
    expect(looked).toBeGreaterThan(2000);
  });

  test('has facts that exist, and none that only the list knows', () => {
    const used = new Set(
      TYPES.flatMap((type): FactName[] => {
        const { must = [], may = [] }: EntryRule = ENTRY_TYPES[type];
        expect(new Set([...must, ...may]).size, type).toBe(must.length + may.length);
        return [...must, ...may];
      }),
    );
    expect([...used].sort()).toEqual(Object.keys(FACTS).sort());
  });
});

describe('the words of an entry', () => {
  test('no fact takes a sentence, a handle, an address, a mail address or a name', () => {
    for (const said of [
      'Call me at the town hall',
      '@alex.example',
      'https://social.example/p/1',
      'alex@city.example',
      'Alex Example',
      'Ünal',
      'a\nb',
      '',
      { text: 'x' },
      ['@alex'],
      [`record:${ID} `],
      null,
      1.5,
      -1,
      2 ** 53,
    ])
      for (const name of Object.keys(FACTS) as FactName[]) {
        const type = TYPES.find((one) => {
          const { must = [], may = [] }: EntryRule = ENTRY_TYPES[one];
          return [...must, ...may].includes(name);
        }) as EntryType;
        const entry = entryOf(type);
        const facts = { ...entry.facts, [name]: said } as Entry['facts'];
        expect(
          codeFrom(() => entryBytes({ ...entry, facts })),
          `${name} ${JSON.stringify(said)}`,
        ).toBe('log-entry-malformed');
      }
  });

  test.each([
    ['v', 2],
    ['v', '1'],
    ['log', 'Archive.example/log'],
    ['log', 'archive.example/log/'],
    ['log', 'a\nb'],
    ['idx', 0],
    ['idx', '01'],
    ['idx', '-1'],
    ['id', ID.toUpperCase()],
    ['id', 'x'],
    ['type', 'view.closed'],
    ['type', 'toString'],
    ['type', null],
    ['at', '2026-11-29T10:00:00Z'],
    ['at', '2026-02-30T10:00:00.000Z'],
    ['at', '2026-11-29T24:00:00.000Z'],
    ['at', '2026-11-29T10:00:00.000+01:00'],
    ['actor', 'Alex Example'],
    ['actor', 'person:alex'],
    ['actor', `admin:${ID}`],
    ['actor', 'operator:alex'],
    ['actor', 'worker:'],
    ['subject', ID],
    ['facts', null],
    ['facts', {}],
    ['facts', { what: 'everything' }],
    ['more', 1],
  ])('%s cannot be %j', (member, value) => {
    expect(codeFrom(() => entryBytes(changed(member, value)))).toBe('log-entry-malformed');
  });

  test('a refusal names the place and never what stands there', () => {
    const said = 'Call me at the town hall';
    expect(() => entryBytes(changed('actor', said))).toThrow('/actor must match pattern');
    expect(() => entryBytes(changed('facts', { what: said }))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(said) }),
    );
  });

  test('a time on no calendar is refused among the facts too', () => {
    const facts = { ...entryOf('record.extended').facts, until: '2033-02-30T00:00:00.000Z' };
    expect(() => entryBytes(entryOf('record.extended', facts))).toThrow('on no calendar');
  });

  test('an entry too long for its place is refused', () => {
    const entry = { ...entryOf('log-key.added'), log: 'a'.repeat(255) };
    expect(entryBytes(entry).length).toBeLessThan(4096);
    expect(codeFrom(() => parseEntry(Buffer.alloc(4097, 32)))).toBe('log-entry-malformed');
  });
});

describe('the bytes of an entry', () => {
  const bytes = entryBytes(entryOf('record.sealed'));

  test('are in canonical form, members in order', () => {
    expect(bytes.toString()).toBe(
      `{"actor":"worker:seal","at":"${AT}","facts":{"edition":"2026-07","immutability":"compliance","manifestCommitment":"${HEX}","mode":"production","objects":1,"schedule":"GS 059","seal":1,"store":"s3","until":"2033-11-21T00:00:00.000Z"},"id":"${ID}","idx":"0","log":"${ORIGIN}","subject":"record:${ID}","type":"record.sealed","v":1}`,
    );
  });

  test.each([
    ['a space', (text: string) => text.replace(':', ': ')],
    ['a newline at its end', (text: string) => `${text}\n`],
    [
      'another order',
      (text: string) =>
        text.replace('{"actor":"worker:seal",', '{').replace('"v":1}', '"v":1,"actor":"worker:seal"}'),
    ],
    ['a member twice', (text: string) => text.replace('"v":1', '"v":1,"v":1')],
    ['a member twice with another value', (text: string) => text.replace('"seal":1', '"seal":2,"seal":1')],
    [
      'a member that JavaScript has a use for',
      (text: string) => text.replace('{"actor"', '{"__proto__":{},"actor"'),
    ],
    ['the same among its facts', (text: string) => text.replace('{"edition"', '{"__proto__":{},"edition"')],
    ['a number in another spelling', (text: string) => text.replace('"seal":1', '"seal":1.0')],
    ['an escape that is not needed', (text: string) => text.replace('worker', '\\u0077orker')],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['something missing at its end', (text: string) => text.slice(0, -1)],
  ])('with %s are refused', (_, change) => {
    expect(codeFrom(() => parseEntry(Buffer.from(change(bytes.toString()))))).toBe('log-entry-malformed');
  });

  test('that are not UTF-8, or JSON of something else, are refused', () => {
    for (const other of [
      Buffer.from([0xff]),
      Buffer.from('null'),
      Buffer.from('[]'),
      Buffer.from('"x"'),
      Buffer.alloc(0),
    ])
      expect(codeFrom(() => parseEntry(other))).toBe('log-entry-malformed');
  });

  test('with any bit changed are another entry or none', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const other = Buffer.from(bytes);
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      const read = codeFrom(() => {
        expect(entryBytes(parseEntry(other)).equals(other)).toBe(true);
        expect(other.equals(bytes)).toBe(false);
      });
      expect(read).toMatch(/^(accepted|log-entry-malformed)$/);
    }
  });
});

describe('commitments', () => {
  const salt = Buffer.alloc(32, 7);
  const content = Buffer.from('something that was said');
  const byHand = (path: string): string =>
    createHash('sha256')
      .update('archive-commit-v1')
      .update(createHmac('sha256', salt).update(`holdfast-item-v1\0${path}`).digest())
      .update(createHash('sha256').update(content).digest())
      .digest('hex');

  test('of a fact and a manifest are those of the sealed record, the others have a place of their own', () => {
    const facts = { fact: 3, seal: 2 };
    expect(entryCommitment('factCommitment', { salt, facts, content })).toBe(byHand('fact/3'));
    expect(entryCommitment('manifestCommitment', { salt, facts, content })).toBe(byHand('manifest/2'));
    expect(entryCommitment('scopeCommitment', { salt, facts: {}, content })).toBe(
      byHand('entry/scopeCommitment'),
    );
  });

  test('change with every bit of the salt and of the content', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        (key, said, where) => {
          const of = (one: Uint8Array, other: Uint8Array): string =>
            entryCommitment('detailCommitment', { salt: one, facts: {}, content: other });
          const flip = (bytes: Uint8Array): Uint8Array => {
            const other = Uint8Array.from(bytes);
            const at = where % (bytes.length * 8);
            other[at >> 3] = (other[at >> 3] as number) ^ (1 << (at & 7));
            return other;
          };
          expect(of(flip(key), said)).not.toBe(of(key, said));
          expect(of(key, flip(said))).not.toBe(of(key, said));
        },
      ),
    );
  });

  test('need a salt of 32 bytes, and for a fact or a manifest its number', () => {
    expect(() => entryCommitment('scopeCommitment', { salt: salt.subarray(1), facts: {}, content })).toThrow(
      '32 bytes',
    );
    expect(() => entryCommitment('factCommitment', { salt, facts: {}, content })).toThrow('number');
  });
});

test('FORMAT.md lists each type with its subject and its facts, and each fact', () => {
  const text = readFileSync(join(import.meta.dirname, '../../src/log/FORMAT.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+\.[a-z-]+)` \| ([a-z]*) \| (?:`([^`]+)`)? ?\|$/gm)].map(
    ([, type, subject, facts = '']) => [type, subject, facts.split(' ').filter((name) => name !== '')],
  );
  expect(rows).toEqual(
    TYPES.map((type) => {
      const { subject, must = [], may = [] }: EntryRule = ENTRY_TYPES[type];
      return [type, subject ?? '', [...must, ...may.map((name) => `${name}?`)]];
    }),
  );
  const said = new Set(text.match(/[A-Za-z]+/g));
  expect(Object.keys(FACTS).filter((name) => !said.has(name))).toEqual([]);
});
