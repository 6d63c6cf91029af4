/** DER as a time stamp authority writes it, and certificates as it needs them: honest ones, and each kind that must be refused. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  const hex = value.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, value]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tlv(0x31, ...parts);
export const octets = (bytes: Uint8Array): Buffer => tlv(0x04, bytes);
export const boolean = (): Buffer => tlv(0x01, Buffer.from([0xff]));
export const nothing = (): Buffer => tlv(0x05);

export function integer(hex: string): Buffer {
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  return tlv(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes);
}

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

/** As a stamp says it: four digits of the year, a fraction only where there is one. */
export function generalizedTime(at: Date): Buffer {
  const [seconds = '', fraction = ''] = at
    .toISOString()
    .replace(/[-:T]|Z/g, '')
    .split('.');
  const digits = fraction.replace(/0+$/, '');
  return tlv(0x18, Buffer.from(`${seconds}${digits === '' ? '' : `.${digits}`}Z`));
}

const utcTime = (at: Date): Buffer =>
  tlv(
    0x17,
    Buffer.from(
      at
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  );

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export interface Identity {
  readonly der: Buffer;
  readonly pem: string;
  readonly name: Buffer;
  readonly serial: Buffer;
  readonly key: KeyObject;
}

export interface Wanted {
  readonly name: string;
  readonly issuer?: Identity;
  readonly from?: Date;
  readonly to?: Date;
  readonly rsa?: boolean;
  /** What the key may do; absent: it issues certificates. */
  readonly use?: 'stamps' | 'stamps-not-critical' | 'stamps-and-more' | 'servers' | 'not-said';
  /** A condition that nobody knows, and that must be understood all the same. */
  readonly unknownCritical?: boolean;
  /** How many authorities it may have below it. */
  readonly below?: number;
}

const DAY_MS = 86_400_000;

/** Signs with what the key is: ECDSA on P-256, or RSA with 2048 bits; both with SHA-256 unless told otherwise. */
export function signed(
  key: KeyObject,
  bytes: Uint8Array,
  hash = 'sha256',
): { readonly algorithm: Buffer; readonly value: Buffer } {
  const rsa = key.asymmetricKeyType === 'rsa';
  const last = { sha256: rsa ? 11 : 2, sha384: rsa ? 12 : 3, sha512: rsa ? 13 : 4 }[hash];
  return {
    algorithm: rsa
      ? sequence(oid(`1.2.840.113549.1.1.${last}`), nothing())
      : sequence(oid(`1.2.840.10045.4.3.${last}`)),
    value: sign(hash, bytes, key),
  };
}

export function issue({
  name,
  issuer,
  from,
  to,
  rsa = false,
  use,
  unknownCritical = false,
  below,
}: Wanted): Identity {
  const pair = rsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { publicKey, privateKey } = pair;
  const signer = issuer?.key ?? privateKey;
  const serial = integer(`40${randomBytes(15).toString('hex')}`);
  const ownName = sequence(set(sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(name)))));
  const { algorithm } = signed(signer, Buffer.alloc(0));
  const body = sequence(
    tlv(0xa0, integer('02')),
    serial,
    algorithm,
    issuer?.name ?? ownName,
    sequence(
      utcTime(from ?? new Date(Date.now() - 2 * DAY_MS)),
      utcTime(to ?? new Date(Date.now() + 30 * DAY_MS)),
    ),
    ownName,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions(use, unknownCritical, below))),
  );
  const der = sequence(body, algorithm, tlv(0x03, Buffer.from([0]), signed(signer, body).value));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    der,
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    name: ownName,
    serial,
    key: privateKey,
  };
}

function extensions(use: Wanted['use'], unknownCritical: boolean, below: number | undefined): Buffer[] {
  const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
    sequence(oid(id), ...(critical ? [boolean()] : []), octets(value));
  const authority = use === undefined;
  const list = [
    ...(unknownCritical ? [extension('1.3.6.1.4.1.55555.9', true, nothing())] : []),
    extension(
      '2.5.29.19',
      true,
      sequence(...(authority ? [boolean()] : []), ...(below === undefined ? [] : [integer(`0${below}`)])),
    ),
    extension('2.5.29.15', true, tlv(0x03, Buffer.from(authority ? [0x01, 0x06] : [0x07, 0x80]))),
  ];
  if (authority || use === 'not-said') return list;
  const uses =
    use === 'servers'
      ? [SERVER_AUTH]
      : use === 'stamps-and-more'
        ? [TIME_STAMPING, SERVER_AUTH]
        : [TIME_STAMPING];
  return [...list, extension('2.5.29.37', use !== 'stamps-not-critical', sequence(...uses.map(oid)))];
}

export const sha = (name: string, bytes: Uint8Array): Buffer => createHash(name).update(bytes).digest();
