/** `holdfast verify`: checks what an archive handed out, as a stranger would. Needs no settings and no database; and no network, but for the address of an archive. */
import { readFile } from 'node:fs/promises';
import type {
  ArchiveVerdict,
  ProductionVerdict,
  ReceiptVerdict,
  SearchVerdict,
  Verdict,
} from '#verify/verify.ts';
import { EXIT, type ExitCode, type Invocation, type Verb } from './verb.ts';

export const verify: Verb = {
  name: 'verify',
  summary: 'Check a package, a production, a receipt or the log of a running archive, as a stranger would',
  configure: (command) =>
    void command
      .argument(
        '<what>',
        'a package (its folder, or the tar of it), a production (its ZIP, or the folder of it), the JSON of a receipt or of a certificate of search, or http://…: an archive',
      )
      .option(
        '--key <verifier key>',
        'the log’s public key (or the one for receipts), which you have from elsewhere; without it what is checked vouches for itself',
      )
      .option('--tsa-roots <file>', 'PEM of the time stamp authorities’ roots, which you have from elsewhere')
      .option(
        '--policy <file>',
        'a policy of C2SP tlog-policy with the witnesses that you trust and how many are enough, which you have from elsewhere',
      )
      .option('--agency <id>', 'of an archive: whose log')
      .option(
        '--since <file>',
        'of an archive: an older checkpoint, package or receipt, which its log must continue',
      )
      .addHelpText(
        'after',
        `\nEnds with 0 when all of it is verified; with 1 when a step failed (each failure names step and file), or when what --since asks
cannot be checked; with 6 when no archive answers there; and with 7 when it is nothing that this checks. The steps of a package: src/verify/PACKAGE.md, "Checking";
the same without any program of ours: VERIFY.md in each package. A production: src/verify/PRODUCTION.md. A receipt: src/record/RECEIPT.md.`,
      ),
  run: async (invocation) => {
    const { args, options, say, answer } = invocation;
    const { verifyPackage, verifyProduction, verifyReceipt, verifySearchCertificate, readReceiptFile } =
      await import('#verify/verify.ts');
    const what = args[0] ?? '';
    if (/^https?:\/\//.test(what)) return await runArchive(what, invocation);
    const key = textOf(options['key']);
    const rootsFile = textOf(options['tsaRoots']);
    const roots = rootsFile === null ? null : await readFile(rootsFile, 'utf8').catch(() => undefined);
    if (roots === undefined) {
      say(`${rootsFile} cannot be read: --tsa-roots takes a PEM file of certificates.`);
      return EXIT.unreadable;
    }
    const policyFile = textOf(options['policy']);
    const policy = policyFile === null ? null : await readFile(policyFile, 'utf8').catch(() => undefined);
    if (policy === undefined) {
      say(`${policyFile} cannot be read: --policy takes a file of C2SP tlog-policy.`);
      return EXIT.unreadable;
    }
    const receipt = await readReceiptFile(what);
    if (receipt === 'pdf') {
      say(
        `${what} is a PDF: the signed receipt lies in it as an attached file. Save that one (a reader's list of attachments, or “pdfdetach -saveall”), and check it.`,
      );
      return EXIT.unreadable;
    }
    const search = receipt === null ? null : verifySearchCertificate(receipt.document, key);
    if (search !== null) {
      answer(search, toldOfSearch(search));
      return search.verified ? EXIT.done : EXIT.failed;
    }
    const production = receipt === null ? await verifyProduction(what, key) : null;
    if (production !== null) {
      answer(production, toldOfProduction(production));
      return production.verified ? EXIT.done : EXIT.failed;
    }
    const verdict =
      receipt === null
        ? await verifyPackage(what, key, roots, policy)
        : await verifyReceipt(receipt.document, key, roots);
    if (verdict === null) {
      say(
        `${what} is neither a package, a production nor a receipt: expected a folder with bagit.txt in it, the tar or ZIP of one, or a receipt's JSON, as the archive hands them out.`,
      );
      return EXIT.unreadable;
    }
    answer(verdict, verdict.kind === 'receipt' ? toldOfReceipt(verdict) : toldOfPackage(verdict));
    return verdict.verified ? EXIT.done : EXIT.failed;
  },
};

async function runArchive(what: string, { options, say, answer }: Invocation): Promise<ExitCode> {
  const { checkpointsIn, verifyArchive } = await import('#verify/verify.ts');
  const [, address = what, named] = /^(.*?)\/v1\/log\/([a-z0-9-]+)\/?$/.exec(what) ?? [];
  const agency = textOf(options['agency']) ?? named ?? null;
  if (!URL.canParse(address) || agency === null) {
    say('Say whose log: --agency rivertown, or an address such as http://127.0.0.1:8080/v1/log/rivertown.');
    return EXIT.usage;
  }
  const file = textOf(options['since']);
  const since = file === null ? [] : await checkpointsIn(file);
  if (file !== null && since.length === 0) {
    say(`${file} names no checkpoint: expected a checkpoint, a package or a receipt with its proofs.`);
    return EXIT.unreadable;
  }
  const verdict = await verifyArchive({ address, agency, vkey: textOf(options['key']), since });
  answer(verdict, toldOfArchive(verdict));
  return verdict.verified ? EXIT.done : EXIT.failed;
}

const MARK = { passed: 'ok', failed: 'FAILED', nothing: '--', missing: 'not done' } as const;

function toldOfPackage(verdict: Verdict): string {
  return told(verdict, [
    ...headOf(verdict.checkpoint),
    ...(isDated(verdict) ? [] : ['Nothing outside the archive dates this package.']),
    keyOf(verdict.key, 'package'),
    ...ownWord(verdict),
    verdict.verified ? `VERIFIED: ${verdict.records.length} record(s).` : 'NOT VERIFIED.',
  ]);
}

function toldOfProduction(verdict: ProductionVerdict): string {
  const { checkpoint, key, verified, records, withheld, mode } = verdict;
  const onOwnWord = key.from === 'package' ? ', on its own word until you compare the key' : '';
  return told(verdict, [
    ...headOf(checkpoint),
    keyOf(key, 'production'),
    ...(mode === 'trial'
      ? ['TRIAL: not for official records. It was packed by an archive that is being tried out.']
      : []),
    'The PDF and the tables are signed with the rest; where they differ from the papers of the records, the papers count.',
    ...(withheld === 0 ? [] : [`${withheld} more record(s) are withheld as a whole, by its own word.`]),
    verified ? `VERIFIED: ${records} record(s)${onOwnWord}.` : 'NOT VERIFIED.',
  ]);
}

const FROM_ELSEWHERE = {
  log: 'the log’s key (--key)',
  witnesses: 'the witnesses’ keys (--policy)',
  stamps: 'the authorities’ roots (--tsa-roots)',
} as const;

/** What the package vouches for itself, and what nothing in it proves. */
function ownWord({ trust, notProven }: Verdict): string[] {
  const missing = (['log', 'witnesses', 'stamps'] as const).filter((name) => trust[name] === 'package');
  return [
    ...(missing.length === 0
      ? []
      : [
          `On the package’s own word, until you give: ${missing.map((name) => FROM_ELSEWHERE[name]).join('; ')}.`,
        ]),
    ...notProven.map(
      ({ file, members, saidBy }) =>
        `Proven by nothing in it, on the word of ${saidBy === 'index' ? 'the archive' : 'the archive’s key for receipts'}: of ${file} ${members.join(', ')}.`,
    ),
  ];
}

/** By a stamp under roots that the caller has, or by witnesses. */
function isDated({ steps }: Verdict): boolean {
  return steps.some(({ step, result }) => (step === 'stamps' || step === 'witnesses') && result === 'passed');
}

function toldOfReceipt(verdict: ReceiptVerdict): string {
  const { terms } = verdict;
  const said =
    terms === null
      ? []
      : [
          `Receipt ${terms.code} of ${terms.agency}, issued at ${terms.issuedAt}: record ${terms.record} was ${terms.safeToRemove ? '' : 'NOT YET '}safe to remove.`,
        ];
  return told(verdict, [
    ...said,
    keyOf(verdict.key, 'receipt'),
    verdict.verified ? 'VERIFIED.' : 'NOT VERIFIED.',
  ]);
}

function toldOfSearch(verdict: SearchVerdict): string {
  const { terms } = verdict;
  const said =
    terms === null
      ? []
      : [
          `Certificate of search ${terms.search} of the request ${terms.request} of ${terms.agency}, issued at ${terms.at}: ${terms.found} record(s) found.`,
        ];
  return told(verdict, [
    ...said,
    keyOf(verdict.key, 'certificate'),
    verdict.verified ? 'VERIFIED.' : 'NOT VERIFIED.',
  ]);
}

function toldOfArchive(verdict: ArchiveVerdict): string {
  return told(verdict, [
    ...headOf(verdict.checkpoint),
    keyOf(verdict.key, 'archive’s answer'),
    'That this is the log that others were shown, only their checkpoints, stamps and witnesses can say.',
    verdict.verified ? 'VERIFIED.' : 'NOT VERIFIED.',
  ]);
}

function told(
  {
    steps,
    failures,
    failed,
  }: Pick<
    Verdict | ReceiptVerdict | SearchVerdict | ArchiveVerdict | ProductionVerdict,
    'steps' | 'failures' | 'failed'
  >,
  last: readonly string[],
): string {
  const lines = steps.map(({ n, title, result, looked, of, note }) => {
    const seen = result === 'nothing' || result === 'missing' ? '' : ` (${looked} ${of})`;
    return `${String(n).padStart(3)}. ${MARK[result].padEnd(9)} ${title}${seen}${note === null ? '' : `. ${note}`}`;
  });
  lines.push(...failures.map(({ step, file, sentence }) => `  ! ${step}: ${file}: ${sentence}`));
  if (failed > failures.length) lines.push(`  ! and ${failed - failures.length} more`);
  return [...lines, ...last].join('\n');
}

function headOf(checkpoint: Verdict['checkpoint']): string[] {
  return checkpoint === null
    ? []
    : [`The log ${checkpoint.origin} at size ${checkpoint.size} has the root ${checkpoint.root}.`];
}

function keyOf(
  { from, vkeys }: { readonly from: string; readonly vkeys: readonly string[] },
  what: string,
): string {
  return from === 'caller'
    ? 'Checked by the key that you gave.'
    : `The key came with the ${what}, so compare it with one that you have from elsewhere: ${vkeys.join(' ') || 'there is none'}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
