/**
 * The receipt as a PDF for the file: tagged, so that it can be read aloud, in the words of the page; the signed receipt itself is attached,
 * so that the paper's file is also what `holdfast verify` and the page /verify check.
 */
import type { SignedReceipt } from '#record/record.ts';
import { html, ours, perLanguage, type Markup } from './html.ts';
import { fragment, type Frame } from './layout.ts';
import { openPdf } from '#pdf.ts';
import { qrRows } from './qr.ts';
import {
  DIGESTS,
  evidenceSaid,
  FILE_NAMES,
  LEASE,
  proofFacts,
  receiptFacts,
  STEPS,
  timesSaid,
  wordOf,
  type Fact,
  type ReceiptAbout,
} from './receipt-said.ts';
import { momentIn } from './times.ts';

/** A receipt of many files stays a paper that is made at once; all of them are in the attached file. */
const MOST_ROWS = 200;

export async function receiptPdf(receipt: SignedReceipt, about: ReceiptAbout, frame: Frame): Promise<Buffer> {
  const { language } = frame;
  const said = (markup: string | Markup): string => plain(fragment(ours(markup), frame));
  const facts = (list: readonly Fact[]) =>
    list.map(({ term, value }) => ({ term: said(term), value: said(value) }));
  const title = said(html`Receipt ${receipt.code}`);
  const pdf = openPdf({ title, language: `${language}-US`, at: new Date(receipt.times.issuedAt) });
  if (receipt.mode === 'trial') pdf.paragraph(said('TRIAL: not for official records'), { style: 'bold' });
  pdf.heading(1, title);
  pdf.paragraph(about.agencyName, { size: 12 });
  pdf.boxed(() => {
    pdf.paragraph(said(wordOf(receipt)), { style: 'bold', size: 18 });
    if (receipt.missing.length > 0) pdf.bullets(receipt.missing.map(({ sentence }) => said(sentence)));
    pdf.paragraph(said(receipt.statement), { size: 11 });
  });
  pdf.facts(facts(receiptFacts(receipt, about)));
  pdf.paragraph(said(timesSaid(receipt, about)), { size: 9 });
  if (receipt.parked.length > 0) {
    pdf.heading(2, said('A person must look at this'));
    pdf.bullets(
      receipt.parked.map((step) =>
        said(
          html`${ours(STEPS[step.step] ?? step.step)} stopped (<code>${step.code}</code>).
          ${ours(step.reason)}`,
        ),
      ),
    );
  }
  pdf.heading(2, said('What the evidence proves, and what not'));
  for (const one of evidenceSaid(receipt.tier)) pdf.paragraph(said(one));
  if (receipt.seals.length > 0) pdf.paragraph(said(DIGESTS));
  pdf.paragraph(said(receipt.store.sentence));
  pdf.paragraph(said(receipt.log.sentence));
  pdf.heading(2, said('How anybody can check it'));
  pdf.figure(qrRows(about.statusUrl), said(html`Picture for a phone. It leads to ${about.statusUrl}`), [
    said(html`How this record stands at any later time, to whoever has the code: ${about.statusUrl}`),
    said(
      html`This receipt as one signed file, with the entries of the log and their proofs, is attached to this
      PDF. It is checked without us and without a network by ${'holdfast verify'}.`,
    ),
  ]);
  pdf.facts(facts(proofFacts(receipt, about)));
  pdf.heading(2, said('What is sealed'));
  if (receipt.seals.length > 0) {
    pdf.paragraph(said(LEASE));
    if (receipt.seals.length > MOST_ROWS)
      pdf.paragraph(
        said(
          html`The first ${MOST_ROWS} of ${receipt.seals.length} files. The attached file names all of them.`,
        ),
      );
    pdf.table(
      ['File', 'SHA-256, key and version', 'Bytes', 'Locked until'].map(said),
      receipt.seals
        .slice(0, MOST_ROWS)
        .map((row) => [
          { text: `${said(FILE_NAMES[row.role] ?? row.role)}\n${said(html`seal ${row.seal}, ${row.role}`)}` },
          { text: `${row.sha256}\n${row.key}\n${row.versionId}`, style: 'mono', size: 6.5 },
          { text: said(perLanguage((lang) => row.bytes.toLocaleString(`${lang}-US`))) },
          { text: said(momentIn(about.zone, row.lockedUntil)), size: 7 },
        ]),
      [0.18, 0.52, 0.1, 0.2],
    );
  } else pdf.paragraph(said('Nothing yet.'));
  if (language !== 'en')
    pdf.paragraph(said('Courtesy translation; where it differs, the English text counts.'), { size: 9 });
  pdf.attach(
    `receipt-${receipt.code}.json`,
    Buffer.from(JSON.stringify(receipt)),
    'application/json',
    said('The signed receipt, for whoever checks it'),
  );
  return await pdf.end();
}

/** The words of a page without its markup. */
export function plain(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=[.,;:)])|(?<=\() /g, '')
    .trim();
}
