/**
 * Which addresses the capture may open. Pure: no look-up, no clock. (`route.ts` adds what only this machine can say:
 * its own addresses.)
 *
 * Only what is known to be global passes. Version 4 is everything outside the special-purpose registries; version 6
 * is 2000::/3 outside its own, because nothing else has been handed out. An address that carries another one inside
 * is judged by the one inside, or refused where nothing real lives behind such a spelling (6to4, Teredo, ISATAP).
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6052 and 8215 (NAT64), RFC 6890.
 */
import ipaddr from 'ipaddr.js';

const NOT_GLOBAL_V4: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared by a carrier'],
  ['127.0.0.0/8', 'loopback'],
  // By the registries anyone's, and in every virtual machine of Azure the machine's own host, with its secrets.
  ['168.63.129.16/32', 'cloud metadata'],
  ['169.254.0.0/16', 'link-local, cloud metadata'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'AS112'],
  ['192.52.193.0/24', 'AMT'],
  ['192.88.99.0/24', '6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'AS112'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved, broadcast'],
];

const NOT_GLOBAL_V6: readonly (readonly [string, string])[] = [
  ['2001::/23', 'protocol assignments, Teredo, benchmarking, ORCHID'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3fff::/20', 'documentation'],
];

type Range<T> = readonly [T, number, string];
const V4_RANGES: readonly Range<ipaddr.IPv4>[] = NOT_GLOBAL_V4.map(([cidr, name]) => [
  ...ipaddr.IPv4.parseCIDR(cidr),
  name,
]);
const V6_RANGES: readonly Range<ipaddr.IPv6>[] = NOT_GLOBAL_V6.map(([cidr, name]) => [
  ...ipaddr.IPv6.parseCIDR(cidr),
  name,
]);
const MAPPED = ipaddr.IPv6.parseCIDR('::ffff:0:0/96');
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Null when the address is global, otherwise what it is. Takes the textual form that a look-up answers. */
export function whyNotGlobal(address: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return whyNotGlobalV4(ipaddr.IPv4.parse(address));
  // A zone index (`fe80::1%eth0`) only exists on links that are not global.
  if (!address.includes('%') && ipaddr.IPv6.isValid(address))
    return whyNotGlobalV6(ipaddr.IPv6.parse(address));
  return 'not an address in its plain form';
}

function whyNotGlobalV4(address: ipaddr.IPv4): string | null {
  for (const [base, bits, name] of V4_RANGES) if (address.match(base, bits)) return name;
  // A second opinion: whatever the library knows to be special is refused even where our table does not list it.
  const range = address.range();
  return range === 'unicast' ? null : range;
}

function whyNotGlobalV6(address: ipaddr.IPv6): string | null {
  const carried = carriedBy(address);
  if (carried !== null) {
    const inside = whyNotGlobalV4(carried);
    return inside === null ? null : `carries a version 4 address that is ${inside}`;
  }
  if (!address.match(GLOBAL_UNICAST)) return `outside of 2000::/3 (${address.range()})`;
  for (const [base, bits, name] of V6_RANGES) if (address.match(base, bits)) return name;
  const [high, low] = [address.parts[4], address.parts[5]];
  if (((high ?? 0) & 0xfdff) === 0 && low === 0x5efe) return 'ISATAP';
  const range = address.range();
  return range === 'unicast' ? null : range;
}

/** The version 4 address that packets to this one end at; null: they end at itself. */
function carriedBy(address: ipaddr.IPv6): ipaddr.IPv4 | null {
  return address.match(MAPPED) || address.match(NAT64)
    ? new ipaddr.IPv4(address.toByteArray().slice(12))
    : null;
}

/** One spelling for each place that packets can end at, to compare addresses by. */
export function placeOf(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (!ipaddr.IPv6.isValid(bare)) return bare;
  const parsed = ipaddr.IPv6.parse(bare);
  return (carriedBy(parsed) ?? parsed).toString();
}

export interface Destination {
  /** As the URL standard writes it: lower case, numbers and escapes resolved, no brackets, no dot at the end. */
  readonly host: string;
  readonly port: number;
  /** The host is an address and not a name. */
  readonly literal: boolean;
}

/** Reads host and port the way the browser does, so that both mean the same destination. */
export function destinationOf(url: URL): Destination {
  const bare = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port =
    url.port === '' ? (url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80) : Number(url.port);
  return { host: bare, port, literal: ipaddr.isValid(bare) };
}

/**
 * Names that never leave a machine or a network, whatever a resolver answers: reserved for that (RFC 2606, 6761, 6762,
 * 8375, 9476; ICANN's `internal`; `arpa`, where no site is), kept out of the root because networks use them (`corp`,
 * `home`, `mail`; RFC 6762, appendix G), or written by containers and clusters. Each holds for what ends with it.
 */
const LOCAL_SUFFIXES: ReadonlySet<string> = new Set([
  'alt',
  'arpa',
  'consul',
  'corp',
  'default',
  'dmz',
  'docker',
  'domain',
  'home',
  'internal',
  'intra',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localdomain4',
  'localdomain6',
  'localhost',
  'localnet',
  'mail',
  'onion',
  'private',
  'priv',
  'svc',
  'test',
  'workgroup',
  // Where a cloud keeps the secrets of its machines, under names that look public.
  'metadata.goog',
  'metadata.tencentyun.com',
]);

/** Null when the name may be asked for in the public tree of names. */
function whyNotPublic(name: string): string | null {
  const labels = name.split('.');
  if (labels.length < 2) return 'a name of this machine or of a private network';
  // As the public tree has them; what else a resolver might make of other characters need not be known.
  if (name.length > 253 || !labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)))
    return 'not a name that the public tree of names can hold';
  return labels.some((_, i) => LOCAL_SUFFIXES.has(labels.slice(i).join('.')))
    ? 'a name of this machine or of a private network'
    : null;
}

const OPEN_PORTS: ReadonlySet<number> = new Set([80, 443]);

export type RefusalReason = 'address-not-global' | 'name-not-public' | 'port-not-allowed';

/** What can be said of a destination without a look-up; the look-up's answers are judged by `whyNotGlobal`. */
export function whyRefused(
  destination: Destination,
  allow: readonly string[],
): { readonly reason: RefusalReason; readonly why: string } | null {
  if (isAllowListed(destination, allow)) return null;
  if (destination.literal) {
    const why = whyNotGlobal(destination.host);
    if (why !== null) return { reason: 'address-not-global', why };
  } else {
    const why = whyNotPublic(destination.host);
    if (why !== null) return { reason: 'name-not-public', why };
  }
  if (!OPEN_PORTS.has(destination.port))
    return { reason: 'port-not-allowed', why: `port ${destination.port}; only 80 and 443 are opened` };
  return null;
}

/** Trial only: `host:port` pairs, compared as they are written. */
export function isAllowListed(destination: Destination, allow: readonly string[]): boolean {
  return allow.includes(`${destination.host}:${destination.port}`);
}

function malformed(why: string): AddressVerdict {
  return { ok: false, code: 'address-malformed', why };
}

export type AddressVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'address-not-http' | 'address-not-public' | 'address-malformed';
      readonly why: string;
    };

const LONGEST_ADDRESS = 8192;

/** Whether an address may be reported for capture. Nothing is trimmed or mended: what the browser would repair is refused. */
export function classifyAddress(text: string, allow: readonly string[] = []): AddressVerdict {
  if (text.length > LONGEST_ADDRESS) return malformed(`it is longer than ${LONGEST_ADDRESS} characters`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(text))
    return malformed('it holds a space, a control character or a backslash');
  if (!URL.canParse(text)) return malformed('it is not an absolute address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return {
      ok: false,
      code: 'address-not-http',
      why: `it begins with ${url.protocol} instead of http: or https:`,
    };
  if (!/^https?:\/\//i.test(text)) return malformed('two slashes must follow http: or https:');
  if (url.username !== '' || url.password !== '') return malformed('it carries a user name or password');
  const refused = whyRefused(destinationOf(url), allow);
  return refused === null ? { ok: true } : { ok: false, code: 'address-not-public', why: refused.why };
}
