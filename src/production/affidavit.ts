/**
 * The affidavit of 490.692 RSMo, filled in for the custodian to swear before a notary. Its form was read up to “transmit information thereo”; the
 * rest is as such affidavits generally read, and the draft says so where it begins. Names, county and day are left for whoever swears.
 */
import { openPdf } from '#pdf.ts';
import { TRIAL } from './packet-words.ts';

export interface AffidavitAbout {
  readonly agencyName: string;
  readonly recordPages: number;
  /** Files of the records that no page shows as they are: films, papers, web archives, pictures of a kind or size that a page does not take. */
  readonly notOnPages: number;
  /** Keys of the agency’s log, by which these records are verified. */
  readonly vkeys: readonly string[];
  readonly mode: 'trial' | 'production';
  /** Records of which something is withheld. */
  readonly inPart: number;
  readonly firstPage: string;
  readonly lastPage: string;
  readonly at: Date;
}

const BLANK = '______________';

const DRAFT_NOTE = [
  'DRAFT, NOT SWORN. For the custodian of records to read, correct and swear before a notary or another officer; it proves nothing before that.',
  '490.692.3 RSMo gives a form “substantially as follows”. Of the text below we have verified the words up to “transmit information thereo” in the statute; the words from “f to be included in such record” to the end are NOT verified, and are as such affidavits generally read. Compare them with the statute before you swear.',
  'Serve it with the records on all parties at least seven days before trial (490.692.2). The number of pages must be that of what is attached.',
] as const;

function affidavitText({ agencyName, recordPages, firstPage, lastPage, vkeys }: AffidavitAbout): {
  readonly head: readonly string[];
  readonly body: readonly string[];
} {
  return {
    head: [`THE STATE OF ${BLANK}`, `COUNTY OF ${BLANK}`, 'AFFIDAVIT'],
    body: [
      `Before me, the undersigned authority, personally appeared ${BLANK}, who, being by me duly sworn, deposed as follows:`,
      `My name is ${BLANK}, I am of sound mind, capable of making this affidavit, and personally acquainted with the facts herein stated:`,
      `I am the custodian of the records of ${agencyName}. Attached hereto are ${recordPages} pages of records from ${agencyName}. These ${recordPages} pages of records are kept by ${agencyName} in the regular course of business, and it was the regular course of business of ${agencyName} for an employee or representative of ${agencyName} with knowledge of the act, event, condition, opinion, or diagnosis recorded to make the record or to transmit information thereof to be included in such record; and the record was made at or near the time of the act, event, condition, opinion or diagnosis. The records attached hereto are the original or exact duplicates of the original.`,
      `${BLANK} Affiant`,
      `In witness whereof I have hereunto subscribed my name and affixed my official seal this ${BLANK} day of ${BLANK}, 20____.`,
      `(Signed) ${BLANK}   (Seal)`,
      `The ${recordPages} pages are those of the records, numbered within ${firstPage} to ${lastPage}; pages of the index and of the log of exemptions are not counted.`,
      `Whoever holds the package can verify it by the public key of the log of ${agencyName}, which is: ${vkeys.join(', ')}`,
    ],
  };
}

const noteOf = ({ inPart, notOnPages, mode }: AffidavitAbout): readonly string[] => [
  ...(mode === 'trial' ? [`${TRIAL}.`] : []),
  ...DRAFT_NOTE,
  'The pages are laid out by the program that packed them: the texts of each record, field by field, and its pictures. They are no copy of a page as a platform showed it. Whether the last sentence, on originals and exact duplicates, can be sworn of them is for whoever swears, and their counsel, to judge.',
  ...(notOnPages === 0
    ? []
    : [
        `${notOnPages} file(s) of these records, such as films, papers and web archives, stand on no page and are not counted: they are beside the pages in the same package, below data/records, or were not asked for.`,
      ]),
  ...(inPart === 0
    ? []
    : [`Of ${inPart} of these records a part is withheld, and the pages show the rest and a mark.`]),
];

export function affidavitPlain(about: AffidavitAbout): string {
  const { head, body } = affidavitText(about);
  return `${[...noteOf(about), '-'.repeat(72), ...head, ...body].join('\n\n')}\n`;
}

export async function affidavitPdf(about: AffidavitAbout): Promise<Buffer> {
  const { head, body } = affidavitText(about);
  const pdf = openPdf({
    title: 'Affidavit under 490.692 RSMo (draft, not sworn)',
    language: 'en',
    at: about.at,
  });
  pdf.heading(1, 'Affidavit under 490.692 RSMo (draft, not sworn)');
  pdf.boxed(() => {
    for (const text of noteOf(about)) pdf.paragraph(text, { size: 9 });
  });
  for (const text of head) pdf.paragraph(text, { style: 'bold' });
  for (const text of body) pdf.paragraph(text, { size: 11 });
  return await pdf.end();
}
