/**
 * Who is at work beside whom in this process. A step that ends the process, or stops its event loop, takes along whatever
 * is claimed in it; so a step that is suspected of that works alone, and one suspect at a time.
 *
 * Nobody is waited for longer than `patienceMs`: a step that is still at work by then no longer keeps a suspect from
 * beginning, and a suspect that is still at work by then no longer keeps others from joining. Only another suspect is
 * kept out to the end. A step that waits for something that never comes therefore costs its own place and nothing else.
 */
export interface Company {
  /** Begins beside whatever is at work. While a suspect waits for its turn, or is alone, this waits. */
  join(patienceMs: number): Promise<Leave>;
  /** Begins alone, as a suspect. Null when another suspect is at work, or waits to be. */
  alone(patienceMs: number): Promise<Leave | null>;
}

/** Called once the claim is settled, whatever came of it. */
export type Leave = () => void;

export function openCompany(): Company {
  /** Each ends when its step left, or was at work for so long that nobody waits for it any more. */
  const atWork = new Set<Promise<void>>();
  /** Until when nobody may join. */
  let door: Promise<void> | null = null;
  let suspected = false;

  return {
    join: async (patienceMs) => {
      while (door !== null) await door;
      const presence = lasting(patienceMs);
      atWork.add(presence.ended);
      void presence.ended.then(() => atWork.delete(presence.ended));
      return presence.end;
    },
    alone: async (patienceMs) => {
      if (suspected) return null;
      suspected = true;
      const shut = Promise.withResolvers<void>();
      door = shut.promise;
      await Promise.all(atWork);
      const solitude = lasting(patienceMs);
      const open = async (): Promise<void> => {
        await solitude.ended;
        // The next suspect may have shut it anew.
        if (door === shut.promise) door = null;
        shut.resolve();
      };
      void open();
      return () => {
        solitude.end();
        suspected = false;
      };
    },
  };
}

/** Ends when it is told to, or by itself after so long. */
function lasting(ms: number): { readonly ended: Promise<void>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  // Nobody's process is kept alive by it.
  timer.unref();
  return {
    ended: promise,
    end: () => {
      clearTimeout(timer);
      resolve();
    },
  };
}
