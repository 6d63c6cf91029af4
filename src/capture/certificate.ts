/**
 * X.509 certificates, as few kinds as are needed: ECDSA P-256, signed with SHA-256 (RFC 5280, RFC 5480). Written by
 * hand, because it is one page: libraries for it bring a container of their own and a polyfill for the whole process.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

export interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** DER of the public key, which is what browsers and pins take the digest of. */
  readonly publicKey: Buffer;
  readonly signer: Signer;
}

interface Signer {
  readonly name: string;
  readonly key: KeyObject;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Names and addresses that it is for. */
  readonly hosts?: readonly string[];
  readonly authority?: boolean;
  readonly from: Date;
  readonly to: Date;
  /** Absent: it signs itself. */
  readonly signer?: Signer;
}

const OID = {
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

export function issueCertificate(request: CertificateRequest): IssuedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const own: Signer = { name: request.commonName, key: privateKey };
  const signer = request.signer ?? own;
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    name(signer.name),
    sequence(time(request.from), time(request.to)),
    name(request.commonName),
    spki,
    tlv(0xa3, sequence(...extensions(request))),
  );
  const signature = sign('sha256', body, signer.key);
  return {
    certificate: pem('CERTIFICATE', sequence(body, algorithm, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: spki,
    signer: own,
  };
}

function extensions({ authority = false, hosts = [] }: CertificateRequest): Buffer[] {
  const isAuthority = authority ? [tlv(0x01, Buffer.from([0xff]))] : [];
  // keyCertSign and cRLSign, or digitalSignature: bits 5 and 6, or 0, of a bit string.
  const usage = authority ? Buffer.from([0x01, 0x06]) : Buffer.from([0x07, 0x80]);
  const list = [
    extension(OID.basicConstraints, true, sequence(...isAuthority)),
    extension(OID.keyUsage, true, tlv(0x03, usage)),
  ];
  if (!authority) list.push(extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))));
  if (hosts.length > 0)
    list.push(extension(OID.subjectAltName, false, sequence(...hosts.map((host) => generalName(host)))));
  return list;
}

function generalName(host: string): Buffer {
  if (isIP(host) === 0) return tlv(0x82, Buffer.from(host, 'ascii'));
  if (isIP(host) === 6) throw new Error('Version 6 addresses are not written into certificates here.');
  return tlv(0x87, Buffer.from(host.split('.').map(Number)));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [tlv(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, tlv(0x04, value));
}

function name(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid(OID.commonName), tlv(0x0c, Buffer.from(commonName, 'utf8')))));
}

/** Two digits of the year until 2049, four after it (RFC 5280, 4.1.2.5). */
function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  const short = at.getUTCFullYear() < 2050;
  return tlv(short ? 0x17 : 0x18, Buffer.from(short ? digits.slice(2) : digits, 'ascii'));
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  let hex = value.length.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const length = Buffer.from(hex, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, value]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const integer = (bytes: Buffer): Buffer => tlv(0x02, bytes);
const bits = (bytes: Buffer): Buffer => tlv(0x03, Buffer.from([0]), bytes);

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
