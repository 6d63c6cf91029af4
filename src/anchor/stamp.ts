/**
 * RFC 3161 time stamps: the question, and what is believed of the answer. A stamp says that an authority, which is not us, saw these
 * bytes at a time that it states. `verifyStamp` is pure, so that it can be asked again in twenty years, by whoever was given the
 * stamp, the bytes and the authority's roots.
 *
 * Two readers that share no code must agree on it: one by hand over node:crypto (stamp-by-hand.ts), which says what is wrong, and pkijs here.
 */
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { Integer, Null, OctetString, type BitString } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  ExtKeyUsage,
  MessageImprint,
  SignedData,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { ArchiveError } from '#errors.ts';
import { malformed } from './der.ts';
import { readByHand } from './stamp-by-hand.ts';
import { wrong, type Read } from './stamp-facts.ts';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const NONCE_BYTES = 16;
/** Real ones have 2 to 10 kB. */
export const MAX_STAMP_BYTES = 65_536;

export interface StampQuestion {
  readonly bytes: Buffer;
  /** In hex, as the answer must say it again. */
  readonly nonce: string;
}

export interface Stamp {
  /** By the clock of the authority. */
  readonly at: Date;
  readonly serial: string;
  readonly nonce: string | null;
  /** PEM of the signer's certificate, those that lead on, and the root. */
  readonly chain: string;
}

/** Asks for the certificates too: without them nobody could check the answer later. */
export function stampQuestion(bytes: Uint8Array): StampQuestion {
  // Neither negative nor beginning with a zero: so each reader spells it in the same way.
  const nonce = Buffer.concat([
    Buffer.from([0x40 + ((randomBytes(1)[0] ?? 0) & 0x3f)]),
    randomBytes(NONCE_BYTES - 1),
  ]);
  const question = new TimeStampReq({
    // Its own default is a version that does not exist.
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: createHash('sha256').update(bytes).digest() }),
    }),
    nonce: new Integer({ valueHex: nonce }),
    certReq: true,
  });
  return { bytes: Buffer.from(question.toSchema().toBER()), nonce: nonce.toString('hex') };
}

/**
 * Believes the stamp that `tsr` is of these very bytes, by an authority under one of `roots` (PEM, one or more), or says with
 * `stamp-malformed` or `stamp-wrong` why it does not; `details.check` names the check that failed. Certificates are judged at the time
 * that the stamp states: one that has expired since takes nothing from it.
 */
export async function verifyStamp(tsr: Uint8Array, bytes: Uint8Array, roots: string): Promise<Stamp> {
  if (tsr.length > MAX_STAMP_BYTES) throw malformed(`it has more than ${MAX_STAMP_BYTES} bytes`);
  const trusted = certificatesIn(roots);
  const first = firstReading(tsr, bytes, trusted);
  const second = await readWithPkijs(tsr, bytes, trusted).catch((error: unknown) => {
    throw wrong('readers', 'one of two readers does not believe it', error);
  });
  const { at, serial, nonce, signer, chain } = first;
  if (
    at.getTime() !== second.at.getTime() ||
    serial !== second.serial ||
    nonce !== second.nonce ||
    signer !== second.signer
  )
    throw wrong('readers', 'two readers of it do not read the same');
  return { at, serial, nonce, chain: chain.map(String).join('') };
}

/** DER of each certificate in a PEM text; refuses a text with none, or with one that is none. */
function certificatesIn(pem: string): Buffer[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new RangeError('A text with roots has at least one PEM certificate.');
  return blocks.map((block) => new X509Certificate(block).raw);
}

/** What node:crypto throws at a certificate or a key is a fault of the stamp as well. */
function firstReading(
  tsr: Uint8Array,
  bytes: Uint8Array,
  roots: readonly Uint8Array[],
): ReturnType<typeof readByHand> {
  try {
    return readByHand(tsr, bytes, roots);
  } catch (error) {
    throw error instanceof ArchiveError
      ? error
      : wrong('signer', 'a certificate or key in it is none', error);
  }
}

/** Any error is a no: which check failed the first reader has said. */
async function readWithPkijs(
  tsr: Uint8Array,
  bytes: Uint8Array,
  roots: readonly Uint8Array[],
): Promise<Read> {
  const response = TimeStampResp.fromBER(exactBuffer(tsr));
  const status: number = response.status.status;
  if (response.timeStampToken === undefined || status > 1) throw new Error('no stamp was granted');
  const signed = new SignedData({ schema: response.timeStampToken.content });
  const { eContent, eContentType } = signed.encapContentInfo;
  if (eContentType !== TST_INFO || eContent === undefined || signed.signerInfos.length !== 1)
    throw new Error('what was signed is not a time stamp, or not by one signer');
  const info = TSTInfo.fromBER(eContent.getValue());
  const result = await signed.verify({
    signer: 0,
    data: exactBuffer(bytes),
    trustedCerts: roots.map((der) => Certificate.fromBER(exactBuffer(der))),
    checkChain: true,
    checkDate: info.genTime,
    // Lists of revoked certificates are not in a stamp, and cannot be had of an authority that is gone.
    passedWhenNotRevValues: true,
    extendedMode: true,
  });
  if (result.signatureVerified !== true || result.signerCertificate == null)
    throw new Error('the signature does not fit');
  if (!isForStampsAlone(result.signerCertificate))
    throw new Error('the certificate of the signer is not for time stamps alone');
  return {
    at: info.genTime,
    serial: hexOf(info.serialNumber),
    nonce: info.nonce === undefined ? null : hexOf(info.nonce),
    signer: createHash('sha256')
      .update(Buffer.from(result.signerCertificate.toSchema().toBER()))
      .digest('hex'),
  };
}

function isForStampsAlone(certificate: Certificate): boolean {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE);
  const uses = usage?.parsedValue instanceof ExtKeyUsage ? usage.parsedValue.keyPurposes : [];
  return usage?.critical === true && uses.length === 1 && uses[0] === TIME_STAMPING;
}

function hexOf(number: Integer | BitString): string {
  return Buffer.from(number.valueBlock.valueHexView)
    .toString('hex')
    .replace(/^0+(?=.)/, '');
}

/** A buffer of Node is a window into a larger one; pkijs would read all of that. */
function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
