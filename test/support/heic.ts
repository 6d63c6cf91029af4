/**
 * HEIC pictures that are made here, so that no test depends on a file of unknown origin. Nothing that npm has writes HEVC, so one tile of
 * 512 by 512 pixels (a gradient, by x265 through pillow-heif 1.8.1) stands below; larger pictures are grids of it, as a
 * telephone makes them, put together box by box (ISO/IEC 14496-12 and 23008-12).
 */

const TILE = Buffer.from(
  [
    'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA',
    'ACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAAxgAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt',
    'AAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAWvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA',
    'AAMAWroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwBaoAQCAIBZbqSSmubgIaDAgAAADIAAAAMAhGIAAQAHRAHBcrBiQAAAABNjb2xy',
    'bmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAAIAAAACAAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAyBt',
    'ZGF0AAADFCgBrxkQIhF1bXlZZW73QVegQh5ND+wg2svKkvI8IpQ39YikmNUU5fgz7TnwopSKDD49ZQeaPb3h50YKwk3RzOEPEqgd',
    'BNVuR5ozr6kmaNacfLyY/b3Si86M3h7KZZ1YEvsskLSDiKWPu1FXpir9CApYlVt3T/pEyySkGEOiqfHrkhxbb0lj15QxxGXQ0bwV',
    'csdA0pTCE8LGKrmkgAM5GsE7/a/rRTYnGzHqYBCTCUVo8M6xJiV80FNBEGf3ogG0+XTTXLCb9WCzi9jGw0aF7H9dMHIvyi1FPuhH',
    '4gjxu3y4NPA2+XpC2+G0wlkjM48ToNQjo/dQeUyM7dC3ppZhU8f3R7Da1XncFe0l5fjdRQp6ijDkn5ubq+RzQDRUn4D9ILXVNJHB',
    'ZX7wgcg3M4Cg4AxicGiYRwgeD5Gqca5HIZDo45uxQNDoWXyIhp2A2U5lm/7LdGPWe3VYB0wye48yfpHzZm3q2rP9C0YknL7N1SL1',
    'e6fiCSLVC/EoLE4z0s6jzOh7o2bFtSv9rGN3hfFBp71T1R7jiwcgJtXczBc48dgqFpWj6/vSg5xxeuBlr8JDuHDC+Yk3lBkETNeo',
    'rA0QBXm5uJo9ZiNiHoaT95g+en3drwJ+/ajqFTR5GtOX2YP2vBJYWY3mEMooXXMxy5P3YQMjeZUBnz9VOFxVjUA/eUk/T8N1/jFH',
    'zw4O+zo30LPUozGoacbkAXsifkBwa7otvTyst9jN/1A1gJe0mfeBmt6qVkkGZA+IVMwTBY2fetV8ONxMYkLCcXqBFnC4C4ionF/j',
    'UvlXNn4zta3FloB9HKJ67quLv4a/SX0uAYGtcz1YtAwaq+WrnJeI9Cbqz+vhZESk6ZES/0W6REri5x9XAezef0+he9u/5IFvi4b1',
    '1LE3mR9KHbgxAxzcmizGLinTLNujtJTzpd5ljon2W3/aYOt5Zqem4TgYMfE7XoFkCHpcrh5rsfPPwUccHJhi9uar40Bx0ig+T5Ab',
    'sR+5nGXG74HhnABcd6Xv87DbNzU2tD7IVh+ypaoEkjw14ouHotVJHVbDki9w',
  ].join(''),
  'base64',
);
export const TILE_SIDE = 512;

/** A real file of one picture without a grid. */
export const heicTile = (): Buffer => Buffer.from(TILE);

const u8 = (...values: number[]): Buffer => Buffer.from(values);
const u16 = (value: number): Buffer => u8((value >> 8) & 255, value & 255);
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
const box = (type: string, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};
const full = (type: string, version: number, flags: number, ...parts: Uint8Array[]): Buffer =>
  box(type, u8(version, 0, 0, flags), ...parts);

/** The first box of that type, wherever it stands, with its head. */
function boxIn(bytes: Buffer, type: string): Buffer {
  const at = bytes.indexOf(type, 0, 'latin1') - 4;
  return bytes.subarray(at, at + bytes.readUInt32BE(at));
}

const GRID = 1;
export interface GridOptions {
  readonly brand?: 'heic' | 'mif1';
  /** What the file says of itself, when it lies. */
  readonly claims?: { readonly width: number; readonly height: number };
  /** Another tile than the one above: bytes of HEVC with their lengths. */
  readonly coded?: Buffer;
  /** By so many quarters against the clock, as a telephone that was held upright says it. */
  readonly quarters?: 1 | 2 | 3;
  /** What its colours mean: an ICC profile. */
  readonly profile?: Buffer;
  /** Of the camera: EXIF. */
  readonly exif?: Buffer;
}

/** As a telephone would store a picture of that size: tiles in a grid, the last ones cut off. All tiles are the same bytes. */
export function heicGrid(width: number, height: number, options: GridOptions = {}): Buffer {
  const [columns, rows] = [Math.ceil(width / TILE_SIDE), Math.ceil(height / TILE_SIDE)];
  const said = options.claims ?? { width, height };
  const tiles = Array.from({ length: columns * rows }, (_, i) => GRID + 1 + i);
  const coded = options.coded ?? boxIn(TILE, 'mdat').subarray(8);
  const brand = options.brand ?? 'heic';
  const layout = Buffer.concat([u8(0, 1, rows - 1, columns - 1), u32(said.width), u32(said.height)]);
  const ispe = (w: number, h: number): Buffer => full('ispe', 0, 0, u32(w), u32(h));
  const head = box('ftyp', Buffer.from(brand), u32(0), Buffer.from('mif1heicmiaf'));
  const item = (id: number, type: string, hidden: boolean): Buffer =>
    full('infe', 2, hidden ? 1 : 0, u16(id), u16(0), Buffer.from(`${type}\0`));
  const { quarters, profile, exif } = options;
  const exifId = GRID + 1 + tiles.length;
  // Behind the codec's settings and two sizes.
  const more = [
    ...(quarters === undefined ? [] : [{ property: box('irot', u8(quarters)), essential: 0x80 }]),
    ...(profile === undefined ? [] : [{ property: box('colr', Buffer.from('prof'), profile), essential: 0 }]),
  ];
  const items = tiles.length + (exif === undefined ? 1 : 2);
  const meta = (codedAt: number): Buffer =>
    full(
      'meta',
      0,
      0,
      full('hdlr', 0, 0, u32(0), Buffer.from('pict'), Buffer.alloc(13)),
      full('pitm', 0, 0, u16(GRID)),
      full(
        'iinf',
        0,
        0,
        u16(items),
        item(GRID, 'grid', false),
        ...tiles.map((id) => item(id, 'hvc1', true)),
        ...(exif === undefined ? [] : [item(exifId, 'Exif', true)]),
      ),
      full(
        'iref',
        0,
        0,
        box('dimg', u16(GRID), u16(tiles.length), ...tiles.map(u16)),
        ...(exif === undefined ? [] : [box('cdsc', u16(exifId), u16(1), u16(GRID))]),
      ),
      box(
        'iprp',
        box(
          'ipco',
          boxIn(TILE, 'hvcC'),
          ispe(TILE_SIDE, TILE_SIDE),
          ispe(said.width, said.height),
          ...more.map(({ property }) => property),
        ),
        full(
          'ipma',
          0,
          0,
          u32(tiles.length + 1),
          u16(GRID),
          u8(1 + more.length, 3, ...more.map(({ essential }, i) => essential | (4 + i))),
          // The codec's settings are essential (the first bit).
          ...tiles.map((id) => Buffer.concat([u16(id), u8(2, 0x81, 2)])),
        ),
      ),
      full(
        'iloc',
        1,
        0,
        u8(0x44, 0),
        u16(items),
        Buffer.concat([u16(GRID), u16(1), u16(0), u16(1), u32(0), u32(layout.length)]),
        ...tiles.map((id) =>
          Buffer.concat([u16(id), u16(0), u16(0), u16(1), u32(codedAt), u32(coded.length)]),
        ),
        ...(exif === undefined
          ? []
          : [
              Buffer.concat([
                u16(exifId),
                ...[0, 0, 1].map(u16),
                u32(codedAt + coded.length),
                u32(exif.length + 4),
              ]),
            ]),
      ),
      box('idat', layout),
    );
  const length = meta(0).length;
  const behind = exif === undefined ? [] : [u32(0), exif];
  return Buffer.concat([head, meta(head.length + length + 8), box('mdat', coded, ...behind)]);
}
