/**
 * Fetching for somebody who does not run the machine: public addresses alone, whatever a name stands for by the time it is opened.
 * The address that was judged is the one that is connected to. Nothing is followed, and no answer is read beyond 1 MB.
 */
import { lookup } from 'node:dns';
import { Agent, fetch } from 'undici';
import type { PublicFetch } from '#agency/agency.ts';
import { destinationOf, whyNotGlobal, whyRefused } from '#capture/addresses.ts';

const MOST_BYTES = 1_000_000;

export class NotPublic extends Error {}
export class NotPlain extends Error {}

type Init = Parameters<PublicFetch>[1];
type Answer = Awaited<ReturnType<typeof fetch>>;

/** Null: it may be connected to. */
type Judge = (address: string) => string | null;

export function openPublicFetch(): PublicFetch {
  const dispatcher = judgedAgent(lookup, whyNotGlobal);
  return async (input, init) => {
    const url = new URL(input);
    const destination = destinationOf(url);
    // As the capture judges, but for ports: a provider may listen on any. A host that is an address is looked up by nobody.
    const why = whyRefused({ ...destination, port: 443 }, [])?.why ?? null;
    if (why !== null || url.protocol !== 'https:')
      throw new NotPublic(`${destination.host} is ${why ?? 'not https'}`);
    return await openPlainly(url, init, dispatcher);
  };
}

/** The limit counts what comes over the line: an answer that swells when it is unpacked is not read. */
export async function openPlainly(
  url: URL,
  { body, headers, method, signal }: Init,
  dispatcher: Agent,
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, 'accept-encoding': 'identity' },
    redirect: 'manual',
    dispatcher,
    ...(body === null || body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  const packed = answer.headers.get('content-encoding') ?? 'identity';
  if (packed.toLowerCase() === 'identity') return answer;
  await answer.body?.cancel();
  throw new NotPlain(`${url.host} sent what is packed (${packed}), although it was asked not to.`);
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
