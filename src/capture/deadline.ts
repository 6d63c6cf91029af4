/** One deadline for all of a capture, and shorter limits within it. A page may never answer; we always do. */
export class TooLate extends Error {
  readonly rule: string;
  readonly ms: number;

  constructor(rule: string, ms: number) {
    super(`${rule} after ${ms} ms`);
    this.name = 'TooLate';
    this.rule = rule;
    this.ms = ms;
  }
}

export class Deadline {
  readonly #endsAt: number;
  readonly #totalMs: number;

  constructor(totalMs: number) {
    this.#totalMs = totalMs;
    this.#endsAt = performance.now() + totalMs;
  }

  leftMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /** Rejects with `TooLate` at `limitMs`, or at the deadline when that is sooner. The work itself is left to its fate. */
  async bound<T>(work: Promise<T>, limitMs: number, rule: string): Promise<T> {
    const leftMs = this.leftMs();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(
        () => fail(limitMs < leftMs ? new TooLate(rule, limitMs) : new TooLate('deadline', this.#totalMs)),
        Math.min(limitMs, leftMs),
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      work.catch(() => undefined);
    }
  }
}
