/** Rows that are many, on this machine's disk until they are needed: one a line, in their order. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface RowsFile<T> {
  add(rows: readonly T[]): Promise<void>;
  /** All of them, so many at a time; where there is none, none once. Nothing is added afterwards. */
  read(most: number): AsyncGenerator<{ readonly rows: readonly T[]; readonly isLast: boolean }>;
  close(): void;
}

export function openRowsFile<T>(path: string): RowsFile<T> {
  const out = createWriteStream(path);
  return {
    add: async (rows) => {
      if (rows.length === 0) return;
      if (!out.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))) await once(out, 'drain');
    },
    read: async function* (most) {
      if (!out.writableEnded) out.end();
      if (!out.writableFinished) await once(out, 'finish');
      let rows: T[] = [];
      for await (const line of createInterface({ input: createReadStream(path) })) {
        if (rows.length === most) {
          yield { rows, isLast: false };
          rows = [];
        }
        rows.push(JSON.parse(line) as T);
      }
      yield { rows, isLast: true };
    },
    close: () => out.destroy(),
  };
}
