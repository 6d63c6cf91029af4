/**
 * Text that was written to make its reader work. A pattern that can read one text in many ways tries all of them before it
 * says no: thirty small comments cost a minute. Here each reader is given four times as much of what is worst for it, and may
 * take about four times as long; the square of that would be sixteen. Ratios, since machines differ.
 */
import { runInThisContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { classifyAddress } from '#capture/addresses.ts';
import { ArchiveError } from '#errors.ts';
import { boundaryOf, readHead } from '#intake/form-reader.ts';
import { parseStrict } from '#intake/json.ts';
import { sniffMediaType } from '#intake/media.ts';
import { applyRules } from '#intake/rules.ts';
import { checkSimple } from '#intake/schema.ts';
import { factFromSimple } from '#intake/simple.ts';
import { readTime } from '#intake/times.ts';
import { times } from '../support/extent.ts';

const KB = 1024;
const TIMES = 4;
/** Between 4, which is in proportion, and 16, which is the square of it. */
const MOST = 9;
/** What is exponential ends on no machine; here it fails. */
const PATIENCE_MS = 20_000;

/** Whatever takes `size` characters; refusals are answers like any other. */
type Reader = (size: number) => () => unknown;

function onceMs(work: () => unknown, repeats: number): number {
  Reflect.set(globalThis, 'hostileWork', () => {
    for (let i = 0; i < repeats; i += 1)
      try {
        work();
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw error;
      }
  });
  const started = busyMs();
  runInThisContext('hostileWork()', { timeout: PATIENCE_MS });
  return busyMs() - started;
}

/** Of the processor, for this thread: what else the machine does is not in it. */
function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The best of some rounds, so that what else the machine does counts for little. */
function growth(reader: Reader, size: number): number {
  const [less, more] = [reader(size), reader(size * TIMES)];
  let repeats = 1;
  while (onceMs(less, repeats) < 3) repeats *= 2;
  const best = { less: Infinity, more: Infinity };
  for (let round = 0; round < times(7, 4); round += 1) {
    best.less = Math.min(best.less, onceMs(less, repeats));
    best.more = Math.min(best.more, onceMs(more, repeats));
  }
  return best.more / best.less;
}

const filled = (size: number, unit: string): string => unit.repeat(Math.ceil(size / unit.length));
const page =
  (before: string, unit: string, after: string): Reader =>
  (size) => {
    const bytes = Buffer.from(before + filled(size, unit) + after);
    return () => sniffMediaType(bytes);
  };
const head =
  (before: string, unit: string, after = ''): Reader =>
  (size) => {
    const bytes = Buffer.from(before + filled(size, unit) + after);
    return () => readHead(bytes);
  };
const NAMED = 'Content-Disposition: form-data; name=';

const READERS: readonly (readonly [string, Reader, readonly number[]])[] = [
  ['a page of comments', page('', '<!---->', 'x'), [64, 256, KB, 4 * KB, 256 * KB]],
  ['a page of comments after a declaration', page('<?xml ?>', '<!-- -->', 'x'), [64, 256, KB, 256 * KB]],
  ['comments that begin and do not end', page('', '<!--', 'x'), [KB, 256 * KB]],
  ['ends of comments', page('<!--', '-->', 'x'), [KB, 256 * KB]],
  ['white space', page('', ' \n', '<'), [KB, 256 * KB]],
  ['declarations that do not end', page('', '<?xml <!doctype svg ', ''), [KB, 256 * KB]],
  ['backslashes in a name without its end', head(`${NAMED}"`, '\\'), [64, KB, 4 * KB, 256 * KB]],
  ['escaped quotes in a name without its end', head(`${NAMED}"`, '\\"'), [64, KB, 4 * KB, 256 * KB]],
  ['quotes', head(`${NAMED}"a"`, '"'), [KB, 4 * KB, 256 * KB]],
  ['parameters without a value', head('Content-Disposition: form-data', '; a'), [4 * KB, 256 * KB]],
  ['spaces within a header', head(`${NAMED}"a"; filename="`, ' ', 'x"'), [4 * KB, 256 * KB]],
  ['spaces within a header of no meaning', head('X: x', ' ', 'x\r\n'), [4 * KB, 256 * KB]],
  ['a header’s name alone', head('', 'a'), [4 * KB, 256 * KB]],
  ['an encoded name', head('Content-Disposition: form-data; filename*=utf-8', "'"), [4 * KB, 256 * KB]],
  [
    'a boundary in quotes',
    (size) => {
      const type = `multipart/form-data;${filled(size, ';boundary="')}\\`;
      return () => boundaryOf(type);
    },
    [4 * KB, 256 * KB],
  ],
  [
    'spaces before a boundary',
    (size) => {
      const type = `multipart/form-data${filled(size, '; ')}boundary=`;
      return () => boundaryOf(type);
    },
    [4 * KB, 256 * KB],
  ],
  [
    'a number of zeros',
    (size) => {
      const body = Buffer.from(`{"a":1.${filled(size, '0')}1}`);
      return () => parseStrict(body);
    },
    [4 * KB, 256 * KB],
  ],
  [
    'many numbers, each with zeros in it',
    (size) => {
      const body = Buffer.from(`[${filled(size, `1.5${'0'.repeat(380)},`)}1]`);
      return () => parseStrict(body);
    },
    [4 * KB, 256 * KB],
  ],
  [
    'escapes',
    (size) => {
      const body = Buffer.from(`{"a":"${filled(size, '\\"')}`);
      return () => parseStrict(body);
    },
    [4 * KB, 256 * KB],
  ],
  [
    'brackets',
    (size) => {
      const body = Buffer.from(filled(size, '[]'));
      return () => parseStrict(body);
    },
    [4 * KB, 256 * KB],
  ],
  [
    'a time with a long fraction',
    (size) => {
      const time = `2026-11-21T10:00:00.${filled(size, '0')}x`;
      return () => readTime(time);
    },
    [4 * KB, 256 * KB],
  ],
  [
    'an address of number signs',
    typed((size) => ({ url: `https://example.gov/${filled(size, '#')}` })),
    [900],
  ],
  [
    'an address of per cent signs',
    typed((size) => ({ url: `https://example.gov/${filled(size, '%')}` })),
    [900],
  ],
  ['an address of slashes', typed((size) => ({ url: `https://example.gov${filled(size, '/')}` })), [900]],
  [
    'an address of dots',
    (size) => {
      const address = `https://${filled(size, 'a.')}`;
      return () => classifyAddress(address);
    },
    [2 * KB],
  ],
];

function typed(report: (size: number) => Record<string, unknown>): Reader {
  return (size) => {
    const sent = checkSimple({
      platform: 'facebook',
      account: 'a',
      action: { verb: 'hide' },
      ...report(size),
    });
    return () => {
      const { fact } = factFromSimple(sent, { agency: 'a', channel: 'webhook', fileCount: 0 });
      return applyRules(fact, {
        recordedTime: '2026-11-21T10:00:00.000Z',
        judgeAddress: (url) => (classifyAddress(url.href).ok ? null : 'no'),
        fileCount: 0,
      });
    };
  };
}

describe('what stands behind comments is still seen', () => {
  test.each([
    ['<!-- a -->\n<!-- b --><html>', 'text/html'],
    ['<!-- a --> <!doctype html>', 'text/html'],
    ['<!--><script>', 'text/html'],
    ['<?xml version="1.0"?> <!-- a --><!DOCTYPE svg PUBLIC ""> <SVG xmlns="">', 'image/svg+xml'],
    ['<!-- a --><svg>', 'image/svg+xml'],
    ['<svga>', 'text/plain'],
    ['<!-- <svg>', 'text/plain'],
    ['<!-- a --> b <html>', 'text/plain'],
    ['<?xml version="1.0"?><a/>', 'application/xml'],
  ])('%s', (text, type) => expect(sniffMediaType(Buffer.from(text))).toBe(type));

  test.each([
    ['"a\\"b"', 'a"b'],
    ['"C:\\dir\\file.png"', 'C:\\dir\\file.png'],
    ['"a\\\\b"', 'a\\b'],
  ])('and a name in quotes is read as before: %s', (written, name) => {
    const header = `${NAMED}"file"; filename=${written}`;
    expect(readHead(Buffer.from(header)).filename).toBe(name);
  });
});

describe('four times as much takes about four times as long', () => {
  const rows = READERS.flatMap(([name, reader, sizes]) => sizes.map((size) => [name, size, reader] as const));
  test('there is something to read', () => expect(rows.length).toBeGreaterThan(40));
  test.each(rows)('%s, from %i characters', (_name, size, reader) => {
    expect(growth(reader, size)).toBeLessThan(MOST);
  });
});
