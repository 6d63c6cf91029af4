import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface ChildEnd {
  readonly killed: boolean;
  /** What the child printed; null when it was killed before it could. */
  readonly said: { readonly answer: unknown; readonly operations: number; readonly pid: number } | null;
}

/** Runs `folder-child.ts`; any end but success or the arranged death is an error. */
export function runFolderChild(
  folder: string,
  verb: string,
  argument: string,
  diesAfter = 0,
): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, 'folder-child.ts'), folder, verb, argument, String(diesAfter)],
      (error, stdout, stderr) => {
        if (error === null) resolve({ killed: false, said: JSON.parse(stdout) as ChildEnd['said'] });
        else if (error.signal === 'SIGKILL') resolve({ killed: true, said: null });
        else reject(new Error(stderr, { cause: error }));
      },
    );
  });
}
