/**
 * What bytes are, by their first few kilobytes. The claim of the sender is kept beside it and never believed: what
 * it decides is how a file is shown (a page of script under the name of a picture is not), not whether it is kept.
 * `null`: nothing that we know.
 */

/** How many bytes the answer may depend on. */
export const SNIFF_BYTES = 4100;

export function sniffMediaType(firstBytes: Uint8Array): string | null {
  const head = Buffer.from(
    firstBytes.buffer,
    firstBytes.byteOffset,
    Math.min(firstBytes.length, SNIFF_BYTES),
  );
  const latin = (from: number, to: number) => head.toString('latin1', from, to);
  const hex = (to: number) => head.toString('hex', 0, to);

  if (hex(8) === '89504e470d0a1a0a') return 'image/png';
  if (hex(3) === 'ffd8ff') return 'image/jpeg';
  if (/^GIF8[79]a$/.test(latin(0, 6))) return 'image/gif';
  if (latin(0, 4) === 'RIFF' && latin(8, 12) === 'WEBP') return 'image/webp';
  if (latin(4, 8) === 'ftyp') return isoMedia(latin(8, 12));
  if (['49492a00', '4d4d002a'].includes(hex(4))) return 'image/tiff';
  if (latin(0, 2) === 'BM' && head.length >= 26 && head.readUInt32LE(6) === 0) return 'image/bmp';
  if (hex(4) === '1a45dfa3') return latin(0, 64).includes('webm') ? 'video/webm' : 'video/x-matroska';
  if (hex(4) === '504b0304') return zipKind(head);
  if (hex(4) === '504b0506') return 'application/zip';
  if (hex(2) === '1f8b') return 'application/gzip';
  if (latin(0, 7) === 'WARC/1.') return 'application/warc';
  // Readers take a PDF whose header comes late; so do we, for then it is one.
  if (latin(0, 1024).includes('%PDF-')) return 'application/pdf';
  return textKind(head);
}

function isoMedia(brand: string): string {
  if (brand === 'avif' || brand === 'avis') return 'image/avif';
  if (['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis'].includes(brand)) return 'image/heic';
  if (brand === 'mif1' || brand === 'msf1') return 'image/heif';
  return brand === 'qt  ' ? 'video/quicktime' : 'video/mp4';
}

/** A web archive is a zip that begins with one of the folders of its specification. */
function zipKind(head: Buffer): string {
  if (head.length < 30) return 'application/zip';
  const name = head.toString('latin1', 30, 30 + head.readUInt16LE(26));
  return /^(datapackage\.json$|archive\/|indexes\/|pages\/)/.test(name)
    ? 'application/wacz'
    : 'application/zip';
}

function textKind(head: Buffer): string | null {
  if (head.length === 0) return null;
  let decoded: string;
  try {
    // The last character may be cut in two where the sniffed part ends.
    decoded = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: head.length >= SNIFF_BYTES });
  } catch {
    return null;
  }
  if (/[^\t\n\f\r\u0020-\uffff]/.test(decoded)) return null;
  const start = decoded
    .replace(/^\ufeff/, '')
    .trimStart()
    .toLowerCase();
  const page = afterComments(start, 0);
  if (PAGES.some((tag) => start.startsWith(tag, page))) return 'text/html';
  const declared = afterComments(start, afterTag(start, 0, '<?xml'));
  const drawing = afterTag(start, declared, '<!doctype svg');
  if (start.startsWith('<svg', drawing) && /^[\s>]/.test(start.slice(drawing + 4, drawing + 5)))
    return 'image/svg+xml';
  return start.startsWith('<?xml') ? 'application/xml' : 'text/plain';
}

const PAGES = ['<!doctype html', '<html', '<head', '<body', '<script'];

/**
 * Where the text goes on behind comments and white space. By scans that look at each character once: a pattern that repeats
 * comments can read a row of them in more ways than anybody can wait for.
 */
function afterComments(text: string, from: number): number {
  let at = from;
  while (text.startsWith('<!--', at)) {
    // HTML ends `<!-->` where it begins.
    const end = text.indexOf('-->', at + 2);
    if (end < 0) return at;
    at = afterSpace(text, end + 3);
  }
  return at;
}

/** Behind a tag that opens so and the white space after it; where there is none, or it does not end, the same place. */
function afterTag(text: string, from: number, opening: string): number {
  const end = text.startsWith(opening, from) ? text.indexOf('>', from) : -1;
  return end < 0 ? from : afterSpace(text, end + 1);
}

function afterSpace(text: string, from: number): number {
  return text.length - text.slice(from).trimStart().length;
}
