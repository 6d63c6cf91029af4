/** Pictures of a great many pixels, of which hardly any bytes and hardly any time are needed to make them. */
import { crc32, deflateSync, gunzipSync } from 'node:zlib';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A valid PNG of black, however large; its bytes are few. */
export function blackPng(width: number, height: number, lines = height): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(lines * (Math.ceil(width / 8) + 1)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An AVIF of 16,000 by 16,000, all red, as sharp writes it in half a minute. */
export function avifBomb(): Buffer {
  return gunzipSync(Buffer.from(AVIF_BOMB.join(''), 'base64'));
}

const AVIF_BOMB = [
  'H4sIAAAAAAACA2NgYJBJK6ksSCzLTGMAgtzMNEMQOzczEcS/lptaksgAAYoZKTlFUDZDQWZyCQMaUMrMyU8GMVwcGBiBEAR+',
  'QWkGnrVAQjkzMw9sDVhUFMhJZYLyEssMDEFMvoLMkly4krDMgqICIG2RWZCcDzIlsczQudEerEkks7ggFWK4XQMEMwgUZFZk',
  'gkSYOTg4gJRYZkEuzP1AJzE3MjEDDdmam5JYIsTAxW3/va7+598lLCZSDkazJQVUFho2JT6fV7lgAgND0vkzrkr7uG2ag1Z9',
  'Wq39eypT0VH26An3a8LnbuyzOLDSdeuVP63KOjOrao2EroXPmJUdabzVd+tsznvvf6m28qflXlz0Lv+l2rp9Cs8bE1lXPL7T',
  '5iIpeFzWavFL7nP9rrwNU06eOF1zIOX8maC4iXP6ZDO2y5Ton5gawPxYMsA0xcn2q7+I/prb77zbTf2Dw0o/iW2eaezEVP6g',
  'K+Lfs+STMlq7+jrmFiyUuHJ7seud+5d8Y2sczzMd4g48vpOnw0i5z6rU/ZL4XLkuaUbNyROn/Wygjy1J5NlSNcV6sWOax+/w',
  'h8u+vs///CzcyW7RlBKVhgp2diPZ8Mdp6s/LnueqrK9xmPr3fMhwCq/RWBmNldFYGY2V0VgZjZXRWBmNlaESKzG09EnCUDad',
  'hoGvAABLgFI2pw0AAA==',
];
