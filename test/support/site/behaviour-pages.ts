/** Pages that do something to their visitor: send on, ask, open, download, demand consent. */
import { marksOf, strip } from './marks.ts';
import type { Mark } from './marks.ts';
import { html, section, words } from './page.ts';
import type { Answer, Expected, SitePage } from './page.ts';

function behaving(
  name: string,
  pageNumber: number,
  build: (
    marks: readonly Mark[],
  ) => { readonly routes: SitePage['routes']; readonly entry?: string } & Partial<Expected>,
): SitePage {
  const mark = marksOf(pageNumber);
  const marks = Array.from({ length: 6 }, () => mark());
  const { routes, entry, ...expected } = build(marks);
  return {
    name,
    ...(entry === undefined ? {} : { entry }),
    routes,
    expected: { outcome: ['captured'], shown: marks, texts: [words(pageNumber)], ...expected },
  };
}

function post(pageNumber: number, marks: readonly Mark[], more = '', head = ''): Answer {
  return { body: html('A post', `<main>${section('A post', words(pageNumber), marks)}</main>${more}`, head) };
}

function to(location: string, status: number): Answer {
  return { status, headers: { location }, body: html('Moved', `<a href="${location}">on</a>`) };
}

const popups = behaving('popups', 50, (marks) => ({
  routes: {
    '/': () =>
      post(50, marks, `<script>for (let i = 0; i < 4; i += 1) window.open('other?' + i, '_blank');</script>`),
    '/other': () => ({ body: html('Another window', '<p>Another window.</p>') }),
  },
  notTexts: ['Another window.'],
}));

const dialogs = behaving('dialogs', 51, (marks) => ({
  routes: {
    '/': () =>
      post(
        51,
        marks.slice(0, 3),
        `<div id="after"></div><script>alert('Welcome'); const sure = confirm('Show everything?'); prompt('Your name?');
document.getElementById('after').innerHTML = ${JSON.stringify(
          marks
            .slice(3)
            .map((each) => strip(each))
            .join(''),
        )};
addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'stay'; });</script>`,
      ),
  },
  incidents: { dialogs: 3 },
}));

const downloads = behaving('downloads', 52, (marks) => ({
  routes: {
    '/': () =>
      post(
        52,
        marks,
        `<iframe src="file" hidden></iframe><a id="a" href="file?second" download>minutes</a><script>document.getElementById('a').click(); setTimeout(() => { location.href = 'file?third'; }, 50);</script>`,
      ),
    '/file': () => ({
      body: 'The minutes of the meeting.\n'.repeat(100),
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="minutes.bin"',
      },
    }),
  },
  outcome: ['captured', 'partial'],
  allows: /download/i,
}));

const redirects = behaving('redirects', 53, (marks) => ({
  routes: {
    '/': () => to('two', 301),
    '/two': () => to('three', 302),
    '/three': () => to('four', 303),
    '/four': ({ origins }) => to(`${origins.other}/redirects/five`, 307),
    '/five': ({ origins }) => to(`${origins.town}/redirects/end`, 308),
    '/end': () => post(53, marks),
  },
  finalPath: '/redirects/end',
  way: [301, 302, 303, 307, 308],
}));

const refreshed = behaving('refreshed', 54, (marks) => ({
  routes: {
    '/': () => ({
      body: html('On', '<p>On we go.</p>', '<meta http-equiv="refresh" content="0;url=end">'),
    }),
    '/end': () => post(54, marks),
  },
  finalPath: '/refreshed/end',
  way: [200],
  notTexts: ['On we go.'],
}));

const sent = behaving('sent', 55, (marks) => ({
  routes: {
    '/': () => ({
      body: html(
        'On',
        `<p>On we go by script.</p><script>setTimeout(() => location.replace('end'), 200);</script>`,
      ),
    }),
    '/end': () => post(55, marks),
  },
  finalPath: '/sent/end',
  way: [200],
}));

/** Nothing is there until somebody consents. */
const cookieWall = behaving('cookie-wall', 56, (marks) => ({
  routes: {
    '/': () => ({
      body: html(
        'Rivertown Courier',
        `<div id="content"></div><div id="ask" role="dialog" aria-modal="true" style="position:fixed;inset:0;background:#fff;padding:200px 300px">
<h2>We value your privacy</h2><p>We and our partners use cookies. You may change your mind at any time.</p>
<button id="more">Manage options</button><button id="no">Reject all</button><button id="yes">Accept all</button></div>
<script>
async function go() {
  document.cookie = 'consent=1';
  const answer = await fetch('content');
  document.getElementById('content').innerHTML = await answer.text();
  document.getElementById('ask').remove();
}
document.getElementById('yes').onclick = go; document.getElementById('no').onclick = go;
</script>`,
      ),
    }),
    '/content': ({ headers }) =>
      headers.cookie?.includes('consent=1') === true
        ? { body: `<main>${section('News', words(56), marks)}</main>`, delayMs: 150 }
        : { status: 403 },
  },
  outcome: ['captured', 'partial'],
  allows: /consent|cookie|layer/i,
  notTexts: ['We value your privacy'],
}));

/** The content is there, under a layer that asks. */
const consentLayer = behaving('consent-layer', 57, (marks) => ({
  routes: {
    '/': () =>
      post(
        57,
        marks,
        `<div id="layer" class="cookie-banner" style="position:fixed;left:0;right:0;bottom:0;height:80%;background:#fffffff2;padding:40px"><h2>Cookies</h2>
<p>This site uses cookies to remember your choices.</p><button id="ok">Accept all cookies</button> <button id="few">Only necessary cookies</button></div>
<script>for (const id of ['ok', 'few']) document.getElementById(id).onclick = () => document.getElementById('layer').remove();</script>`,
      ),
  },
  outcome: ['captured', 'partial'],
  allows: /consent|cookie|layer/i,
}));

/** The layer comes late and from elsewhere, in a frame of another site. */
const consentFrame = behaving('consent-frame', 58, (marks) => ({
  routes: {
    '/': ({ origins }) =>
      post(
        58,
        marks,
        `<script>setTimeout(() => {
  const frame = document.createElement('iframe');
  frame.id = 'consent'; frame.src = '${origins.other}/consent-frame/ask'; frame.title = 'Cookie consent';
  frame.style.cssText = 'position:fixed;inset:0;width:100%;height:100%;border:0';
  document.body.append(frame);
}, 150);
addEventListener('message', ({ data }) => data === 'consent' && document.getElementById('consent')?.remove());</script>`,
      ),
    '/ask': () => ({
      body: html(
        'Consent',
        `<div style="padding:200px"><h2>Your choice of cookies</h2><p>Cookies are used to measure visits.</p><button id="b">Accept all</button></div><script>document.getElementById('b').onclick = () => parent.postMessage('consent', '*');</script>`,
      ),
    }),
  },
  outcome: ['captured', 'partial'],
  allows: /consent|cookie|layer/i,
}));

const refreshing = behaving('refreshing', 59, (marks) => ({
  routes: {
    // A page that loads itself anew now and then, as news tickers do.
    '/': () => post(59, marks, '', '<meta http-equiv="refresh" content="3">'),
  },
  outcome: ['captured', 'partial'],
  allows: /another|anew|went on|refresh|reload/i,
}));

export const BEHAVIOUR_PAGES: readonly SitePage[] = [
  popups,
  dialogs,
  downloads,
  redirects,
  refreshed,
  sent,
  cookieWall,
  consentLayer,
  consentFrame,
  refreshing,
];
