/** How often one address may knock, and all together. */
import { expect, test } from 'vitest';
import { openLimit, openSlots } from '#api/limit.ts';

function passes(ask: (address: string) => void, address: string, times: number): number {
  let passed = 0;
  for (let i = 0; i < times; i += 1)
    try {
      ask(address);
      passed += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'sign-in-too-many', retry: 'later' });
    }
  return passed;
}

test('one address empties its own bucket, and another still gets in', () => {
  const { ask } = openLimit();
  const first = passes(ask, '10.0.0.1', 1000);
  expect(first).toBeGreaterThanOrEqual(200);
  expect(first).toBeLessThan(260);
  expect(passes(ask, '10.0.0.2', 10)).toBe(10);
});

test('the addresses of one IPv6 line have one bucket, the next line has another, and IPv4 is IPv4 however it is written', () => {
  const { ask } = openLimit();
  for (let i = 0; i < 210; i += 1) passes(ask, `2001:db8:0:1::${i.toString(16)}`, 1);
  expect(passes(ask, '2001:db8:0:1:ffff:ffff:ffff:1', 30)).toBeLessThan(20);
  expect(passes(ask, '2001:db8:0:2::1', 10)).toBe(10);
  passes(ask, '10.0.0.1', 200);
  expect(passes(ask, '::ffff:10.0.0.1', 30)).toBeLessThan(20);
});

test('the lines of one IPv6 site have four lines’ worth together, and another site has its own', () => {
  const { ask } = openLimit({
    each: { perSecond: 0.001, burst: 5 },
    all: { perSecond: 1000, burst: 10_000 },
  });
  let passed = 0;
  for (let line = 1; line <= 100; line += 1) passed += passes(ask, `2001:db8:7:${line.toString(16)}::1`, 5);
  expect(passed).toBe(20);
  expect(passes(ask, '2001:db8:8:1::1', 10)).toBe(5);
});

test('ten thousand addresses get no more than all may', () => {
  const { ask } = openLimit();
  let passed = 0;
  for (let i = 0; i < 10_000; i += 1) passed += passes(ask, `10.0.${i >> 8}.${i & 255}`, 1);
  expect(passed).toBeGreaterThanOrEqual(500);
  expect(passed).toBeLessThan(700);
});

test('nobody has more slots than their own, all together no more than all, and what is given back twice counts once', () => {
  const slots = openSlots({ each: 2, all: 8 });
  const held = ['a', 'a', 'b', 'b', 'c', 'c', 'd'].map((who) => slots.take(who));
  expect(() => slots.take('a')).toThrow('on their way to you');
  slots.take('e');
  expect(() => slots.take('e')).toThrow('as this process makes at once');
  held[0]?.();
  held[0]?.();
  slots.take('a');
  expect(() => slots.take('f')).toThrow('as this process makes at once');
});
