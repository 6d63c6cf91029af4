/**
 * What a verb of `holdfast` is. One file each, named after it, listed in `main.ts`.
 *
 * A verb imports the rooms it needs inside `run`, so that `--help` and every other verb start without them.
 */
import type { Command } from 'commander';

/** What the exit code says. Scripts depend on these; `--help` prints them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  config: 3,
  partDown: 4,
  refused: 5,
  notRunning: 6,
  unreadable: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: 'done, or every check passed',
  1: 'failed, or a check found something; the message says what',
  2: 'the command was not understood',
  3: 'the settings are wrong; all problems are listed',
  4: 'a part is down or missing: database, queue, store, browser, disk',
  5: 'refused as things stand: in use, already there, not allowed',
  6: 'Holdfast itself is not running where it was asked for',
  7: 'what was to be read is not what this command reads',
  130: 'interrupted before it was done',
};

export interface Invocation {
  readonly args: readonly string[];
  /** As commander read them: the verb's `configure` says which there are. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly json: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C, SIGTERM, or the end of the npm that started this. A verb that serves drains then and returns. */
  readonly stop: AbortSignal;
  /** Progress for a person. Goes to stderr, so that stdout carries the answer alone. */
  readonly say: (sentence: string) => void;
  /** The answer: with `--json` the value as one line, otherwise the text. */
  readonly answer: (value: unknown, text: string) => void;
}

export interface Verb {
  /** One word, or two such as `agency add`. */
  readonly name: string;
  /** Half a line for `--help`. */
  readonly summary: string;
  /** Arguments, options and examples. `--json` and `--help` are there already. */
  configure?(command: Command): void;
  run(invocation: Invocation): Promise<ExitCode | void>;
}
