/** A letter, and the certificate of a search, as tagged PDFs: their words come as they are said, in the language of the paper. */
import type { Language } from './language.ts';
import { openPdf } from '#pdf.ts';

const NAMES: Readonly<Record<Language, { readonly letter: string; readonly trial: string }>> = {
  en: { letter: 'Letter', trial: 'TRIAL: not for official records' },
  es: { letter: 'Carta', trial: 'PRUEBA: no para registros oficiales' },
};

export interface LetterParts {
  readonly mode: 'trial' | 'production';
  readonly language: Language;
  readonly at: Date;
  readonly zone: string;
  readonly tracking: string;
  readonly agencyName: string;
  readonly heading: string;
  /** Paragraphs stand apart by an empty line; lines that begin with a hyphen are a list. */
  readonly rest: string;
}

export async function letterPdf(parts: LetterParts): Promise<Buffer> {
  const { mode, language, at, zone, tracking, agencyName, heading, rest } = parts;
  const { letter, trial } = NAMES[language];
  // The title stands in the metadata too, so it is of ours alone.
  const pdf = openPdf({ title: `${letter} ${tracking}`, language: `${language}-US`, at });
  if (mode === 'trial') pdf.paragraph(trial, { style: 'bold' });
  pdf.paragraph(agencyName, { size: 12 });
  pdf.paragraph(new Intl.DateTimeFormat(`${language}-US`, { dateStyle: 'long', timeZone: zone }).format(at));
  pdf.heading(1, heading);
  for (const block of rest.split(/\n{2,}/)) {
    let items: string[] = [];
    const flush = (): void => {
      if (items.length > 0) pdf.bullets(items);
      items = [];
    };
    for (const one of block.split('\n')) {
      if (one.startsWith('- ')) items.push(one.slice(2));
      else {
        flush();
        if (one.trim() !== '') pdf.paragraph(one, { size: 11 });
      }
    }
    flush();
  }
  return await pdf.end();
}

interface Fact {
  readonly term: string;
  readonly value: string;
}

export interface SearchPaperParts {
  readonly language: Language;
  readonly at: Date;
  readonly title: string;
  readonly trial: string | null;
  readonly facts: readonly Fact[];
  readonly sections: readonly {
    readonly heading: string;
    readonly facts?: readonly Fact[];
    readonly items?: readonly string[];
    readonly text?: string;
  }[];
  /** The signed paper itself, as a file in the file. */
  readonly signed: string;
  readonly name: string;
}

export async function searchCertificatePdf(parts: SearchPaperParts): Promise<Buffer> {
  const { language, at, title, trial, facts, sections, signed, name } = parts;
  const pdf = openPdf({ title, language: `${language}-US`, at });
  if (trial !== null) pdf.paragraph(trial, { style: 'bold' });
  pdf.heading(1, title);
  pdf.facts(facts);
  for (const section of sections) {
    pdf.heading(2, section.heading);
    if (section.facts !== undefined) pdf.facts(section.facts);
    if (section.text !== undefined) pdf.paragraph(section.text);
    if (section.items !== undefined && section.items.length > 0) pdf.bullets(section.items);
  }
  pdf.attach(name, Buffer.from(signed), 'application/json', title);
  return await pdf.end();
}
