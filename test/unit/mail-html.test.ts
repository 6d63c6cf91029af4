/** Words of the HTML of a mail, and that none of it takes longer than its length. */
import { describe, expect, test } from 'vitest';
import { textOfHtml } from '#sunshine/mail-html.ts';

test.each([
  ['<p>One &amp; two</p><p>three</p>', 'One & two\nthree'],
  ['a<br>b<BR/>c', 'a\nb\nc'],
  ['a <!-- b > c --> d', 'a d'],
  ['a <!-- b > c', 'a c'],
  ['x<style>p { color: red }</STYLE >y', 'x y'],
  ['x<script>if (a < b) c()</script \n>y', 'x y'],
  ['x<script>never closed', 'xnever closed'],
  ['<title>no</title>yes <headline>also</headline>', 'yes also'],
  ['İstanbul <STYLE>x</style>İ', 'İstanbul İ'],
  ['1 < 2', '1 < 2'],
  ['&#65;&#x42;&nbsp;&unknown;&#xd800;', 'AB &unknown;&#xd800;'],
  ['<table><tr><td>a</td></tr><tr><td>b</td></tr></table>', 'a\nb'],
  ['a\n\n  b\t c', 'a b c'],
  ['<div>a</div>\n\n<div></div><div></div><div>b</div>', 'a\n\nb'],
])('%s', (markup, text) => {
  expect(textOfHtml(markup)).toBe(text);
});

describe('twice as much takes about twice as long', () => {
  test.each([
    ['<', '<'],
    ['comments that do not end', '<!--'],
    ['scripts that do not end', '<script'],
    ['scripts, and ends that are none', '<script></script x'],
    ['ends with blanks behind them', '<script></script   '],
    ['styles between words', '<style>a'],
    ['marks of entities', '&#1'],
    ['blanks', ' \n '],
    ['line ends', '<br> '],
  ])('%s', (_, unit) => {
    const took = (length: number): number => {
      const markup = unit.repeat(Math.ceil(length / unit.length));
      const times = [1, 2, 3].map(() => {
        const begun = performance.now();
        textOfHtml(markup);
        return performance.now() - begun;
      });
      return Math.min(...times);
    };
    took(2 ** 16);
    // Of a time that grows with the square eight times as much would take sixty-four times as long.
    expect(took(2 ** 21) / Math.max(1, took(2 ** 18))).toBeLessThan(32);
  });
});
