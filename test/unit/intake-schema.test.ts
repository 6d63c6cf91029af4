import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { Format } from 'typebox/format';
import { describe, expect, it } from 'vitest';
import { ArchiveError } from '#errors.ts';
import { StoredFact, SubmittedFact } from '#intake/fact-schema.ts';
import { checkSimple, checkSubmitted, isStoredFact, problemsOfStored, SimpleReport } from '#intake/schema.ts';
import type { Problem } from '#intake/problems.ts';
import { rows, times } from '../support/extent.ts';

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
type JsonObject = { [member: string]: Json };

function clone<T>(value: T): T {
  return structuredClone(value);
}

const read = (name: string, from: string) => JSON.parse(readFileSync(new URL(name, from), 'utf8')) as Json;
const reference = read('../../src/intake/removal-event.schema.json', import.meta.url) as object;
const worked = read('intake-worked-examples.json', import.meta.url) as JsonObject[];

/** The members that no worked example has, so that every part of the schema is held against the reference. */
function fullest(): JsonObject {
  const fact = clone(worked[1]) as unknown as { data: Record<string, JsonObject> };
  const { content, author, action, raw, platform } = fact.data;
  const when = {
    value: '2019-12-01T03:36:55Z',
    precision: 'min',
    source: 'ocr',
    verbatim: '3:36',
    assumedZone: 'America/Chicago',
    notBefore: '2019-12-01T03:36:00Z',
    notAfter: '2019-12-01T03:37:00Z',
  };
  Object.assign(platform ?? {}, { accountHandle: '@rivertown' });
  Object.assign(content ?? {}, {
    html: '<p>t</p>',
    language: 'en',
    editedAt: when,
    versions: [{ text: 'v1', observedAt: when, nativeId: '1' }],
    parent: { nativeId: null, kind: 'video', permalink: 'https://x.example/1', excerpt: 'e' },
    attachments: [
      { kind: 'image', sourceUrl: 'https://x.example/i', artifactId: 'art_1', missingReason: 'not-fetched' },
    ],
  });
  Object.assign(author ?? {}, {
    handle: { value: 'h', source: 'ocr' },
    email: { value: 'e', source: 'system' },
    ip: { value: 'i', source: 'system' },
    note: 'n',
  });
  Object.assign(action ?? {}, {
    actor: { id: '1', name: 'n', role: 'r' },
    durationSeconds: 60,
    groundsMissing: 'not-stated',
    statement: 's',
  });
  Object.assign(raw ?? {}, {
    pointer: '/a',
    headers: { a: 'b' },
    signature: { scheme: 's', keyId: 'k', result: 'valid' },
  });
  const [capture] = fact.data['captures'] as unknown as JsonObject[];
  Object.assign(capture ?? {}, { userAgent: 'u', originalName: 'o' });
  Object.assign(fact.data, {
    captureMissing: 'tool-failed',
    sensitivity: ['minor'],
    related: [{ rel: 'completes', id: 'fk1_x' }],
  });
  return fact;
}
const examples = [...worked, fullest()];

// The keywords are compared with the formats held equal; the formats have their own tests.
const Validator = Ajv.default;
const ajv = new Validator({ strict: false, allErrors: false });
for (const format of ['date-time', 'uri', 'uri-reference']) {
  ajv.addFormat(format, (text: string) => Format.Test(format, text));
}
const byReference = ajv.compile(reference);
const oursByAjv = ajv.compile(JSON.parse(JSON.stringify(StoredFact)) as object);

/** The same verdict from three: the reference in ajv, our schema in ajv, our schema in our validator. */
function verdict(document: unknown): boolean {
  const verdicts = [byReference(document), oursByAjv(document), isStoredFact(document)];
  if (new Set(verdicts).size !== 1) {
    throw new Error(`verdicts differ, ${JSON.stringify(verdicts)}: ${JSON.stringify(document)}`);
  }
  return verdicts[0] === true;
}

/** Every place of a document, as the object or list that holds it and the key there. */
function places(value: Json, found: { at: JsonObject | Json[]; key: string | number }[] = []) {
  if (typeof value === 'object' && value !== null) {
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      found.push({ at: value, key });
      places((value as JsonObject)[key] ?? null, found);
    }
  }
  return found;
}

/** The words that an `enum` or a `const` of the schema allows somewhere. */
function enumerated(value: unknown, words = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return words;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'enum' || key === 'const') for (const word of [item].flat()) words.add(String(word));
    else enumerated(item, words);
  }
  return words;
}

/** Values that some member of the schema takes and others do not, gathered from the schema's own words. */
function vocabulary(value: unknown, words = new Set<string>()): Set<string> {
  if (typeof value === 'string') words.add(value);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      words.add(key);
      vocabulary(item, words);
    }
  }
  return words;
}

describe('the stored fact is the reference, member for member', () => {
  it('the three worked examples are facts, and one with every member there is', () => {
    expect(worked).toHaveLength(3);
    for (const example of examples) expect(verdict(example)).toBe(true);
  });

  it('each member left out of an example gives one verdict', () => {
    let accepted = 0;
    let refused = 0;
    for (const example of examples) {
      for (const index of places(example).keys()) {
        const changed = clone(example);
        const place = places(changed)[index];
        if (place === undefined) throw new Error('places are the same in a clone');
        if (Array.isArray(place.at)) place.at.splice(Number(place.key), 1);
        else delete place.at[place.key];
        if (verdict(changed)) accepted += 1;
        else refused += 1;
      }
    }
    expect(accepted).toBeGreaterThan(60);
    expect(refused).toBeGreaterThan(100);
  });

  it('each member takes each word of the schema, and text of each length that a bound names, with one verdict', () => {
    const lengths = [...JSON.stringify(reference).matchAll(/"m(?:ax|in)Length":(\d+)/g)].map((bound) =>
      Number(bound[1]),
    );
    const texts = [...new Set(lengths)].flatMap((length) =>
      [length - 1, length, length + 1].map((size) => 'x'.repeat(Math.max(0, size))),
    );
    const values: Json[] = [...enumerated(reference), ...texts, null, true, 0, -1, 1.5, [], {}];
    const document = fullest();
    let looked = 0;
    for (const { at, key } of places(document)) {
      const holder = at as JsonObject;
      const before = holder[key] ?? null;
      for (const value of rows(values, (_, i) => i % 3 === 0)) {
        holder[key] = value;
        verdict(document);
        looked += 1;
      }
      holder[key] = before;
    }
    expect(texts.length).toBeGreaterThan(15);
    expect(looked).toBeGreaterThan(times(15_000, 5000));
  });

  it('changed documents get one verdict: other types, words of the schema, added members, moved parts', () => {
    const words = [...vocabulary(reference)];
    const parts = examples.flatMap((example) =>
      places(example).map(({ at, key }) => (at as JsonObject)[key] ?? null),
    );
    const replacement = fc.oneof(
      fc.constantFrom<Json>(null, true, 0, -1, 1.5, '', [], {}, 'x'.repeat(201), 'y'.repeat(8001)),
      fc.constantFrom(...words),
      fc.constantFrom(...parts),
      fc.constantFrom(
        '2026-02-30T00:00:00Z',
        '2026-01-01T00:00:00',
        '2026-01-01T00:00:00+0000',
        'https://é',
        '\u0000',
      ),
    );
    const change = fc.record({
      at: fc.nat(),
      how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'duplicate'),
      value: replacement,
      member: fc.oneof(fc.constantFrom(...words), fc.constantFrom('constructor', '__proto__', 'toString')),
    });
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        fc.nat(examples.length - 1),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (which, changes) => {
          const document = clone(examples[which]) ?? {};
          for (const { at, how, value, member } of changes) {
            const all = places(document);
            const place = all[at % all.length];
            if (place === undefined) continue;
            const holder = place.at as JsonObject;
            if (how === 'replace') holder[place.key] = clone(value);
            else if (how === 'remove') delete holder[place.key];
            else if (how === 'duplicate' && Array.isArray(place.at))
              place.at.push(clone(holder[place.key] ?? null));
            else if (!Array.isArray(place.at)) {
              Object.defineProperty(holder, member, {
                value: clone(value),
                enumerable: true,
                configurable: true,
                writable: true,
              });
            }
          }
          // As if it had come over the wire.
          if (verdict(JSON.parse(JSON.stringify(document)))) accepted += 1;
          else refused += 1;
        },
      ),
      { numRuns: times(6000, 1500) },
    );
    // Neither verdict may starve: a comparison in which all is refused proves nothing.
    expect(accepted).toBeGreaterThan(times(200, 40));
    expect(refused).toBeGreaterThan(times(1000, 250));
  });

  it('each rule of the reference is seen to refuse', () => {
    const [a, b, c] = examples as [JsonObject, JsonObject, JsonObject];
    const broken = (
      from: JsonObject,
      change: (data: Record<string, JsonObject>, whole: JsonObject) => void,
    ) => {
      const whole = clone(from);
      change(whole['data'] as Record<string, JsonObject>, whole);
      return whole;
    };
    const cases: [string, JsonObject][] = [
      [
        'an unknown author with a name',
        broken(a, (d) => {
          d['author']!['displayName'] = { value: 'n', source: 'ocr' };
        }),
      ],
      [
        'an unknown author without a reason',
        broken(a, (d) => {
          delete d['author']!['unknownReason'];
        }),
      ],
      [
        'an identified author by handle alone',
        broken(b, (d) => {
          delete d['author']!['nativeId'];
          delete d['author']!['profileUrl'];
        }),
      ],
      [
        'a time that is null but precise',
        broken(c, (d) => {
          (d['action']!['performedAt'] as JsonObject)['precision'] = 's';
        }),
      ],
      [
        'no ground and no reason',
        broken(a, (d) => {
          delete d['action']!['groundsMissing'];
        }),
      ],
      [
        'no capture and no reason',
        broken(a, (d) => {
          delete d['captureMissing'];
        }),
      ],
      [
        'a digest in capitals',
        broken(a, (d) => {
          d['raw']!['sha256'] = 'A'.repeat(64);
        }),
      ],
      [
        'an id of 15 characters',
        broken(a, (_d, w) => {
          w['id'] = 'x'.repeat(15);
        }),
      ],
      [
        'an id of 129 characters',
        broken(a, (_d, w) => {
          w['id'] = 'x'.repeat(129);
        }),
      ],
      [
        'an empty claim',
        broken(b, (d) => {
          (d['author']!['displayName'] as JsonObject)['value'] = '';
        }),
      ],
      [
        'half a byte',
        broken(b, (d) => {
          (d['captures'] as unknown as JsonObject[])[0]!['bytes'] = 0.5;
        }),
      ],
    ];
    for (const [what, document] of cases) expect([what, verdict(document)]).toEqual([what, false]);
  });

  it('our formats are no looser than the reference validator reads them, but for what is written differently', () => {
    const full = new Validator({ strict: false });
    addFormats.default(full);
    const moments = full.compile({ type: 'string', format: 'date-time' });
    const addresses = full.compile({ type: 'string', format: 'uri' });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          fc.string(),
        ),
        (text) => {
          if (Format.Test('date-time', text)) expect(moments(text)).toBe(true);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string()),
        (text) => {
          if (Format.Test('uri', text) && text.startsWith('http')) expect(addresses(text)).toBe(true);
        },
      ),
    );
    expect(Format.Test('date-time', '2026-11-21T14:03:00Z[America/Chicago]')).toBe(false);
    expect(Format.Test('date-time', '2026-11-21T14:03:00+0000')).toBe(false);
    expect(Format.Test('date-time', '2026-11-21 14:03:00Z')).toBe(false);
  });
});

function problemsIn(run: () => unknown): { code: string; problems: readonly Problem[]; message: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    return {
      code: error.code,
      problems: (error.details?.['problems'] ?? []) as readonly Problem[],
      message: error.message,
    };
  }
  throw new Error('was accepted');
}

/** An example as its submitter would have sent it. */
function asSubmitted(example: JsonObject): JsonObject {
  const fact = clone(example);
  delete fact['recordedtime'];
  const data = fact['data'] as JsonObject;
  delete data['raw'];
  for (const capture of data['captures'] as JsonObject[]) {
    for (const member of ['artifactId', 'bytes', 'sha256']) delete capture[member];
  }
  return fact;
}

describe('the submitted fact', () => {
  it('each worked example is accepted without what the server fills in', () => {
    for (const example of worked) {
      const fact = asSubmitted(example);
      expect(checkSubmitted(fact, example['agencyid'] as string)).toBe(fact);
      delete fact['agencyid'];
      expect(checkSubmitted(fact, 'rivertown')).toBe(fact);
    }
  });

  it('each member that the server fills in is refused by name, all at once', () => {
    const { code, problems } = problemsIn(() => checkSubmitted(clone(examples[1]), 'kirkwood-sample'));
    expect(code).toBe('server-filled-member');
    expect(problems.map((problem) => problem.pointer)).toEqual([
      '/recordedtime',
      '/data/raw',
      ...[0, 1, 2].flatMap((n) => ['artifactId', 'bytes', 'sha256'].map((m) => `/data/captures/${n}/${m}`)),
    ]);
    const attached = asSubmitted(examples[0] ?? {});
    ((attached['data'] as JsonObject)['content'] as JsonObject)['attachments'] = [
      { kind: 'image', artifactId: 'art_1' },
    ];
    expect(problemsIn(() => checkSubmitted(attached, 'springfield-sample')).problems[0]?.pointer).toBe(
      '/data/content/attachments/0/artifactId',
    );
  });

  it('nobody reports for another agency', () => {
    const { code } = problemsIn(() => checkSubmitted(asSubmitted(examples[0] ?? {}), 'rivertown'));
    expect(code).toBe('agency-mismatch');
  });

  it.each([null, 5, 'text', [], [[]], true])('%j is no fact', (value) => {
    expect(problemsIn(() => checkSubmitted(value, 'rivertown')).code).toBe('report-invalid');
    expect(problemsIn(() => checkSimple(value)).code).toBe('report-invalid');
  });

  it('a rule across members is said in its own words', () => {
    const fact = asSubmitted(examples[0] ?? {});
    delete ((fact['data'] as JsonObject)['author'] as JsonObject)['unknownReason'];
    const { problems } = problemsIn(() => checkSubmitted(fact, 'springfield-sample'));
    expect(problems).toEqual([
      {
        pointer: '/data/author',
        code: 'report-invalid',
        sentence: '/data/author: an author who is "partial" or "unknown" has an unknownReason.',
      },
    ]);
  });

  it('keys for the database are bounded', () => {
    const fact = asSubmitted(examples[0] ?? {});
    fact['subject'] = `facebook:comment:${'1'.repeat(500)}`;
    expect(problemsIn(() => checkSubmitted(fact, 'springfield-sample')).problems[0]?.pointer).toBe(
      '/subject',
    );
    expect(JSON.stringify(SubmittedFact)).not.toContain('recordedtime');
  });
});

describe('the simple form', () => {
  const least = { platform: 'facebook', account: 'rivertown', action: { verb: 'hide' } };

  it('the least that is a report, and the whole example of the design', () => {
    expect(checkSimple(least)).toBe(least);
    const whole = {
      ...least,
      url: 'https://www.facebook.com/rivertown/posts/1',
      kind: 'comment',
      text: 't',
      capture: true,
      author: { displayName: 'd', handle: 'h', profileUrl: 'https://x.example/h', nativeId: '1' },
      postedAt: '2026-11-21T14:03:00Z',
      action: { verb: 'hide', ground: 'kcmo-ar-1-27#e.2', performedAt: null },
      note: 'n',
    };
    expect(checkSimple(whole)).toBe(whole);
    expect(
      checkSimple({ ...least, author: { status: 'unknown', unknownReason: 'not-visible-in-capture' } }),
    ).toBeTruthy();
    expect(checkSimple({ ...least, postedAt: { seen: '2 h ago' } })).toBeTruthy();
  });

  it.each<[string, object, string]>([
    ['/platform', { account: 'a', action: { verb: 'hide' } }, 'required'],
    ['/account', { platform: 'x', action: { verb: 'hide' } }, 'required'],
    ['/action', { platform: 'x', account: 'a' }, 'required'],
    ['/action/verb', { ...least, action: {} }, 'required'],
    ['/action/verb', { ...least, action: { verb: 'shred' } }, 'one of delete, hide'],
    ['/action/verb', { ...least, action: { verb: ['hide'] } }, 'one of delete'],
    ['/platform', { ...least, platform: 'Facebook' }, 'of the form'],
    ['/account', { ...least, account: 12345 }, 'expected text'],
    ['/account', { ...least, account: '' }, 'at least 1 character'],
    ['/text', { ...least, text: '' }, 'leave it out'],
    ['/capture', { ...least, capture: 'true' }, 'true or false'],
    ['/author', { ...least, author: {} }, 'one or more of displayName'],
    ['/author', { ...least, author: 'Somebody' }, 'one or more of displayName'],
    ['/author', { ...least, author: { status: 'unknown' } }, 'unknownReason'],
    ['/author', { ...least, author: { status: 'unknown', unknownReason: 'ocr' } }, 'account-deleted'],
    ['/author', { ...least, author: { status: 'identified', nativeId: '1' } }, 'one or more of'],
    ['/author', { ...least, author: { nativeId: 10158407835 } }, 'as text'],
    ['/author', { ...least, author: null }, 'leave it out'],
    ['/postedAt', { ...least, postedAt: 1467894562 }, '"seen"'],
    ['/postedAt', { ...least, postedAt: { seen: 'x', value: 'y' } }, '"seen"'],
    ['/kind', { ...least, kind: 'tweet' }, 'one of comment'],
    ['/recordId', { ...least, recordId: '1' }, 'not known here'],
    ['/constructor', JSON.parse('{"constructor":1}') as object, 'not known here'],
    ['/note', { ...least, note: 'n'.repeat(8001) }, 'at most 8000'],
  ])('%s is named, with what was expected', (pointer, report, words) => {
    const { code, problems } = problemsIn(() => checkSimple(report));
    expect(code).toBe('report-invalid');
    const named = problems.filter((problem) => problem.pointer === pointer);
    expect(named.map((problem) => problem.sentence).join()).toContain(words);
    // One wrong member, one sentence.
    expect(new Set(problems.map((problem) => problem.pointer)).size).toBe(problems.length);
  });

  it.each([
    ['time-without-zone', '2026-11-21T14:03:00'],
    ['time-malformed', 'yesterday'],
    ['time-malformed', '2026-02-30T14:03:00Z'],
    ['time-malformed', '1467894562'],
  ])('%s: a time that is none is told apart, in both places: %s', (code, text) => {
    expect(problemsIn(() => checkSimple({ ...least, postedAt: text }))).toMatchObject({
      code,
      problems: [{ pointer: '/postedAt' }],
    });
    expect(
      problemsIn(() => checkSimple({ ...least, action: { verb: 'hide', performedAt: text } })),
    ).toMatchObject({
      code,
      problems: [{ pointer: '/action/performedAt' }],
    });
  });

  it('a CloudEvent sent as plain JSON is told what to do', () => {
    expect(problemsIn(() => checkSimple(clone(examples[0]))).message).toContain(
      'application/cloudevents+json',
    );
  });

  it('at most twenty problems are listed, and it is said that there are more', () => {
    const report: Record<string, unknown> = { ...least };
    for (let n = 0; n < 5000; n += 1) report[`m${n}`] = n;
    const { problems, message } = problemsIn(() => checkSimple(report));
    expect(problems).toHaveLength(20);
    expect(new Set(problems.map((problem) => problem.pointer)).size).toBe(20);
    expect(message).toContain('There are more');
    expect(message.length).toBeLessThan(5000);
  });

  it('a member with an endless name is named by its beginning', () => {
    const { message } = problemsIn(() => checkSimple({ ...least, ['n'.repeat(1_000_000)]: 1 }));
    expect(message.length).toBeLessThan(500);
  });

  it('no sentence repeats what was sent', () => {
    const secret = 'Ms Secret of 5 Hidden Lane';
    const report = {
      ...least,
      kind: secret,
      postedAt: secret,
      text: 5,
      author: secret,
      account: `${secret}${'x'.repeat(300)}`,
    };
    expect(problemsIn(() => checkSimple(report)).message).not.toContain('Secret');
  });

  it('the schema closes every object', () => {
    const open: string[] = [];
    const walk = (value: unknown, at: string) => {
      if (typeof value !== 'object' || value === null) return;
      const schema = value as Record<string, unknown>;
      if (schema['type'] === 'object' && schema['additionalProperties'] !== false) open.push(at);
      for (const [key, item] of Object.entries(schema)) walk(item, `${at}/${key}`);
    };
    walk(SimpleReport, 'simple');
    walk(SubmittedFact, 'submitted');
    expect(open).toEqual([]);
    expect(problemsOfStored(examples[0])).toEqual([]);
  });
});
