/** Pages within pages: frames of every origin, open and closed shadow roots. */
import { marksOf, strip } from './marks.ts';
import type { Mark } from './marks.ts';
import { file, html, words } from './page.ts';
import type { Asked, SitePage } from './page.ts';
import { drawing, picture } from './pictures.ts';

function frames(): SitePage {
  const mark = marksOf(30);
  const names = ['same', 'sibling', 'other', 'third', 'inner', 'innermost', 'late'] as const;
  const own = new Map<string, Mark>(names.map((name) => [name, mark()]));
  const pictures = new Map<string, Mark>(names.map((name) => [name, mark(6, 18)]));
  const [outside, srcdoc, blob, written] = [mark(), mark(), mark(), mark()];
  const frame = (src: string, more = ''): string =>
    `<iframe src="${src}" width="700" height="300" style="border:0;display:block" ${more}></iframe>`;
  const inside = (name: string, more = ''): string => {
    const [text, drawn] = [own.get(name), pictures.get(name)];
    if (text === undefined || drawn === undefined) throw new Error(`There is no frame ${name}.`);
    return html(
      name,
      `<p>Words in the frame named ${name}.</p>${strip(text)}<img src="${name}.svg" alt="">${more}`,
    );
  };
  const routes: SitePage['routes'] = {
    '/': ({ origins }) => ({
      body: html(
        'Frames',
        `<main><h1>Frames</h1>${strip(outside)}
${frame('frame/same')}${frame(`${origins.sibling}/frames/frame/sibling`)}
<iframe src="${origins.other}/frames/frame/other" width="700" height="1000" style="border:0;display:block"></iframe>
${frame(`${origins.third}/frames/frame/third`, 'sandbox="allow-scripts"')}
<iframe srcdoc="${strip(srcdoc).replaceAll('"', '&quot;')}" width="700" height="60" style="border:0;display:block"></iframe>
<iframe id="blob" width="700" height="60" style="border:0;display:block"></iframe><iframe id="written" width="700" height="60" style="border:0;display:block"></iframe>
<div style="height:6000px"></div>${frame(`${origins.other}/frames/frame/late`, 'loading="lazy"')}</main>
<script>
document.getElementById('blob').src = URL.createObjectURL(new Blob([${JSON.stringify(strip(blob))}], { type: 'text/html' }));
const frame = document.getElementById('written').contentDocument; frame.open(); frame.write(${JSON.stringify(strip(written))}); frame.close();
</script>`,
      ),
    }),
    // Third address inside the second inside the first; the middle one is the town again, seen from elsewhere.
    '/frame/other': ({ origins }) => ({
      body: inside(
        'other',
        `<iframe src="${origins.third}/frames/frame/inner" width="600" height="700" style="border:0;display:block"></iframe>`,
      ),
    }),
    '/frame/inner': ({ origins }) => ({
      body: inside(
        'inner',
        `<iframe src="${origins.town}/frames/frame/innermost" width="500" height="300" style="border:0;display:block"></iframe>`,
      ),
    }),
    '*': ({ url }: Asked) => {
      const [, name = '', kind] = /\/frame\/(\w+?)(\.svg)?$/.exec(url.pathname) ?? [];
      const drawn = pictures.get(name);
      if (drawn === undefined) return { status: 404 };
      return kind === undefined ? { body: inside(name) } : file('image/svg+xml', drawing(drawn));
    },
  };
  return {
    name: 'frames',
    routes,
    expected: {
      outcome: ['captured'],
      shown: [outside, srcdoc, blob, written, ...own.values(), ...pictures.values()],
      texts: names.map((name) => `Words in the frame named ${name}.`),
      target: {
        text: 'Words in the frame named innermost.',
        id: null,
        mark: own.get('innermost') ?? null,
      },
    },
  };
}

function shadows(): SitePage {
  const mark = marksOf(31);
  const [light, open, closed, deep, slotted, declared, lazy, closedLazy] = [
    mark(),
    mark(),
    mark(),
    mark(),
    mark(),
    mark(),
    mark(8, 32),
    mark(8, 32),
  ];
  return {
    name: 'shadows',
    routes: {
      '/': () => ({
        body: html(
          'Shadow roots',
          `<main><h1>Shadow roots</h1>${strip(light)}<div id="open"></div><div id="closed"></div><div id="slot"><div slot="in">${words(3)}${strip(slotted)}</div></div>
<div><template shadowrootmode="closed"><p>${words(4)}</p>${strip(declared)}</template></div></main>
<script>
const put = (host, mode, html) => { const root = host.attachShadow({ mode }); root.innerHTML = html; return root; };
put(document.getElementById('open'), 'open', ${JSON.stringify(`<p>${words(1)}</p>${strip(open)}<div style="height:3000px"></div><img loading="lazy" src="lazy.png" width="200" height="80" alt="">`)});
const shut = put(document.getElementById('closed'), 'closed', ${JSON.stringify(`<p>${words(2)}</p>${strip(closed)}<div id="in"></div><img loading="lazy" src="closed-lazy.png" width="200" height="80" alt="">`)});
put(shut.getElementById('in'), 'closed', ${JSON.stringify(strip(deep))});
put(document.getElementById('slot'), 'open', '<section><slot name="in"></slot></section>');
</script>`,
        ),
      }),
      '/lazy.png': async () => file('image/png', await picture('png', lazy, 200, 80)),
      '/closed-lazy.png': async () => file('image/png', await picture('png', closedLazy, 200, 80)),
    },
    expected: {
      outcome: ['captured'],
      shown: [light, open, closed, deep, slotted, declared, lazy, closedLazy],
      texts: [words(1), words(2), words(3), words(4)],
      // Reported words may stand behind a closed root too.
      target: { text: words(2), id: null, mark: closed },
    },
  };
}

export const FRAME_PAGES: readonly SitePage[] = [frames(), shadows()];
