/**
 * The two addresses of an installation: the console's, and that of the content server, which shows archived bytes and nothing
 * else. Where no address is set for that, both are under the name by which somebody asked (localhost, an address in the office),
 * the content server at its own port: a trial is opened under any of them.
 */
import type { Config } from '#config.ts';

export interface Places {
  /** The origin of archived bytes for somebody who asked the console under this header Host. */
  contentFor(host: string | undefined): string;
  /** The origin of the console's own pages for them, which alone may show what is there. */
  consoleFor(host: string | undefined): string;
}

/** `contentPort`: as it is; before the server listens, as it is set. */
export function openPlaces(config: Config, contentPort: () => number): Places {
  const own = new URL(config.publicUrl);
  const askedAs = (host: string | undefined): URL => {
    const asked = `http://${host ?? ''}`;
    // It goes into headers of ours: a name or an address with its port, and nothing that has a meaning there.
    return /^(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(host ?? '') && URL.canParse(asked)
      ? new URL(asked)
      : own;
  };
  return {
    contentFor: (host) =>
      config.contentUrl ?? new URL(`http://${askedAs(host).hostname}:${contentPort()}`).origin,
    consoleFor: (host) => (config.contentUrl === null ? askedAs(host).origin : own.origin),
  };
}
