/** A volume of the PDF of a production: an index with links, a section for each record, a number on each page. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { openPdf, type Cell, type TaggedPdf } from '#pdf.ts';
import { SEPARATION } from './exemption-list.ts';
import { citationSaid, fieldName, MARKS, TRIAL, type ExemptionRow } from './packet-words.ts';
import { fieldText, paperOf } from './paper-shape.ts';
import type { LeavingFile, ReviewedRecord } from './reviewed.ts';

export interface VolumeAbout {
  readonly agencyName: string;
  readonly production: string;
  readonly request: string;
  readonly at: Date;
  readonly mode: 'trial' | 'production';
  /** The first page has this number. */
  readonly first: number;
  readonly prefix: string;
  readonly volume: number;
  readonly records: readonly ReviewedRecord[];
  /** Behind the records of the last volume; null: another volume follows. */
  readonly exemptions: readonly ExemptionRow[] | null;
  /** An earlier volume has the first rows of that log. */
  readonly isContinued: boolean;
  readonly withheld: number;
  /** A picture that cannot stand in a PDF as it is, drawn anew elsewhere; null: it cannot be shown. */
  readonly drawn: (file: LeavingFile, bytes: Buffer) => Promise<Buffer | null>;
}

export interface Volume {
  readonly pdf: Buffer;
  /** SHA-256 of the pixels of a PNG as they lie in the PDF, and of the PNG that they are those of. */
  readonly pixelsOf: ReadonlyMap<string, string>;
  readonly pages: number;
  readonly records: readonly {
    readonly n: number;
    readonly first: number;
    readonly last: number;
    /** Files of it that the pages name, and do not show. */
    readonly notShown: number;
  }[];
}

export const batesNumber = (prefix: string, n: number): string => `${prefix}-${String(n).padStart(6, '0')}`;

/** What is larger is beside the PDF alone. */
export const MOST_PICTURE = 24 * 2 ** 20;

export async function writeVolume(about: VolumeAbout): Promise<Volume> {
  const { agencyName, production, request, at, first, prefix, volume, records } = about;
  const bates = (page: number): string => batesNumber(prefix, first + page - 1);
  const pdf = openPdf({
    title: `Public records released, volume ${volume}`,
    language: 'en',
    at,
    stamp: (page) => (about.mode === 'trial' ? `${TRIAL} · ${bates(page)}` : bates(page)),
    many: true,
  });
  pdf.heading(1, `Public records released${volume === 1 ? '' : `, volume ${volume}`}`);
  pdf.facts([
    { term: 'Public body', value: agencyName },
    { term: 'Request', value: request },
    { term: 'Production', value: production },
    { term: 'Made at', value: at.toISOString() },
    ...(volume === 1 && about.withheld > 0
      ? [
          {
            term: 'Withheld as a whole',
            value: `${about.withheld} record(s), which stand in the log of exemptions alone`,
          },
        ]
      : []),
  ]);
  pdf.paragraph(
    'Each page has a number at its foot. A mark such as [WITHHELD: …] stands where something was taken out; which law, and in general terms what, the log of exemptions says. How to check all of this without us: VERIFY.md beside this file.',
  );
  const contents =
    records.length === 0
      ? null
      : pdf.contents(
          ['Record', 'Pages'],
          records.map(({ n, answer, receivedAt }) => ({
            text: `Record ${n}: ${answer === 'part' ? 'in part' : 'all of it'}; received ${receivedAt.toISOString().slice(0, 10)}`,
            goTo: `record-${n}`,
          })),
        );
  const pixelsOf = new Map<string, string>();
  const placed: { n: number; first: number; last: number; notShown: number }[] = [];
  for (const [i, record] of records.entries()) {
    pdf.newPage();
    const begin = pdf.pages();
    const notShown = await section(pdf, record, about, pixelsOf);
    const end = pdf.pages();
    placed.push({ n: record.n, first: first + begin - 1, last: first + end - 1, notShown });
    contents?.fill(i, begin === end ? bates(begin) : `${bates(begin)} to ${bates(end)}`);
  }
  contents?.end();
  if (about.exemptions !== null) exemptionLog(pdf, about.exemptions, about.isContinued);
  const pages = pdf.pages();
  return { pdf: await pdf.end(), pages, records: placed, pixelsOf };
}

async function section(
  pdf: TaggedPdf,
  record: ReviewedRecord,
  about: VolumeAbout,
  pixelsOf: Map<string, string>,
): Promise<number> {
  const { n, recordId, answer, receivedAt, paper, files, leftOut } = record;
  pdf.heading(2, `Record ${n}`, `record-${n}`);
  pdf.facts([
    { term: 'Released', value: answer === 'part' ? 'In part' : 'All of it' },
    { term: 'Received', value: receivedAt.toISOString() },
    { term: 'Number', value: recordId },
  ]);
  if (paper !== null) {
    const said = paperOf(paper);
    for (const fact of said.facts)
      for (const field of fact.fields) {
        pdf.paragraph(fieldName(field.pointer), { style: 'bold', size: 9 });
        pdf.paragraph(fieldText(field, said, inLetters));
      }
  }
  let notShown = 0;
  for (const file of files) {
    if (!file.mediaType.startsWith('image/')) continue;
    const where = `data/records/${n}/${file.name}`;
    if (file.sizeBytes > MOST_PICTURE) {
      notShown += 1;
      pdf.paragraph(`A picture that is too large for this paper: ${where}`);
      continue;
    }
    const bytes = await buffer(await file.open());
    const alt = `Picture, file ${file.n} of record ${n}${file.burned ? ', with parts painted over that are withheld' : ''}`;
    pdf.paragraph(`${alt}: ${where}`, { size: 9 });
    if (pdf.picture(bytes, alt)) {
      const pixels = pixelsIn(bytes);
      if (pixels !== null) pixelsOf.set(pixels, file.sha256);
      continue;
    }
    const drawn = await about.drawn(file, bytes);
    if (drawn === null || !pdf.picture(drawn, alt)) {
      notShown += 1;
      pdf.paragraph('This kind of picture is not shown here. It is in the file of that name.');
    }
  }
  const others = files.filter(({ mediaType }) => !mediaType.startsWith('image/'));
  if (others.length > 0 || leftOut.length > 0)
    pdf.bullets([
      ...others.map(
        ({ name, mediaType, sizeBytes }) => `data/records/${n}/${name} (${mediaType}, ${sizeBytes} bytes)`,
      ),
      ...leftOut.map(({ file, why }) =>
        why === 'wacz-in-part'
          ? `File ${file}, a web archive, does not go along with a record of which a part is withheld.`
          : `File ${file}, a web archive, was not asked for.`,
      ),
    ]);
  return notShown + others.length;
}

function exemptionLog(pdf: TaggedPdf, rows: readonly ExemptionRow[], isContinued: boolean): void {
  pdf.newPage();
  pdf.heading(2, `Log of exemptions${isContinued ? ', continued' : ''}`, 'exemptions');
  if (rows.length === 0) {
    pdf.paragraph('Nothing of these records is withheld.');
    return;
  }
  pdf.paragraph(
    `What is withheld, under which provision, and in general terms what it is (${SEPARATION.cite} RSMo; ${MARKS[SEPARATION.mark]}). Beside each provision stands how well its text was read by whoever made this program; it is no legal advice.`,
  );
  const cell = (text: string): Cell => ({ text, size: 8 });
  pdf.table(
    ['Record', 'What', 'Provision', 'In general terms'],
    rows.map(({ record, what, citation, description }) => [
      cell(record),
      cell(what),
      cell(citationSaid(citation)),
      cell(description),
    ]),
    [0.12, 0.24, 0.36, 0.28],
  );
  const stated = rows.flatMap(({ citation }) => (citation.writtenStatement === null ? [] : [citation]));
  const once = [...new Map(stated.map((one) => [one.key, one])).values()];
  for (const { cite, writtenStatement } of once) {
    if (writtenStatement === null) continue;
    pdf.paragraph(`Statement in writing under ${cite} RSMo`, { style: 'bold', size: 9 });
    pdf.paragraph(writtenStatement.impairsSecurity);
    pdf.paragraph(writtenStatement.outweighsDisclosure);
  }
}

/** The fonts of the PDF have no black squares. */
const inLetters = (mark: string): string => mark.replace('▇▇▇ withheld', 'WITHHELD');

/** A PDF takes the coded pixels of a PNG as they are, without its chunks. */
function pixelsIn(png: Buffer): string | null {
  if (png.length < 8 || png.readUInt32BE(0) !== 0x89504e47) return null;
  const hash = createHash('sha256');
  for (let at = 8; at + 12 <= png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      hash.update(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return hash.digest('hex');
}
