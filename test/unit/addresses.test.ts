/** The edges of what may be opened: the registries block by block, addresses within addresses, names, this machine. */
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, property, uint8Array } from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { classifyAddress, whyNotGlobal } from '#capture/addresses.ts';
import { LookUps } from '#capture/look-ups.ts';
import { routeTo } from '#capture/route.ts';
import type { Lookup } from '#capture/route.ts';

/** The IANA special-purpose registries of both versions, block by block, with what lies just outside where that is global. */
const BLOCKS: readonly (readonly [
  first: string,
  last: string,
  before: string | null,
  after: string | null,
])[] = [
  ['0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
  ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
  ['192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
  ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
  ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0', '239.255.255.255', '223.255.255.255', null],
  ['240.0.0.0', '255.255.255.255', null, null],
  // Nothing but 2000::/3 is handed out, so that its own exceptions are the ones with neighbours.
  ['::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, '2000::'],
  ['100::', '100::ffff:ffff:ffff:ffff', null, null],
  ['100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff', null, null],
  ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', null, null],
  ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff::', '2001:200::'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff::', '2001:db9::'],
  ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:ffff:ffff::', '2003::'],
  ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff', '2620:4f:7fff::', '2620:4f:8001::'],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3ffe:ffff::', '3fff:1000::'],
  ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
];

test.each(BLOCKS)('%s to %s is closed, to its edges', (first, last, before, after) => {
  expect(whyNotGlobal(first), first).not.toBeNull();
  expect(whyNotGlobal(last), last).not.toBeNull();
  for (const neighbour of [before, after])
    if (neighbour !== null) expect(whyNotGlobal(neighbour), neighbour).toBeNull();
});

/** Where clouds keep the keys of a machine, and containers and clusters each other's services. */
const CLOUD_ADDRESSES = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '169.254.169.253',
  '169.254.169.123',
  '169.254.0.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd00:ec2::253',
  'fd20:ce::254',
  'fe80::a9fe:a9fe',
] as const;

test.each(CLOUD_ADDRESSES)('%s, of a cloud, is closed', (address) => {
  expect(whyNotGlobal(address)).not.toBeNull();
  const host = address.includes(':') ? `[${address}]` : address;
  expect(classifyAddress(`http://${host}/`)).toMatchObject({ code: 'address-not-public' });
});

/** Ways to write a version 4 address into one of version 6. `nowhere`: whatever is inside, nothing real is behind it. */
const CARRIERS: readonly (readonly [string, (hex: string) => string, 'inside-decides' | 'nowhere'])[] = [
  ['mapped', (hex) => `::ffff:${hex}`, 'inside-decides'],
  ['NAT64', (hex) => `64:ff9b::${hex}`, 'inside-decides'],
  ['local NAT64', (hex) => `64:ff9b:1::${hex}`, 'nowhere'],
  ['compatible', (hex) => `::${hex}`, 'nowhere'],
  ['translated', (hex) => `::ffff:0:${hex}`, 'nowhere'],
  ['6to4', (hex) => `2002:${hex}::1`, 'nowhere'],
  ['Teredo server', (hex) => `2001:0:${hex}::1`, 'nowhere'],
  ['Teredo client', (hex) => `2001:0:808:808:0:0:${hex}`, 'nowhere'],
  ['ISATAP', (hex) => `2606:4700::5efe:${hex}`, 'nowhere'],
  ['ISATAP, private', (hex) => `2606:4700::200:5efe:${hex}`, 'nowhere'],
];

const inHex = (bytes: Uint8Array): string =>
  [0, 2].map((i) => (((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16)).join(':');

test('an address that carries another is judged by the one inside, or closed', () => {
  const special = [...BLOCKS.map(([first]) => first), ...CLOUD_ADDRESSES]
    .filter((address) => ipaddr.IPv4.isValid(address))
    .map((address) => Uint8Array.from(ipaddr.IPv4.parse(address).toByteArray()));
  expect(special.length).toBeGreaterThan(25);
  let judged = 0;
  const judge = (bytes: Uint8Array): void => {
    const bare = whyNotGlobal(bytes.join('.'));
    for (const [name, write, rule] of CARRIERS) {
      const written = write(inHex(bytes));
      const verdict = whyNotGlobal(written);
      judged += 1;
      if (rule === 'nowhere' || bare !== null) expect(verdict, `${name} ${written}`).not.toBeNull();
      else expect(verdict, `${name} ${written}`).toBeNull();
    }
  };
  for (const bytes of special) judge(bytes);
  assert(property(uint8Array({ minLength: 4, maxLength: 4 }), judge), { numRuns: 1000 });
  expect(judged).toBeGreaterThan(10_000);
});

const PRIVATE_NAMES = [
  'localhost',
  'localhost.',
  'localhost..',
  'a.b.localhost',
  'localhost.localdomain',
  'localhost6.localdomain6',
  'printer.local',
  'printer.local.',
  'router.lan',
  'nas.home',
  'router.home.arpa',
  '1.0.0.127.in-addr.arpa',
  'ipv4only.arpa',
  'www.corp',
  'wiki.intranet',
  'wiki.intra',
  'mx.mail',
  'db.private',
  'db.test',
  'db.invalid',
  'postgres.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'redis.service.consul',
  'host.docker.internal',
  'gateway.docker.internal',
  'kubernetes.docker.internal',
  'host.containers.internal',
  'metadata',
  'metadata.google.internal',
  'metadata.google.internal.',
  'metadata.azure.internal',
  'metadata.goog',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
  'ip-10-0-0-1.ec2.internal',
  'rancher-metadata',
  'vault.dmz',
  'hidden.onion',
  'postgres',
  'redis',
  // What the public tree of names cannot hold.
  'a..example.org',
  '.example.org',
  'example.org..',
  "o'hara.example.org",
  'a*b.example.org',
  'a,b.example.org',
  `${'a'.repeat(64)}.example.org`,
  `${'a.'.repeat(130)}org`,
] as const;

const PUBLIC_NAMES = [
  'www.example.org',
  'www.example.org.',
  'social.example',
  'under_score.example.org',
  'xn--bcher-kva.example',
  'local.example.org',
  'localhost.example.org',
  'internal.example.org',
  'metadata.example.org',
  'mylocal.example',
  'notlocalhost.example',
  `${'a'.repeat(63)}.example.org`,
] as const;

const silent: Lookup = (host) => Promise.reject(new Error(`${host} must not be looked up`));
const answering =
  (...addresses: string[]): Lookup =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

describe('names', () => {
  test.each(PRIVATE_NAMES)(
    '%s is refused at intake and in the capture, and never looked up',
    async (name) => {
      for (const spelled of [name, name.toUpperCase(), encodeURIComponent(name)])
        for (const scheme of ['http', 'https']) {
          expect(classifyAddress(`${scheme}://${spelled}/`).ok, spelled).toBe(false);
          expect((await routeTo(`http://${spelled}/`, [], silent)).verdict, spelled).toBe('refused');
        }
    },
  );

  test.each(PUBLIC_NAMES)('%s may be asked for', async (name) => {
    expect(classifyAddress(`https://${name}/`)).toEqual({ ok: true });
    expect(await routeTo(`http://${name}/`, [], answering('8.8.8.8'))).toMatchObject({ verdict: 'open' });
  });
});

test('no port but those of the web is opened, whatever the host', async () => {
  const open = new Set<number>();
  for (let port = 0; port <= 65_535; port += 1)
    if ((await routeTo(`http://8.8.8.8:${port}/`, [], silent)).verdict === 'open') open.add(port);
  expect([...open]).toEqual([80, 443]);
});

describe('this machine', () => {
  const own = (): readonly string[] => ['198.100.1.7', '2606:4700::7', 'fe80::1%eth0'];

  test.each([
    'http://198.100.1.7/',
    'http://198.100.263/',
    'http://0xc6640107/',
    'http://[::ffff:198.100.1.7]/',
    'http://[64:ff9b::c664:107]/',
    'http://[2606:4700::7]/',
    'http://[2606:4700:0:0:0:0:0:7]/',
  ])('%s is an address of its own, and refused although it is global', async (address) => {
    expect(await routeTo(address, [], silent, () => [])).toMatchObject({ verdict: 'open' });
    expect(await routeTo(address, [], silent, own)).toMatchObject({
      verdict: 'refused',
      reason: 'address-not-global',
      why: 'an address of this machine',
    });
  });

  test('a public name that leads to one of its addresses is refused whole', async () => {
    for (const answer of ['198.100.1.7', '::ffff:198.100.1.7', '2606:4700::7'])
      expect(
        await routeTo('https://example.org/', [], answering('8.8.8.8', answer), own),
        answer,
      ).toMatchObject({ verdict: 'refused', reason: 'address-not-global' });
    expect(await routeTo('https://example.org/', [], answering('198.100.1.8'), own)).toMatchObject({
      verdict: 'open',
    });
  });

  test('its real addresses are refused as addresses and as answers', async () => {
    const real = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    expect(real.length).toBeGreaterThan(0);
    for (const { address } of real)
      expect(await routeTo('http://example.org/', [], answering(address)), address).toMatchObject({
        verdict: 'refused',
      });
  });

  test('what a trial allows is opened although it is its own', async () => {
    const allow = ['198.100.1.7:4000'];
    expect(await routeTo('http://198.100.1.7:4000/', allow, silent, own)).toMatchObject({ verdict: 'open' });
  });
});

test('one answer among many that is not global refuses the name, wherever it stands', async () => {
  const global = ['8.8.8.8', '8.8.4.4', '2606:4700::1111'];
  const bad = [...CLOUD_ADDRESSES, ...BLOCKS.map(([first]) => first)];
  let refused = 0;
  for (const address of bad)
    for (let at = 0; at <= global.length; at += 1) {
      const answers = global.toSpliced(at, 0, address);
      const route = await routeTo('https://example.org/', [], answering(...answers));
      expect(route, answers.join()).toMatchObject({ verdict: 'refused', reason: 'address-not-global' });
      refused += 1;
    }
  expect(refused).toBe(bad.length * 4);
});

test('intake and capture are of one mind on what needs no look-up', async () => {
  const hosts = [...PRIVATE_NAMES, ...PUBLIC_NAMES, ...CLOUD_ADDRESSES, '8.8.8.8', '2606:4700::1111'];
  let open = 0;
  for (const host of hosts)
    for (const port of ['', ':80', ':443', ':22', ':8080']) {
      const address = `http://${host.includes(':') ? `[${host}]` : host}${port}/`;
      const { verdict } = await routeTo(address, [], answering('8.8.8.8'));
      expect(classifyAddress(address).ok, address).toBe(verdict === 'open');
      if (verdict === 'open') open += 1;
    }
  expect(open).toBe((PUBLIC_NAMES.length + 2) * 3);
});

describe('look-ups of a lane', () => {
  /** Answers when it is told to. */
  function resolver(): { lookup: Lookup; asked: string[]; answer: (host: string) => void } {
    const asked: string[] = [];
    const open = new Map<string, () => void>();
    return {
      asked,
      lookup: (host) =>
        new Promise((done) => {
          asked.push(host);
          open.set(host, () => done([{ address: '8.8.8.8', family: 4 }]));
        }),
      answer: (host) => open.get(host)?.(),
    };
  }

  test('two are under way; the others wait, in their order', async () => {
    const { lookup, asked, answer } = resolver();
    const lookUps = new LookUps(lookup, 5_000);
    const answers = ['a', 'b', 'c', 'd'].map((host) => lookUps.ask(host));
    expect(asked).toEqual(['a', 'b']);
    answer('b');
    await answers[1];
    await sleep(0);
    expect(asked).toEqual(['a', 'b', 'c']);
    for (const host of ['a', 'c']) answer(host);
    await answers[2];
    await sleep(0);
    answer('d');
    expect(await Promise.all(answers)).toHaveLength(4);
  });

  test('a thousand that are never answered leave two with the resolver, and the rest end with the lane', async () => {
    const { lookup, asked } = resolver();
    const lookUps = new LookUps(lookup, 60_000);
    const answers = Array.from({ length: 1000 }, (_, i) => lookUps.ask(`never-${i}.example`));
    const outcomes = Promise.allSettled(answers.slice(2));
    lookUps.end();
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
    expect(asked).toEqual(['never-0.example', 'never-1.example']);
    await expect(lookUps.ask('later.example')).rejects.toThrow('ended');
  });

  test('none is waited for longer than its limit, under way or not', async () => {
    const { lookup } = resolver();
    const lookUps = new LookUps(lookup, 50);
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((host) => lookUps.ask(host)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('a refusal of the resolver is handed on, and makes room', async () => {
    const lookUps = new LookUps((host) => Promise.reject(new Error(`no ${host}`)), 5_000);
    for (const host of ['a', 'b', 'c', 'd']) await expect(lookUps.ask(host)).rejects.toThrow(`no ${host}`);
  });
});
