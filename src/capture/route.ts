/**
 * The decision behind every connection of the capture browser: one look-up, every answer judged, and the connection
 * goes to an address that was judged. There is no second look-up, so a name whose answer changes gains nothing.
 */
import { networkInterfaces } from 'node:os';
import { destinationOf, isAllowListed, placeOf, whyNotGlobal, whyRefused } from './addresses.ts';
import type { Destination, RefusalReason } from './addresses.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a name. Replaced in tests, so that answers of all ranges are judged without a packet. */
export type Lookup = (host: string) => Promise<readonly ResolvedAddress[]>;

export type Route =
  | {
      readonly verdict: 'open';
      readonly destination: Destination;
      readonly addresses: readonly ResolvedAddress[];
    }
  | {
      readonly verdict: 'refused';
      readonly destination: Destination | null;
      readonly reason: RouteRefusal;
      readonly why: string;
    }
  | {
      readonly verdict: 'failed';
      readonly destination: Destination;
      readonly reason: 'name-unknown' | 'name-lookup-failed';
    };

type RouteRefusal = RefusalReason | 'malformed' | 'scheme-not-allowed';

/**
 * The addresses of this machine, which may be global ones: what listens on them is not meant for a page to ask. Asked
 * for each route (a fraction of a millisecond), because they change while the machine runs.
 */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}

/** `target` is the absolute form of a request, or `http://host:port` made of the authority of a CONNECT. */
export async function routeTo(
  target: string,
  allow: readonly string[],
  lookup: Lookup,
  own: () => readonly string[] = ownAddresses,
): Promise<Route> {
  if (!URL.canParse(target))
    return { verdict: 'refused', destination: null, reason: 'malformed', why: 'not an address' };
  const url = new URL(target);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { verdict: 'refused', destination: null, reason: 'scheme-not-allowed', why: url.protocol };
  const destination = destinationOf(url);
  const refused = whyRefused(destination, allow);
  if (refused !== null) return { verdict: 'refused', destination, ...refused };

  let addresses: readonly ResolvedAddress[];
  try {
    addresses = destination.literal
      ? [{ address: destination.host, family: destination.host.includes(':') ? 6 : 4 }]
      : await lookup(destination.host);
  } catch (error) {
    // ENOTFOUND: somebody answered that there is no such name. Anything else: nobody answered.
    const unknown = error instanceof Error && 'code' in error && error.code === 'ENOTFOUND';
    return { verdict: 'failed', destination, reason: unknown ? 'name-unknown' : 'name-lookup-failed' };
  }
  if (addresses.length === 0) return { verdict: 'failed', destination, reason: 'name-unknown' };
  if (!isAllowListed(destination, allow)) {
    const ours = new Set(own().map(placeOf));
    for (const { address } of addresses) {
      const why = whyNotGlobal(address) ?? (ours.has(placeOf(address)) ? 'an address of this machine' : null);
      // One private answer among public ones is an attack or a mistake; both are refused whole.
      if (why !== null) return { verdict: 'refused', destination, reason: 'address-not-global', why };
    }
  }
  return {
    verdict: 'open',
    destination,
    addresses: [...addresses].sort((a, b) => a.family - b.family),
  };
}
