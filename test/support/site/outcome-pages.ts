/** Pages that are no capture: gone, walled, empty, blocked, never done. None of them may pass as captured. */
import type { CaptureOutcome } from '#capture/capture.ts';
import { html } from './page.ts';
import type { Answer, Asked, Expected, SitePage } from './page.ts';

function ending(
  name: string,
  outcome: readonly CaptureOutcome[],
  answer: Answer | ((asked: Asked) => Answer),
  more: Partial<Expected> & { readonly others?: SitePage['routes'] } = {},
): SitePage {
  const { others, ...expected } = more;
  return {
    name,
    routes: { '/': typeof answer === 'function' ? answer : () => answer, ...others },
    expected: {
      outcome,
      shown: [],
      // Somebody reported a comment; nothing of it is here.
      target: { text: 'The gate of the old depot stands open every night.', id: null, mark: null },
      ...expected,
    },
  };
}

const NAV =
  '<header class="top">Rivertown Social <a href="/">Home</a> <a href="/about">About</a> <a href="/help">Help</a> <a href="/terms">Terms of use</a></header>';
const FORM = `<main><h1>Welcome back</h1><form><label>E-mail <input name="user"></label><label>Password <input type="password"></label><button>Log in</button></form><p>No account? Sign up.</p></main>`;
const SPINNER = `<style>@keyframes turn{to{transform:rotate(1turn)}}.spin{width:64px;height:64px;border:8px solid #ccc;border-top-color:#333;border-radius:50%;margin:200px auto 20px;animation:turn 1s linear infinite}</style><div class="spin" role="progressbar"></div>`;
const BONES = `<style>@keyframes shine{50%{opacity:.4}}.bone{background:#ddd;border-radius:8px;height:20px;margin:16px;animation:shine 1.2s infinite}.bone.face{width:64px;height:64px;border-radius:50%}.bone.photo{height:320px}</style>${'<div class="bone face"></div><div class="bone" style="width:40%"></div><div class="bone"></div><div class="bone photo"></div>'.repeat(3)}`;

export const OUTCOME_PAGES: readonly SitePage[] = [
  ending('gone-404', ['gone'], { status: 404, body: html('Not found', `${NAV}<h1>Not found</h1>`) }),
  ending('gone-410', ['gone'], { status: 410, body: html('Gone', `${NAV}<h1>Gone</h1>`) }),
  ending('gone-soft', ['gone'], {
    body: html(
      'Rivertown Social',
      `${NAV}<main><h1>Page not found</h1><p>Sorry, we couldn't find that page. Check the address and try again.</p></main>`,
    ),
  }),
  ending('gone-deleted', ['gone'], {
    body: html(
      'Rivertown Social',
      `${NAV}<main><h1>Post</h1><p>This comment has been deleted by its author.</p></main>`,
    ),
  }),
  ending('gone-unavailable', ['gone'], {
    body: html(
      'Rivertown Social',
      `${NAV}<main><h1>This content isn't available right now</h1><p>It may have been removed, or only a small group may see it.</p></main>`,
    ),
  }),

  ending('wall-form', ['wall'], { body: html('Rivertown Social', NAV + FORM) }),
  ending(
    'wall-redirect',
    ['wall'],
    { status: 302, headers: { location: 'login?next=post' }, body: '' },
    { others: { '/login': () => ({ body: html('Log in', NAV + FORM) }) } },
  ),
  ending(
    'wall-login',
    ['wall'],
    // A login page without a password field: it asks for a name first.
    { status: 302, headers: { location: '/wall-login/signin/login' }, body: '' },
    {
      others: {
        '/signin/login': () => ({
          body: html(
            'Sign in',
            `${NAV}<main><h1>Sign in to see this post</h1><label>Phone or e-mail <input></label><button>Next</button></main>`,
          ),
        }),
      },
    },
  ),
  ending('wall-401', ['wall'], {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="members"' },
    body: html('Members', '<h1>Members only</h1><p>Please give your name and password.</p>'),
  }),
  ending('wall-403', ['wall'], { status: 403, body: html('Forbidden', '<h1>Forbidden</h1>') }),
  ending('wall-overlay', ['wall'], {
    body: html(
      'Rivertown Social',
      `${NAV}<main>${'<p>Some post of the town that is not the one that was asked for, blurred.</p>'.repeat(40)}</main>
<div style="position:fixed;inset:0;background:#000a"><div role="dialog" aria-modal="true" style="position:fixed;left:15%;top:15%;width:70%;height:70%;background:#fff;padding:40px"><h2>See more on Rivertown Social</h2><p>Log in to continue.</p><button>Log in</button><button>Create an account</button></div></div>`,
    ),
  }),

  ending('empty', ['empty'], { body: html('', '') }),
  ending('empty-nothing', ['empty'], { body: '' }),
  ending('empty-error', ['empty'], {
    status: 500,
    body: html('Error', '<h1>Something went wrong</h1><p>Please try again in a few minutes.</p>'),
  }),
  ending('spinner', ['empty', 'timeout'], { body: html('Rivertown Social', SPINNER) }),
  ending('spinner-words', ['empty', 'timeout'], {
    body: html(
      'Rivertown Social',
      `${SPINNER}<p style="text-align:center">Please wait a moment while we load the conversation for you …</p>`,
    ),
  }),
  ending(
    'spinner-asking',
    ['empty', 'timeout'],
    {
      // It would be done if its server answered.
      body: html('Rivertown Social', `${SPINNER}<script>fetch('data').catch(() => {});</script>`),
    },
    { others: { '/data': () => ({ delayMs: Infinity }) }, deadlineMs: 20_000 },
  ),
  ending('skeleton', ['empty', 'timeout'], { body: html('Rivertown Social', NAV + BONES) }),
  ending('noscript', ['empty'], {
    body: html(
      'Rivertown Social',
      `<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src="app.js"></script>`,
    ),
  }),

  ending('blocked-robot', ['wall', 'blocked'], {
    status: 503,
    body: html(
      'Just a moment...',
      '<h1>Checking your browser before you go on</h1><p>This check is automatic. Please allow up to five seconds.</p>',
    ),
  }),
  ending('blocked-human', ['wall', 'blocked'], {
    body: html(
      'Security check',
      '<h1>Verify that you are human</h1><label><input type="checkbox"> I am not a robot</label><p>We noticed unusual traffic from your network.</p>',
    ),
  }),
  {
    ...ending('blocked-private', ['blocked'], { status: 404 }),
    address: 'http://10.0.0.1/',
  },
  ending('blocked-redirect', ['blocked'], {
    status: 302,
    headers: { location: 'http://192.168.10.4/setup' },
    body: '',
  }),

  ending('timeout-silent', ['timeout'], { delayMs: Infinity }, { deadlineMs: 3_000 }),
  ending('timeout-head', ['timeout'], { manner: 'trickling-head' }, { deadlineMs: 3_000 }),
  ending(
    'timeout-body',
    ['timeout', 'empty'],
    { body: '<!doctype html><html><body>', goesOn: { everyMs: 200, part: (i) => `<!-- ${i} -->` } },
    { deadlineMs: 8_000 },
  ),
];
