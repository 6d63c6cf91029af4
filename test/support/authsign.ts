/**
 * Other people's judgement of who signed a web archive: authsign, the verifier of WACZ-auth, with roots of our own. It knows the signature
 * with an identity alone, and not the anonymous one.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { areThere, bringPythonTools, pythonTools } from './python-tools.ts';

const run = promisify(execFile);
const TOOLS = pythonTools('authsign==0.6.1');

const PROGRAM = `
import json, sys
from authsign.verifier import Verifier
print(json.dumps(Verifier(sys.argv[1])(json.load(sys.stdin)).model_dump()))
`;

/** About 55 MB, once; Python 3.11 or newer. */
export async function bringAuthsign(): Promise<void> {
  await bringPythonTools(TOOLS);
}

export interface TrustedRoots {
  /** SHA-256 of certificates, in hex. */
  readonly domain: string;
  readonly timestamp: string;
}

/** Whom it takes for the maker, and when; rejects when it refuses. */
export async function askAuthsign(
  signedData: unknown,
  roots: TrustedRoots,
): Promise<{ readonly observer: string; readonly timestamp: string }> {
  if (!(await areThere(TOOLS))) throw new Error(TOOLS.howTo);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-authsign-'));
  try {
    const path = join(folder, 'roots.yaml');
    await writeFile(
      path,
      `domain_cert_roots: ["${roots.domain}"]\ntimestamp_cert_roots: ["${roots.timestamp}"]\n`,
    );
    const asked = run('python3', ['-c', PROGRAM, path], { env: TOOLS.environment, timeout: 60_000 });
    asked.child.stdin?.end(JSON.stringify(signedData));
    const { stdout } = await asked;
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { observer: string; timestamp: string };
  } finally {
    await rm(folder, { recursive: true });
  }
}
