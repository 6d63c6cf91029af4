/**
 * Who signs a web archive: this installation's own key, or a certificate with a time stamp (`wacz-signature.ts` says what that is worth).
 *
 * The key is made when it is first needed, in a folder that only this process reads, and stays for ever: written under another name,
 * synced, and then linked to its own. So two processes that begin at once have one key, and a crash leaves no half of one.
 *
 * With a certificate, its files are read anew each time, because short-lived ones are renewed meanwhile. Where it is not valid now, or
 * nobody stamps in time, the archive is signed with the installation's key: a capture waits for nobody.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  chainOf,
  keyDigest,
  namesOf,
  STAMPED_WITHIN_MS,
  WACZ_AUTH,
  type AnonymousData,
  type DomainIdentityData,
  type SignedData,
} from '../wacz-signature.ts';

/** A time stamp over these bytes, already verified: the whole answer in DER, its certificates in PEM with the signer's first, its time. */
export type StampBytes = (
  bytes: Uint8Array,
) => Promise<{ readonly response: Uint8Array; readonly certificates: string; readonly at: Date }>;

export interface SigningOptions {
  readonly keysDir: string;
  /** Paths of PEM files: the chain, the signer's certificate first, and its key. Null: this installation's key signs. */
  readonly certificate: { readonly chainPath: string; readonly keyPath: string } | null;
  readonly stamp: StampBytes | null;
  readonly log: Log;
}

/** `hash`: of datapackage.json, as `sha256:<hex>`. `created`: as that file says it. `software`: what wrote it. */
export type SignWacz = (of: {
  readonly hash: string;
  readonly created: string;
  readonly software: string;
}) => Promise<{ readonly signedData: SignedData; readonly key: string }>;

type Common = Pick<SignedData, 'hash' | 'created' | 'software' | 'version'>;

export function openSigning({ keysDir, certificate, stamp, log }: SigningOptions): SignWacz {
  let own: Promise<KeyObject> | null = null;
  const ownKey = async (): Promise<KeyObject> => {
    own ??= keyOfInstallation(keysDir).catch((error: unknown) => {
      own = null;
      throw error;
    });
    return await own;
  };
  return async ({ hash, created, software }) => {
    const common: Common = { hash, created, software, version: WACZ_AUTH };
    if (certificate !== null)
      try {
        if (stamp === null) throw new Error('Nobody is set who stamps the time of a signature.');
        return await withCertificate(common, certificate, stamp);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        log.warn({ event: 'wacz.signed-without-name', why }, 'wacz.signed-without-name');
      }
    return anonymously(common, await ownKey());
  };
}

function anonymously(common: Common, key: KeyObject): Awaited<ReturnType<SignWacz>> {
  const shown = createPublicKey(key);
  const signature = sign('sha256', Buffer.from(common.hash, 'ascii'), { key, dsaEncoding: 'ieee-p1363' });
  const signedData: AnonymousData = {
    ...common,
    signature: signature.toString('base64'),
    publicKey: shown.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
  return { signedData, key: keyDigest(shown) };
}

async function withCertificate(
  common: Common,
  { chainPath, keyPath }: NonNullable<SigningOptions['certificate']>,
  stamp: StampBytes,
): Promise<Awaited<ReturnType<SignWacz>>> {
  const domainCert = await readFile(chainPath, 'utf8');
  const key = createPrivateKey(await readFile(keyPath));
  const [first] = chainOf(domainCert) ?? [];
  const domain = first === undefined ? undefined : namesOf(first)[0];
  const created = Date.parse(common.created);
  if (first === undefined || domain === undefined)
    throw new Error('WACZ_SIGNING_CERT is no chain of certificates, each signed by the next.');
  if (key.asymmetricKeyType !== 'ec' || !first.checkPrivateKey(key))
    throw new Error('WACZ_SIGNING_KEY is not the ECDSA key of the first certificate of WACZ_SIGNING_CERT.');
  if (created < first.validFromDate.getTime() || created > first.validToDate.getTime())
    throw new Error('The certificate of WACZ_SIGNING_CERT is not valid now.');
  const signature = sign('sha256', Buffer.from(common.hash, 'ascii'), key).toString('base64');
  const { response, certificates, at } = await stamp(Buffer.from(signature, 'ascii'));
  const late = at.getTime() - created;
  if (late < 0 || late > STAMPED_WITHIN_MS)
    throw new Error(
      `The time stamp is ${late} ms after the archive, and counts from 0 to ${STAMPED_WITHIN_MS}.`,
    );
  const signedData: DomainIdentityData = {
    ...common,
    signature,
    domain,
    domainCert,
    timeSignature: Buffer.from(response).toString('base64'),
    timestampCert: certificates,
  };
  return { signedData, key: keyDigest(first.publicKey) };
}

async function keyOfInstallation(folder: string): Promise<KeyObject> {
  const path = join(folder, 'wacz.pem');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await readFile(path).catch(unlessThere);
  if (found !== null) return keyFrom(path, found);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const draft = join(folder, `wacz-${randomUUID()}.new`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await file.sync();
  } finally {
    await file.close();
  }
  // Somebody else may have been first: then theirs is the key.
  await link(draft, path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  await rm(draft);
  const kept = await open(folder);
  try {
    await kept.sync();
  } finally {
    await kept.close();
  }
  return keyFrom(path, await readFile(path));
}

function keyFrom(path: string, pem: Buffer): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'secp384r1') return key;
  } catch {
    // The same words for both.
  }
  throw new ArchiveError(
    'config-invalid',
    `${path} is no ECDSA key on P-384. Put back the file as it was; or move it away, and a new key is made.`,
    { retry: 'later' },
  );
}

function unlessThere(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
