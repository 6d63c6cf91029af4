/** Pages that people talk on: a long thread, an endless feed, one that scripts build, one that never rests. */
import { marksOf, strip } from './marks.ts';
import { file, html, json, script, section, words } from './page.ts';
import type { SitePage } from './page.ts';
import { picture } from './pictures.ts';

function thread(name: string, comments: number): SitePage {
  const mark = marksOf(1);
  const reported = Math.floor(comments * 0.54);
  const said = Array.from({ length: comments }, () => mark(6, 18));
  const faces = Array.from({ length: comments }, () => mark(4, 16));
  const list = said
    .map(
      (own, i) =>
        `<article id="comment-${i}" data-comment-id="c${i}"><img src="face-${i}.png" width="64" height="48" alt=""><b>A Resident ${i}</b><p>${words(i)}</p>${strip(own)}</article>`,
    )
    .join('\n');
  const css = `<style>article{height:115px;box-sizing:border-box;border-top:1px solid #ddd;padding:6px 0;overflow:hidden}
article img{float:left;margin:6px 16px 40px 0}article p{margin:2px 0}</style>`;
  return {
    name,
    entry: `#comment-${reported}`,
    routes: {
      '/': () => ({
        body: html(
          'The bridge on Elm Street',
          `<header class="top">City of Rivertown</header><main><h1>The bridge on Elm Street</h1>${list}</main>`,
          css,
        ),
      }),
      '*': async ({ url }) => {
        const face = faces[Number(/face-(\d+)\.png$/.exec(url.pathname)?.[1] ?? NaN)];
        return face === undefined ? { status: 404 } : file('image/png', await picture('png', face, 64, 48));
      },
    },
    expected: {
      outcome: ['captured'],
      shown: [...said, ...faces],
      texts: [words(0), words(reported), words(comments - 1)],
      target: { text: words(reported), id: null, mark: said[reported] ?? null },
      heightPx: [comments * 115, comments * 115 + 400],
      withinMs: 90_000,
    },
  };
}

const PER_LOAD = 20;

function feed(name: string, count: number): SitePage {
  const mark = marksOf(2);
  const photos = Array.from({ length: count }, () => mark(16, 48));
  const batch = (from: number): string =>
    photos
      .slice(from, from + PER_LOAD)
      .map(
        (_, i) =>
          `<article style="height:450px"><img loading="lazy" src="photo-${from + i}.jpg" width="640" height="420" alt=""><br>Photo ${from + i} by A Resident ${(from + i) % 40}</article>`,
      )
      .join('');
  return {
    name,
    routes: {
      '/': () => ({
        body: html(
          'Photos of the river festival',
          `<main><h1>Photos of the river festival</h1><div id="feed">${batch(0)}</div><div id="more" style="height:1px"></div></main>
<script>
let next = ${PER_LOAD}, busy = false;
const near = new IntersectionObserver(async ([entry]) => {
  if (!entry.isIntersecting || busy || next >= ${count}) return;
  busy = true;
  const answer = await fetch('more?from=' + next);
  document.getElementById('feed').insertAdjacentHTML('beforeend', await answer.text());
  next += ${PER_LOAD}; busy = false;
  near.unobserve(entry.target); near.observe(entry.target);
}, { rootMargin: '600px' });
near.observe(document.getElementById('more'));
</script>`,
        ),
      }),
      '/more': ({ url }) => ({ body: batch(Number(url.searchParams.get('from'))), delayMs: 80 }),
      '*': async ({ url }) => {
        const photo = photos[Number(/photo-(\d+)\.jpg$/.exec(url.pathname)?.[1] ?? NaN)];
        return photo === undefined
          ? { status: 404 }
          : file('image/jpeg', await picture('jpeg', photo, 640, 420, true));
      },
    },
    expected: {
      outcome: ['captured'],
      shown: photos,
      texts: ['Photo 0 by A Resident 0', `Photo ${count - 1} by A Resident ${(count - 1) % 40}`],
      heightPx: [count * 450, count * 450 + 400],
      withinMs: 90_000,
    },
  };
}

function bottomless(): SitePage {
  const mark = marksOf(3);
  const blocks = Array.from({ length: 1000 }, () => mark(8, 24));
  const batch = (from: number): string =>
    Array.from({ length: 10 }, (_, i) => {
      const block = blocks[from + i];
      return `<section style="height:400px"><h2>Day ${from + i}</h2>${block === undefined ? '' : strip(block)}</section>`;
    }).join('');
  return {
    name: 'bottomless',
    routes: {
      '/': () => ({
        body: html(
          'A diary without an end',
          `<main><div id="feed">${batch(0)}</div></main><script>
let next = 10, busy = false;
addEventListener('scroll', more); more();
async function more() {
  if (busy || scrollY + innerHeight < document.documentElement.scrollHeight - 900) return;
  busy = true;
  const answer = await fetch('more?from=' + next);
  document.getElementById('feed').insertAdjacentHTML('beforeend', await answer.text());
  next += 10; busy = false; more();
}
</script>`,
        ),
      }),
      '/more': ({ url }) => ({ body: batch(Number(url.searchParams.get('from'))), delayMs: 40 }),
    },
    expected: {
      // It has no end: what was opened must be shown, and that it goes on must be said.
      outcome: ['partial'],
      shown: blocks.slice(0, 60),
      missing: [/limit|end|goes on|further|px|opened/i],
      withinMs: 90_000,
    },
  };
}

function spa(): SitePage {
  const mark = marksOf(4);
  const views = Array.from({ length: 7 }, () => mark());
  const frame = mark();
  return {
    name: 'spa',
    routes: {
      '/': () => ({
        body: html(
          'Rivertown',
          `<div id="app"></div><script type="module" src="app.js"></script>`,
          `<link rel="modulepreload" href="parts/draw.js">`,
        ),
      }),
      '/app.js': () =>
        script(
          `import { draw } from './parts/draw.js';
const app = document.getElementById('app');
draw(app, ${JSON.stringify(`<main><h1>Questions to the council</h1>${strip(frame)}<div id="views"></div></main>`)});
for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven']) {
  const view = await import('./parts/view.js?name=' + name);
  await view.show(document.getElementById('views'));
}
history.replaceState({}, '', '?view=all');`,
        ),
      '/parts/draw.js': () =>
        script(
          `export const draw = (into, html) => { const part = document.createElement('div'); part.innerHTML = html; into.append(part); };`,
        ),
      '/parts/view.js': ({ url }) =>
        script(`import { draw } from './draw.js';
export async function show(into) {
  const answer = await fetch('api/${url.searchParams.get('name')}', { headers: { accept: 'application/json' } });
  const { html } = await answer.json();
  draw(into, html);
}`),
      '*': ({ url }) => {
        const i = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].indexOf(
          /api\/(\w+)$/.exec(url.pathname)?.[1] ?? '',
        );
        const own = views[i];
        return own === undefined
          ? { status: 404 }
          : {
              ...json({ html: section(`Question ${i}`, words(i), [own]) }),
              delayMs: 120,
            };
      },
    },
    expected: {
      outcome: ['captured'],
      shown: [frame, ...views],
      texts: [words(6)],
      target: { text: words(6), id: null, mark: views[6] ?? null },
    },
  };
}

function live(): SitePage {
  const mark = marksOf(5);
  const [plain, polled, streamed, socketed, last] = [mark(), mark(), mark(), mark(), mark()];
  return {
    name: 'live',
    routes: {
      '/': ({ origins }) => ({
        body: html(
          'Flood watch',
          `<main><h1>Flood watch</h1>${section('Level', 'The river stands at eleven feet and falls.', [plain])}
<div id="polled"></div><div id="streamed"></div><div id="socketed"></div><p id="clock"></p>${strip(last)}</main>
<script>
const put = (id, html) => { const at = document.getElementById(id); if (at.innerHTML === '') at.innerHTML = html; };
setInterval(async () => { const answer = await fetch('poll?' + Math.random()); put('polled', (await answer.json()).html); }, 200);
new EventSource('events').onmessage = ({ data }) => put('streamed', JSON.parse(data).html ?? '');
new WebSocket('${origins.town.replace('http:', 'ws:')}/live/socket').onmessage = ({ data }) => data !== 'tick' && put('socketed', data);
setInterval(() => { document.getElementById('clock').textContent = new Date().toISOString(); }, 50);
</script>`,
        ),
      }),
      '/poll': () => json({ html: strip(polled), level: 11 }),
      '/events': () => ({
        body: `data: ${JSON.stringify({ html: strip(streamed) })}\n\n`,
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
        goesOn: { everyMs: 300, part: (i) => `data: {"tick":${i}}\n\n` },
      }),
    },
    sockets: { '/socket': strip(socketed) },
    expected: {
      outcome: ['captured'],
      shown: [plain, polled, streamed, socketed, last],
      texts: ['The river stands at eleven feet and falls.'],
      withinMs: 10_000,
    },
  };
}

/** A list that keeps only what is near the view, as long threads of some platforms do. */
function recycled(): SitePage {
  const mark = marksOf(6);
  const rows = Array.from({ length: 150 }, () => mark(8, 24));
  return {
    name: 'recycled',
    routes: {
      '/': () => ({
        body: html(
          'Minutes, line by line',
          `<main><h1>Minutes</h1><div id="list" style="position:relative;height:${rows.length * 120}px"></div></main>
<script>
const rows = ${JSON.stringify(rows.map((row, i) => `<b>Line ${i}</b>${strip(row)}`))};
const list = document.getElementById('list');
const drawn = new Map();
function draw() {
  const from = Math.floor((scrollY - 300) / 120), to = Math.ceil((scrollY + innerHeight + 300) / 120);
  for (const [i, row] of drawn) if (i < from || i > to) { row.remove(); drawn.delete(i); }
  for (let i = Math.max(0, from); i <= Math.min(rows.length - 1, to); i += 1) {
    if (drawn.has(i)) continue;
    const row = document.createElement('div');
    row.style.cssText = 'position:absolute;left:0;height:120px;top:' + i * 120 + 'px';
    row.innerHTML = rows[i];
    list.append(row); drawn.set(i, row);
  }
}
addEventListener('scroll', draw); addEventListener('resize', draw); draw();
</script>`,
        ),
      }),
    },
    expected: {
      outcome: ['captured', 'partial'],
      shown: rows,
      excuse: /taken away|removed|recycl|keeps only|not all|left out|near the view/i,
    },
  };
}

export const DISCUSSION_PAGES: readonly SitePage[] = [
  thread('thread', 400),
  feed('feed', 200),
  bottomless(),
  spa(),
  live(),
  recycled(),
];

/** The two longest, shorter: they ask the same. */
export const SHORTER_PAGES: readonly SitePage[] = [thread('short-thread', 100), feed('short-feed', 40)];
