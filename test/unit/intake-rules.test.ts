import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { When } from '#intake/fact-parts.ts';
import type { FactDraft } from '#intake/fact-schema.ts';
import { addressProblems, applyRules, type RuleContext } from '#intake/rules.ts';
import { readTime } from '#intake/times.ts';

const at = (value: string): When => ({ value, precision: 's', source: 'submitter-typed' });
const unknown: When = { value: null, precision: 'unknown', source: 'submitter-typed' };

function fact(change: (fact: FactDraft) => void = () => {}): FactDraft {
  const made: FactDraft = {
    specversion: '1.0',
    source: '/agencies/rivertown/web-form/facebook/rivertown',
    type: 'removal.action-recorded.v1',
    subject: 'facebook:comment:1234567',
    datacontenttype: 'application/json',
    dataschema: 'urn:schema:removal-event:1',
    data: {
      channel: 'web-form',
      platform: { name: 'facebook', accountId: null, accountHandle: 'rivertown' },
      content: {
        kind: 'comment',
        nativeId: null,
        text: null,
        textSource: 'none',
        authoredAt: unknown,
        parent: null,
      },
      author: { status: 'unknown', unknownReason: 'submitter-did-not-record' },
      action: {
        verb: 'hide',
        actorType: 'unknown',
        performedAt: unknown,
        grounds: [],
        groundsMissing: 'not-stated',
      },
      captureMissing: 'not-attempted',
    },
  };
  change(made);
  return made;
}

const context: RuleContext = {
  recordedTime: '2026-11-21T14:00:00.000Z',
  judgeAddress: () => null,
  fileCount: 0,
};
const claim = (channel: FactDraft['data']['channel']) =>
  fact((made) => {
    made.data.channel = channel;
    made.data.captures = [{ order: 'before-action' }];
  });
const codes = (made: FactDraft, with_: Partial<RuleContext> = {}) =>
  applyRules(made, { ...context, ...with_ }).problems.map((problem) => [problem.pointer, problem.code]);

describe('times', () => {
  it.each([
    ['2026-11-21T14:03:00Z', '2026-11-21T14:03:00.000Z'],
    ['2026-11-21t14:03:00z', '2026-11-21T14:03:00.000Z'],
    ['2026-11-21T08:03:00-06:00', '2026-11-21T14:03:00.000Z'],
    ['2026-11-21T14:03:00-00:00', '2026-11-21T14:03:00.000Z'],
    ['2024-02-29T23:59:59.9999999Z', '2024-02-29T23:59:59.999Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T17:59:60-06:00', '2017-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59+23:59', '9999-12-31T00:00:59.000Z'],
  ])('%s is %s', (text, instant) => {
    const time = readTime(text);
    expect(time.ok && new Date(time.instantMs).toISOString()).toBe(instant);
  });

  it.each([
    ['2026-11-21T14:03:00', 'time-without-zone'],
    ['2026-11-21T14:03:00.123', 'time-without-zone'],
    ['2026-11-21', 'time-malformed'],
    ['2026-11-21T14:03Z', 'time-malformed'],
    ['2026-11-21 14:03:00Z', 'time-malformed'],
    ['2026-11-21T14:03:00+0000', 'time-malformed'],
    ['2026-11-21T14:03:00+00', 'time-malformed'],
    ['2026-11-21T14:03:00 UTC', 'time-malformed'],
    ['2026-11-21T14:03:00Z[America/Chicago]', 'time-malformed'],
    ['2026-02-29T00:00:00Z', 'time-malformed'],
    ['1900-02-29T00:00:00Z', 'time-malformed'],
    ['2026-13-01T00:00:00Z', 'time-malformed'],
    ['2026-00-01T00:00:00Z', 'time-malformed'],
    ['2026-04-31T00:00:00Z', 'time-malformed'],
    ['2026-01-00T00:00:00Z', 'time-malformed'],
    ['2026-01-01T24:00:00Z', 'time-malformed'],
    ['2026-01-01T00:60:00Z', 'time-malformed'],
    ['2026-01-01T00:00:61Z', 'time-malformed'],
    ['2026-01-01T00:00:60Z', 'time-malformed'],
    ['2026-01-01T00:00:00+24:00', 'time-malformed'],
    ['2026-01-01T00:00:00+05:60', 'time-malformed'],
    ['+002026-01-01T00:00:00Z', 'time-malformed'],
    ['２０２６-01-01T00:00:00Z', 'time-malformed'],
    ['2026-11-21T14:03:00Z\n', 'time-malformed'],
    ['1467894562', 'time-malformed'],
    ['', 'time-malformed'],
  ])('%j is refused as %s', (text, code) => {
    const time = readTime(text);
    expect(time.ok ? 'accepted' : time.code).toBe(code);
  });

  it('every instant that a Date writes is read back as itself', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59Z'),
          noInvalidDate: true,
        }),
        (date) => {
          const time = readTime(date.toISOString());
          return time.ok && time.instantMs === date.getTime();
        },
      ),
    );
  });

  it('five minutes ahead is a clock, a moment more is the future, wherever the time stands', () => {
    const limit = '2026-11-21T14:05:00.000Z';
    const late = '2026-11-21T14:05:00.001Z';
    const put: [string, (made: FactDraft, time: string) => void][] = [
      [
        '/time',
        (made, time) => {
          made.time = time;
        },
      ],
      [
        '/data/content/authoredAt/value',
        (made, time) => {
          made.data.content.authoredAt = at(time);
        },
      ],
      [
        '/data/content/authoredAt/notBefore',
        (made, time) => {
          made.data.content.authoredAt = { ...unknown, notBefore: time };
        },
      ],
      [
        '/data/content/authoredAt/notAfter',
        (made, time) => {
          made.data.content.authoredAt = { ...unknown, notAfter: time };
        },
      ],
      [
        '/data/content/editedAt/value',
        (made, time) => {
          made.data.content.editedAt = at(time);
        },
      ],
      [
        '/data/content/versions/1/observedAt/value',
        (made, time) => {
          made.data.content.versions = [
            { text: 'a', observedAt: unknown },
            { text: 'b', observedAt: at(time) },
          ];
        },
      ],
      [
        '/data/action/performedAt/value',
        (made, time) => {
          made.data.action.performedAt = at(time);
        },
      ],
      [
        '/data/captures/0/capturedAt/value',
        (made, time) => {
          made.data.captures = [{ capturedAt: at(time) }];
        },
      ],
    ];
    for (const [pointer, set] of put) {
      expect(
        codes(
          fact((made) => set(made, limit)),
          { fileCount: 1 },
        ),
      ).toEqual([]);
      expect(
        codes(
          fact((made) => set(made, late)),
          { fileCount: 1 },
        ),
      ).toEqual([[pointer, 'time-in-future']]);
    }
  });

  it('the same instant in another zone is not the future', () => {
    expect(
      codes(
        fact((made) => {
          made.data.action.performedAt = at('2026-11-22T04:00:00+14:00');
        }),
      ),
    ).toEqual([]);
  });

  it.each([
    [{ notBefore: '2026-01-02T00:00:00Z', value: '2026-01-01T00:00:00Z' }, 1],
    [{ value: '2026-01-03T00:00:00Z', notAfter: '2026-01-02T00:00:00Z' }, 1],
    [{ notBefore: '2026-01-03T00:00:00Z', notAfter: '2026-01-02T00:00:00Z' }, 1],
    [
      { notBefore: '2026-01-01T00:00:00Z', value: '2026-01-01T00:00:00Z', notAfter: '2026-01-01T00:00:00Z' },
      0,
    ],
    // Later on the paper, earlier in the world.
    [{ notBefore: '2026-01-01T10:00:00+09:00', value: '2026-01-01T02:00:00Z' }, 0],
  ])('bounds hold the value between them: %j', (when, count) => {
    const made = fact((draft) => {
      draft.data.content.authoredAt = { precision: 's', source: 'ocr', value: null, ...when };
    });
    expect(codes(made).filter(([pointer]) => pointer === '/data/content/authoredAt')).toHaveLength(count);
  });

  it('written after it was removed is a flag, and nothing is mended', () => {
    const made = fact((draft) => {
      draft.data.content.authoredAt = at('2026-11-21T13:00:00Z');
      draft.data.action.performedAt = at('2026-11-21T12:00:00Z');
    });
    const before = structuredClone(made);
    expect(applyRules(made, context)).toEqual({ problems: [], flags: ['authored-after-performed'] });
    expect(made).toEqual(before);
    const bounds = fact((draft) => {
      draft.data.content.authoredAt = { ...unknown, notBefore: '2026-11-21T13:00:00Z' };
      draft.data.action.performedAt = { ...unknown, notAfter: '2026-11-21T12:00:00Z' };
    });
    expect(applyRules(bounds, context).flags).toEqual(['authored-after-performed']);
    expect(applyRules(fact(), context).flags).toEqual([]);
  });
});

describe('addresses', () => {
  it.each([
    ['javascript:alert(1)', 'address-not-http'],
    ['JavaScript://x.example/%0aalert(1)', 'address-not-http'],
    ['file:///etc/passwd', 'address-not-http'],
    ['data:text/html,x', 'address-not-http'],
    ['ftp://x.example/', 'address-not-http'],
    ['blob:https://x.example/1', 'address-not-http'],
    ['view-source:https://x.example', 'address-not-http'],
    ['about:blank', 'address-not-http'],
    ['at://did:plc:x/app.bsky.feed.post/1', 'address-malformed'],
    ['x.example/page', 'address-malformed'],
    ['//x.example/page', 'address-malformed'],
    ['/page', 'address-malformed'],
    ['', 'address-malformed'],
    ['https://', 'address-malformed'],
    ['https://user@x.example/', 'address-malformed'],
    ['https://user:secret@x.example/', 'address-malformed'],
    ['https://x.example@127.0.0.1/', 'address-malformed'],
    ['https:\\\\x.example\\', 'address-malformed'],
    ['https://x.example\\@evil.example/', 'address-malformed'],
    ['https://x.exa\nmple/', 'address-malformed'],
    ['java\tscript:alert(1)', 'address-malformed'],
    [' https://x.example/', 'address-malformed'],
    ['https://x.example/a b', 'address-malformed'],
    ['https://x.example/\u0000', 'address-malformed'],
    ['https://x.example:99999/', 'address-malformed'],
    ['https://[::1', 'address-malformed'],
    [`https://x.example/${'a'.repeat(4000)}`, 'address-malformed'],
  ])('%j is refused', (address, code) => {
    const [problem] = addressProblems('/url', address);
    expect(problem?.pointer).toBe('/url');
    expect([code, 'address-malformed']).toContain(problem?.code);
    if (code === 'address-not-http' && !address.startsWith('at:')) expect(problem?.code).toBe(code);
    expect(problem?.sentence).not.toContain('secret');
  });

  it("every address of a fact is looked at, the content's own also by the capture room", () => {
    const bad = 'file:///etc/passwd';
    const made = fact((draft) => {
      const { data } = draft;
      data.platform.accountUrl = bad;
      data.content.permalink = bad;
      data.content.parent = { nativeId: null, permalink: bad };
      data.content.attachments = [{ kind: 'image', sourceUrl: bad }];
      data.author = { status: 'identified', profileUrl: { value: bad, source: 'ocr' } };
      data.captures = [{ pageUrl: bad }];
    });
    expect(codes(made, { fileCount: 1 }).map(([pointer]) => pointer)).toEqual([
      '/data/platform/accountUrl',
      '/data/content/permalink',
      '/data/content/parent/permalink',
      '/data/author/profileUrl/value',
      '/data/content/attachments/0/sourceUrl',
      '/data/captures/0/pageUrl',
    ]);
    const asked: string[] = [];
    const judgeAddress = (address: URL) => {
      asked.push(address.href);
      return 'expected a public address';
    };
    const inside = fact((draft) => {
      draft.data.content.permalink = 'https://10.0.0.1/x';
      draft.data.captures = [{ pageUrl: 'https://cms.rivertown.example/moderation' }];
    });
    expect(codes(inside, { fileCount: 1, judgeAddress })).toEqual([
      ['/data/content/permalink', 'address-not-public'],
    ]);
    expect(asked).toEqual(['https://10.0.0.1/x']);
  });
});

describe('claims', () => {
  it.each([
    ['facebook:comment:1', true],
    ['unknown:018f6a31-2d10-7c55-8a3b-6b0f9d2f1e44', true],
    ['x:comment:1', false],
    ['facebook:comment:', false],
    ['facebook', false],
    ['unknown:somebody', false],
    ['unknown:comment:1', false],
    ['facebook:comment:1 2', false],
  ])('the subject %s belongs to the platform of its fact: %s', (subject, accepted) => {
    expect(
      codes(
        fact((made) => {
          made.subject = subject;
        }),
      ),
    ).toEqual(accepted ? [] : [['/subject', 'report-invalid']]);
  });

  it('"before the action" is for the extension alone to say', () => {
    expect(codes(claim('browser-extension'), { fileCount: 1 })).toEqual([]);
    for (const channel of ['web-form', 'webhook', 'email', 'import', 'mobile-upload'] as const) {
      expect(codes(claim(channel), { fileCount: 1 })).toEqual([['/data/captures/0/order', 'report-invalid']]);
    }
  });

  it('described captures and sent files are the same number, and no file has a reason', () => {
    const described = fact((made) => {
      made.data.captures = [{}, {}];
    });
    expect(codes(described, { fileCount: 2 })).toEqual([]);
    for (const fileCount of [0, 1, 3]) {
      expect(codes(described, { fileCount })).toEqual([['/data/captures', 'report-invalid']]);
    }
    const silent = fact((made) => {
      delete made.data.captureMissing;
    });
    expect(codes(silent)).toEqual([['/data/captureMissing', 'report-invalid']]);
    expect(codes(silent, { fileCount: 3 })).toEqual([]);
  });
});
