/**
 * Checks what the archive hands out, as a stranger would: from the files alone, without a database, without a network, and without the rest
 * of the archive. PACKAGE.md is the specification; beside it lie VERIFY.md and verify.py, which do the same with other people's programs.
 *
 * What a caller may rely on: nothing that a package says is believed before it is checked; each step says how much it looked
 * at, and each failure its step and file; memory grows with the number of files, never with their bytes.
 */
import { openCheckpoint, type LogKey, type Trust } from '#log/checkpoint.ts';
import { verifierKey } from '#log/note.ts';
import { bytesOf, checkBag, textOf } from './bag.ts';
import { openPackage, type PackageFiles } from './files.ts';
import type { NotProven } from './index-says.ts';
import { checkPapers, type Paper } from './papers.ts';
import { readPolicy, type Policy } from './policy.ts';
import { checkProofs } from './proofs.ts';
import { openFindings, type Failure, type Findings, type StepReport } from './report.ts';
import { checkSeals } from './seals.ts';
import { checkStamps } from './stamps.ts';
import { checkWacz } from './wacz.ts';

export { verifyArchive, type ArchiveVerdict } from './archive.ts';
export { BAGIT, listOf } from './bag.ts';
export { bagInfoText, type Paper } from './papers.ts';
export { contentsHtml, type ListedObject } from './contents.ts';
export { ABOUT, type NotProven } from './index-says.ts';
export { premisXml } from './premis.ts';
export { verifyProduction, type ProductionVerdict } from './production.ts';
export { PRODUCTION_FORMAT, productionNote, type ProductionPaper } from './production-paper.ts';
export { verifyReceipt, type ReceiptVerdict } from './receipt.ts';
export { verifySearchCertificate, type SearchVerdict } from './search-certificate.ts';
export { checkpointsIn, readReceiptFile } from './since.ts';
export { scopeOf } from './proofs.ts';
export {
  checkAgainstOriginal,
  verifyRedactedRecord,
  type Original,
  type RedactedFlaw,
  type RedactedVerdict,
} from './redacted-record.ts';
export { BLOCK, paddingOf, tarHeader } from './tar.ts';
export { centralHeader, localHeader, zipEnd, zipTime, type ZipMember } from './zip-format.ts';
export type { Failure, StepReport } from './report.ts';

export interface Verdict {
  readonly verified: boolean;
  readonly kind: PackageFiles['kind'];
  readonly export: string | null;
  readonly agency: string | null;
  readonly records: readonly string[];
  readonly bytes: number;
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string } | null;
  readonly key: {
    /** `package`: it vouches for itself, until somebody compares the keys. */
    readonly from: 'caller' | 'package';
    readonly vkeys: readonly string[];
  };
  /**
   * Whose word each of these is: `caller`, who has it from elsewhere; `package`: it came with what it is to prove, and proves nothing
   * until it was compared; `none`: there was none to ask for.
   */
  readonly trust: {
    readonly log: 'caller' | 'package';
    readonly witnesses: 'caller' | 'package' | 'none';
    readonly stamps: 'caller' | 'package' | 'none';
  };
  /** Said in the package, and proven by nothing in it. */
  readonly notProven: readonly NotProven[];
  readonly steps: readonly StepReport[];
  readonly failures: readonly Failure[];
  readonly failed: number;
}

const MAX_POLICY = 1_048_576;

/**
 * Null: what lies there is no package. All three are from elsewhere. `vkey`: the log's key; `roots`: PEM of the authorities that stamp;
 * `witnesses`: a policy of C2SP tlog-policy, whose witnesses and quorum count in the place of those that the package names.
 */
export async function verifyPackage(
  path: string,
  vkey: string | null,
  roots: string | null = null,
  witnesses: string | null = null,
): Promise<Verdict | null> {
  const outside = witnesses === null ? null : readPolicy(witnesses);
  // A key that cannot be read is the caller's mistake, and no finding.
  const given = vkey === null ? null : { vkey, key: verifierKey(vkey) };
  const files = await openPackage(path);
  if (files === null) return null;
  const findings = openFindings();
  try {
    let notProven: readonly NotProven[] = [];
    let lastSeals: readonly (number | null)[] = [];
    const digests = await checkBag(files, findings);
    const paper = await checkPapers(files, digests, findings);
    const policy = await policyOf(files, findings);
    const origin = given?.key.name ?? paper?.origin ?? '';
    const logKeys = given === null ? (policy?.logs ?? []) : [given];
    const trust: Trust = {
      origin,
      keys: logKeys
        .filter(({ key }) => key.name === origin)
        .map((one) => sized(one, given === null ? paper : null)),
      witnesses: (outside ?? policy)?.witnesses ?? [],
    };
    if (paper !== null) {
      if (given !== null && given.key.name !== paper.origin)
        findings
          .step('entries', 'entries')
          .fail('data/package.json', `It speaks of the log ${paper.origin}; your key is one of ${origin}.`);
      const records = await checkSeals(files, digests, paper, findings);
      const earlier: Trust = {
        ...trust,
        keys: [...trust.keys, ...(given === null ? [] : (policy?.logs ?? []))].filter(
          ({ key }, i, all) => key.name === origin && all.findIndex((other) => other.key.id === key.id) === i,
        ),
      };
      ({ notProven, lastSeals } = await checkProofs(
        { files, digests, paper, records, trust, earlier },
        findings,
      ));
      for (const { archives } of records.values())
        for (const archive of archives)
          if (files.sizes.has(archive)) await checkWacz(files, archive, findings);
    }
    const checkpoint = await checkWitnesses(files, trust, { policy, outside }, findings);
    await checkStamps({ files, roots, lastSeals }, findings);
    const steps = findings.report();
    const whose = (step: 'witnesses' | 'stamps', from: string | null): 'caller' | 'package' | 'none' =>
      steps.find((one) => one.step === step)?.looked === 0 ? 'none' : from !== null ? 'caller' : 'package';
    return {
      verified: findings.failed() === 0 && paper !== null,
      kind: files.kind,
      export: paper?.export ?? null,
      agency: paper?.agency ?? null,
      records: paper?.records ?? [],
      bytes: [...files.sizes.values()].reduce((sum, size) => sum + size, 0),
      checkpoint,
      key: { from: given === null ? 'package' : 'caller', vkeys: logKeys.map((one) => one.vkey) },
      trust: {
        log: given === null ? 'package' : 'caller',
        witnesses: whose('witnesses', witnesses),
        stamps: whose('stamps', roots),
      },
      notProven,
      steps,
      failures: findings.failures(),
      failed: findings.failed(),
    };
  } finally {
    await files.close();
  }
}

/** A key of the package signs at the sizes that the package says; yours, at all of them. */
function sized({ vkey, key }: Policy['logs'][number], paper: Paper | null): LogKey {
  const said = paper?.keys.find((one) => one.vkey === vkey);
  return {
    key,
    ...(said === undefined ? {} : { firstSize: said.firstSize }),
    ...(said === undefined || said.lastSize === null ? {} : { lastSize: said.lastSize }),
  };
}

async function policyOf(files: PackageFiles, findings: Findings): Promise<Policy | null> {
  const path = 'proofs/policy.txt';
  const step = findings.step('witnesses', 'cosignatures');
  const text = await textOf(files, path, MAX_POLICY);
  if (text === null) step.fail(path, 'It is missing, or is no text.');
  return text === null ? null : (step.tried(path, () => readPolicy(text)) ?? null);
}

async function checkWitnesses(
  files: PackageFiles,
  trust: Trust,
  { policy, outside }: { readonly policy: Policy | null; readonly outside: Policy | null },
  findings: Findings,
): Promise<Verdict['checkpoint']> {
  const step = findings.step('witnesses', 'cosignatures');
  const note = await bytesOf(files, 'proofs/checkpoint', MAX_POLICY);
  if (note === null) return null;
  try {
    const { origin, size, root, witnessedBy } = openCheckpoint(note, trust);
    step.look(witnessedBy.length);
    const asked = outside ?? policy;
    const said = [
      ...(witnessedBy.length === 0 ? [] : [`Cosigned by ${witnessedBy.map(({ name }) => name).join(', ')}.`]),
      ...(asked === null || asked.asksForWitnesses
        ? []
        : [`${outside === null ? 'The policy of the package' : 'Your policy'} asks for no witness.`]),
    ].join(' ');
    if (asked !== null && !asked.isSatisfied(witnessedBy))
      step.fail(
        'proofs/checkpoint',
        `${witnessedBy.length} witnesses of ${outside === null ? 'policy.txt' : 'your policy'} have cosigned it, and the policy asks for more.`,
      );
    else if (witnessedBy.length > 0 && outside === null)
      // Whoever forges a package can forge its witnesses too.
      findings.missing(
        'witnesses',
        `${said} The keys of these witnesses came with the package (proofs/policy.txt), so they show nothing until you give a policy that you have from elsewhere (--policy).`,
      );
    else if (said !== '') step.note(said);
    return { origin, size, root: root.toString('hex') };
  } catch {
    // Step 8 has said why.
    return null;
  }
}
