/**
 * The far end of a connection: TLS with the real server, checked as strictly as Node checks it, and what is on record
 * about it.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { X509Certificate } from 'node:crypto';
import { connect, getCACertificates } from 'node:tls';
import type { TLSSocket } from 'node:tls';

export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  /** As the server sent it, its own first. */
  readonly certificates: readonly CertificateFacts[];
}

interface CertificateFacts {
  readonly sha256: string;
  readonly subject: string;
  readonly issuer: string;
  readonly names: string | null;
  readonly serial: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly pem: string;
}

export type Secured =
  | { readonly socket: TLSSocket; readonly facts: TlsFacts }
  | {
      readonly reason: 'tls-invalid' | 'tls-failed' | 'connection-timeout';
      /** Node's word for it, such as `CERT_HAS_EXPIRED`. */
      readonly code: string;
    };

const MOST_CERTIFICATES = 10;

export async function secure(
  raw: Socket,
  host: string,
  ca: readonly string[],
  limitMs: number,
): Promise<Secured> {
  const socket = connect({
    socket: raw,
    host,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca.length === 0 ? {} : { ca: [...getCACertificates('default'), ...ca] }),
  });
  const limit = AbortSignal.timeout(limitMs);
  try {
    await once(socket, 'secureConnect', { signal: limit });
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    if (limit.aborted) return { reason: 'connection-timeout', code };
    // Node names the certificate's fault on the socket; without one, no certificate was come to.
    return { reason: isCertificateFault(socket) ? 'tls-invalid' : 'tls-failed', code };
  }
  return { socket, facts: factsOf(socket) };
}

function isCertificateFault({ authorizationError }: TLSSocket): boolean {
  return (authorizationError as unknown) != null;
}

function factsOf(socket: TLSSocket): TlsFacts {
  const certificates: CertificateFacts[] = [];
  let each: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (each !== undefined && certificates.length < MOST_CERTIFICATES) {
    certificates.push({
      sha256: each.fingerprint256.replaceAll(':', '').toLowerCase(),
      subject: each.subject,
      issuer: each.issuer,
      names: each.subjectAltName ?? null,
      serial: each.serialNumber,
      validFrom: each.validFromDate.toISOString(),
      validTo: each.validToDate.toISOString(),
      pem: each.toString(),
    });
    each = each.issuerCertificate;
  }
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    certificates,
  };
}
