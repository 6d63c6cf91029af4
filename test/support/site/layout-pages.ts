/** Pages whose layout is hard to picture: tall, wide, sticky, scrolling inside themselves, moving. */
import { gradientOf, marksOf, strip, widthOf } from './marks.ts';
import type { Mark } from './marks.ts';
import { html, section, words } from './page.ts';
import type { Expected, SitePage } from './page.ts';

type Marker = ReturnType<typeof marksOf>;

/** A page that is one document. */
function page(
  name: string,
  pageNumber: number,
  build: (mark: Marker) => { readonly body: string; readonly head?: string } & Omit<Expected, 'outcome'>,
): SitePage {
  const { body, head, texts = [], ...expected } = build(marksOf(pageNumber));
  const sentence = `This is the page of the town that is named ${name}.`;
  // Beside everything else, so that no layout changes by it.
  const aside = `<p style="position:absolute;right:20px;top:2px;margin:0;font-size:12px">${sentence}</p>`;
  return {
    name,
    routes: { '/': () => ({ body: html(`Rivertown: ${name}`, body + aside, head) }) },
    expected: { outcome: ['captured'], texts: [sentence, ...texts], ...expected },
  };
}

function many(mark: Marker, count: number, cellPx = 8, heightPx = 24): Mark[] {
  return Array.from({ length: count }, () => mark(cellPx, heightPx));
}

/** Marks at these distances from the top of a positioned box. */
function at(marks: readonly Mark[], place: (i: number) => string): string {
  return marks.map((each, i) => strip(each, `position:absolute;${place(i)}`)).join('');
}

const tall = page('tall', 10, (mark) => {
  const rows = many(mark, 80);
  const last = mark();
  // Where tiles of the usual heights would be cut, a mark each.
  const cuts = [8192, 16_000, 16_384, 32_768].map((y) => [y, mark(8, 40)] as const);
  return {
    body: `<div style="position:relative;height:40000px">${at(rows, (i) => `left:40px;top:${i * 500 + 20}px`)}
${cuts.map(([y, each]) => strip(each, `position:absolute;left:400px;top:${y - 20}px`)).join('')}
${strip(last, 'position:absolute;left:40px;bottom:0')}<p style="position:absolute;top:39900px;left:400px">The very last line of the list.</p></div>`,
    shown: [...rows, ...cuts.map(([, each]) => each), last],
    texts: ['The very last line of the list.'],
    heightPx: [40_000, 40_000],
  };
});

const wide = page('wide', 11, (mark) => {
  const columns = many(mark, 40);
  const last = mark();
  const cuts = [8192, 16_000, 16_384].map((x) => [x, mark()] as const);
  return {
    body: `<div style="position:relative;width:20000px;height:700px">${at(columns, (i) => `top:${40 + (i % 5) * 100}px;left:${i * 500 + 20}px`)}
${cuts.map(([x, each]) => strip(each, `position:absolute;top:620px;left:${x - 50}px`)).join('')}${strip(last, 'position:absolute;top:560px;right:0')}</div>`,
    shown: [...columns, ...cuts.map(([, each]) => each), last],
    widthPx: [20_000, 20_000],
  };
});

const sticky = page('sticky', 12, (mark) => {
  const [head, foot, side, column] = [mark(), mark(), mark(), mark()];
  const rows = many(mark, 96);
  return {
    head: `<style>.head{position:sticky;top:0;height:80px;background:#eee;z-index:2}.foot{position:fixed;bottom:0;left:0;right:0;height:60px;background:#ddd;z-index:2}
.side{position:fixed;right:20px;bottom:120px;z-index:3;background:#eee;padding:8px}.cols{display:flex;gap:40px;padding-bottom:60px}.column{position:sticky;top:100px;align-self:flex-start}</style>`,
    body: `<div class="head">${strip(head, 'position:absolute;left:20px;top:20px')}</div>
<div class="cols"><div class="column">${strip(column)}</div><div style="position:relative;height:${rows.length * 200}px;width:600px">${at(rows, (i) => `left:0;top:${i * 200 + 90}px`)}</div></div>
<div class="side">${strip(side)}</div><div class="foot">${strip(foot, 'position:absolute;left:20px;top:20px')}</div>`,
    shown: [head, foot, side, column, ...rows],
    heightPx: [19_200, 19_500],
  };
});

const scroller = page('scroller', 13, (mark) => {
  const [before, inner, after] = [mark(), many(mark, 30), mark()];
  const deep = many(mark, 10);
  return {
    body: `<main>${strip(before)}<div style="height:300px;overflow:auto;border:1px solid #999">${inner.map((each, i) => `<div style="height:100px">${words(i)}${strip(each)}</div>`).join('')}
<div style="height:150px;overflow-y:scroll">${deep.map((each) => `<div style="height:60px">${strip(each)}</div>`).join('')}</div></div>${strip(after)}</main>`,
    shown: [before, ...inner, ...deep, after],
    target: { text: words(29), id: null, mark: inner[29] ?? null },
  };
});

const shell = page('shell', 14, (mark) => {
  const [bar, rows] = [mark(), many(mark, 60)];
  return {
    head: '<style>html,body{height:100%;overflow:hidden}#app{display:flex;flex-direction:column;height:100vh}#list{flex:1;overflow:auto;min-height:0}</style>',
    body: `<div id="app"><header class="top">${strip(bar)}</header><div id="list">${rows.map((each, i) => `<div style="height:100px">${words(i)}${strip(each)}</div>`).join('')}</div></div>`,
    shown: [bar, ...rows],
    texts: [words(0), words(59)],
  };
});

const halls = page('halls', 15, (mark) => {
  const rows = many(mark, 10);
  const part = (i: number): string =>
    `<section style="position:relative;height:100vh;background:#f4f4f${i}">${at(rows.slice(2 * i, 2 * i + 2), (j) => (j === 0 ? 'left:40px;top:40px' : 'left:40px;bottom:40px'))}</section>`;
  return {
    body: [0, 1, 2, 3, 4].map(part).join(''),
    shown: rows,
    // Five views of 900 px, as a visitor has them.
    heightPx: [4_500, 4_500],
  };
});

const print = page('print', 16, (mark) => {
  const [screen, both, paper] = [mark(), mark(), mark()];
  return {
    head: `<style>.paper{display:none}@media print{.screen{display:none}.paper{display:block}}</style>`,
    body: `<main>${strip(both)}<div class="screen">On the screen.${strip(screen)}</div><div class="paper">On paper.${strip(paper)}</div></main>`,
    shown: [screen, both],
    never: [paper],
    texts: ['On the screen.'],
    notTexts: ['On paper.'],
  };
});

const carousel = page('carousel', 17, (mark) => {
  const slides = many(mark, 5);
  const [above, below] = [mark(), mark()];
  return {
    body: `<main>${strip(above)}<div style="width:600px;height:200px;overflow:hidden;background:#eee"><div id="reel" style="display:flex;width:3000px;transition:transform .4s">${slides
      .map((each) => `<div style="width:600px;height:200px">${strip(each, 'margin:80px')}</div>`)
      .join('')}</div></div>${strip(below)}</main>
<script>let i = 0; setInterval(() => { i = (i + 1) % 5; document.getElementById('reel').style.transform = 'translateX(' + -600 * i + 'px)'; }, 1500);</script>`,
    shown: [above, below],
    oneOf: [slides],
    withinMs: 12_000,
  };
});

const moving = page('moving', 18, (mark) => {
  const [late, twin, spins] = [mark(), mark(), mark()];
  const reveals = many(mark, 20);
  return {
    head: `<style>@keyframes rise{from{opacity:0;transform:translateX(-300px)}to{opacity:1;transform:none}}@keyframes turn{to{transform:rotate(360deg)}}
.late{animation:rise .8s 1s both}.reveal{opacity:0;transform:translateX(-60px);transition:opacity .7s,transform .7s}.reveal.in{opacity:1;transform:none}
.turns{width:40px;height:40px;margin:20px;background:#36c;animation:turn 1s linear infinite}</style>`,
    body: `<main><div class="late">${strip(late)}</div><div class="turns"></div>${strip(spins)}<div id="js" style="opacity:0">${strip(twin)}</div>
${reveals.map((each, i) => `<div class="reveal" style="height:300px">${words(i)}${strip(each)}</div>`).join('')}</main>
<script>
const seen = new IntersectionObserver((entries) => { for (const entry of entries) if (entry.isIntersecting) entry.target.classList.add('in'); }, { threshold: 0.2 });
for (const each of document.querySelectorAll('.reveal')) seen.observe(each);
document.getElementById('js').animate([{ opacity: 0 }, { opacity: 1 }], { duration: 600, delay: 300, fill: 'both' });
</script>`,
    shown: [late, spins, twin, ...reveals],
    texts: [words(0), words(19)],
  };
});

const clock = page('clock', 19, (mark) => {
  const blocks = many(mark, 10);
  return {
    body: `<main><h1>The meeting begins in <span id="left">99</span> seconds</h1><div id="blocks"></div></main>
<script>
const blocks = ${JSON.stringify(blocks.map((each) => `<div style="height:60px">${strip(each)}</div>`))};
let shown = 0;
// One more each 150 ms: the page is not done while it still grows.
const growing = setInterval(() => { document.getElementById('blocks').insertAdjacentHTML('beforeend', blocks[shown++]); if (shown === blocks.length) clearInterval(growing); }, 150);
(function tick() { document.getElementById('left').textContent = String(99 - performance.now() / 1000); requestAnimationFrame(tick); })();
</script>`,
    shown: blocks,
    withinMs: 10_000,
  };
});

const skipped = page('skipped', 20, (mark) => {
  const parts = many(mark, 40);
  return {
    head: '<style>section{content-visibility:auto;contain-intrinsic-size:auto 300px}</style>',
    body: parts
      .map((each, i) => section(`Part ${i}`, words(i), [each], '<div style="height:180px"></div>'))
      .join(''),
    shown: parts,
    texts: [words(0), words(39)],
  };
});

const layers = page('layers', 21, (mark) => {
  const [top, backdrop, shownOver, clipped] = [mark(), mark(), mark(), mark()];
  return {
    // A dialog of the page itself that stays open: what lies beside it is still painted.
    head: `<style>dialog{margin:40px 20px 0 auto}dialog::backdrop{background:transparent}.clip{width:${widthOf(clipped)}px;height:24px;overflow:hidden;background:${gradientOf(clipped)}}</style>`,
    body: `<main>${strip(top)}<div class="clip"></div>${strip(backdrop)}</main><dialog id="d"><p>Office hours are from eight to five.</p>${strip(shownOver)}</dialog><script>document.getElementById('d').showModal();</script>`,
    shown: [top, backdrop, shownOver, clipped],
    texts: ['Office hours are from eight to five.'],
  };
});

export const LAYOUT_PAGES: readonly SitePage[] = [
  tall,
  wide,
  sticky,
  scroller,
  shell,
  halls,
  print,
  carousel,
  moving,
  clock,
  skipped,
  layers,
];
