/**
 * The first reader of a stamp: DER by hand, signatures and certificates by node:crypto. It shares no code with the second
 * (stamp.ts, pkijs), so that a mistake of either shows as a disagreement, and no stamp is kept that only one of them believes.
 *
 * What it asks for: RFC 3161 section 2.4.2, RFC 5816 (the signer's certificate is named in what it signs), RFC 5652 section 5.4, and
 * RFC 3161 section 2.3: the certificate is for time stamps and for nothing else.
 */
import { createHash, verify, X509Certificate } from 'node:crypto';
import {
  contentOf,
  context,
  malformed,
  numberOf,
  oidOf,
  partsOf,
  readDer,
  TAG,
  timeOf,
  type Der,
} from './der.ts';
import { wrong, type Read } from './stamp-facts.ts';

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

const SHA2: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** With which digest the signature was made; null: with that of the signer's entry. */
const SIGNATURES: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.1': null,
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/** NULL, which some write where others write nothing (RFC 5754, section 2). */
const NO_PARAMETER = Buffer.from([0x05, 0x00]);

/**
 * What a certificate may insist on: use of the key, basic constraints, other names, and what the second reader looks at (constraints
 * of names and of policies). Whoever does not understand another condition must refuse it (RFC 5280, section 4.2).
 */
const UNDERSTOOD = [15, 17, 19, 30, 32, 36, 37, 54].map((last) => `2.5.29.${last}`);

/** As many certificates as a chain may have. */
const LONGEST_CHAIN = 8;

export function readByHand(
  tsr: Uint8Array,
  bytes: Uint8Array,
  roots: readonly Uint8Array[],
): Read & { readonly chain: readonly X509Certificate[] } {
  const token = tokenOf(readDer(tsr));
  const { info, certificates } = token;
  const [version, , imprint, serial, genTime, ...optional] = partsOf(info, TAG.sequence, 'the stamp');
  if (numberOf(version, 'the version of the stamp') !== '1') throw malformed('it has another version than 1');
  const [imprintAlgorithm, imprintDigest] = partsOf(imprint ?? info, TAG.sequence, 'the imprint');
  if (digestName(imprintAlgorithm) !== 'sha256') throw wrong('imprint', 'its imprint is not by SHA-256');
  if (!contentOf(imprintDigest, TAG.octets, 'the imprint').equals(digest('sha256', bytes)))
    throw wrong('imprint', 'it was made for other bytes than these');
  const at = timeOf(genTime, 'the time of the stamp');
  const nonce = optional.find(({ tag }) => tag === TAG.integer);

  const signer = signedBy(token);
  onlyForStamps(signer);
  const chain = chained(
    signer,
    certificates,
    roots.map((der) => new X509Certificate(der)),
    at,
  );
  return {
    at,
    serial: numberOf(serial, 'the number of the stamp'),
    nonce: nonce === undefined ? null : numberOf(nonce, 'the nonce'),
    signer: digest('sha256', signer.raw).toString('hex'),
    chain,
  };
}

interface Token {
  readonly info: Der;
  readonly infoBytes: Buffer;
  /** By which everybody is told to hash, before they come to the signer. */
  readonly digests: readonly string[];
  readonly certificates: readonly X509Certificate[];
  readonly signerInfo: Der;
}

function tokenOf(response: Der): Token {
  const [status, contentInfo] = partsOf(response, TAG.sequence, 'the answer');
  const [granted] = partsOf(status ?? response, TAG.sequence, 'its status');
  if (!['0', '1'].includes(numberOf(granted, 'its status')))
    throw wrong('status', 'the authority refused it');
  if (contentInfo === undefined) throw malformed('there is no stamp in it');
  const [type, boxed] = partsOf(contentInfo, TAG.sequence, 'the stamp');
  if (oidOf(type, 'the type of the stamp') !== OID.signedData) throw malformed('it is not signed data');
  const [signedData] = partsOf(boxed ?? contentInfo, context(0), 'the signed data');
  const [version, digests, encapsulated, ...rest] = partsOf(
    signedData ?? response,
    TAG.sequence,
    'the signed data',
  );
  if (numberOf(version, 'the version of the signed data') !== '3')
    throw malformed('its signed data have another version than a stamp has');
  const [innerType, inner] = partsOf(encapsulated ?? response, TAG.sequence, 'what was signed');
  if (oidOf(innerType, 'the type of what was signed') !== OID.tstInfo)
    throw malformed('what was signed is not a time stamp');
  const [octets] = partsOf(inner ?? response, context(0), 'what was signed');
  const infoBytes = contentOf(octets, TAG.octets, 'what was signed');
  const held = rest.find(({ tag }) => tag === context(0));
  const signers = partsOf(rest.at(-1) ?? response, TAG.set, 'the signers');
  const [signerInfo] = signers;
  if (signerInfo === undefined || signers.length !== 1) throw malformed('it has not exactly one signer');
  return {
    info: readDer(infoBytes),
    infoBytes,
    digests: partsOf(digests ?? response, TAG.set, 'the digests').map(digestName),
    // RFC 5652 allows other forms of certificates beside X.509's; none of them could be the signer's.
    certificates: (held === undefined ? [] : partsOf(held, context(0), 'the certificates')).flatMap((one) =>
      one.tag === TAG.sequence ? [new X509Certificate(one.whole)] : [],
    ),
    signerInfo,
  };
}

/** Whose signature it is, when it is one: over the signed attributes, which hold the digest of the stamp and the certificate's. */
function signedBy({ signerInfo, infoBytes, digests, certificates }: Token): X509Certificate {
  const [version, id, digestAlgorithm, signedAttributes, signatureAlgorithm, signature] = partsOf(
    signerInfo,
    TAG.sequence,
    'the signer',
  );
  // By issuer and number: the other way of naming it is version 3, and no stamp needs it.
  if (numberOf(version, 'the version of the signer') !== '1')
    throw malformed('it names its signer in another way than a stamp does');
  const [issuer, number] = partsOf(id ?? signerInfo, TAG.sequence, 'who the signer is');
  const signer = certificates.find((one) => {
    const named = nameAndNumber(one);
    return (
      named.issuer.equals(issuer?.whole ?? Buffer.alloc(0)) && named.serial === numberOf(number, 'its number')
    );
  });
  if (signer === undefined) throw wrong('signer', 'the certificate of its signer is not in it');
  const hash = digestName(digestAlgorithm);
  if (!digests.includes(hash)) throw malformed('its digest is not among those that it announces');
  const attributes = attributesOf(signedAttributes ?? signerInfo);
  if (oidOf(attributes.get(OID.contentType), 'the content type') !== OID.tstInfo)
    throw wrong('signature', 'what was signed calls itself something else than a stamp');
  const signedDigest = contentOf(attributes.get(OID.messageDigest), TAG.octets, 'the digest of the stamp');
  if (!signedDigest.equals(digest(hash, infoBytes)))
    throw wrong('signature', 'the digest that was signed is not that of the stamp');
  namesItsCertificate(attributes, signer);
  const algorithm =
    SIGNATURES[
      oidOf(partsOf(signatureAlgorithm ?? signerInfo, TAG.sequence, 'the signature')[0], 'the signature')
    ];
  if (algorithm === undefined)
    throw wrong(
      'signature',
      'its signature is neither RSA nor ECDSA with SHA-2, and no other is checked here',
    );
  const message = Buffer.from(signedAttributes?.whole ?? []);
  // They are signed as the set that they are, and written under another tag (RFC 5652, section 5.4).
  message[0] = TAG.set;
  if (
    !verify(algorithm ?? hash, message, signer.publicKey, contentOf(signature, TAG.octets, 'the signature'))
  )
    throw wrong('signature', 'its signature does not fit');
  return signer;
}

function attributesOf(signedAttributes: Der): ReadonlyMap<string, Der> {
  const found = new Map<string, Der>();
  for (const attribute of partsOf(signedAttributes, context(0), 'the signed attributes')) {
    const [type, values] = partsOf(attribute, TAG.sequence, 'a signed attribute');
    const name = oidOf(type, 'the name of a signed attribute');
    const [value, ...more] = partsOf(values ?? attribute, TAG.set, 'a signed attribute');
    if (found.has(name) || value === undefined || more.length > 0)
      throw malformed('a signed attribute has not exactly one value');
    found.set(name, value);
  }
  return found;
}

/** Otherwise another certificate with the same key could be put in the place of the signer's. */
function namesItsCertificate(attributes: ReadonlyMap<string, Der>, signer: X509Certificate): void {
  let named = 0;
  for (const [oid, first] of [
    [OID.signingCertificate, 'sha1'],
    [OID.signingCertificateV2, 'sha256'],
  ] as const) {
    const attribute = attributes.get(oid);
    if (attribute === undefined) continue;
    const [list] = partsOf(attribute, TAG.sequence, 'the certificate that was signed');
    const [one] = partsOf(list ?? attribute, TAG.sequence, 'the certificate that was signed');
    const [head, next] = partsOf(one ?? attribute, TAG.sequence, 'the certificate that was signed');
    const [hash, value] = head?.tag === TAG.sequence ? [digestName(head), next] : [first, head];
    if (!contentOf(value, TAG.octets, 'the certificate that was signed').equals(digest(hash, signer.raw)))
      throw wrong('signer', 'what was signed names another certificate than the one beside it');
    named += 1;
  }
  if (named === 0) throw wrong('signer', 'what was signed does not name the certificate of its signer');
}

/** Critical, and the only one: whoever may stamp may do nothing else with this key (RFC 3161, section 2.3). */
function onlyForStamps(signer: X509Certificate): void {
  const usage = extensionsOf(signer).get(OID.extendedKeyUsage);
  const uses = usage === undefined ? [] : partsOf(readDer(usage.value), TAG.sequence, 'the use of the key');
  if (
    usage?.critical !== true ||
    uses.length !== 1 ||
    oidOf(uses[0], 'the use of the key') !== OID.timeStamping ||
    signer.ca
  )
    throw wrong('purpose', 'the certificate of its signer is not for time stamps alone');
}

interface Extension {
  readonly critical: boolean;
  readonly value: Buffer;
}

function extensionsOf({ raw }: X509Certificate): ReadonlyMap<string, Extension> {
  const [tbs] = partsOf(readDer(raw), TAG.sequence, 'a certificate');
  const box = partsOf(tbs ?? readDer(raw), TAG.sequence, 'a certificate').find(
    ({ tag }) => tag === context(3),
  );
  const list = box === undefined ? undefined : partsOf(box, context(3), 'the extensions')[0];
  const found = new Map<string, Extension>();
  for (const one of list === undefined ? [] : partsOf(list, TAG.sequence, 'the extensions')) {
    const [id, second, third] = partsOf(one, TAG.sequence, 'an extension');
    const name = oidOf(id, 'the name of an extension');
    if (found.has(name)) throw malformed('a certificate in it has an extension twice');
    found.set(name, {
      critical: second?.tag === TAG.boolean && second.content[0] === 0xff,
      value: contentOf(third ?? second, TAG.octets, 'an extension'),
    });
  }
  return found;
}

/** How many other authorities may stand between this one and the signer; null: it is not said. */
function longestBelow(authority: X509Certificate): number | null {
  const constraints = extensionsOf(authority).get(OID.basicConstraints);
  const [, length] =
    constraints === undefined
      ? []
      : partsOf(readDer(constraints.value), TAG.sequence, 'what an authority may do');
  return length === undefined ? null : Number.parseInt(numberOf(length, 'what an authority may do'), 16);
}

/** To one of the roots, each certificate valid at that time. What it leads through may come from the answer; where it ends may not.
 * Returns the way, the signer first and the root last. */
function chained(
  signer: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  at: Date,
): X509Certificate[] {
  let last = signer;
  const passed = new Map<string, X509Certificate>();
  for (let length = 1; length <= LONGEST_CHAIN; length += 1) {
    if (last.validFromDate > at || last.validToDate < at)
      throw wrong('chain', 'a certificate of its signer was not valid at the time that it states');
    for (const [name, { critical }] of extensionsOf(last))
      if (critical && !UNDERSTOOD.includes(name))
        throw wrong('chain', 'a certificate of its signer sets a condition that is not understood here');
    const below = length - 1;
    const issued = last;
    const by = (one: X509Certificate): boolean =>
      one.ca &&
      issued.checkIssued(one) &&
      issued.verify(one.publicKey) &&
      (longestBelow(one) ?? Infinity) >= below;
    const root = roots.find(by);
    if (root !== undefined) {
      if (root.validFromDate > at || root.validToDate < at)
        throw wrong('chain', 'the root of its authority was not valid at the time that it states');
      return [...passed.values(), issued, root];
    }
    passed.set(issued.fingerprint256, issued);
    const next = others.find((one) => !passed.has(one.fingerprint256) && by(one));
    if (next === undefined) break;
    last = next;
  }
  throw wrong('chain', 'its signer does not lead to a root that is trusted for this authority');
}

function nameAndNumber({ raw }: X509Certificate): { readonly issuer: Buffer; readonly serial: string } {
  const [tbs] = partsOf(readDer(raw), TAG.sequence, 'a certificate');
  const parts = partsOf(tbs ?? readDer(raw), TAG.sequence, 'a certificate');
  const first = parts[0]?.tag === context(0) ? 1 : 0;
  return {
    serial: numberOf(parts[first], 'the number of a certificate'),
    issuer: parts[first + 2]?.whole ?? Buffer.alloc(0),
  };
}

function digestName(algorithm: Der | undefined): string {
  if (algorithm === undefined) throw malformed('a digest is missing');
  const [id, parameter, ...more] = partsOf(algorithm, TAG.sequence, 'a digest');
  const name = SHA2[oidOf(id, 'a digest')];
  if (more.length > 0 || (parameter !== undefined && !parameter.whole.equals(NO_PARAMETER)))
    throw malformed('a digest in it has parameters');
  if (name === undefined) throw wrong('signature', 'it rests on a digest that is not SHA-2');
  return name;
}

function digest(name: string, bytes: Uint8Array): Buffer {
  return createHash(name).update(bytes).digest();
}
