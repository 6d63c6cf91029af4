/**
 * Other people's implementations of what our log writes, behind one Go program of ours (log-judge/main.go): `golang.org/x/mod`
 * for notes and tiles, `transparency-dev` for proofs and checkpoints, `gowebpki/jcs` for canonical JSON.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { bringProgram, type GoProgram } from './go-program.ts';

const FOLDER = join(import.meta.dirname, 'log-judge');
/** Part of the name, so that a changed judge is built anew. */
const VERSION = createHash('sha256')
  .update(readFileSync(join(FOLDER, 'main.go')))
  .update(readFileSync(join(FOLDER, 'go.sum')))
  .digest('hex')
  .slice(0, 12);

const PROGRAM: GoProgram = {
  name: `log-judge-${VERSION}`,
  source: '.',
  folder: FOLDER,
  pathVariable: 'LOG_JUDGE_PATH',
  what: 'the judge of the log, which is built with Go 1.26',
};

export const bringLogJudge = (): Promise<string> => bringProgram(PROGRAM);

/** Its answer. What it says on stderr is why there is none. */
export async function askJudge(verb: 'make' | 'check' | 'jcs', question: string): Promise<string> {
  const child = spawn(await bringLogJudge(), [verb], { stdio: 'pipe' });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(question);
  const [answer, complaint, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), exit]);
  if (code !== 0) throw new Error(`The judge ended with ${code}: ${complaint.toString()}`);
  return answer.toString();
}

export interface JudgedLog {
  readonly origin: string;
  readonly vkeys: readonly string[];
  readonly witnessVkey?: string;
  readonly entries: readonly string[];
  readonly tiles: Readonly<Record<string, string>>;
  readonly heads: readonly { readonly size: number; readonly root: string; readonly checkpoint: string }[];
  readonly inclusion: readonly {
    readonly index: number;
    readonly size: number;
    readonly path: readonly string[];
  }[];
  readonly consistency: readonly {
    readonly older: number;
    readonly newer: number;
    readonly path: readonly string[];
  }[];
  readonly proofs: readonly { readonly index: number; readonly text: string }[];
}
