/**
 * A small fictional city on the net: pages as a capture meets them, friendly and hostile. Pure: a path gives a page,
 * or a behaviour that only a server can have (`site.ts`). Nobody and nothing in it is real.
 */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** The server waits so long before it answers; Infinity: it never does. */
  readonly delayMs?: number;
  /** After the body the answer stays open and goes on with this text for ever. */
  readonly drip?: string;
}

const SITE_NAME = 'City of Rivertown';
/** The comment that most tests look for. */
export const COMMENT = {
  id: 'comment-4711',
  nativeId: '4711',
  text: 'The bridge on Elm Street has been closed for six weeks and nobody at city hall answers the phone.',
} as const;

const STYLE = `
  body { margin: 0; font: 16px/1.5 sans-serif; color: #1b1b1b; background: #f5f6f7; }
  header { background: #162e51; color: #fff; padding: 16px 32px; }
  main { max-width: 760px; margin: 24px auto; background: #fff; padding: 24px 32px; }
  .comment { border-top: 1px solid #dfe1e2; padding: 12px 0; }
  .by { font-weight: bold; } time { color: #565c65; font-size: 14px; }`;

function documentOf(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style>${head}</head>
<body>${body}</body></html>
`;
}

function comment(id: string, by: string, text: string): string {
  return `<article class="comment" id="comment-${id}" data-comment-id="${id}"><p class="by">${by}</p><p class="text">${text}</p><time datetime="2026-11-20T15:04:00Z">November 20, 2026</time></article>`;
}

const POST = `<h1>Road work on Elm Street</h1>
<p>Crews will repave Elm Street between Second and Fifth Avenue from Monday on. Please use Oak Street instead. The public works office answers questions on weekdays between eight and five.</p>`;

const COMMENTS = [
  comment('4709', 'Resident A', 'Thank you for the notice. Will the bus stop move?'),
  comment('4710', 'Resident B', 'Finally! The potholes there were a danger to every cyclist.'),
  comment(COMMENT.nativeId, 'Resident C', COMMENT.text),
  comment('4712', 'Resident D', 'Grüße aus dem Café – naïve façade, smørrebrød, 12 € … “quoted” and ½ done.'),
  comment('4713', 'Resident E', 'ok'),
];

function post(comments: readonly string[], extra = '', head = ''): string {
  return documentOf(
    `Road work on Elm Street | ${SITE_NAME}`,
    `<header>${SITE_NAME}</header><main>${POST}<section id="comments"><h2>Comments</h2>${comments.join('\n')}</section></main>${extra}`,
    head,
  );
}

const HTML = { 'content-type': 'text/html; charset=utf-8', 'x-site': 'rivertown' };

function html(body: string, status = 200, headers: Record<string, string> = {}): Page {
  return { status, headers: { ...HTML, ...headers }, body };
}

function redirect(to: string, status: number): Page {
  return {
    status,
    headers: { ...HTML, location: to },
    body: documentOf('Moved', `<a href="${to}">moved</a>`),
  };
}

/** A plain picture without any library: a scene of two colours, so that a blank one is told from it. */
function svg(label: string): Page {
  return {
    status: 200,
    headers: { 'content-type': 'image/svg+xml' },
    body: `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="270"><rect width="480" height="270" fill="#2378c3"/><circle cx="240" cy="135" r="80" fill="#ffbe2e"/><text x="20" y="250" font-size="24" fill="#fff">${label}</text></svg>`,
  };
}

const WALL = `<header>${SITE_NAME}</header><main><h1>Log in</h1><p>You must log in to continue.</p>
<form><label>Name <input name="user"></label><label>Password <input type="password" name="password"></label><button>Log in</button></form></main>`;

const PAGES: Readonly<Record<string, (query: URLSearchParams) => Page>> = {
  '/': () =>
    html(
      documentOf(
        SITE_NAME,
        `<header>${SITE_NAME}</header><main><h1>Welcome to Rivertown</h1><p>News of the city: <a href="/posts/elm-street">Road work on Elm Street</a>. The council meets on every second Tuesday of the month.</p></main>`,
      ),
    ),
  '/posts/elm-street': () => html(post(COMMENTS)),
  '/posts/elm-street-without': () => html(post(COMMENTS.filter((each) => !each.includes(COMMENT.id)))),
  '/posts/elm-street-tombstone': () =>
    html(
      post(
        COMMENTS.map((each) =>
          each.includes(COMMENT.id)
            ? comment(COMMENT.nativeId, 'Resident C', 'This reply was hidden by the page.')
            : each,
        ),
      ),
    ),
  '/posts/elm-street-picture': () =>
    html(
      post(
        COMMENTS,
        '<main><img src="/pictures/bridge.svg" width="480" height="270" alt="The bridge"></main>',
      ),
    ),
  '/posts/wrapped-text': () =>
    html(
      post([
        comment(
          COMMENT.nativeId,
          'Resident C',
          COMMENT.text.replaceAll(' ', '\n   ').replace('closed', '<b>closed</b>'),
        ),
      ]),
    ),
  '/posts/shadow': () =>
    html(
      post(
        [],
        `<main><div id="host"></div></main><script>const root = document.getElementById('host').attachShadow({ mode: 'open' }); root.innerHTML = ${JSON.stringify(comment(COMMENT.nativeId, 'Resident C', COMMENT.text))};</script>`,
      ),
    ),
  '/posts/framed': (query) =>
    html(
      post(
        [],
        `<main><iframe src="${query.get('frame') ?? '/posts/elm-street'}" width="700" height="900"></iframe></main>`,
      ),
    ),
  '/posts/scripted': () =>
    html(
      post(
        [],
        `<script>setTimeout(async () => { const answer = await fetch('/data/comments'); document.getElementById('comments').innerHTML = await answer.text(); }, 300);</script>`,
      ),
    ),
  '/data/comments': () => ({ ...html(COMMENTS.join('\n')), delayMs: 700 }),
  '/posts/covered': () =>
    html(
      post(
        COMMENTS,
        `<div role="dialog" aria-modal="true" style="position:fixed;inset:0;background:#fff;padding:200px"><h2>Log in to continue to Rivertown Social</h2><p>See posts, photos and more.</p></div>`,
      ),
    ),
  '/login': () => html(documentOf('Log in', WALL)),
  '/members-only': () => redirect('/login?next=%2Fmembers-only', 302),
  '/wall-in-place': () => html(documentOf('Members', WALL)),
  '/forbidden': () => html(documentOf('Forbidden', '<h1>Forbidden</h1>'), 403),
  '/empty': () => html(documentOf('', '')),
  '/spinner': () =>
    html(
      documentOf(
        'Loading',
        '<div style="width:48px;height:48px;border:6px solid #ccc;border-top-color:#333;border-radius:50%;margin:200px auto"></div>',
      ),
    ),
  '/gone-404': () => html(documentOf('Not found', '<main><h1>Page not found</h1></main>'), 404),
  '/gone-410': () => html(documentOf('Gone', '<main><h1>Gone</h1></main>'), 410),
  '/gone-words': () =>
    html(
      documentOf(
        'Rivertown Social',
        "<main><h1>This content isn't available right now</h1><p>When this happens, it's usually because the owner only shared it with a small group of people or it's been deleted.</p></main>",
      ),
    ),
  '/error-500': () =>
    html(
      documentOf(
        'Error',
        '<main><h1>Something went wrong</h1><p>Please try again in a few minutes.</p></main>',
      ),
      500,
    ),
  '/never-idle': () =>
    html(
      post(
        COMMENTS,
        `<p id="clock"></p><script>
          setInterval(() => { document.getElementById('clock').textContent = new Date().toISOString(); }, 50);
          setInterval(() => { fetch('/data/poll?' + Math.random()).catch(() => {}); }, 200);
          new EventSource('/data/stream');
        </script>`,
      ),
    ),
  '/never-still': () =>
    html(
      post(
        COMMENTS,
        `<main id="feed"></main><script>setInterval(() => { const p = document.createElement('p'); p.textContent = 'more'; document.getElementById('feed').append(p); }, 40);</script>`,
      ),
    ),
  '/data/poll': () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }),
  '/data/stream': () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: '',
    drip: 'data: tick\n\n',
  }),
  '/hangs': () => ({ ...html(''), delayMs: Infinity }),
  '/hop-1': () => redirect('/hop-2', 301),
  '/hop-2': () => redirect('/hop-3', 302),
  '/hop-3': () =>
    html(
      documentOf('On', '<p>moving on</p>', `<meta http-equiv="refresh" content="0;url=/posts/elm-street">`),
    ),
  '/loop': () => redirect('/loop', 302),
  '/redirect-to': (query) => redirect(query.get('to') ?? '/', 302),
  '/tall': () =>
    html(
      documentOf(
        'Tall',
        `<main style="padding:0">${Array.from({ length: 200 }, (_, i) => `<p style="height:100px;margin:0">Row ${i + 1} of 200</p>`).join('')}</main>`,
      ),
    ),
  '/lazy': () =>
    html(
      documentOf(
        'Lazy',
        `<main><h1>Photos of the river festival</h1>${Array.from({ length: 12 }, (_, i) => `<div style="height:700px"><img loading="lazy" src="/pictures/festival-${i}.svg" width="480" height="270" alt=""></div>`).join('')}</main>`,
      ),
    ),
  '/alert': () =>
    html(
      post(
        COMMENTS,
        `<script>alert('Hello'); confirm('Sure?'); prompt('Name?'); window.onbeforeunload = () => 'stay';</script>`,
      ),
    ),
  '/download': () =>
    html(
      post(
        COMMENTS,
        `<iframe src="/files/minutes.bin" hidden></iframe><script>location.href = '/files/minutes.bin';</script>`,
      ),
    ),
  '/files/minutes.bin': () => ({
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="minutes.bin"',
    },
    body: 'minutes of the meeting',
  }),
  '/popup': () =>
    html(post(COMMENTS, `<script>for (let i = 0; i < 3; i += 1) window.open('/', '_blank');</script>`)),
  '/endless-loop': () => html(post(COMMENTS, `<script>setTimeout(() => { for (;;) {} }, 50);</script>`)),
  '/crash': () =>
    html(post(COMMENTS, `<script>const all = []; for (;;) all.push(new Array(1e6).fill({}));</script>`)),
  '/slow-pictures': () =>
    html(post(COMMENTS, '<main><img src="/pictures/slow.svg" width="480" height="270" alt=""></main>')),
  '/missing-picture': () =>
    html(post(COMMENTS, '<main><img src="/pictures/none.png" width="480" height="270" alt=""></main>')),
  '/pictures/slow.svg': () => ({ ...svg('slow'), delayMs: 1500 }),
  /** Everything that a page can try to reach something with; `at` is the guarded address. */
  '/ssrf': (query) => {
    const at = query.get('at') ?? '';
    return html(
      post(
        COMMENTS,
        `<img src="http://${at}/img.png" alt=""><iframe src="http://${at}/frame"></iframe>
        <link rel="stylesheet" href="http://${at}/style.css"><link rel="prefetch" href="http://${at}/prefetch"><link rel="preconnect" href="http://${at}">
        <style>@font-face { font-family: probe; src: url(http://${at}/font.woff2); } .probe { font-family: probe; }</style><p class="probe">probe</p>
        <script>
          const say = (what) => { document.title += ' ' + what; };
          fetch('http://${at}/fetch', { mode: 'no-cors' }).then(() => say('fetch-answered'), () => {});
          fetch('https://${at}/fetch-tls', { mode: 'no-cors' }).catch(() => {});
          navigator.sendBeacon('http://${at}/beacon', 'x');
          try { new WebSocket('ws://${at}/socket').onopen = () => say('socket-open'); } catch {}
          new Worker(URL.createObjectURL(new Blob(["fetch('http://${at}/worker', { mode: 'no-cors' }).catch(() => {})"])));
          navigator.serviceWorker?.register('/service-worker.js?at=${encodeURIComponent(at)}').catch(() => {});
          try { const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:${at}' }] }); peer.createDataChannel('x'); peer.createOffer().then((offer) => peer.setLocalDescription(offer)); } catch {}
          try { new WebTransport('https://${at}/').ready.catch(() => {}); } catch {}
        </script>`,
      ),
    );
  },
  '/service-worker.js': (query) => ({
    status: 200,
    headers: { 'content-type': 'text/javascript' },
    body: `fetch('http://${query.get('at') ?? ''}/service-worker', { mode: 'no-cors' }).catch(() => {});`,
  }),
  /** Says whether this visitor was here before, by everything that a browser keeps. */
  '/visits': () =>
    html(
      documentOf(
        'Visits',
        `<main><p id="answer">nothing yet</p></main><script>
          const seen = document.cookie.includes('seen') || localStorage.getItem('seen') !== null;
          document.getElementById('answer').textContent = seen ? 'You were here before, dear visitor.' : 'This is your very first visit here.';
          document.cookie = 'seen=1; max-age=9999'; localStorage.setItem('seen', '1');
        </script>`,
      ),
    ),
  '/local-files': () =>
    html(
      post(
        COMMENTS,
        `<iframe src="file:///etc/passwd"></iframe><iframe src="view-source:http://localhost/"></iframe><object data="file:///etc/passwd"></object>
        <script>try { window.open('file:///etc/passwd'); } catch {} try { location.href = 'file:///etc/passwd'; } catch {} fetch('file:///etc/passwd').catch(() => {});</script>`,
      ),
    ),
  '/meta-refresh': (query) =>
    html(
      documentOf(
        'On',
        '<p>moving on</p>',
        `<meta http-equiv="refresh" content="0;url=${query.get('to') ?? '/'}">`,
      ),
    ),
};

/** `target` is a path with its query. Unknown paths are 404, as on any site. */
export function pageFor(target: string): Page {
  const url = new URL(target, 'http://rivertown.example');
  const known = Object.hasOwn(PAGES, url.pathname) ? PAGES[url.pathname] : undefined;
  if (known !== undefined) return known(url.searchParams);
  const picture = /^\/pictures\/([a-z0-9-]+)\.svg$/.exec(url.pathname);
  if (picture !== null) return svg(picture[1] ?? '');
  return html(documentOf('Not found', '<main><h1>Page not found</h1></main>'), 404);
}
