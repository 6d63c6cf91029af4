/** Which reader takes a file apart: by its first bytes, then by what it is said to be. What nobody reads is said to be unread. */
import { within, type Look, type Said } from './gate-look.ts';
import { lookIntoPdf } from './gate-pdf.ts';
import { lookIntoPicture } from './gate-pictures.ts';
import { kindOf } from './gate-sniff.ts';
import { textOfBytes } from './gate-strings.ts';
import { seeText } from './gate-text.ts';
import { lookIntoWarc } from './gate-warc.ts';
import { lookIntoZip } from './gate-zip.ts';

export function lookInto(look: Look, place: string, bytes: Buffer, said: Said): void {
  if (bytes.length === 0) return;
  const kind = kindOf(bytes);
  if (kind === 'zip') lookIntoZip(look, place, bytes);
  else if (kind === 'pdf') lookIntoPdf(look, place, bytes);
  else if (kind === 'warc') lookIntoWarc(look, place, bytes);
  else if (kind === 'gzip') {
    // Names and comments in its heads are not packed.
    look.seeBytes(within(place, 'head'), bytes);
    const plain = look.unpack(place, bytes, 'gzip');
    if (plain !== null)
      look.inside(within(place, 'unpacked'), plain, {
        mediaType: null,
        name: said.name?.replace(/\.gz$/i, '') ?? null,
      });
  } else if (kind === 'jpeg' || kind === 'png' || kind === 'gif' || kind === 'webp')
    lookIntoPicture(look, place, bytes, kind);
  else lookIntoRest(look, place, bytes, said);
}

function lookIntoRest(look: Look, place: string, bytes: Buffer, said: Said): void {
  const charset = /charset=["']?([\w.:-]+)/i.exec(said.mediaType ?? '')?.[1] ?? null;
  const text = textOfBytes(bytes, charset);
  if (text === null) {
    look.seeBytes(place, bytes);
    look.unread(
      place,
      'it is of a kind that is not taken apart here, or a text in an encoding that is not named',
    );
    return;
  }
  seeText(look, place, text, said);
}
