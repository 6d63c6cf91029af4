/** Step 11: each time stamp over the checkpoint that its name says, and which records are among what it is over. */
import { verifyStamp } from '#anchor/stamp.ts';
import { ArchiveError } from '#errors.ts';
import { bytesOf, textOf } from './bag.ts';
import type { PackageFiles } from './files.ts';
import type { Findings } from './report.ts';

const MAX_BYTES = 1_048_576;

export interface StampsInput {
  readonly files: PackageFiles;
  /** PEM of authorities, which the caller has from elsewhere; null: those that came with the package. */
  readonly roots: string | null;
  /** Of each record, the index of the entry of its last seal; null: the package has none. */
  readonly lastSeals: readonly (number | null)[];
}

export async function checkStamps(
  { files, roots, lastSeals }: StampsInput,
  findings: Findings,
): Promise<void> {
  const step = findings.step('stamps', 'stamps');
  const held: { readonly size: number; readonly at: string }[] = [];
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
      const { at } = await verifyStamp(stamp, checkpoint, trusted);
      held.push({ size: Number(size), at: at.toISOString() });
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      step.fail(path, error.message);
    }
  }
  if (stamps === 0) {
    if (roots === null) step.note('No authority has stamped it.');
    else findings.missing('stamps', 'No authority has stamped it, so your roots were not asked.');
    return;
  }
  if (held.length === 0) return;
  // A log only grows: what is over fewer entries than the record's last seal says nothing of that seal.
  const since = lastSeals.map(
    (index) =>
      held.flatMap(({ size, at }) => (index !== null && size > index ? [at] : [])).toSorted()[0] ?? null,
  );
  const undated = since.filter((at) => at === null).length;
  const last = since
    .filter((at) => at !== null)
    .toSorted()
    .at(-1);
  const said =
    undated === 0 && last !== undefined
      ? `Each record is dated with its last seal, the last of them at ${last}.`
      : `Of ${since.length} record(s) ${undated} are dated by none of them: the stamps are over less of the log than their last seals.`;
  // Whoever forges a package can forge an authority too.
  if (roots === null)
    findings.missing(
      'stamps',
      `${said} The roots of the authorities came with the package, so this dates nothing until you give those that you have from elsewhere (--tsa-roots).`,
    );
  else if (undated > 0 || last === undefined) findings.missing('stamps', said);
  else step.note(said);
}
