/** The certificate of destruction as a PDF for the file: tagged, with the signed JSON attached. */
import { certificateFacts, type ShownCertificate, type ShownCleaned } from './certificate-said.ts';
import { html, ours, type Markup } from './html.ts';
import { fragment, type Frame } from './layout.ts';
import { openPdf } from '#pdf.ts';
import { plain } from './receipt-pdf.ts';

/** Of many series the paper names the first; the attached file names all. */
const MOST_ROWS = 200;

export async function certificatePdf(
  {
    certificate,
    signed,
    cleaned,
  }: {
    readonly certificate: ShownCertificate;
    readonly signed: string;
    readonly cleaned: ShownCleaned | null;
  },
  frame: Frame,
): Promise<Buffer> {
  const { language } = frame;
  const said = (markup: string | Markup): string => plain(fragment(ours(markup), frame));
  const title = said('Certificate of destruction');
  const pdf = openPdf({ title, language: `${language}-US`, at: new Date(certificate.issuedAt) });
  if (certificate.mode === 'trial') pdf.paragraph(said('TRIAL: not for official records'), { style: 'bold' });
  pdf.heading(1, title);
  pdf.paragraph(certificate.agency.name, { size: 12 });
  pdf.paragraph(`${certificate.disposal.title} · ${certificate.disposal.id}`, { size: 9 });
  pdf.facts(
    certificateFacts(certificate, cleaned).map(({ term, value }) => ({
      term: said(term),
      value: said(value),
    })),
  );
  pdf.heading(2, said('Record series'));
  pdf.table(
    ['Series', 'Description and citation', 'Records', 'Inclusive dates'].map(said),
    certificate.series.slice(0, MOST_ROWS).map((one) => [
      { text: `${one.number ?? one.code}\n${one.title}` },
      { text: `${one.description ?? ''}\n${one.citation}`, size: 8 },
      {
        text: said(
          html`records: ${String(one.records)}, files: ${String(one.objects)}, bytes: ${String(one.bytes)}`,
        ),
        size: 8,
      },
      { text: `${one.dates.from} – ${one.dates.through}`, size: 8 },
    ]),
    [0.25, 0.35, 0.2, 0.2],
  );
  pdf.heading(2, said('For the minutes'));
  pdf.paragraph(certificate.minutes);
  pdf.heading(2, said('How anybody can check it'));
  pdf.paragraph(
    said(
      'The signed certificate is attached to this PDF. The key that signed it is the one that signs the receipts of this agency, and stands in its log. The certificate holds nothing of what was destroyed; it is a permanent record.',
    ),
  );
  if (certificate.signature !== undefined)
    pdf.paragraph(certificate.signature.vkey, { style: 'mono', size: 7 });
  if (language !== 'en')
    pdf.paragraph(said('Courtesy translation; where it differs, the English text counts.'), { size: 9 });
  pdf.attach(
    `destruction-${certificate.disposal.id}.json`,
    Buffer.from(signed),
    'application/json',
    said('The signed certificate, for whoever checks it'),
  );
  return await pdf.end();
}
