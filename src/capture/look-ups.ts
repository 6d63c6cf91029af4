/**
 * The look-ups of one lane. The system's resolver cannot be told to stop, and all of this process shares a few threads
 * of it: a page that names a thousand hosts whose servers never answer would keep everyone's look-ups waiting for an
 * hour. So a lane has a few under way, its others wait here, where they end with it, and none is waited for too long.
 */
import type { Lookup, ResolvedAddress } from './route.ts';

/** One for the host that does not answer, and one for the rest of the page meanwhile. */
const MOST_UNDER_WAY = 2;

export class LookUps {
  readonly #lookup: Lookup;
  readonly #limitMs: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #ended = false;

  constructor(lookup: Lookup, limitMs: number) {
    this.#lookup = lookup;
    this.#limitMs = limitMs;
  }

  /** Rejects as the resolver does, and when no answer came in time or before the end of the lane. */
  async ask(host: string): Promise<readonly ResolvedAddress[]> {
    let timer: NodeJS.Timeout | undefined;
    let isLate = false;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => {
        isLate = true;
        fail(new Error('No answer came in time.'));
      }, this.#limitMs);
    });
    try {
      return await Promise.race([late, this.#inTurn(host, () => isLate)]);
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#ended = true;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #inTurn(host: string, isLate: () => boolean): Promise<readonly ResolvedAddress[]> {
    if (this.#underWay < MOST_UNDER_WAY) this.#underWay += 1;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      if (this.#ended || isLate()) throw new Error('The lane has ended, or nobody waits any more.');
      return await this.#lookup(host);
    } finally {
      // Only now, whether or not somebody still waited: the resolver has let go of it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }
}
