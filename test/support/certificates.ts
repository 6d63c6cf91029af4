/** Certificates of these tests: an authority that only they know, and what it issues. */
import { issueCertificate } from '#capture/certificate.ts';

const DAY_MS = 86_400_000;

export interface ServerIdentity {
  readonly key: string;
  readonly cert: string;
}

export interface TestAuthority {
  /** PEM, to be trusted beside the roots of Node. */
  readonly ca: string;
  issue(hosts: readonly string[], validFromDays?: number, validToDays?: number): ServerIdentity;
  selfSigned(host: string): ServerIdentity;
}

export function testAuthority(town = 'Rivertown'): TestAuthority {
  const span = (from: number, to: number): { from: Date; to: Date } => ({
    from: new Date(Date.now() + from * DAY_MS),
    to: new Date(Date.now() + to * DAY_MS),
  });
  const root = issueCertificate({ commonName: `${town} test root`, authority: true, ...span(-2, 30) });
  const middle = issueCertificate({
    commonName: `${town} test issuer`,
    authority: true,
    signer: root.signer,
    ...span(-2, 30),
  });
  return {
    ca: root.certificate,
    issue(hosts, from = -1, to = 10) {
      const { certificate, key } = issueCertificate({
        commonName: hosts[0] ?? '',
        hosts,
        signer: middle.signer,
        ...span(from, to),
      });
      return { key, cert: certificate + middle.certificate };
    },
    selfSigned(host) {
      const { certificate, key } = issueCertificate({ commonName: host, hosts: [host], ...span(-1, 10) });
      return { key, cert: certificate };
    },
  };
}
