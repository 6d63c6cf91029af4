/** What bytes are by how they begin, whatever they are called. */
export type Kind =
  | 'pdf'
  | 'zip'
  | 'gzip'
  | 'warc'
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  /** Known, and not taken apart here. */
  | 'closed';

const BEGINNINGS: readonly (readonly [kind: Kind, hex: string, at?: number])[] = [
  ['zip', '504b0304'],
  ['zip', '504b0506'],
  ['gzip', '1f8b08'],
  ['warc', '574152432f'],
  ['jpeg', 'ffd8ff'],
  ['png', '89504e470d0a1a0a'],
  ['gif', '474946383961'],
  ['gif', '474946383761'],
  ['webp', '57454250', 8],
  ['closed', '49492a00'],
  ['closed', '4d4d002a'],
  ['closed', '66747970', 4],
  ['closed', '526172211a07'],
  ['closed', '377abcaf271c'],
  ['closed', '425a68'],
  ['closed', 'fd377a585a00'],
  ['closed', '28b52ffd'],
  ['closed', 'd0cf11e0a1b11ae1'],
  ['closed', '4f676753'],
  ['closed', '494433'],
  ['closed', '1a45dfa3'],
  ['closed', '774f4632'],
  ['closed', '774f4646'],
  ['closed', '7573746172', 257],
];

const PARTS = BEGINNINGS.map(([kind, hex, at = 0]) => ({ kind, at, bytes: Buffer.from(hex, 'hex') }));
const PDF = Buffer.from('%PDF-');

export function kindOf(bytes: Buffer): Kind | null {
  for (const { kind, at, bytes: begins } of PARTS)
    if (bytes[at] === begins[0] && bytes.subarray(at, at + begins.length).equals(begins)) return kind;
  const pdf = bytes.indexOf(PDF);
  return pdf >= 0 && pdf + PDF.length <= 1024 ? 'pdf' : null;
}
