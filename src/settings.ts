/** How one setting is written: a value or a file that holds it, a duration, a size. Which there are: `config.ts`. */
import { readFileSync } from 'node:fs';
import { ArchiveError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const DAY_MS = 86_400_000;

/** `30d`, `12h`, `90m`, `45s`, `500ms` → milliseconds; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS }[
    match[2] as 'ms' | 's' | 'm' | 'h' | 'd'
  ];
  return Number(match[1]) * unit;
}

/** `500MB`, `2GB`, as powers of 1024 → bytes; null when it is neither. */
export function parseSize(text: string): number | null {
  const match = /^(\d{1,6})(MB|GB)$/.exec(text);
  return match === null ? null : Number(match[1]) * (match[2] === 'GB' ? 1024 ** 3 : 1024 ** 2);
}

/** One setting, from the environment or from the file that the environment names. Null: not set. */
export function readSetting(env: Environment, name: string): string | null {
  const value = env[name] ?? '';
  const file = env[`${name}_FILE`] ?? '';
  if (file === '') return value === '' ? null : value;
  const problem = (what: string): ArchiveError =>
    new ArchiveError('config-invalid', what, { retry: 'never' });
  if (value !== '') throw problem(`${name} and ${name}_FILE are both set; one of them is enough.`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    throw problem(`${name}_FILE names a file that cannot be read: ${file}.`);
  }
  if (text === '') throw problem(`${name}_FILE names a file that is empty: ${file}.`);
  return text;
}
