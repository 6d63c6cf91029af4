/**
 * How a file of a record may leave the content server: as a picture or plain text, by a type that we name; everything else as a
 * file to keep. Decided by the bytes that go out, never by what anybody said of them. Pure.
 */
import { sniffMediaType } from '#intake/intake.ts';

/** What no browser runs. No SVG, which is a page; no PDF, whose viewer has a language of its own. Source: reference/integrity.md, S10. */
const SHOWN: Readonly<Record<string, string>> = {
  'image/png': 'image/png',
  'image/jpeg': 'image/jpeg',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
  'text/plain': 'text/plain; charset=utf-8',
};

/** Null: not shown, whatever it claims to be. `head`: its first kilobytes. */
export function shownAs(head: Uint8Array): string | null {
  return SHOWN[sniffMediaType(head) ?? ''] ?? null;
}

/** Endings under which a double click opens a picture, a text, a film or an archive, and runs nothing. */
const HARMLESS =
  /\.(?:png|jpe?g|gif|webp|avif|heic|heif|tiff?|bmp|txt|csv|json|pdf|mp4|m4v|mov|webm|mkv|mp3|m4a|wav|zip|gz|warc|wacz|eml)$/i;
const ITS_END = /.{1,120}$/su;

/**
 * RFC 6266, with the name in both its forms (RFC 8187). The name is a stranger's: it loses what leads to another folder, what
 * turns the direction of writing (so that an ending is what it looks like) and what cannot be seen; an ending that could be run
 * gets a harmless one behind it.
 */
export function disposition(
  kind: 'inline' | 'attachment',
  { recordId, n, name }: { readonly recordId: string; readonly n: number; readonly name: string | null },
): string {
  const own = `${recordId.slice(0, 8)}-file-${n}`;
  const said = (name ?? '')
    .normalize('NFC')
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Z}/\\:*?"<>|%]+/gu, ' ')
    .replaceAll(/^[ .]+|[ .]+$/g, '');
  // Its end: there stands what kind of file it is.
  const short = (ITS_END.exec(said)?.[0] ?? '').replace(/^[ .]+/, '');
  const whole = short === '' ? `${own}.bin` : `${own} ${HARMLESS.test(short) ? short : `${short}.bin`}`;
  const ascii = whole.replaceAll(/[^ -~]/g, '_');
  const encoded = encodeURIComponent(whole).replaceAll(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
