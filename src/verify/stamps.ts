/** Step 11: each time stamp over the checkpoint that its name says. */
import { verifyStamp } from '#anchor/stamp.ts';
import { ArchiveError } from '#errors.ts';
import { bytesOf, textOf } from './bag.ts';
import type { PackageFiles } from './files.ts';
import type { Findings } from './report.ts';

const MAX_BYTES = 1_048_576;

/** `roots`: PEM of authorities, which the caller has from elsewhere; null: those that came with the package. */
export async function checkStamps(
  files: PackageFiles,
  roots: string | null,
  findings: Findings,
): Promise<void> {
  const step = findings.step('stamps', 'stamps');
  const times: string[] = [];
  let stamps = 0;
  for (const path of files.sizes.keys()) {
    const [, size, end] = /^proofs\/stamps\/(\d+)-\d+\.(tsr|pem)$/.exec(path) ?? [];
    if (size === undefined) continue;
    if (end === 'pem') {
      if (!files.sizes.has(path.replace(/pem$/, 'tsr'))) step.fail(path, 'It belongs to no stamp.');
      continue;
    }
    step.look();
    stamps += 1;
    const stamp = await bytesOf(files, path, MAX_BYTES);
    const checkpoint = await bytesOf(files, `proofs/checkpoints/${size}`, MAX_BYTES);
    const trusted = roots ?? (await textOf(files, path.replace(/tsr$/, 'pem'), MAX_BYTES));
    if (stamp === null || checkpoint === null || trusted === null) {
      step.fail(
        path,
        `It, its checkpoint proofs/checkpoints/${size}, or the root of its authority is not here.`,
      );
      continue;
    }
    try {
      times.push((await verifyStamp(stamp, checkpoint, trusted)).at.toISOString());
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      step.fail(path, error.message);
    }
  }
  if (times.length === 0) {
    if (stamps === 0) step.note('No authority has stamped it.');
    return;
  }
  const said = `The earliest states ${times.toSorted()[0] ?? ''}.`;
  // Whoever forges a package can forge an authority too.
  if (roots === null)
    findings.missing(
      'stamps',
      `${said} The roots of the authorities came with the package, so this dates nothing until you give those that you have from elsewhere (--tsa-roots).`,
    );
  else step.note(said);
}
