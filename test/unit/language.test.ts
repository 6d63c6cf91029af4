/** Pages in another language: what is ours is translated, what is somebody's is not touched. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { FAILED_WHYS, WHYS } from '../../src/disposal/refusals.ts';
import { apart, html, ours, perLanguage } from '../../src/console/html.ts';
import { inLanguage, languageAsked, sentenceIn } from '../../src/console/language.ts';
import { PARTS, pages, SCRIPT_PARTS, scripts } from '../../src/console/languages/es/es.ts';

const MESSAGES = {
  Sealed: 'Sellado',
  'New ({})': 'Nuevo ({1})',
  '{} of {} shown': 'Se muestran {1} de {2}',
  '{} gave it to {}': '{2} lo recibió de {1}',
  'It’s > “safe”': 'Es > «seguro» & más',
  'Main menu': 'Menú principal',
  'Picture {}': 'Imagen {1}',
};

function spanish(markup: ReturnType<typeof html>): { readonly text: string; readonly missing: string[] } {
  const missing: string[] = [];
  return { text: inLanguage(markup, 'es', MESSAGES, (message) => missing.push(message)), missing };
}

describe('a page in another language', () => {
  test.each([
    [html`<p>Sealed</p>`, '<p>Sellado</p>'],
    [html`<p>${ours('\n  Sealed\n')}</p>`, '<p>Sellado</p>'],
    [html`<h2>New${html` (${3})`}</h2>`, '<h2>Nuevo (3)</h2>'],
    [html`<p>${1} of ${2} shown</p>`, '<p>Se muestran 1 de 2</p>'],
    [html`<p>${'Ana'} gave it to ${'Bo'}</p>`, '<p>Bo lo recibió de Ana</p>'],
    [html`<p>It’s &gt; “safe”</p>`, '<p>Es &gt; «seguro» &amp; más</p>'],
    [html`<nav aria-label="Main menu"></nav>`, '<nav aria-label="Menú principal"></nav>'],
    [html`<td data-label="Sealed">${'x'}</td>`, '<td data-label="Sellado">x</td>'],
    [html`<img alt="Picture ${7}" src="${'/a?b'}" />`, '<img alt="Imagen 7" src="/a?b" />'],
    [html`<a title="x > y" href="/">${ours('Sealed')}</a>`, '<a title="x > y" href="/">Sellado</a>'],
  ])('%#: %o', (markup, expected) => {
    expect(spanish(markup).text).toBe(expected);
  });

  test('does not touch what somebody wrote, though it reads like a message of ours', () => {
    const { text, missing } = spanish(html`<p><bdi>${'Sealed'}</bdi></p>`);
    expect(text).toBe('<p><bdi>Sealed</bdi></p>');
    expect(missing).toEqual(['value: Sealed']);
    expect(spanish(html`<p title="${'Main menu'}">${'New (3)'}</p>`).text).toBe(
      '<p title="Main menu">New (3)</p>',
    );
  });

  test('says what it has no words for, and leaves it as it is', () => {
    const { text, missing } = spanish(html`<p>Unknown to ${'us'}</p>`);
    expect(text).toBe('<p>Unknown to us</p>');
    expect(missing).toEqual(['Unknown to {}']);
    expect(spanish(html`<p>12 · ${'x'}</p>`)).toEqual({ text: '<p>12 · x</p>', missing: [] });
  });

  test('without messages is the page itself, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
        const markup = html`<p title="${a}" class="x>y">
          A ${b}<!-- -->
          ${ours(a)} <b>${b}</b>
        </p>`;
        expect(inLanguage(markup, 'en', {})).toBe(markup.text);
      }),
    );
  });
});

test.each([
  ['', 'en'],
  ['es', 'es'],
  ['es-MX,es;q=0.9,en;q=0.8', 'es'],
  ['en-US,en;q=0.9,es;q=0.8', 'en'],
  ['fr, es;q=0.5', 'es'],
  ['fr', 'en'],
  ['es;q=0', 'en'],
  ['*', 'en'],
])('a browser that asks for "%s" gets %s', (asked, language) => {
  expect(languageAsked(asked)).toBe(language);
});

describe('a sentence of ours that has values in it already', () => {
  const es = {
    'The new roles of {}': 'Funciones de {1}',
    'The new roles of {} were changed': 'Se cambió {1}',
    'Change {}': 'Cambiar {1}',
    '{} · {}': '{1} · {2}',
    '{} on {}': '{1} en {2}',
  };
  test.each([
    ['The new roles of Ana', 'Funciones de Ana'],
    ['The new roles of Ana were changed', 'Se cambió Ana'],
    ['The new roles of {1} & <b>', 'Funciones de {1} & <b>'],
    ['Nothing known', 'Nothing known'],
    ['1 · 2', '1 · 2'],
    ['Nothing on the list', 'Nothing on the list'],
    ['Change nothing before it was looked at', 'Change nothing before it was looked at'],
  ])('%s', (sentence, expected) => {
    expect(sentenceIn(sentence, es)).toBe(expected);
    expect(inLanguage(html`<p>${ours(sentence)}</p>`, 'es', es)).toBe(html`<p>${expected}</p>`.text);
  });
});

test('a date is written as the language writes it', () => {
  const at = perLanguage((language) => `<${language}>`);
  expect(inLanguage(html`<p title="${at}">At ${at}</p>`, 'es', { 'At {}': 'A {1}' })).toBe(
    '<p title="&lt;es&gt;">A &lt;es&gt;</p>',
  );
  expect(html`<p>${at}</p>`.text).toBe('<p>&lt;en&gt;</p>');
});

test('no message has two translations, and each names the values that there are', () => {
  for (const parts of [PARTS, SCRIPT_PARTS]) {
    const all = Object.entries(parts).flatMap(([part, messages]) =>
      Object.entries(messages).map(([message, words]) => ({ part, message, words })),
    );
    const twice = all.filter(({ message }, i) => all.findIndex((other) => other.message === message) !== i);
    expect(twice.map(({ part, message }) => `${part}: ${message}`)).toEqual([]);
    for (const { message, words } of all) {
      const places = [...words.matchAll(/\{(\d+)\}/g)]
        .map(([, place]) => Number(place))
        .sort((a, b) => a - b);
      const expected = Array.from({ length: message.split('{}').length - 1 }, (_, i) => i + 1);
      expect([...new Set(places)], message).toEqual(expected);
      expect(words.trim(), message).toBe(words);
      expect(message.replaceAll(/\s+/g, ' ').trim(), message).toBe(message);
    }
  }
});

test('what scripts and pages both say, they say in the same words', () => {
  const differ = Object.entries(scripts).filter(
    ([message, words]) => Object.hasOwn(pages, message) && pages[message] !== words,
  );
  expect(differ.map(([message, words]) => `${message}: ${words} / ${pages[message] ?? ''}`)).toEqual([]);
});

test('everything that a script says has words, and no words are left over', () => {
  const folder = new URL('../../src/console/assets/', import.meta.url);
  const said = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/\bt\(\s*('(?:[^'\\]|\\.)*'|`[^`$]*`)/g)].map(
        ([, literal = '']) => literal.slice(1, -1).replaceAll(/\\(.)/g, '$1'),
      ),
    );
  const { receipts, ...ofScripts } = SCRIPT_PARTS;
  const inScripts = Object.values(ofScripts).flatMap((messages) => Object.keys(messages));
  const known = new Set([...Object.keys(receipts ?? {}), ...inScripts]);
  expect(said.length).toBeGreaterThan(200);
  expect(said.filter((message) => !known.has(message))).toEqual([]);
  expect(inScripts.filter((message) => !said.includes(message))).toEqual([]);
});

test('a message within another one is one of its own', () => {
  const es = { '{} · Holdfast': '{1} · Archivo', 'Record {}': 'Registro {1}' };
  const page = html`<title>${apart(html`Record ${'7'}`)} · Holdfast</title>`;
  expect(inLanguage(page, 'es', es)).toBe('<title>Registro 7 · Archivo</title>');
  expect(page.text).toBe('<title>Record 7 · Holdfast</title>');
});

test('why a record was not destroyed is said in Spanish too', () => {
  expect(WHYS.size).toBeGreaterThan(25);
  for (const [code, sentence] of [...WHYS, ...FAILED_WHYS])
    expect({ code, said: sentenceIn(sentence, pages) }).not.toEqual({ code, said: sentence });
});
