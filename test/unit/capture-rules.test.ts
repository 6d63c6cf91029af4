/** What a capture is called, as a table: one row, one kind of page. */
import { describe, expect, test } from 'vitest';
import { targetQuery } from '#capture/target.ts';
import { consentLayers, judge, refusalAmong } from '#capture/rules.ts';
import type { Layer, Observed, Sight } from '#capture/rules.ts';
import type { CaptureOutcome } from '#capture/result.ts';

const LONG = 'Crews will repave Elm Street between Second and Fifth Avenue. '.repeat(30);

function sight(over: Partial<Sight> = {}): Sight {
  return {
    text: LONG,
    title: 'Road work',
    heading: '',
    largestPicturePx: 0,
    graphics: 0,
    graphicsPx: 0,
    passwordFields: 0,
    challenge: false,
    loadingMarks: 0,
    loadingNamed: 0,
    loadingShare: 0,
    blurredShare: 0,
    sideways: 0,
    overlays: [],
    ...over,
  };
}

function layer(text: string, share: number, over: Partial<Layer> = {}): Layer {
  return { text, label: '', share, bare: false, ...over };
}

function observed(over: Partial<Observed> = {}): Observed {
  return {
    refusedAddress: null,
    egress: { verdict: 'passed', reason: null },
    navigationError: null,
    timedOut: null,
    rendererCrashed: false,
    status: 200,
    askedPath: '/posts/1',
    finalPath: '/posts/1',
    sight: sight(),
    targetFound: false,
    consentLeft: false,
    missing: [],
    ...over,
  };
}

const CASES: readonly (readonly [string, CaptureOutcome, string, Partial<Observed>])[] = [
  [
    'an address that is not of the web',
    'blocked',
    'address-not-http',
    { refusedAddress: 'address-not-http', sight: null },
  ],
  ['a page with text', 'captured', 'text-chars', {}],
  [
    'a page with a picture and no text',
    'captured',
    'text-chars',
    { sight: sight({ text: '', largestPicturePx: 90_000 }) },
  ],
  [
    'a page that lacks a picture',
    'partial',
    'missing',
    { missing: ['1 picture was asked for and not received'] },
  ],
  ['an answer of 404', 'gone', 'status-gone', { status: 404 }],
  ['an answer of 410', 'gone', 'status-gone', { status: 410 }],
  ['a 404 whose page shows the text all the same', 'gone', 'status-gone', { status: 404, targetFound: true }],
  [
    'a short page that says it is not available',
    'gone',
    'gone-words',
    { sight: sight({ text: "This content isn't available right now" }) },
  ],
  [
    'a short page that says the post was removed',
    'gone',
    'gone-words',
    { sight: sight({ text: 'The post has been removed by its author.' }) },
  ],
  [
    'a long page in which somebody says that something was removed',
    'captured',
    'text-chars',
    { sight: sight({ text: `${LONG} My comment was deleted!` }) },
  ],
  [
    'a comment that says "has been removed" and is the one that was reported',
    'captured',
    'text-chars',
    { targetFound: true, sight: sight({ text: 'The swing in the park has been removed.' }) },
  ],
  ['a redirect to /login', 'wall', 'login-path', { finalPath: '/login' }],
  ['a redirect to /login.php', 'wall', 'login-path', { finalPath: '/login.php' }],
  ['a redirect to /accounts/login/', 'wall', 'login-path', { finalPath: '/accounts/login/' }],
  [
    'a redirect to /checkpoint/ with the text in it',
    'wall',
    'login-path',
    { finalPath: '/checkpoint/1', targetFound: true },
  ],
  ['a page about logins', 'captured', 'text-chars', { finalPath: '/loginhelp' }],
  ['an answer of 401', 'wall', 'status-wall', { status: 401 }],
  [
    'an answer of 401 of which the browser shows nothing',
    'wall',
    'status-wall',
    { status: 401, navigationError: 'net::ERR_INVALID_AUTH_CREDENTIALS', sight: null },
  ],
  ['an answer of 403', 'wall', 'status-wall', { status: 403 }],
  ['an answer of 429', 'wall', 'status-wall', { status: 429 }],
  [
    'a short page with a password field',
    'wall',
    'wall-password-field',
    { sight: sight({ text: 'Welcome back', passwordFields: 1 }) },
  ],
  [
    'a long page with a password field in its head',
    'captured',
    'text-chars',
    { sight: sight({ passwordFields: 1 }) },
  ],
  [
    'a layer over half of the page that asks to log in',
    'wall',
    'wall-overlay-share',
    { sight: sight({ overlays: [layer('Log in to continue', 0.5)] }) },
  ],
  [
    'a bar at the bottom that asks to log in',
    'captured',
    'text-chars',
    { sight: sight({ overlays: [layer('Log in to continue', 0.1)] }) },
  ],
  [
    'a layer about cookies',
    'captured',
    'text-chars',
    { sight: sight({ overlays: [layer('We use cookies', 0.5)] }) },
  ],
  [
    'a layer that leaves the target in sight',
    'captured',
    'text-chars',
    { targetFound: true, sight: sight({ overlays: [layer('Log in to continue', 0.5)] }) },
  ],
  [
    'a short page that asks to log in',
    'wall',
    'wall-words-text-chars',
    { sight: sight({ text: 'You must log in to continue.' }) },
  ],
  [
    'a robot check',
    'wall',
    'wall-robot-check-text-chars',
    { sight: sight({ text: 'Please verify that you are human' }) },
  ],
  [
    'a robot check that answers 503',
    'wall',
    'wall-robot-check-text-chars',
    {
      status: 503,
      sight: sight({ title: 'Just a moment...', text: 'Checking your browser before you go on' }),
    },
  ],
  [
    'a gate that asks for an age',
    'wall',
    'wall-age-overlay-share',
    { sight: sight({ overlays: [layer('You must be 21 or older to enter. Are you 21?', 1)] }) },
  ],
  [
    'a page of nothing but a question of consent',
    'wall',
    'wall-consent',
    { consentLeft: true, sight: sight({ text: '' }) },
  ],
  [
    'a long page whose heading says that the post is not there',
    'gone',
    'gone-heading',
    { sight: sight({ heading: 'Page not found' }) },
  ],
  [
    'a page whose title says 404',
    'gone',
    'gone-title',
    { sight: sight({ title: '404 – this page is gone', text: LONG }) },
  ],
  [
    'a page whose heading is about something lost and found',
    'captured',
    'text-chars',
    { sight: sight({ heading: 'Dog not found after three weeks of search in the park' }) },
  ],
  [
    'a skeleton below a menu',
    'empty',
    'loading-share',
    { sight: sight({ text: 'Home About Help Terms of use', loadingMarks: 12, loadingShare: 0.6 }) },
  ],
  [
    'a spinner with kind words',
    'empty',
    'loading-words-text-chars',
    { sight: sight({ text: 'Please wait a moment while we load the conversation', loadingMarks: 1 }) },
  ],
  [
    'a spinner with other words',
    'empty',
    'loading-marks-text-chars',
    { sight: sight({ text: 'Rivertown Social, the place to be', loadingMarks: 1 }) },
  ],
  [
    'a page with a part that still loads',
    'partial',
    'missing',
    { sight: sight({ loadingMarks: 1, loadingNamed: 1, loadingShare: 0.02 }) },
  ],
  [
    'a page with a part that still loads, and the target in sight',
    'captured',
    'text-chars',
    { targetFound: true, sight: sight({ loadingMarks: 1, loadingNamed: 1, loadingShare: 0.02 }) },
  ],
  [
    'a page with an ornament that turns',
    'captured',
    'text-chars',
    { sight: sight({ loadingMarks: 1, loadingShare: 0.02 }) },
  ],
  ['a page behind a blur', 'partial', 'missing', { sight: sight({ blurredShare: 0.8 }) }],
  ['nothing at all', 'empty', 'empty-text-chars', { sight: sight({ text: ' \n ', title: '' }) }],
  ['a spinner', 'empty', 'empty-text-chars', { sight: sight({ text: 'Loading…', largestPicturePx: 2304 }) }],
  [
    'a short comment that was found',
    'captured',
    'text-chars',
    { targetFound: true, sight: sight({ text: 'ok' }) },
  ],
  [
    'an answer of 500',
    'empty',
    'status-error',
    { status: 500, sight: sight({ text: 'Something went wrong. Try again in a few minutes.' }) },
  ],
  [
    'a request that our proxy refused',
    'blocked',
    'egress-refused',
    { egress: { verdict: 'refused', reason: 'address-not-global' }, status: null, sight: null },
  ],
  [
    'a refusal that the browser shows as a failure',
    'blocked',
    'egress-refused',
    {
      egress: { verdict: 'refused', reason: 'port-not-allowed' },
      navigationError: 'net::ERR_TUNNEL_CONNECTION_FAILED',
      sight: null,
    },
  ],
  [
    'a name that does not exist',
    'empty',
    'name-unknown',
    { egress: { verdict: 'failed', reason: 'name-unknown' }, sight: null },
  ],
  [
    'a host that refuses the connection',
    'empty',
    'connection-failed',
    { egress: { verdict: 'failed', reason: 'connection-failed' }, sight: null },
  ],
  [
    'a redirect loop',
    'empty',
    'no-document',
    { navigationError: 'net::ERR_TOO_MANY_REDIRECTS', sight: null },
  ],
  [
    'a page that never answers',
    'timeout',
    'no-answer',
    { timedOut: { rule: 'no-answer', ms: 30_000 }, status: null, sight: null },
  ],
  ['a crash before any picture', 'empty', 'renderer-crashed', { rendererCrashed: true, sight: null }],
  ['a page that could not be read', 'empty', 'page-not-readable', { sight: null }],
];

describe('outcomes', () => {
  test.each(CASES)('%s is %s by %s', (_, outcome, rule, over) => {
    const verdict = judge(observed(over));
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.evidence.map((each) => each.rule)).toContain(rule);
  });

  test('every outcome is in the table', () => {
    expect(new Set(CASES.map(([, outcome]) => outcome)).size).toBe(7);
  });
});

const query = (address: string, targetId: string | null = null, targetText: string | null = null) =>
  targetQuery({ address, targetId, targetText });

describe('what is looked for', () => {
  test('the fragment, the ids of the address, the platform id and the text', () => {
    expect(
      query('https://social.example/p/1?comment_id=4711&reply_comment_id=9#c-1', 'x1', 'Hello'),
    ).toMatchObject({
      fragment: 'c-1',
      ids: ['x1', '4711', '9'],
      text: 'Hello',
    });
  });

  test('without a text only what may be an id of one thing', () => {
    const at = (rest: string) => query(`https://social.example/p/1${rest}`);
    for (const rest of ['?comment=1', '#main', '#top', '?comment_id=12&lc=next', '#comments'])
      expect(at(rest), rest).toBeNull();
    expect(at('#comment-1002')).toMatchObject({ fragment: 'comment-1002', ids: [] });
    expect(at('?lc=UgxKREWq7e&comment=1')).toMatchObject({ fragment: null, ids: ['UgxKREWq7e'] });
    // The report itself named something: that it cannot be told apart is no reason to say that nothing was named.
    expect(query('https://social.example/p/1', '1')).toMatchObject({ fragment: null, ids: [], text: null });
  });

  test('an address without any of them asks for nothing', () => {
    for (const address of [
      'https://social.example/p/1',
      'https://social.example/p/1#',
      'https://social.example/#!/p/1',
      'https://social.example/#/p/1',
    ])
      expect(query(address), address).toBeNull();
    expect(query('https://social.example/p/1', ' ', ' \n')).toBeNull();
  });
});

describe('a layer that asks for consent', () => {
  test('is known by its words or by what it calls itself, and goes with what dims the page behind it', () => {
    const cookies = layer('We use cookies to remember your choices.', 0.8);
    const dim = layer('', 1, { bare: true });
    const frame = layer('', 1, { label: 'consent Cookie consent' });
    expect(consentLayers([cookies])).toEqual([0]);
    expect(consentLayers([dim, frame])).toEqual([0, 1]);
    expect(consentLayers([dim])).toEqual([]);
    expect(consentLayers([layer('Log in to continue. We use cookies.', 0.8)])).toEqual([]);
    expect(consentLayers([layer('We use cookies', 0.01)])).toEqual([]);
    expect(consentLayers([layer('A recipe for biscuits', 0.8)])).toEqual([]);
  });

  test.each([
    ['Reject all', true],
    ['Only necessary cookies', true],
    ['Use necessary cookies only', true],
    ['Decline', true],
    ['Accept all', false],
    ['Manage options', false],
    ['Reject the amendment', false],
    ['OK', false],
  ])('is answered with "%s": %s', (label, presses) => {
    expect(refusalAmong(['Accept', label])).toBe(presses ? 1 : null);
  });
});
