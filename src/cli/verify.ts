/** `holdfast verify`: checks what an archive handed out, as a stranger would. Needs no settings, no database and no network. */
import { readFile } from 'node:fs/promises';
import { EXIT, type Verb } from './verb.ts';
import type { Verdict } from '#verify/verify.ts';

export const verify: Verb = {
  name: 'verify',
  summary: 'Check a package without the archive that made it: no database, no network',
  configure: (command) =>
    void command
      .argument('<path>', 'a package: its folder, or the tar of it')
      .option(
        '--key <verifier key>',
        'the log’s public key, which you have from elsewhere; without it the package vouches for itself',
      )
      .option('--tsa-roots <file>', 'PEM of the time stamp authorities’ roots, which you have from elsewhere')
      .addHelpText(
        'after',
        `\nEnds with 0 when all of it is verified, with 1 when a step failed (each failure names step and file), and with 7 when it is
no package. The steps: src/verify/PACKAGE.md, "Checking"; the same without any program of ours: VERIFY.md in each package.`,
      ),
  run: async ({ args, options, say, answer }) => {
    const { verifyPackage } = await import('#verify/verify.ts');
    const path = args[0] ?? '';
    const key = options['key'];
    const roots = options['tsaRoots'];
    const verdict = await verifyPackage(
      path,
      typeof key === 'string' ? key : null,
      typeof roots === 'string' ? await readFile(roots, 'utf8') : null,
    );
    if (verdict === null) {
      say(
        `${path} is no package: expected a folder with bagit.txt in it, or the tar of one, as the archive hands them out.`,
      );
      return EXIT.unreadable;
    }
    answer(verdict, told(verdict));
    return verdict.verified ? EXIT.done : EXIT.failed;
  },
};

const MARK = { passed: 'ok', failed: 'FAILED', nothing: '--', missing: 'not done' } as const;

function told({ steps, failures, failed, verified, key, checkpoint, records }: Verdict): string {
  const lines = steps.map(({ n, title, result, looked, of, note }) => {
    const seen = result === 'nothing' || result === 'missing' ? '' : ` (${looked} ${of})`;
    return `${String(n).padStart(3)}. ${MARK[result].padEnd(9)} ${title}${seen}${note === null ? '' : ` ${note}`}`;
  });
  lines.push(...failures.map(({ step, file, sentence }) => `  ! ${step}: ${file}: ${sentence}`));
  if (failed > failures.length) lines.push(`  ! and ${failed - failures.length} more`);
  if (checkpoint !== null)
    lines.push(`The log ${checkpoint.origin} at size ${checkpoint.size} has the root ${checkpoint.root}.`);
  lines.push(
    key.from === 'caller'
      ? 'Checked by the key that you gave.'
      : `The key came with the package, so compare it with one that you have from elsewhere: ${key.vkeys.join(' ') || 'there is none'}`,
  );
  lines.push(verified ? `VERIFIED: ${records.length} record(s).` : 'NOT VERIFIED.');
  return lines.join('\n');
}
