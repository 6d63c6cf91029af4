/**
 * The certificate by which the lanes answer the capture browser in place of any server, so that what it asks for over
 * TLS is read and recorded. One key a process, made when it is first needed, in memory alone; the browsers that this
 * process starts trust it by the digest of its key, and nothing else does. The real server's certificate is checked by
 * the lane and is a matter of record (`upstream.ts`).
 */
import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { issueCertificate } from './certificate.ts';

export interface Authority {
  readonly context: SecureContext;
  /** For `--ignore-certificate-errors-spki-list`: base64 of the SHA-256 of the public key. */
  readonly keyDigest: string;
}

const DAY_MS = 86_400_000;
let made: Authority | null = null;

export function authority(): Authority {
  made ??= make();
  return made;
}

function make(): Authority {
  const now = Date.now();
  const { certificate, key, publicKey } = issueCertificate({
    commonName: 'Holdfast capture lane',
    hosts: ['holdfast-capture.invalid'],
    from: new Date(now - DAY_MS),
    to: new Date(now + 365 * DAY_MS),
  });
  return {
    context: createSecureContext({ cert: certificate, key }),
    keyDigest: createHash('sha256').update(publicKey).digest('base64'),
  };
}
