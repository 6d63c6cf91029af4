import * as fc from 'fast-check';
import { Format } from 'typebox/format';
import { describe, expect, it } from 'vitest';
import { ArchiveError } from '#errors.ts';
import { applyRules } from '#intake/rules.ts';
import { checkSimple, checkSubmitted, isStoredFact, type SimpleReport } from '#intake/schema.ts';
import { factFromSimple, PROGRAM_CHANNEL, type SimpleContext } from '#intake/simple.ts';
import { completeFact, type MeasuredFile } from '#intake/stored.ts';
import { deriveSubject } from '#intake/subjects.ts';

const least: SimpleReport = { platform: 'facebook', account: 'rivertown', action: { verb: 'hide' } };
const context: SimpleContext = { agency: 'rivertown', channel: 'web-form', fileCount: 0 };
const from = (report: Partial<SimpleReport>, more: Partial<SimpleContext> = {}) =>
  factFromSimple({ ...least, ...report }, { ...context, ...more });
const raw = { artifactId: 'art_raw', sha256: 'a'.repeat(64) };
const filled = {
  id: `fk1_${'0'.repeat(64)}`,
  agency: 'rivertown',
  recordedTime: '2026-11-21T14:00:00.000Z',
  raw,
  files: [],
};
const picture: MeasuredFile = {
  artifactId: 'art_1',
  sizeBytes: 3,
  sha256: 'b'.repeat(64),
  mediaType: 'image/png',
  originalName: 'Screenshot.png',
};

describe('what was not given is said to be unknown', () => {
  it('the least report becomes a fact that claims nothing', () => {
    const { fact, groundRef, captureWanted } = from({});
    expect(fact.data).toEqual({
      channel: 'web-form',
      platform: { name: 'facebook', accountId: null, accountHandle: 'rivertown' },
      content: {
        kind: 'other',
        nativeId: null,
        permalink: null,
        text: null,
        textSource: 'none',
        authoredAt: { value: null, precision: 'unknown', source: 'submitter-typed' },
        parent: null,
      },
      author: { status: 'unknown', unknownReason: 'submitter-did-not-record' },
      action: {
        verb: 'hide',
        actorType: 'unknown',
        performedAt: { value: null, precision: 'unknown', source: 'submitter-typed' },
        grounds: [],
        groundsMissing: 'not-stated',
      },
      captureMissing: 'not-attempted',
    });
    expect(fact.subject).toMatch(/^unknown:[0-9a-f-]{36}$/);
    expect(fact).not.toHaveProperty('time');
    expect(fact).not.toHaveProperty('recordedtime');
    expect([groundRef, captureWanted]).toEqual([null, true]);
  });

  it('two reports of nothing known are two subjects', () => {
    expect(from({}).fact.subject).not.toBe(from({}).fact.subject);
  });

  it.each<[NonNullable<SimpleReport['author']>, object]>([
    [
      { handle: '@h' },
      {
        status: 'partial',
        unknownReason: 'submitter-did-not-record',
        handle: { value: '@h', source: 'submitter-typed' },
      },
    ],
    [
      { displayName: 'd' },
      {
        status: 'partial',
        unknownReason: 'submitter-did-not-record',
        displayName: { value: 'd', source: 'submitter-typed' },
      },
    ],
    [
      { nativeId: '10158407835073553' },
      { status: 'identified', nativeId: { value: '10158407835073553', source: 'submitter-typed' } },
    ],
    [
      { handle: 'h', profileUrl: 'https://x.example/h' },
      {
        status: 'identified',
        handle: { value: 'h', source: 'submitter-typed' },
        profileUrl: { value: 'https://x.example/h', source: 'submitter-typed' },
      },
    ],
    [
      { status: 'unknown', unknownReason: 'anonymous-posting' },
      { status: 'unknown', unknownReason: 'anonymous-posting' },
    ],
  ])('author %j', (author, expected) => {
    expect(from({ author }).fact.data.author).toEqual(expected);
  });

  it('times keep their precision and how they were written', () => {
    expect(from({ postedAt: '2026-11-21T08:03:00-06:00' }).fact.data.content.authoredAt).toEqual({
      value: '2026-11-21T08:03:00-06:00',
      precision: 's',
      source: 'submitter-typed',
      verbatim: '2026-11-21T08:03:00-06:00',
    });
    expect(from({ postedAt: '2026-11-21T14:03:00.120Z' }).fact.data.content.authoredAt.precision).toBe('ms');
    expect(from({ postedAt: { seen: '2 h ago' } }).fact.data.content.authoredAt).toEqual({
      value: null,
      precision: 'unknown',
      source: 'submitter-typed',
      verbatim: '2 h ago',
    });
    const performed = from({ action: { verb: 'hide', performedAt: '2026-11-21T14:00:00Z' } }).fact;
    expect(performed.time).toBe('2026-11-21T14:00:00Z');
    expect(
      from({ action: { verb: 'hide', performedAt: null } }).fact.data.action.performedAt.value,
    ).toBeNull();
  });

  it.each([
    ['rivertown', { accountId: null, accountHandle: 'rivertown' }],
    ['@rivertown', { accountId: null, accountHandle: '@rivertown' }],
    ['123456789012345678', { accountId: '123456789012345678' }],
    [
      'https://www.facebook.com/rivertown',
      { accountId: null, accountUrl: 'https://www.facebook.com/rivertown' },
    ],
  ])('the account %s is what it looks like, and text', (account, expected) => {
    expect(from({ account }).fact.data.platform).toEqual({ name: 'facebook', ...expected });
  });

  it('a registered account is named by the register', () => {
    const registered = { accountId: '77', handle: 'rivertown', url: 'https://www.facebook.com/rivertown' };
    expect(from({}, { registered }).fact.data.platform).toEqual({
      name: 'facebook',
      accountId: '77',
      accountHandle: 'rivertown',
      accountUrl: 'https://www.facebook.com/rivertown',
    });
  });

  it.each([
    ['none', 'removal.content-observed.v1'],
    ['reject', 'removal.action-recorded.v1'],
    ['delete', 'removal.action-recorded.v1'],
    ['unhide', 'removal.action-reversed.v1'],
    ['restore', 'removal.action-reversed.v1'],
  ] as const)('%s is a %s', (verb, type) => {
    expect(from({ action: { verb } }).fact.type).toBe(type);
  });

  it('a hostile account name cannot leave its place in the source', () => {
    const { source } = from({ account: '../../other/web-form/x?#' }).fact;
    expect(source).toBe('/agencies/rivertown/web-form/facebook/..%2F..%2Fother%2Fweb-form%2Fx%3F%23');
    expect(Format.Test('uri-reference', source)).toBe(true);
  });

  it.each([
    ['/url', { url: 'javascript:alert(1)' }, 'address-not-http'],
    ['/url', { url: 'https://u:p@x.example/' }, 'address-malformed'],
    ['/account', { account: 'ftp://x.example' }, 'address-not-http'],
    ['/author/profileUrl', { author: { profileUrl: 'file:///x' } }, 'address-not-http'],
  ])('an address that is none is named as the form names it: %s', (pointer, report, code) => {
    try {
      from(report);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ArchiveError);
      expect(error).toMatchObject({ code, details: { problems: [{ pointer }] } });
    }
  });
});

describe('a fact of a simple report always fits', () => {
  const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
  const url = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    text.map((tail) => `https://rivertown.example/${tail}`),
    text.map((tail) => `https://rivertown.example/?q=${tail}#${tail}#`),
    fc.constant('https://müller.example/Köln?q=[1]|{2}%zz"<>^`'),
  );
  const report = fc.record<SimpleReport>(
    {
      platform: fc.constantFrom('facebook', 'x', 'mastodon', 'wordpress', 'a-site'),
      account: fc.oneof(text, fc.stringMatching(/^\d{5,20}$/)),
      url,
      kind: fc.constantFrom('comment', 'reply', 'post', 'other'),
      text,
      capture: fc.boolean(),
      author: fc.oneof(
        fc.record(
          { displayName: text, handle: text, profileUrl: fc.webUrl(), nativeId: text },
          { requiredKeys: ['handle'] },
        ),
        fc.constant({ status: 'unknown' as const, unknownReason: 'account-deleted' as const }),
      ),
      postedAt: fc.oneof(
        fc
          .date({ min: new Date(0), max: new Date('2026-11-21'), noInvalidDate: true })
          .map((date) => date.toISOString()),
        fc.record({ seen: text }),
      ),
      action: fc.record(
        { verb: fc.constantFrom('hide', 'delete', 'none'), ground: text, performedAt: fc.constant(null) },
        { requiredKeys: ['verb'] },
      ),
      note: text,
    },
    { requiredKeys: ['platform', 'account', 'action'] },
  );

  it('whatever is accepted becomes a stored fact, with and without files', () => {
    let made = 0;
    fc.assert(
      fc.property(report, fc.nat(2), (input, fileCount) => {
        checkSimple(input);
        let simple;
        try {
          simple = factFromSimple(input, { ...context, channel: PROGRAM_CHANNEL, fileCount });
        } catch (error) {
          // An address may be none; anything else is our fault.
          expect(error).toMatchObject({ code: expect.stringMatching(/^address-/) as string });
          return;
        }
        if (simple.groundRef === null) checkSubmitted({ ...simple.fact, id: filled.id }, 'rivertown');
        const { problems } = applyRules(simple.fact, {
          recordedTime: filled.recordedTime,
          judgeAddress: () => null,
          fileCount,
        });
        expect(problems).toEqual([]);
        const grounds =
          simple.groundRef === null
            ? []
            : [{ policyId: 'p', policyVersion: '1', citation: simple.groundRef }];
        const files = Array.from({ length: fileCount }, () => picture);
        const fact = completeFact(simple.fact, { ...filled, grounds, files });
        expect(isStoredFact(fact)).toBe(true);
        made += 1;
      }),
      { numRuns: 1500 },
    );
    expect(made).toBeGreaterThan(1000);
  });

  it('an address that is plain already stays to the letter; another is written out as the same one', () => {
    const plain = 'https://x.com/rivertown/status/1?s=20&t=abc#x';
    expect(from({ url: plain }).fact.data.content.permalink).toBe(plain);
    const written = from({ url: 'https://müller.example/Köln?q=[1]|{2}' }).fact.data.content.permalink;
    expect(written).toBe('https://xn--mller-kva.example/K%C3%B6ln?q=%5B1%5D%7C%7B2%7D');
  });
});

describe('the stored fact', () => {
  it('a file gets what the server measured and keeps what was said of it', () => {
    const { fact } = from({}, { fileCount: 2 });
    fact.data.captures = [
      {
        role: 'screenshot-element',
        order: 'after-action',
        clientSha256: 'c'.repeat(64),
        pageUrl: 'https://x.example/',
      },
      {},
    ];
    const {
      captures,
      captureMissing,
      raw: rawStored,
    } = completeFact(fact, {
      ...filled,
      files: [picture, { ...picture, mediaType: 'application/pdf', originalName: null }],
    }).data;
    expect(captures[0]).toEqual({
      artifactId: 'art_1',
      role: 'screenshot-element',
      mediaType: 'image/png',
      bytes: 3,
      sha256: 'b'.repeat(64),
      capturedAt: { value: null, precision: 'unknown', source: 'submitter-typed' },
      order: 'after-action',
      originalName: 'Screenshot.png',
      clientSha256: 'c'.repeat(64),
      pageUrl: 'https://x.example/',
    });
    expect(captures[1]).toMatchObject({ role: 'pdf', order: 'unknown' });
    expect(captures[1]).not.toHaveProperty('originalName');
    expect(captureMissing).toBeUndefined();
    expect(rawStored).toEqual(raw);
  });

  it('that a picture came before the action is never assumed', () => {
    const { fact } = from({}, { fileCount: 1 });
    expect(completeFact(fact, { ...filled, files: [picture] }).data.captures[0]?.order).toBe('unknown');
  });

  it('a ground that nobody looked up stops the fact', () => {
    const { fact, groundRef } = from({ action: { verb: 'hide', ground: 'policy#1' } });
    expect(groundRef).toBe('policy#1');
    expect(() => completeFact(fact, filled)).toThrow(
      expect.objectContaining({ code: 'invariant-broken' }) as Error,
    );
    expect(() => completeFact(from({}).fact, { ...filled, id: 'short' })).toThrow(ArchiveError);
  });
});

const derive = (platform: string, address: string, kind?: SimpleReport['kind'], accountHandle?: string) =>
  deriveSubject({ platform, address, kind, accountHandle })?.subject ?? null;

describe('subjects', () => {
  it.each<[string, string, SimpleReport['kind'] | undefined, string]>([
    [
      'facebook',
      'https://www.facebook.com/rivertown/posts/905578/?comment_id=905579239537901',
      'comment',
      'facebook:comment:905579239537901',
    ],
    [
      'facebook',
      'https://m.facebook.com/story.php?story_fbid=1&id=2&comment_id=10158407835073553&fbclid=IwAR',
      undefined,
      'facebook:comment:10158407835073553',
    ],
    [
      'facebook',
      'https://www.facebook.com/rivertown/posts/1/?comment_id=905579239537901&reply_comment_id=905579239537999',
      'reply',
      'facebook:reply:905579239537999',
    ],
    [
      'facebook',
      `https://www.facebook.com/p/posts/1?comment_id=${encodeURIComponent(Buffer.from('comment:900728623356296_900744590021366').toString('base64'))}`,
      'comment',
      'facebook:comment:900728623356296_900744590021366',
    ],
    [
      'youtube',
      'https://www.youtube.com/watch?v=JE8xdDp5B8Q&lc=UgyWeTdgc4sc1xgmbld4AaABAg&si=tracker',
      'comment',
      'youtube:comment:UgyWeTdgc4sc1xgmbld4AaABAg',
    ],
    [
      'youtube',
      'https://youtu.be/JE8xdDp5B8Q?lc=UgyWeTdgc4sc1xgmbld4AaABAg.8zTestReply_1',
      'reply',
      'youtube:reply:UgyWeTdgc4sc1xgmbld4AaABAg.8zTestReply_1',
    ],
    [
      'x',
      'https://x.com/somebody/status/1981398750557065646?s=20&t=x',
      'reply',
      'x:post:1981398750557065646',
    ],
    ['x', 'https://twitter.com/somebody/status/1981398750557065646', 'comment', 'x:post:1981398750557065646'],
    ['x', 'https://x.com/rivertown/status/1981398750557065646', 'post', 'x:post:1981398750557065646'],
    [
      'instagram',
      'https://www.instagram.com/p/CxAbC_12-3/c/17950000000000001/',
      'comment',
      'instagram:comment:17950000000000001',
    ],
    [
      'instagram',
      'https://www.instagram.com/rivertown/p/CxAbC_12-3/c/17950000000000001/r/18000000000000002/',
      'reply',
      'instagram:reply:18000000000000002',
    ],
    ['instagram', 'https://www.instagram.com/p/CxAbC_12-3/?igsh=abc', 'post', 'instagram:post:CxAbC_12-3'],
    [
      'reddit',
      'https://old.reddit.com/r/rivertown/comments/abc123/a_title/def456/?utm_source=share',
      'comment',
      'reddit:comment:t1_def456',
    ],
    [
      'reddit',
      'https://www.reddit.com/r/rivertown/comments/abc123/a_title/',
      'post',
      'reddit:post:t3_abc123',
    ],
    [
      'linkedin',
      'https://www.linkedin.com/feed/update/urn:li:activity:7000000000000000000?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A7000000000000000000%2C7000000000000000001%29',
      'comment',
      'linkedin:comment:urn:li:comment:(urn:li:activity:7000000000000000000,7000000000000000001)',
    ],
    [
      'mastodon',
      'https://social.example/@somebody/109876543210987654',
      'reply',
      'mastodon:post:social.example/109876543210987654',
    ],
    [
      'mastodon',
      'https://social.example/users/somebody/statuses/109876543210987654',
      'post',
      'mastodon:post:social.example/109876543210987654',
    ],
    ['threads', 'https://www.threads.net/@somebody/post/CuXy_z12', 'reply', 'threads:post:CuXy_z12'],
    [
      'bluesky',
      'https://bsky.app/profile/did:plc:abcdefghijklmnopqrstuvwx/post/3kabcdefghi2j',
      'post',
      'bluesky:post:at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3kabcdefghi2j',
    ],
    [
      'wordpress',
      'https://blog.rivertown.example/2026/11/parks/#comment-42',
      'comment',
      'wordpress:comment:blog.rivertown.example/2026/11/parks/#comment-42',
    ],
  ])('%s %s', (platform, address, kind, subject) => {
    expect(derive(platform, address, kind, 'rivertown')).toBe(subject);
  });

  it.each<[string, string, string, SimpleReport['kind'] | undefined]>([
    [
      'the post under which a comment stood',
      'facebook',
      'https://www.facebook.com/rivertown/posts/905578',
      'comment',
    ],
    ['a post, for a comment', 'instagram', 'https://www.instagram.com/p/CxAbC_12-3/', 'comment'],
    [
      'a post, for a comment',
      'reddit',
      'https://www.reddit.com/r/rivertown/comments/abc123/a_title/',
      'comment',
    ],
    [
      "the agency's own post, for a reply to it",
      'x',
      'https://x.com/Rivertown/status/1981398750557065646',
      'reply',
    ],
    ['nobody says whose', 'x', 'https://x.com/i/web/status/1981398750557065646', 'reply'],
    ['a post of unknown kind', 'x', 'https://x.com/somebody/status/1981398750557065646', undefined],
    ['a video, for a comment', 'youtube', 'https://www.youtube.com/watch?v=JE8xdDp5B8Q', 'comment'],
    [
      'a comment, for a post',
      'youtube',
      'https://www.youtube.com/watch?v=JE8xdDp5B8Q&lc=UgyWeTdgc4sc1xgmbld4AaABAg',
      'post',
    ],
    ['another platform', 'facebook', 'https://x.com/somebody/status/1981398750557065646', 'post'],
    ['a look-alike host', 'x', 'https://x.com.evil.example/somebody/status/1981398750557065646', 'post'],
    [
      'a look-alike host',
      'facebook',
      'https://notfacebook.com/a/posts/1?comment_id=905579239537901',
      'comment',
    ],
    ['a host with a port', 'x', 'https://x.com:8443/somebody/status/1981398750557065646', 'post'],
    ['not digits', 'facebook', 'https://www.facebook.com/a/posts/1?comment_id=12345x', 'comment'],
    ['too few digits', 'facebook', 'https://www.facebook.com/a/posts/1?comment_id=1', 'comment'],
    [
      'a reply id that is none',
      'facebook',
      'https://www.facebook.com/a/posts/1?comment_id=905579239537901&reply_comment_id=x',
      'reply',
    ],
    [
      'a separator inside an id',
      'youtube',
      'https://www.youtube.com/watch?v=a&lc=UgyWeTdgc4sc1%3Ax',
      'comment',
    ],
    [
      'a remote post under a local number',
      'mastodon',
      'https://social.example/@somebody@other.example/109876543210987654',
      'reply',
    ],
    [
      'a handle that may change hands',
      'bluesky',
      'https://bsky.app/profile/somebody.example/post/3kabcdefghi2j',
      'post',
    ],
    ['an unknown platform', 'nextdoor', 'https://nextdoor.com/p/abc', 'post'],
    ['a name every object has', 'constructor', 'https://x.com/a/status/1981398750557065646', 'post'],
    ['no address', 'x', 'status/1981398750557065646', 'post'],
    ['no page', 'x', 'javascript://x.com/a/status/1981398750557065646', 'post'],
  ])('when unsure, none: %s (%s %s)', (_why, platform, address, kind) => {
    expect(derive(platform, address, kind, '@rivertown')).toBeNull();
  });

  it('a big id keeps every digit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 10n ** 15n, max: 10n ** 20n }),
        (id) =>
          derive('facebook', `https://www.facebook.com/a/posts/1?comment_id=${id}`, 'comment') ===
          `facebook:comment:${id}`,
      ),
    );
  });

  it('kind follows the address only where none was given', () => {
    const url = 'https://www.youtube.com/watch?v=JE8xdDp5B8Q&lc=UgyWeTdgc4sc1xgmbld4AaABAg';
    expect(from({ platform: 'youtube', url }).fact.data.content).toMatchObject({
      kind: 'comment',
      nativeId: 'UgyWeTdgc4sc1xgmbld4AaABAg',
      permalink: url,
    });
    expect(from({ platform: 'youtube', url, kind: 'review' }).fact).toMatchObject({
      data: { content: { kind: 'review', nativeId: null } },
    });
  });
});
