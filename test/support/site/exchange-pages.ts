/** Pages by how their parts travel: codings, chunks, posts, ranges, what a service worker kept. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { marksOf } from './marks.ts';
import type { Mark } from './marks.ts';
import { html, json, script, section, words } from './page.ts';
import type { Answer, Asked, SitePage } from './page.ts';
import { picture } from './pictures.ts';

function codings(): SitePage {
  const mark = marksOf(42);
  const kinds = [
    'plain',
    'gzip',
    'br',
    'deflate',
    'chunked',
    'chunked-gzip',
    'until-close',
    'large',
    'empty',
  ];
  const own = new Map(kinds.filter((kind) => kind !== 'empty').map((kind) => [kind, mark()]));
  const answer = ({ url }: Asked): Answer => {
    const kind = /part\/([\w-]+)$/.exec(url.pathname)?.[1] ?? '';
    const each = own.get(kind);
    if (kind === 'empty') return { status: 204 };
    if (each === undefined) return { status: 404 };
    const body = Buffer.from(
      section(kind, `Sent as ${kind}.`, [each], kind === 'large' ? `<!--${words(7).repeat(50_000)}-->` : ''),
    );
    const coded = (coding: string, bytes: Buffer): Answer => ({
      body: bytes,
      headers: { 'content-encoding': coding },
    });
    switch (kind) {
      case 'gzip':
        return coded('gzip', gzipSync(body));
      case 'br':
        return coded('br', brotliCompressSync(body));
      case 'deflate':
        return coded('deflate', deflateSync(body));
      case 'chunked':
        return { body, manner: 'chunked' };
      case 'chunked-gzip':
        return { ...coded('gzip', gzipSync(body)), manner: 'chunked' };
      case 'until-close':
        return { body, manner: 'until-close' };
      default:
        return { body };
    }
  };
  return {
    name: 'codings',
    routes: {
      '/': () => ({
        body: gzipSync(
          html(
            'Codings',
            `<main id="main"></main><script>(async () => { for (const kind of ${JSON.stringify(kinds)}) {
  const answer = await fetch('part/' + kind); document.getElementById('main').insertAdjacentHTML('beforeend', await answer.text()); } })();</script>`,
          ),
        ),
        headers: { 'content-encoding': 'gzip' },
      }),
      '*': answer,
    },
    expected: {
      outcome: ['captured'],
      shown: [...own.values()],
      texts: [...own.keys()].map((kind) => `Sent as ${kind}.`),
    },
  };
}

function posts(): SitePage {
  const mark = marksOf(43);
  const kinds = ['json', 'form', 'multipart', 'xhr', 'put', 'binary'] as const;
  const own = new Map<string, Mark>(kinds.map((kind) => [kind, mark()]));
  return {
    name: 'posts',
    routes: {
      '/': () => ({
        body: html(
          'Posts',
          `<main id="main"></main><script>
const put = (html) => document.getElementById('main').insertAdjacentHTML('beforeend', html);
const ask = async (kind, init) => put((await (await fetch('take/' + kind, { method: 'POST', ...init })).json()).html);
(async () => {
  await ask('json', { body: JSON.stringify({ question: 'When does the pool open?' }), headers: { 'content-type': 'application/json' } });
  await ask('form', { body: new URLSearchParams({ question: 'pool', by: 'A Resident 8' }) });
  const form = new FormData(); form.set('question', 'pool'); form.set('file', new Blob(['some bytes']), 'a.txt');
  await ask('multipart', { body: form });
  await ask('put', { method: 'PUT', body: 'x'.repeat(70000) });
  await ask('binary', { body: new Uint8Array([0, 255, 10, 13, 13, 10, 0]) });
  const xhr = new XMLHttpRequest();
  xhr.open('POST', 'take/xhr'); xhr.onload = () => put(JSON.parse(xhr.responseText).html); xhr.send('by xhr');
  navigator.sendBeacon('beacon', 'seen');
})();
</script>`,
        ),
      }),
      '/beacon': () => ({ status: 204 }),
      '*': ({ url, body }) => {
        const each = own.get(/take\/(\w+)$/.exec(url.pathname)?.[1] ?? '');
        return each === undefined
          ? { status: 404 }
          : json({ html: section('Taken', `${body.length > 0 ? 'Taken' : 'Nothing'}.`, [each]) });
      },
    },
    expected: {
      outcome: ['captured'],
      shown: [...own.values()],
      texts: ['Taken.'],
      notTexts: ['Nothing.'],
    },
  };
}

function ranges(): SitePage {
  const mark = marksOf(44);
  const own = mark(8, 40);
  return {
    name: 'ranges',
    routes: {
      '/': () => ({
        body: html(
          'Ranges',
          `<main><h1>Three parts of one picture</h1><img id="i" width="300" height="100" alt=""></main><script>(async () => {
  const part = async (range) => (await fetch('whole.png', { headers: { range: 'bytes=' + range } })).blob();
  const parts = [await part('0-99'), await part('100-299'), await part('300-')];
  document.getElementById('i').src = URL.createObjectURL(new Blob(parts, { type: 'image/png' }));
})();</script>`,
        ),
      }),
      '/whole.png': async ({ headers }) =>
        ranged(await picture('png', own, 300, 100), headers.range, { 'content-type': 'image/png' }),
    },
    expected: { outcome: ['captured'], shown: [own] },
  };
}

function worker(): SitePage {
  const mark = marksOf(45);
  const [stored, invented] = [mark(), mark()];
  return {
    name: 'worker',
    routes: {
      '/': () => ({
        body: html(
          'Service worker',
          `<main id="main"><h1>Kept by a worker</h1></main><script>(async () => {
  const put = (html) => document.getElementById('main').insertAdjacentHTML('beforeend', html);
  await navigator.serviceWorker.register('worker.js');
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
  put(await (await fetch('stored')).text());
  put(await (await fetch('invented')).text());
})();</script>`,
        ),
      }),
      '/worker.js': () =>
        script(`addEventListener('install', (event) => { skipWaiting(); event.waitUntil(caches.open('kept').then((cache) => cache.addAll(['stored']))); });
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (event.request.url.endsWith('/stored')) event.respondWith(caches.match(event.request));
  if (event.request.url.endsWith('/invented')) event.respondWith(new Response(${JSON.stringify(section('Made', 'Made by the worker.', [invented]))}));
});`),
      '/stored': () => ({ body: section('Stored', 'Stored by the worker.', [stored]) }),
    },
    expected: {
      outcome: ['captured'],
      shown: [stored, invented],
      texts: ['Stored by the worker.', 'Made by the worker.'],
    },
  };
}

/** A file of which parts may be asked for. */
export function ranged(bytes: Buffer, range: string | undefined, headers: Record<string, string>): Answer {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { body: bytes, headers: { ...headers, 'accept-ranges': 'bytes' } };
  const end = to === undefined || to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  return {
    status: 206,
    body: bytes.subarray(Number(from), end + 1),
    headers: {
      ...headers,
      'accept-ranges': 'bytes',
      'content-range': `bytes ${from}-${end}/${bytes.length}`,
    },
  };
}

export const EXCHANGE_PAGES: readonly SitePage[] = [codings(), posts(), ranges(), worker()];
