/** Pages by what they are made of: pictures of every kind, video, style sheets, fonts, letters, what is slow or broken. */
import { ranged } from './exchange-pages.ts';
import { gradientOf, letters, marksOf, rectsOf, strip, widthOf } from './marks.ts';
import type { Mark } from './marks.ts';
import { file, html, script, section, words } from './page.ts';
import type { Answer, SitePage } from './page.ts';
import { blockFont, drawing, picture, video } from './pictures.ts';

function media(): SitePage {
  const mark = marksOf(40);
  const [film, poster, canvas, svg, inlineSvg] = [mark(16, 48), mark(16, 48), mark(), mark(), mark()];
  const stills = (['png', 'jpeg', 'webp', 'avif', 'gif'] as const).map(
    (format) => [format, mark(16, 48)] as const,
  );
  return {
    name: 'media',
    routes: {
      '/': () => ({
        body: html(
          'Media',
          `<main><h1>Media</h1><video src="film.webm" width="320" height="180" muted preload="auto" controls></video>
<video poster="poster.png" width="320" height="180" preload="none" src="never-asked.webm"></video>
<p>The film shows the creek in spring.</p><canvas id="c" width="320" height="60"></canvas>
${stills.map(([format]) => `<img src="still.${format}" width="320" height="120" alt="">`).join('')}<img src="drawing.svg" alt="">
<svg width="${widthOf(inlineSvg)}" height="24">${rectsOf(inlineSvg, 0, 0)}</svg></main>
<script>
const picture = new Image();
picture.onload = () => document.getElementById('c').getContext('2d').drawImage(picture, 10, 10);
picture.src = 'drawn.svg';
</script>`,
        ),
      }),
      '/film.webm': async ({ headers }) =>
        ranged(await video(film, 320, 180), headers.range, { 'content-type': 'video/webm' }),
      '/poster.png': async () => file('image/png', await picture('png', poster, 320, 180)),
      '/drawing.svg': () => file('image/svg+xml', drawing(svg)),
      '/drawn.svg': () => file('image/svg+xml', drawing(canvas)),
      '*': async ({ url }) => {
        const still = stills.find(([format]) => url.pathname.endsWith(`still.${format}`));
        return still === undefined
          ? { status: 404 }
          : file(`image/${still[0]}`, await picture(still[0], still[1], 320, 120));
      },
    },
    expected: {
      outcome: ['captured'],
      shown: [film, poster, canvas, svg, inlineSvg, ...stills.map(([, each]) => each)],
      texts: ['The film shows the creek in spring.'],
    },
  };
}

function resources(): SitePage {
  const mark = marksOf(41);
  const css = {
    data: mark(),
    background: mark(),
    imported: mark(),
    content: mark(),
    set: mark(),
    importedPicture: mark(),
    block: mark(16, 16),
    packed: mark(16, 16),
  };
  const img = {
    data: mark(),
    srcset: mark(),
    source: mark(),
    object: mark(),
    use: mark(),
    preloaded: mark(),
  };
  // Asked for by browsers that look ahead, and shown by those alone that know no better.
  const unwanted = mark();
  const png = async (own: Mark): Promise<Answer> =>
    file('image/png', await picture('png', own, widthOf(own) + 16, own.heightPx + 16));
  return {
    name: 'resources',
    routes: {
      '/': async () => {
        const inline = (await picture('png', img.data, 160, 60)).toString('base64');
        return {
          body: html(
            'Resources',
            `<main><h1>Resources</h1><img src="data:image/png;base64,${inline}" alt="">
<img srcset="small.png 1x, large.png 2x" src="fallback.png" alt="">
<picture><source type="image/webp" media="(min-width:800px)" srcset="source.webp"><img src="fallback.png" alt=""></picture>
<object data="object.svg" type="image/svg+xml"></object><svg width="${widthOf(img.use)}" height="24"><use href="sprite.svg#own"/></svg>
<div id="preloaded"></div><div class="data"></div><div class="background"></div><div class="imported"></div><div class="imported-picture"></div><div class="content"></div><div class="set"></div>
${letters(css.block, 'SiteBlock')}${letters(css.packed, 'SitePacked')}</main><script src="preloaded.js" async></script>`,
            `<link rel="stylesheet" href="main.css"><link rel="preload" as="script" href="preloaded.js">`,
          ),
        };
      },
      '/main.css': () =>
        file(
          'text/css',
          `@import url("part/imported.css");
@font-face{font-family:SiteBlock;src:url(block.ttf)}@font-face{font-family:SitePacked;src:url(block.woff) format("woff")}
.data{height:56px;background:url('data:image/svg+xml,${encodeURIComponent(drawing(css.data))}') no-repeat}
.background{height:56px;background:url(background.png) no-repeat}
.content::before{content:url(content.png)}
.set{height:56px;background:image-set(url(set.png) 1x, url(set-2x.png) 2x) no-repeat}`,
        ),
      '/part/imported.css': () =>
        file(
          'text/css',
          `.imported{width:${widthOf(css.imported)}px;height:24px;background:${gradientOf(css.imported)}}.imported-picture{height:56px;background:url("../imported.png") no-repeat}`,
        ),
      '/background.png': async () => await png(css.background),
      '/imported.png': async () => await png(css.importedPicture),
      '/content.png': async () => await png(css.content),
      '/set.png': async () => await png(css.set),
      '/block.ttf': () => file('font/ttf', blockFont(false)),
      '/block.woff': () => file('font/woff', blockFont(true)),
      '/small.png': async () => await png(img.srcset),
      '/fallback.png': async () => await png(unwanted),
      '/source.webp': async () =>
        file('image/webp', await picture('webp', { ...img.source, cellPx: 8 }, 160, 64)),
      '/object.svg': () => file('image/svg+xml', drawing(img.object)),
      '/sprite.svg': () =>
        file(
          'image/svg+xml',
          `<svg xmlns="http://www.w3.org/2000/svg"><g id="own">${rectsOf(img.use, 0, 0)}</g></svg>`,
        ),
      '/preloaded.js': () =>
        script(`document.getElementById('preloaded').innerHTML = ${JSON.stringify(strip(img.preloaded))};`),
    },
    expected: { outcome: ['captured'], shown: [...Object.values(css), ...Object.values(img)] },
  };
}

const SCRIPTS = {
  latin: ['a', 'Ä', 'ß', 'é', 'ő', 'ł', 'ñ', 'ø'],
  cyrillic: ['б', 'Д', 'ж', 'Ы', 'ц', 'є', 'щ', 'ю'],
  arabic: ['ب', 'ج', 'د', 'ر', 'س', 'ص', 'ع', 'ه'],
  cjk: ['水', '橋', '市', '語', '한', 'の', 'カ', '学'],
  emoji: ['😀', '🚲', '🌊', '🍎', '👍🏽', '❤️', '🇺🇸', '🧑‍🚒'],
} as const;
const GLYPH_PX = 48;
/** Of a plane that is for private use, and that no font here fills. */
const NOBODYS = '\u{10FFF0}';

function letterforms(): SitePage {
  const mark = marksOf(46);
  const rows = Object.entries(SCRIPTS).map(([name, characters]) => ({ name, characters, below: mark() }));
  const row = (characters: readonly string[]): string =>
    `<div style="display:flex">${characters
      .map(
        (each) =>
          `<div style="width:${GLYPH_PX}px;height:${GLYPH_PX}px;overflow:hidden;font:30px/48px sans-serif;text-align:center">${each}</div>`,
      )
      .join('')}</div>`;
  return {
    name: 'letterforms',
    routes: {
      '/': () => ({
        body: html(
          'Letters',
          `<main><h1>Letters of five kinds</h1>${rows.map(({ characters, below }) => strip(below) + row(characters)).join('')}<p>And one of nobody: ${NOBODYS}</p></main>`,
        ),
      }),
    },
    expected: {
      outcome: ['captured', 'partial'],
      allows: /glyph/i,
      shown: rows.map(({ below }) => below),
      texts: Object.values(SCRIPTS).map(([first]) => first),
      glyphs: rows.map(({ name, characters, below }) => ({ below, characters, coloured: name === 'emoji' })),
      missingGlyphs: [NOBODYS],
    },
  };
}

function slow(): SitePage {
  const mark = marksOf(47);
  const [still, styled, scripted, fetched, font] = [mark(), mark(), mark(), mark(), mark(16, 16)];
  return {
    name: 'slow',
    routes: {
      '/': () => ({
        body: html(
          'Slow',
          `<main id="main"><h1>Slow</h1><img src="still.png" width="200" height="60" alt=""><div class="styled"></div>${letters(font, 'SiteSlow')}</main>
<script src="slow.js" defer></script><script>fetch('data').then(async (answer) => document.getElementById('main').insertAdjacentHTML('beforeend', await answer.text()));</script>`,
          `<link rel="stylesheet" href="slow.css">`,
        ),
      }),
      '/still.png': async () => ({
        ...file('image/png', await picture('png', still, 200, 60)),
        delayMs: 2_200,
      }),
      '/slow.css': () => ({
        ...file(
          'text/css',
          `@font-face{font-family:SiteSlow;src:url(slow.ttf)}.styled{width:${widthOf(styled)}px;height:24px;background:${gradientOf(styled)}}`,
        ),
        delayMs: 900,
      }),
      '/slow.ttf': () => ({ ...file('font/ttf', blockFont(false)), delayMs: 1_200 }),
      '/slow.js': () => ({
        ...script(
          `document.getElementById('main').insertAdjacentHTML('beforeend', ${JSON.stringify(strip(scripted))});`,
        ),
        delayMs: 800,
      }),
      '/data': () => ({ body: section('Data', words(2), [fetched]), delayMs: 2_500 }),
    },
    expected: {
      outcome: ['captured'],
      shown: [still, styled, scripted, fetched, font],
      texts: [words(2)],
      withinMs: 12_000,
    },
  };
}

/** What was asked for and not received is listed, by kind. */
function broken(): SitePage {
  const mark = marksOf(48);
  const own = mark();
  return {
    name: 'broken',
    routes: {
      '/': () => ({
        body: html(
          'Broken',
          `<main>${section('Broken', words(5), [own])}<img src="none.png" width="100" height="100" alt=""><script>fetch('breaks-off').then((answer) => answer.text()).catch(() => {}); fetch('fails').catch(() => {});</script></main>`,
          '<link rel="stylesheet" href="none.css">',
        ),
      }),
      '/breaks-off': () => ({ body: 'half of an answ', breaksOff: true }),
      '/fails': () => ({ status: 500, body: 'no' }),
      '*': () => ({ status: 404, body: 'There is no such thing.' }),
    },
    expected: {
      outcome: ['partial'],
      shown: [own],
      texts: [words(5)],
      missing: [/picture/, /style sheet/, /data request/],
    },
  };
}

export const RESOURCE_PAGES: readonly SitePage[] = [media(), resources(), letterforms(), slow(), broken()];
