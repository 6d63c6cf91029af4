/** How a file of a record leaves the content server, and where that is: what a stranger chose changes neither. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPlaces } from '#api/places.ts';
import { disposition, shownAs } from '#api/shown.ts';
import { readConfig } from '#config.ts';

const recordId = '01990000-0000-7000-8000-000000000001';
const said = (name: string | null): string => disposition('attachment', { recordId, n: 7, name });

describe('the name of a file', () => {
  test.each([
    [null, '01990000-file-7.bin'],
    ['', '01990000-file-7.bin'],
    ['comment.png', '01990000-file-7 comment.png'],
    ['page.html', '01990000-file-7 page.html.bin'],
    ['drawing.svg', '01990000-file-7 drawing.svg.bin'],
    ['drawing.svgz', '01990000-file-7 drawing.svgz.bin'],
    ['../../etc/passwd', '01990000-file-7 etc passwd.bin'],
    ['C:\\Users\\alex\\shot.JPG', '01990000-file-7 C Users alex shot.JPG'],
    ['a\r\nset-cookie: x.png', '01990000-file-7 a set-cookie x.png'],
    ['holiday\u202Egnp.exe', '01990000-file-7 holiday gnp.exe.bin'],
    ['a.png\u200B.html ', '01990000-file-7 a.png .html.bin'],
    ['...', '01990000-file-7.bin'],
    [`${'x'.repeat(300)}.png`, `01990000-file-7 ${'x'.repeat(116)}.png`],
    ['Straße (1)’s "best".png', '01990000-file-7 Straße (1)’s best .png'],
  ])('%j becomes one that leads nowhere and runs nothing', (name, whole) => {
    const encoded = /filename\*=UTF-8''(\S+)$/.exec(said(name))?.[1] ?? '';
    expect(decodeURIComponent(encoded)).toBe(whole);
  });

  test('whatever it is, the header stays one header, in ASCII, with a harmless ending', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(said(name)).toMatch(
          /^attachment; filename="[^"\\\r\n%/]+"; filename\*=UTF-8''(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+$/,
        );
        expect(said(`${name}.exe`)).toMatch(/\.bin$/);
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', null],
  ['<!doctype html><p>x', null],
  ['%PDF-1.7', null],
  ['\0\0\0\x18ftypavif', null],
  ['\x1f\x8b', null],
  ['', null],
  ['words', 'text/plain; charset=utf-8'],
  ['GIF89a=0;alert(1)', 'image/gif'],
])('bytes that begin %j are shown as %s', (bytes, type) => {
  expect(shownAs(Buffer.from(bytes, 'latin1'))).toBe(type);
});

describe('the two places', () => {
  const open = (env: Record<string, string>) => openPlaces(readConfig(env), () => 8081);

  test('are under the name by which somebody asked, where no address is set', () => {
    const { contentFor, consoleFor } = open({ HOLDFAST_PUBLIC_URL: 'http://records.example' });
    expect(contentFor('localhost:8080')).toBe('http://localhost:8081');
    expect(contentFor('10.0.0.7:8080')).toBe('http://10.0.0.7:8081');
    expect(contentFor('[::1]:8080')).toBe('http://[::1]:8081');
    expect(consoleFor('10.0.0.7:8080')).toBe('http://10.0.0.7:8080');
    expect(consoleFor('localhost:80')).toBe('http://localhost');
  });

  test('are as set, whatever is asked, where an address is set', () => {
    const { contentFor, consoleFor } = open({
      HOLDFAST_PUBLIC_URL: 'https://records.example',
      HOLDFAST_CONTENT_URL: 'https://content.example',
    });
    expect(contentFor('evil.example')).toBe('https://content.example');
    expect(consoleFor('evil.example')).toBe('https://records.example');
  });

  test.each([undefined, '', 'a b', "x;script-src'*'", 'x,y', '*', 'x*y', '\u0000', 'a/b?c', '%3b'])(
    'a header Host that is no name (%j) does not get into a header of ours',
    (host) => {
      const { contentFor, consoleFor } = open({ HOLDFAST_PUBLIC_URL: 'http://records.example' });
      expect(contentFor(host)).toBe('http://records.example:8081');
      expect(consoleFor(host)).toBe('http://records.example');
    },
  );
});
