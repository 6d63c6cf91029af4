/** What the capture may open: the decision alone, without a packet. Every look-up here is answered by the test. */
import { assert, property, uint8Array } from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { classifyAddress, whyNotGlobal } from '#capture/addresses.ts';
import { routeTo } from '#capture/route.ts';
import type { Lookup } from '#capture/route.ts';

const NOT_GLOBAL = [
  ['0.0.0.0', 'this network'],
  ['10.1.2.3', 'private'],
  ['100.64.0.1', 'carrier, first'],
  ['100.127.255.255', 'carrier, last'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback, last'],
  ['169.254.169.254', 'metadata'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private, last'],
  ['192.0.0.1', 'protocol'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', '6to4 relay'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'benchmarking'],
  ['198.19.255.255', 'benchmarking, last'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::7f00:1', 'v4 compatible'],
  ['::ffff:127.0.0.1', 'mapped loopback'],
  ['::ffff:10.0.0.1', 'mapped private'],
  ['::ffff:0:10.0.0.1', 'translated'],
  ['64:ff9b::7f00:1', 'NAT64 of loopback'],
  ['64:ff9b::a9fe:a9fe', 'NAT64 of metadata'],
  ['64:ff9b:1::808:808', 'local NAT64'],
  ['100::1', 'discard'],
  ['2001::1', 'Teredo'],
  ['2001:0:808:808::1', 'Teredo'],
  ['2001:2::1', 'benchmarking'],
  ['2001:20::1', 'ORCHID'],
  ['2001:db8::1', 'documentation'],
  ['2002:7f00:1::1', '6to4 of loopback'],
  ['2002:808:808::1', '6to4 of a global one: nothing real is there'],
  ['2606:4700::5efe:7f00:1', 'ISATAP of loopback'],
  ['2606:4700::200:5efe:a00:1', 'ISATAP of private'],
  ['3fff::1', 'documentation'],
  ['5f00::1', 'segment routing'],
  ['4000::1', 'never handed out'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'metadata'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with zone'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['127.1', 'not in its plain form'],
  ['0x7f.1', 'not in its plain form'],
  ['2130706433', 'not in its plain form'],
  ['', 'nothing'],
] as const;

const GLOBAL = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450::1',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
];

describe('addresses', () => {
  test.each(NOT_GLOBAL)('%s is not global (%s)', (address) => {
    expect(whyNotGlobal(address)).not.toBeNull();
  });

  test.each(GLOBAL)('%s is global', (address) => {
    expect(whyNotGlobal(address)).toBeNull();
  });

  test('whatever the library holds for special is refused, over all of version 4', () => {
    assert(
      property(uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        const address = new ipaddr.IPv4([...bytes]);
        if (address.range() !== 'unicast') expect(whyNotGlobal(address.toString())).not.toBeNull();
      }),
      { numRuns: 5000 },
    );
  });

  test('nothing outside of 2000::/3 passes unless it carries a global version 4 address', () => {
    assert(
      property(uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const first = bytes[0] ?? 0;
        const text = new ipaddr.IPv6([...bytes]).toString();
        if (first >> 5 !== 1 && first !== 0) expect(whyNotGlobal(text)).not.toBeNull();
      }),
      { numRuns: 5000 },
    );
  });
});

/** The spellings of reference/integrity.md 5.3 that an address can have, and some relatives. */
const PRIVATE_SPELLINGS = [
  'http://127.0.0.1/',
  'http://0/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://0x7f000001/',
  'http://127.0.0.1./',
  'http://１２７.０.０.１/',
  'http://127。0。0。1/',
  'http://%31%32%37.0.0.1/',
  'http://localhost/',
  'http://LOCALHOST/',
  'http://localhost./',
  'http://a.localhost/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[0:0:0:0:0:ffff:7f00:1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[fe80::1]/',
  'http://[fc00::1]/',
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/',
  'http://100.64.0.1/',
  'http://metadata.google.internal/',
  'http://printer.local/',
  'http://intranet/',
  'http://router.home.arpa/',
] as const;

describe('reported addresses', () => {
  test.each(PRIVATE_SPELLINGS)('%s is not public', (address) => {
    expect(classifyAddress(address)).toMatchObject({ ok: false, code: 'address-not-public' });
  });

  test.each([
    ['javascript:alert(1)', 'address-not-http'],
    ['file:///etc/passwd', 'address-not-http'],
    ['view-source:https://example.org/', 'address-not-http'],
    ['chrome://settings', 'address-not-http'],
    ['ftp://example.org/', 'address-not-http'],
    ['data:text/html,x', 'address-not-http'],
    ['about:blank', 'address-not-http'],
    ['ws://example.org/', 'address-not-http'],
    ['', 'address-malformed'],
    ['example.org', 'address-malformed'],
    ['//example.org/', 'address-malformed'],
    ['http:example.org', 'address-malformed'],
    ['http:/example.org', 'address-malformed'],
    ['http://', 'address-malformed'],
    ['http://exa mple.org/', 'address-malformed'],
    [' https://example.org/', 'address-malformed'],
    ['https://example.org/\n', 'address-malformed'],
    ['ht\ttps://example.org/', 'address-malformed'],
    ['https:\\\\example.org/', 'address-malformed'],
    ['https://example.org\\@127.0.0.1/', 'address-malformed'],
    ['https://user@example.org/', 'address-malformed'],
    ['https://user:secret@example.org/', 'address-malformed'],
    ['http://256.1.1.1/', 'address-malformed'],
    ['http://[::1/', 'address-malformed'],
    [`https://example.org/${'x'.repeat(9000)}`, 'address-malformed'],
    ['https://example.org:8443/', 'address-not-public'],
    ['http://example.org:22/', 'address-not-public'],
  ] as const)('%s is refused as %s', (address, code) => {
    expect(classifyAddress(address)).toMatchObject({ ok: false, code });
  });

  test.each([
    'https://social.example/rivertown/posts/1?comment_id=4711#comment-4711',
    'http://example.org/',
    'https://example.org:443/',
    'http://example.org:80/',
    'HTTPS://EXAMPLE.ORG/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://bücher.example/straße',
  ])('%s may be captured', (address) => {
    expect(classifyAddress(address)).toEqual({ ok: true });
  });

  test('the list for trials opens exactly what it names', () => {
    const allow = ['127.0.0.1:4000'];
    expect(classifyAddress('http://127.0.0.1:4000/posts', allow)).toEqual({ ok: true });
    expect(classifyAddress('http://127.1:4000/posts', allow)).toEqual({ ok: true });
    for (const other of [
      'http://127.0.0.1:4001/',
      'http://127.0.0.1/',
      'http://127.0.0.2:4000/',
      'http://localhost:4000/',
      'http://[::1]:4000/',
    ])
      expect(classifyAddress(other, allow), other).toMatchObject({ ok: false });
  });
});

const answering =
  (...addresses: string[]): Lookup =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
const failing =
  (code: string): Lookup =>
  () =>
    Promise.reject(Object.assign(new Error(code), { code }));
const never: Lookup = () => Promise.reject(new Error('this address must not be looked up'));

describe('routes', () => {
  test.each(PRIVATE_SPELLINGS)('%s is refused without a look-up', async (address) => {
    expect(await routeTo(address, [], never)).toMatchObject({ verdict: 'refused' });
  });

  test.each(NOT_GLOBAL.filter(([address]) => ipaddr.isValid(address)).map(([address]) => address))(
    'a public name that resolves to %s is refused',
    async (address) => {
      expect(await routeTo('http://example.org/', [], answering(address))).toMatchObject({
        verdict: 'refused',
        reason: 'address-not-global',
      });
    },
  );

  test('a private address among public ones refuses the whole name', async () => {
    const mixed = answering('8.8.8.8', 'fd00::1', '2606:4700::1');
    expect(await routeTo('https://example.org/', [], mixed)).toMatchObject({ verdict: 'refused' });
  });

  test('the route goes to the addresses that were judged, and one look-up is made', async () => {
    let lookups = 0;
    const route = await routeTo('https://example.org/x', [], async (host) => {
      lookups += 1;
      expect(host).toBe('example.org');
      return lookups === 1 ? [{ address: '8.8.8.8', family: 4 }] : [{ address: '127.0.0.1', family: 4 }];
    });
    expect(route).toMatchObject({
      verdict: 'open',
      destination: { host: 'example.org', port: 443 },
      addresses: [{ address: '8.8.8.8' }],
    });
    expect(lookups).toBe(1);
  });

  test('a name that does not exist is told from a resolver that does not answer', async () => {
    expect(await routeTo('http://example.org/', [], failing('ENOTFOUND'))).toMatchObject({
      verdict: 'failed',
      reason: 'name-unknown',
    });
    expect(await routeTo('http://example.org/', [], failing('EAI_AGAIN'))).toMatchObject({
      verdict: 'failed',
      reason: 'name-lookup-failed',
    });
    expect(await routeTo('http://example.org/', [], answering())).toMatchObject({
      verdict: 'failed',
      reason: 'name-unknown',
    });
  });

  test.each([
    ['http://example.org:8080/', 'port-not-allowed'],
    ['ftp://example.org/', 'scheme-not-allowed'],
    ['example.org', 'malformed'],
  ] as const)('%s is refused as %s', async (target, reason) => {
    expect(await routeTo(target, [], never)).toMatchObject({ verdict: 'refused', reason });
  });

  test('what the trial list names is opened, and nothing beside it', async () => {
    const allow = ['site.example:4000'];
    expect(await routeTo('http://site.example:4000/', allow, answering('127.0.0.1'))).toMatchObject({
      verdict: 'open',
    });
    expect(await routeTo('http://site.example/', allow, answering('127.0.0.1'))).toMatchObject({
      verdict: 'refused',
    });
  });
});
