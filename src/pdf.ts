/**
 * A PDF that can be read aloud and kept: every text is in a tree of headings, paragraphs, lists and tables (PDF/UA-1), every font and colour
 * is in the file, and a file may be attached (PDF/A-3a). Lines, boxes and page numbers are marked as no content.
 *
 * Fonts are those of the pages: Public Sans (SIL Open Font License 1.1) and Roboto Mono (Apache License 2.0), which both allow it.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import Document from 'pdfkit';
import { readable, setQuickly } from './pdf-words.ts';

type Style = 'plain' | 'bold' | 'mono';
type Element = PDFKit.PDFStructureElement;

const FOLDER = join(dirname(dirname(createRequire(import.meta.url).resolve('@uswds/uswds'))), 'fonts');
const FONTS: Readonly<Record<Style, string>> = {
  plain: join(FOLDER, 'public-sans/PublicSans-Regular.ttf'),
  bold: join(FOLDER, 'public-sans/PublicSans-Bold.ttf'),
  mono: join(FOLDER, 'roboto-mono/roboto-mono-v5-latin-regular.ttf'),
};

/** Points. Letter paper. */
const MARGIN = 54;
const WIDTH = 612 - 2 * MARGIN;
const BOTTOM = 792 - MARGIN;
const TERM_WIDTH = 118;
/** Of a text that is longer, no more is kept on one page. */
const MOST_KEPT_TOGETHER = 200;
/** Letters that have room in so many points, in any column. */
const SHORT = 200;
const INK = '#1b1b1b';

export interface Cell {
  readonly text: string;
  readonly style?: Style;
  readonly size?: number;
}

/** A row of a list of contents. Whoever opened it says later on which page that stands: `fill`. */
export interface IndexRow {
  readonly text: string;
  /** A place that `heading` names. */
  readonly goTo: string;
}

export interface TaggedPdf {
  /** `place`: where a link leads. */
  heading(level: 1 | 2, text: string, place?: string): void;
  /** Each row leads to its place; what stands beside it is told when it is known. Three cells: `head`. */
  contents(
    head: readonly [string, string],
    rows: readonly IndexRow[],
  ): { fill(row: number, text: string): void; end(): void };
  /** A JPEG or PNG, no wider and no higher than a page has room for. False: it cannot stand in a PDF as it is. */
  picture(bytes: Buffer, alt: string): boolean;
  newPage(): void;
  /** How many pages there are. */
  pages(): number;
  paragraph(text: string, more?: { readonly style?: Style; readonly size?: number }): void;
  bullets(items: readonly string[]): void;
  /** What is drawn within stands in a box. */
  boxed(write: () => void): void;
  facts(facts: readonly { readonly term: string; readonly value: string }[]): void;
  /** Dark and light squares, and beside them what they say. */
  figure(rows: readonly (readonly boolean[])[], alt: string, beside: readonly string[]): void;
  /** The first cell of each row is its head. `widths` are parts of the width of the page. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[], widths: readonly number[]): void;
  attach(name: string, bytes: Uint8Array, type: string, description: string): void;
  end(): Promise<Buffer>;
}

export interface PdfAbout {
  /** In the right corner at the foot of a page, by its number from 1 on. */
  readonly stamp?: (page: number) => string;
  /** Of hundreds of pages: letters of numbers stand beside each other as they are. */
  readonly many?: boolean;
  /** Of ours alone: it also stands in the metadata, which is XML. */
  readonly title: string;
  readonly language: string;
  readonly at: Date;
}

export function openPdf({ title, language, at, stamp, many = false }: PdfAbout): TaggedPdf {
  const doc = new Document({
    size: 'LETTER',
    margin: MARGIN,
    pdfVersion: '1.7',
    subset: 'PDF/A-3a',
    tagged: true,
    lang: language,
    displayTitle: true,
    bufferPages: true,
    font: FONTS.plain,
    info: { Title: title, Producer: 'Holdfast', Creator: 'Holdfast', CreationDate: at, ModDate: at },
  });
  doc.appendXML(ALSO_UA);
  const root = doc.struct('Document');
  doc.addStructure(root);

  // By its path, as the first one is: under another name the same file would be opened anew for every text.
  const styled = (style: Style, size: number): typeof doc => {
    doc.font(FONTS[style]).fontSize(size).fillColor(INK);
    if (many) setQuickly(doc);
    return doc;
  };
  const heightOf = (text: string, width: number, style: Style, size: number): number =>
    styled(style, size).heightOfString(readable(doc, text), { width, lineGap: 2 });
  /** A block that fits nowhere whole begins on a page of its own and flows on. */
  const room = (height: number): void => {
    if (doc.y + height > BOTTOM && doc.y > MARGIN) doc.addPage();
  };
  /** Laying a text out costs as much as writing it: it is measured only where it may not fit. */
  const roomFor = (text: string, width: number, style: Style, size: number): void => {
    if (doc.y + MOST_KEPT_TOGETHER <= BOTTOM) return;
    room(Math.min(heightOf(text, width, style, size), MOST_KEPT_TOGETHER));
  };
  const write = (text: string, x: number, y: number, width: number, style: Style, size: number): void => {
    const said = readable(styled(style, size), text);
    doc.text(said, x, y, { width, lineGap: 2 });
  };
  const element = (parent: Element, type: string, content?: () => void, options: object = {}): Element => {
    const made = doc.struct(type, options);
    parent.add(made);
    if (content !== undefined) made.add(content);
    return made;
  };
  const decoration = (draw: () => void): void => {
    doc.markContent('Artifact', { type: 'Layout' });
    doc.save();
    draw();
    doc.restore();
    doc.endMarkedContent();
  };
  const line = (y: number, colour: string): void =>
    decoration(() =>
      doc
        .moveTo(MARGIN, y)
        .lineTo(MARGIN + WIDTH, y)
        .lineWidth(0.5)
        .strokeColor(colour)
        .stroke(),
    );
  const block = (
    tag: string,
    text: string,
    style: Style,
    size: number,
    after: number,
    place?: string,
  ): void => {
    roomFor(text, WIDTH - inset * 2, style, size);
    if (place !== undefined) doc.addNamedDestination(place, 'XYZ', MARGIN, doc.y, null);
    element(root, tag, () => write(text, MARGIN + inset, doc.y, WIDTH - inset * 2, style, size)).end();
    doc.y += after;
  };
  let inset = 0;

  return {
    heading: (level, text, place) => {
      if (level === 2 && doc.y > MARGIN) doc.y += 8;
      room(level === 1 ? 40 : 150);
      block(`H${level}`, text, 'bold', level === 1 ? 20 : 13, level === 1 ? 2 : 4, place);
    },
    contents: (head, rows) => {
      const table = element(root, 'Table');
      const lefts = [MARGIN, MARGIN + WIDTH * 0.66] as const;
      const [wide, narrow] = [WIDTH * 0.66 - 8, WIDTH * 0.34];
      const headRow = element(element(table, 'THead'), 'TR');
      const top = doc.y;
      for (const [i, text] of head.entries())
        element(
          headRow,
          'TH',
          () => write(text, lefts[i] ?? MARGIN, top, i === 0 ? wide : narrow, 'bold', 9),
          {
            scope: 'Column',
          },
        );
      doc.y += 4;
      const body = element(table, 'TBody');
      const places = rows.map(({ text, goTo }) => {
        room(30);
        const { y } = doc;
        const row = element(body, 'TR');
        const link = doc.struct('Link');
        element(row, 'TH', undefined, { scope: 'Row' }).add(link);
        link.add(() => write(text, MARGIN, y, wide, 'plain', 9));
        const height = doc.y - y;
        const action = doc.ref({ S: 'GoTo', D: new String(goTo) });
        action.end('');
        doc.annotate(MARGIN, y, wide, height, {
          Subtype: 'Link',
          A: action,
          Contents: new String(readable(doc, text)),
          structParent: link,
        } as unknown as PDFKit.Mixins.AnnotationOption);
        // Ended later it would say that it lies on the page that is then the last.
        link.end();
        const cell = element(row, 'TD');
        doc.y = y + height + 4;
        return { cell, y, page: doc.bufferedPageRange().count - 1 };
      });
      return {
        fill: (row, text) => {
          const place = places[row];
          if (place === undefined) return;
          const here = doc.bufferedPageRange().count - 1;
          const { y } = doc;
          doc.switchToPage(place.page);
          place.cell.add(() => write(text, lefts[1], place.y, narrow, 'plain', 9));
          place.cell.end();
          doc.switchToPage(here);
          doc.y = y;
        },
        end: () => table.end(),
      };
    },
    picture: (bytes, alt) => {
      const size = drawable(bytes);
      if (size === null) return false;
      const most = { width: WIDTH, height: (BOTTOM - MARGIN) * 0.8 };
      // A pixel of a screen is three quarters of a point.
      const scale = Math.min(0.75, most.width / size.width, most.height / size.height);
      const [width, height] = [size.width * scale, size.height * scale];
      room(height + 10);
      const { y } = doc;
      element(root, 'Figure', () => doc.image(bytes, MARGIN, y, { width, height }), {
        alt,
        bbox: [MARGIN, y, MARGIN + width, y + height],
      }).end();
      doc.y = y + height + 8;
      return true;
    },
    newPage: () => {
      if (doc.y > MARGIN) doc.addPage();
    },
    pages: () => doc.bufferedPageRange().count,
    paragraph: (text, { style = 'plain', size = 10 } = {}) => block('P', text, style, size, 5),
    bullets: (items) => {
      const list = element(root, 'L');
      for (const item of items) {
        roomFor(item, WIDTH - inset * 2 - 14, 'plain', 10);
        const entry = element(list, 'LI');
        const { y } = doc;
        element(entry, 'Lbl', () => write('•', MARGIN + inset, y, 12, 'plain', 10));
        element(entry, 'LBody', () =>
          write(item, MARGIN + inset + 14, y, WIDTH - inset * 2 - 14, 'plain', 10),
        );
        doc.y += 3;
      }
      list.end();
    },
    boxed: (content) => {
      room(120);
      const from = doc.y;
      inset = 12;
      doc.y += 10;
      content();
      inset = 0;
      doc.y += 6;
      const height = doc.y - from;
      if (height > 0)
        decoration(() => doc.rect(MARGIN, from, WIDTH, height).lineWidth(2).strokeColor(INK).stroke());
      doc.y += 10;
    },
    facts: (facts) => {
      const list = element(root, 'L');
      const width = WIDTH - TERM_WIDTH;
      for (const { term, value } of facts) {
        const isShort = value.length + term.length <= SHORT && !value.includes('\n');
        if (!isShort || doc.y + MOST_KEPT_TOGETHER > BOTTOM)
          room(Math.max(heightOf(value, width, 'plain', 10), heightOf(term, TERM_WIDTH - 8, 'bold', 10)) + 6);
        const entry = element(list, 'LI');
        const { y } = doc;
        let bottom = y;
        element(entry, 'Lbl', () => write(term, MARGIN, y, TERM_WIDTH - 8, 'bold', 10));
        bottom = doc.y;
        element(entry, 'LBody', () => write(value, MARGIN + TERM_WIDTH, y, width, 'plain', 10));
        doc.y = Math.max(bottom, doc.y) + 2;
        line(doc.y, '#c6cace');
        doc.y += 4;
      }
      list.end();
    },
    figure: (rows, alt, beside) => {
      const side = 110;
      room(side + 10);
      const { y } = doc;
      const square = side / rows.length;
      element(
        root,
        'Figure',
        () => {
          for (const [row, squares] of rows.entries())
            for (const [column, dark] of squares.entries())
              if (dark) doc.rect(MARGIN + column * square, y + row * square, square, square);
          doc.fillColor('#000000').fill();
        },
        { alt, bbox: [MARGIN, y, MARGIN + side, y + side] },
      ).end();
      doc.y = y;
      for (const text of beside) {
        element(root, 'P', () =>
          write(text, MARGIN + side + 20, doc.y, WIDTH - side - 20, 'plain', 10),
        ).end();
        doc.y += 5;
      }
      doc.y = Math.max(doc.y, y + side) + 10;
    },
    table: (head, rows, widths) => {
      const table = element(root, 'Table');
      const lefts = widths.map(
        (_, i) => MARGIN + WIDTH * widths.slice(0, i).reduce((sum, one) => sum + one, 0),
      );
      const row = (group: Element, cells: readonly Cell[], isHead: boolean): void => {
        const of = (i: number): number => WIDTH * (widths[i] ?? 0) - 8;
        const sized = cells.map(({ text, style = isHead ? 'bold' : 'plain', size = 9 }) => ({
          text,
          style,
          size,
        }));
        room(Math.max(...sized.map(({ text, style, size }, i) => heightOf(text, of(i), style, size))) + 8);
        const { y } = doc;
        let bottom = y;
        const line1 = element(group, 'TR');
        for (const [i, { text, style, size }] of sized.entries()) {
          const scope = isHead ? 'Column' : i === 0 ? 'Row' : undefined;
          element(
            line1,
            scope === undefined ? 'TD' : 'TH',
            () => write(text, lefts[i] ?? MARGIN, y, of(i), style, size),
            scope === undefined ? {} : { scope },
          );
          bottom = Math.max(bottom, doc.y);
        }
        doc.y = bottom + 2;
        line(doc.y, isHead ? INK : '#c6cace');
        doc.y += 4;
      };
      row(
        element(table, 'THead'),
        head.map((text) => ({ text })),
        true,
      );
      const body = element(table, 'TBody');
      for (const cells of rows) row(body, cells, false);
      table.end();
    },
    attach: (name, bytes, type, description) => {
      const file = {
        name,
        type,
        description,
        // Of PDF/A-3; the types do not know it yet.
        relationship: 'Source',
        creationDate: at,
        modifiedDate: at,
      };
      doc.file(Buffer.from(bytes), file);
    },
    end: async () => {
      const { start, count } = doc.bufferedPageRange();
      for (let i = start; i < start + count; i += 1) {
        doc.switchToPage(i);
        doc.page.margins.bottom = 0;
        doc.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
        styled('plain', 8).text(`${title}  ·  ${i + 1} / ${count}`, MARGIN, BOTTOM + 18, {
          width: WIDTH,
          lineBreak: false,
        });
        if (stamp !== undefined)
          styled('bold', 9).text(stamp(i - start + 1), MARGIN, BOTTOM + 17, {
            width: WIDTH,
            align: 'right',
            lineBreak: false,
          });
        doc.endMarkedContent();
        Object.assign(doc.page.dictionary.data, { Tabs: 'S' });
      }
      root.end();
      doc.end();
      return await buffer(doc);
    },
  };
}

/**
 * How large a JPEG or PNG is whose coded pixels go into a PDF as they are. Of others nothing is decoded here: the bytes are a stranger's, and
 * what is drawn of those is made in a process of its own.
 */
function drawable(bytes: Buffer): { readonly width: number; readonly height: number } | null {
  if (bytes.length > 33 && bytes.readUInt32BE(0) === 0x89504e47) {
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    const [bits, colour, interlaced] = [bytes[24] ?? 0, bytes[25] ?? 0, bytes[28] ?? 1];
    const plain = (colour === 0 || colour === 2 || colour === 3) && bits <= 8 && interlaced === 0;
    return plain && width > 0 && height > 0 && bytes.indexOf('tRNS', 8, 'latin1') < 0
      ? { width, height }
      : null;
  }
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return null;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
      const colours = bytes[at + 9] ?? 0;
      return (colours === 1 || colours === 3) && width > 0 && height > 0 ? { width, height } : null;
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

/** That it is PDF/UA-1 as well; PDF/A wants to be told what that word in its metadata means. */
const ALSO_UA = `
        <rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">
            <pdfuaid:part>1</pdfuaid:part>
        </rdf:Description>
        <rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
            <pdfaExtension:schemas>
                <rdf:Bag>
                    <rdf:li rdf:parseType="Resource">
                        <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
                        <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
                        <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
                        <pdfaSchema:property>
                            <rdf:Seq>
                                <rdf:li rdf:parseType="Resource">
                                    <pdfaProperty:name>part</pdfaProperty:name>
                                    <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
                                    <pdfaProperty:category>internal</pdfaProperty:category>
                                    <pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
                                </rdf:li>
                            </rdf:Seq>
                        </pdfaSchema:property>
                    </rdf:li>
                </rdf:Bag>
            </pdfaExtension:schemas>
        </rdf:Description>
`;
