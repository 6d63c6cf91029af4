/**
 * Step 14: what the archive's index says of the records. `premis.xml` and `contents.*` are made anew from the manifests and the log, and
 * must come out the same, byte for byte; each member of `metadata.json` is compared with what is sealed and entered. What nothing proves is named.
 */
import canonicalize from 'canonicalize';
import { sha256Hex } from '#commitment.ts';
import type { Digests } from './bag.ts';
import { contentsHtml, type ListedObject } from './contents.ts';
import type { PackageFiles } from './files.ts';
import { metadataOf } from './history.ts';
import { SIGNED_ALONE } from './package-receipts.ts';
import type { Paper } from './papers.ts';
import { premisXml } from './premis.ts';
import type { Findings } from './report.ts';
import { isSame, showed } from './same.ts';
import type { SealedRecord } from './seals.ts';
import type { Proven } from './story.ts';

/** Of `metadata.json`, and its first member. */
export const ABOUT =
  'The archive’s index at the time of the export. What of it the sealed facts, the manifests and the log prove, whoever verifies this package compares (formats/package.md, step 14), and names the rest.';

/** Members of `metadata.json` beside `about`, `record` and `history`. */
const MEMBERS: readonly string[] = [
  'accountRegistered',
  'account',
  'address',
  'agencyId',
  'author',
  'capture',
  'captureOutcome',
  'classification',
  'excerpt',
  'grounds',
  'kind',
  'platform',
  'receivedAt',
  'recordId',
  'removal',
  'removedAt',
  'state',
  'subject',
  'verb',
];

/** What a file of the package says and nothing in it proves: members, and on whose word they are. */
export interface NotProven {
  readonly file: string;
  readonly members: readonly string[];
  /** `index`: the database of the archive, when the package was made. `receipt-key`: signed by the key that the log names for receipts. */
  readonly saidBy: 'index' | 'receipt-key';
}

/** Of `data/package.json`: the log has when the export was asked for and by whom, and that these are the bytes. */
const OF_THE_PACKAGE: readonly string[] = ['bagInfo', 'destroyed', 'keys', 'mode', 'program', 'requestedAt'];

export interface IndexInput {
  readonly files: PackageFiles;
  readonly digests: Digests;
  readonly paper: Paper;
  readonly records: ReadonlyMap<string, SealedRecord>;
  proven(record: string): Proven;
}

export async function checkIndex(
  { files, digests, paper, records, proven }: IndexInput,
  findings: Findings,
): Promise<NotProven[]> {
  const step = findings.step('index', 'figures and files');
  const notProven: NotProven[] = [
    { file: 'data/package.json', members: OF_THE_PACKAGE, saidBy: 'index' },
    {
      file: 'data/records/*/receipt.json',
      // That a seal was made in a trial, its manifest says; where none was, a receipt's mode is when it was issued.
      members: [...records.values()].every(({ sealed }) => sealed.trial)
        ? SIGNED_ALONE
        : [...SIGNED_ALONE, 'mode'],
      saidBy: 'receipt-key',
    },
  ];
  const made = (file: string, bytes: string): void => {
    step.look();
    if (digests.get(file) !== sha256Hex(bytes))
      step.fail(file, 'It is not what the manifests and the log make of it.');
  };
  const listed: ListedObject[] = [];
  for (const { record, objects } of records.values()) {
    // One by one: a package may have as many as a million objects.
    for (const object of objects) listed.push(object);
    const file = `data/records/${record}/metadata.json`;
    const said = await metadataOf(files, file, record);
    // Step 6 says that it is none.
    if (said === null) continue;
    const { history, record: _id, about, ...members } = said as Record<string, unknown> & typeof said;
    made(`data/records/${record}/premis.xml`, premisXml(record, history, objects));
    if (about !== ABOUT) step.fail(file, 'Its “about” is not that of a package.');
    const known: Proven = { ...proven(record), recordId: record, agencyId: paper.agency };
    for (const [member, value] of Object.entries(members)) {
      if (!MEMBERS.includes(member)) step.fail(file, `It has a member “${member}”, which no metadata has.`);
      if (!Object.hasOwn(known, member)) continue;
      step.look();
      if (!isSame(value, known[member])) step.fail(file, showed(member));
    }
    for (const member of MEMBERS)
      if (!Object.hasOwn(members, member)) step.fail(file, `It has no member “${member}”.`);
    const open = MEMBERS.filter((member) => !Object.hasOwn(known, member));
    if (open.length > 0) notProven.push({ file, members: open.toSorted(), saidBy: 'index' });
  }
  const title = paper.bagInfo['External-Description'] ?? '';
  made('data/contents.json', canonicalize(listed) ?? '');
  made('data/contents.html', contentsHtml(title, listed));
  const open = notProven.filter(({ file }) => file.endsWith('/metadata.json'));
  if (open.length > 0)
    step.note(
      `Of ${open.length} record(s) not all that metadata.json says is proven: ${[...new Set(open.flatMap(({ members }) => members))].toSorted().join(', ')}.`,
    );
  return notProven;
}
