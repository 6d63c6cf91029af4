/**
 * The signature of a web archive: `signedData` of WACZ-auth 0.1.0, which stands in `datapackage-digest.json`. What is signed is the
 * digest of `datapackage.json`, written `sha256:<hex>`; that file has the digests of all others. So whoever changes a byte and makes
 * all digests anew is seen, unless they have the key.
 *
 * There are two kinds, with these members and no others. Anonymous: whoever has the key made it, and whose key that is must be known
 * from elsewhere (here: `wacz-key.added` of the agency's log). Domain-identity: a certificate says whose it is, and a time stamp
 * of somebody else when it was there.
 *
 * The two kinds write their signatures differently, because their readers do: an anonymous one is r ‖ s by a key on P-384, as
 * ArchiveWeb.page writes and ReplayWeb.page alone reads; the other one is in DER, as authsign reads.
 */
import { createHash, createPublicKey, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';

export const WACZ_AUTH = '0.1.0';
/** A time stamp counts when it is no further from `created` than this. Source: WACZ-auth 0.1.0, verification, 7. */
export const STAMPED_WITHIN_MS = 600_000;

const base64 = Type.Refine(
  Type.String({ minLength: 4 }),
  (text) => Buffer.from(text, 'base64').toString('base64') === text,
);
const members = {
  hash: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
  created: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:[.]\\d{1,6})?Z$' }),
  software: Type.String(),
  version: Type.Literal(WACZ_AUTH),
  signature: base64,
};
const closed = { additionalProperties: false } as const;

const Anonymous = Type.Object({ ...members, publicKey: base64 }, closed);
const DomainIdentity = Type.Object(
  {
    ...members,
    domain: Type.String({ minLength: 1, maxLength: 255 }),
    domainCert: Type.String(),
    timeSignature: base64,
    timestampCert: Type.String(),
    crossSignedCert: Type.Optional(Type.String()),
  },
  closed,
);
export type AnonymousData = Static<typeof Anonymous>;
export type DomainIdentityData = Static<typeof DomainIdentity>;
export type SignedData = AnonymousData | DomainIdentityData;

export interface SignedWacz {
  readonly kind: 'anonymous' | 'domain-identity';
  readonly created: string;
  readonly software: string;
  /** SHA-256 of the public key as SubjectPublicKeyInfo, in hex. */
  readonly key: string;
  /** Of a domain-identity: what is left to whoever has roots that they trust. Null of an anonymous one. */
  readonly identity: {
    readonly domain: string;
    /** The signer's certificate first; each was found to be signed by the next. */
    readonly certificates: readonly X509Certificate[];
    /** A TimeStampResp of RFC 3161 over `stamped`, by the first of these certificates. Not looked into here. */
    readonly timeSignature: Buffer;
    readonly timestampCertificates: readonly X509Certificate[];
    readonly stamped: Buffer;
  } | null;
}

export type WaczVerdict = SignedWacz | { readonly kind: 'unsigned' | 'wrong'; readonly why: string };

/** Both files as they stand in the package. That its other members have the digests of `datapackage.json` is not looked at here. */
export function verifyWaczSignature(digestFile: Uint8Array, datapackage: Uint8Array): WaczVerdict {
  const digest = jsonOf(digestFile);
  const description = jsonOf(datapackage);
  if (digest === null || description === null) return wrong('It is not JSON.');
  const hash = `sha256:${createHash('sha256').update(datapackage).digest('hex')}`;
  if (digest['path'] !== 'datapackage.json' || digest['hash'] !== hash)
    return wrong('datapackage-digest.json has another digest than datapackage.json.');
  const signed = digest['signedData'];
  if (signed === undefined) return { kind: 'unsigned', why: 'datapackage-digest.json has no signedData.' };
  const anonymous = Check(Anonymous, signed);
  if (!anonymous && !Check(DomainIdentity, signed))
    return wrong('signedData has not the members of WACZ-auth 0.1.0, and no others.');
  if (signed.hash !== hash) return wrong('What was signed is another datapackage.json.');
  if (signed.created !== description['created'])
    return wrong('signedData and datapackage.json name different times.');
  try {
    return anonymous ? anonymousOf(signed) : identityOf(signed);
  } catch {
    return wrong('A key or a certificate of the signature cannot be read.');
  }
}

function anonymousOf(signed: AnonymousData): WaczVerdict {
  const key = createPublicKey({ key: Buffer.from(signed.publicKey, 'base64'), format: 'der', type: 'spki' });
  if (!isSignedBy(key, signed, 'ieee-p1363'))
    return wrong('The signature is not by the key that stands beside it.');
  return {
    kind: 'anonymous',
    created: signed.created,
    software: signed.software,
    key: keyDigest(key),
    identity: null,
  };
}

function identityOf(signed: DomainIdentityData): WaczVerdict {
  const certificates = chainOf(signed.domainCert);
  const timestampCertificates = chainOf(signed.timestampCert);
  const [own] = certificates ?? [];
  if (own === undefined || certificates === null || timestampCertificates === null)
    return wrong('A certificate is not signed by the one behind it.');
  if (!isSignedBy(own.publicKey, signed, 'der'))
    return wrong('The signature is not by the key of the certificate.');
  if (!namesOf(own).includes(signed.domain))
    return wrong('The certificate is of another name than the signature.');
  const cross = signed.crossSignedCert === undefined ? certificates : chainOf(signed.crossSignedCert);
  if (cross?.[0] === undefined || keyDigest(cross[0].publicKey) !== keyDigest(own.publicKey))
    return wrong('The cross-signed certificate is of another key.');
  return {
    kind: 'domain-identity',
    created: signed.created,
    software: signed.software,
    key: keyDigest(own.publicKey),
    identity: {
      domain: signed.domain,
      certificates,
      timeSignature: Buffer.from(signed.timeSignature, 'base64'),
      timestampCertificates,
      stamped: Buffer.from(signed.signature, 'ascii'),
    },
  };
}

function isSignedBy(
  key: KeyObject,
  { hash, signature }: SignedData,
  dsaEncoding: 'der' | 'ieee-p1363',
): boolean {
  if (key.asymmetricKeyType !== 'ec') return false;
  return verify('sha256', Buffer.from(hash, 'ascii'), { key, dsaEncoding }, Buffer.from(signature, 'base64'));
}

/** Null: one of them is not signed by the next. */
export function chainOf(pem: string): X509Certificate[] | null {
  const certificates = (pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
  const whole = certificates.every((one, n) => {
    const next = certificates[n + 1];
    return next === undefined || (one.checkIssued(next) && one.verify(next.publicKey));
  });
  return whole && certificates.length > 0 ? certificates : null;
}

/** The name that a certificate is of: its common name, or else the first of its host names. */
export function namesOf(certificate: X509Certificate): string[] {
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  if (common !== undefined) return [common];
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((one) => (one.startsWith('DNS:') ? [one.slice(4)] : []));
}

export function keyDigest(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function wrong(why: string): WaczVerdict {
  return { kind: 'wrong', why };
}
