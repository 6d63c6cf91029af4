/** Time stamp authorities and witnesses, as the settings name them: each with what is needed to check its answers. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readWitnessPolicy, type WitnessPolicy } from './witness-policy.ts';

export interface StampAuthority {
  /** Its host, with the port where that is not the usual one. */
  readonly name: string;
  readonly url: string;
  /** PEM of the roots that its answers must lead to. */
  readonly roots: string;
}

export interface AnchorConfig {
  readonly authorities: readonly StampAuthority[];
  /** Null: no witness is known. */
  readonly witnesses: WitnessPolicy | null;
  readonly everyMs: number;
}

/** TSA_URL and TSA_ROOTS; adds to `problems`. */
export function readAuthorities(
  urls: string | null,
  rootFiles: string | null,
  problems: string[],
): readonly StampAuthority[] {
  const addresses = listed(urls);
  const files = listed(rootFiles);
  for (const [n, address] of addresses.entries())
    if (!URL.canParse(address) || !['http:', 'https:'].includes(new URL(address).protocol)) {
      problems.push(
        `TSA_URL takes addresses that begin with http:// or https://, separated by commas; number ${n + 1} is none.`,
      );
      return [];
    }
  const names = addresses.map((address) => new URL(address).host);
  if (new Set(names).size < names.length)
    problems.push('TSA_URL names one host twice: two authorities are two only when they are two hosts.');
  if (addresses.length === 0 && files.length > 0) problems.push('TSA_ROOTS is set, and TSA_URL is not.');
  if (addresses.length > 0 && files.length !== 1 && files.length !== addresses.length)
    problems.push(
      'TSA_ROOTS must name a PEM file with the roots of each authority in TSA_URL, in the same order and separated by commas, or one file for all: without its root nobody can check a stamp.',
    );
  const roots = files.map((file) => rootsIn(file, problems));
  return addresses.map((url, n) => ({
    name: names[n] ?? '',
    url,
    roots: roots[files.length === 1 ? 0 : n] ?? '',
  }));
}

/** HOLDFAST_WITNESSES, as a policy; adds to `problems`. */
export function readWitnesses(text: string | null, problems: string[]): WitnessPolicy | null {
  if (text === null) return null;
  const found: string[] = [];
  const policy = readWitnessPolicy(text, found);
  problems.push(
    ...found.map((what) => `HOLDFAST_WITNESSES is not a policy of witnesses (C2SP tlog-policy): ${what}.`),
  );
  return policy;
}

function listed(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function rootsIn(file: string, problems: string[]): string {
  try {
    const pem = readFileSync(file, 'utf8');
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length > 0 && blocks.every((block) => new X509Certificate(block).ca)) return blocks.join('\n');
  } catch {
    // Said below: it cannot be read, or holds something else.
  }
  problems.push(
    `TSA_ROOTS names ${file}, which is not a readable PEM file of certificates that may issue others.`,
  );
  return '';
}
