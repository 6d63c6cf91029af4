/**
 * Fetching for somebody who does not run the machine: public addresses alone, whatever a name stands for by the time it is opened.
 * The address that was judged is the one that is connected to. Nothing is followed, and no answer is read beyond 1 MB.
 */
import { lookup } from 'node:dns';
import { Agent, fetch } from 'undici';
import type { PublicFetch } from '#agency/agency.ts';
import { destinationOf, whyNotGlobal } from '#capture/addresses.ts';

const MOST_BYTES = 1_000_000;

export class NotPublic extends Error {}

/** Null: it may be connected to. */
type Judge = (address: string) => string | null;

export function openPublicFetch(): PublicFetch {
  const dispatcher = judgedAgent(lookup, whyNotGlobal);
  return async (input, { body, headers, method, signal }) => {
    const url = new URL(input);
    // A host that is an address is looked up by nobody.
    const { host, literal } = destinationOf(url);
    const why = literal ? whyNotGlobal(host) : null;
    if (why !== null || url.protocol !== 'https:') throw new NotPublic(`${host} is ${why ?? 'not https'}`);
    return await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      dispatcher,
      ...(body === null || body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
}

/** Connects to what a name stands for only if all of it passes. */
export function judgedAgent(resolve: typeof lookup, judge: Judge): Agent {
  return new Agent({
    maxResponseSize: MOST_BYTES,
    connect: {
      lookup: (host, options, done) => {
        resolve(host, { ...options, all: true }, (error, found) => {
          if (error !== null) return done(error, '', 0);
          const why = found.map(({ address }) => judge(address)).find((one) => one !== null);
          const [first] = found;
          if (why !== undefined || first === undefined)
            return done(new NotPublic(`${host} is ${why ?? 'nowhere'}`), '', 0);
          return options.all === true ? done(null, found) : done(null, first.address, first.family);
        });
      },
    },
  });
}
