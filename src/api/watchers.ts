/** Who watches which record. A worker's step notifies (migration 0005); the watcher then
 * reads the truth again, and every two seconds anyway, which is how what a report added is seen. */
import type { Db } from '#db/db.ts';

export interface Watchers {
  /** `look` is called after a change, and now and then without one. Answers how to stop. */
  watch(recordId: string, look: () => void): () => void;
  close(): Promise<void>;
}

const ANYWAY_MS = 2000;

export async function openWatchers(db: Db): Promise<Watchers> {
  const watching = new Map<string, Set<() => void>>();
  const all = (): void => {
    for (const looks of watching.values()) for (const look of looks) look();
  };
  const unlisten = await db.listen(
    'record',
    (recordId) => watching.get(recordId)?.forEach((look) => look()),
    all,
  );
  const timer = setInterval(all, ANYWAY_MS);
  timer.unref();
  return {
    watch: (recordId, look) => {
      const looks = watching.get(recordId) ?? new Set();
      looks.add(look);
      watching.set(recordId, looks);
      return () => {
        looks.delete(look);
        if (looks.size === 0) watching.delete(recordId);
      };
    },
    close: async () => {
      clearInterval(timer);
      await unlisten();
    },
  };
}
