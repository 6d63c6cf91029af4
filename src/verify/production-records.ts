/** The records of a production: each paper against the seals that the log has, each file against its paper. */
import { bytesOf, type Digests } from './bag.ts';
import type { PackageFiles } from './files.ts';
import type { ProductionPaper } from './production-paper.ts';
import { verifyRedactedRecord } from './redacted-record.ts';
import type { Findings } from './report.ts';

const MAX_RECORD = 64 * 2 ** 20;

export async function checkRecords<Name extends string>(
  {
    files,
    digests,
    paper,
    seals,
  }: {
    readonly files: PackageFiles;
    readonly digests: Digests;
    readonly paper: ProductionPaper;
    readonly seals: ReadonlyMap<string, ReadonlyMap<number, string>>;
  },
  findings: Findings<Name | 'papers' | 'files'>,
): Promise<void> {
  const papers = findings.step('papers', 'records');
  const step = findings.step('files', 'files');
  const expected = new Set<string>();
  for (const { n, record, paper: paperPath, files: named, leftOut } of paper.records) {
    if (paperPath !== `data/papers/${record}.json` || expected.has(paperPath))
      papers.fail(paperPath, 'It is not the paper of this record, or stands twice.');
    expected.add(paperPath);
    const bytes = await bytesOf(files, paperPath, MAX_RECORD);
    if (bytes === null) {
      papers.fail(paperPath, 'It is missing, or longer than a paper can be.');
      continue;
    }
    papers.look();
    const of = seals.get(record) ?? new Map<number, string>();
    const verdict = verifyRedactedRecord({
      paper: bytes,
      agency: paper.agency,
      record,
      vkeys: [paper.signedBy],
      manifestCommitments: of,
    });
    for (const { where, why } of verdict.flaws) papers.fail(paperPath, `${where}: ${why}`);
    const said = saidBy(bytes);
    if (said === null) continue;
    if (said.record !== record || said.agency !== paper.agency || said.production !== paper.production)
      papers.fail(paperPath, 'It is of another record, body or production.');
    if (said.seals.length !== of.size)
      papers.fail(
        paperPath,
        `It tells of ${said.seals.length} seals, and ${of.size} entries of the log are here.`,
      );
    const leaves = said.files.filter(({ state }) => state !== 'withheld');
    const left = new Set(leftOut.map(({ file }) => file));
    for (const { file, path } of named) {
      step.look();
      expected.add(path);
      const one = leaves.find((each) => each.n === file);
      const proven = one?.state === 'part' ? one.derived : one;
      if (proven === undefined || !path.startsWith(`data/records/${n}/file-${file}.`))
        step.fail(path, 'The paper of its record releases no such file.');
      else if (digests.get(path) !== proven.sha256 || files.sizes.get(path) !== proven.bytes)
        step.fail(path, 'It has other bytes than the paper of its record says, or is missing.');
    }
    for (const one of leaves)
      if (!left.has(one.n) && !named.some(({ file }) => file === one.n))
        step.fail(paperPath, `Its file ${one.n} is released and is not here, and nothing says why.`);
    for (const one of leftOut)
      if (!leaves.some((each) => each.n === one.file && each.state === 'released'))
        step.fail(paperPath, `Its file ${one.file} is said to be left out, and is not released.`);
  }
  for (const path of files.sizes.keys())
    if (/^data\/(papers|records)\//.test(path) && !expected.has(path))
      step.fail(path, 'No record of this production has it.');
}

interface SaidFile {
  readonly n: number;
  readonly state: 'released' | 'withheld' | 'part';
  readonly sha256?: string;
  readonly bytes?: number;
  readonly derived?: { readonly sha256: string; readonly bytes: number };
}

/** Of a paper that was checked; null: it is none. */
function saidBy(bytes: Buffer): {
  readonly agency: string;
  readonly record: string;
  readonly production: string;
  readonly seals: readonly unknown[];
  readonly files: readonly SaidFile[];
} | null {
  try {
    const said = JSON.parse(bytes.toString('utf8')) as ReturnType<typeof saidBy>;
    return Array.isArray(said?.files) && Array.isArray(said.seals) ? said : null;
  } catch {
    return null;
  }
}
