/**
 * A time stamp authority (RFC 3161) on this machine: honest until a test tells it how to lie. What openssl's own authority answers is
 * in openssl.ts; this one can also say what no honest program would.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { numberOf, partsOf, readDer, TAG } from '#anchor/der.ts';
import {
  generalizedTime,
  integer,
  issue,
  nothing,
  octets,
  oid,
  sequence,
  set,
  sha,
  signed,
  tlv,
  type Identity,
} from './der-writer.ts';

const SHA = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;
type Hash = keyof typeof SHA;

/** All that an answer is made of. */
export interface Answer {
  readonly status: number;
  readonly digest: Buffer;
  readonly imprintHash: Hash;
  /** In hex; null: none. */
  readonly nonce: string | null;
  readonly at: Date;
  readonly serial: string;
  readonly signer: Identity;
  /** Whose key signs; absent: the signer's. */
  readonly key?: Identity;
  /** Beside the answer. */
  readonly certificates: readonly Identity[];
  /** The certificates that what is signed names, by which version. */
  readonly named: readonly { readonly version: 1 | 2; readonly certificate: Identity }[];
  readonly hash: Exclude<Hash, 'sha1'>;
  /** Changes the stamp after its digest was taken. */
  readonly afterwards?: (info: Buffer) => Buffer;
  readonly contentType?: string;
  readonly signers?: number;
  readonly infoType?: string;
}

const algorithm = (hash: Hash): Buffer => sequence(oid(SHA[hash]), nothing());
const TST_INFO = '1.2.840.113549.1.9.16.1.4';

export function stampAnswer(answer: Answer): Buffer {
  const { status, nonce, signer, hash, named } = answer;
  if (status > 1) return sequence(sequence(integer(String(status))));
  const info = sequence(
    integer('01'),
    oid('1.3.6.1.4.1.55555.1.1'),
    sequence(algorithm(answer.imprintHash), octets(answer.digest)),
    integer(answer.serial),
    generalizedTime(answer.at),
    ...(nonce === null ? [] : [integer(nonce)]),
  );
  const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), set(value));
  const attributes = [
    attribute('1.2.840.113549.1.9.3', oid(answer.contentType ?? TST_INFO)),
    attribute('1.2.840.113549.1.9.4', octets(sha(hash, info))),
    ...named.map(({ version, certificate }) =>
      version === 1
        ? attribute(
            '1.2.840.113549.1.9.16.2.12',
            sequence(sequence(sequence(octets(sha('sha1', certificate.der))))),
          )
        : attribute(
            '1.2.840.113549.1.9.16.2.47',
            sequence(sequence(sequence(octets(sha('sha256', certificate.der))))),
          ),
    ),
    // A set is sorted in DER.
  ].sort(Buffer.compare);
  const { algorithm: signatureAlgorithm, value } = signed(
    (answer.key ?? signer).key,
    set(...attributes),
    hash,
  );
  const entry = sequence(
    integer('01'),
    sequence(issuerOf(signer), signer.serial),
    algorithm(hash),
    tlv(0xa0, ...attributes),
    signatureAlgorithm,
    octets(value),
  );
  const signedData = sequence(
    integer('03'),
    set(algorithm(hash)),
    sequence(oid(answer.infoType ?? TST_INFO), tlv(0xa0, octets(answer.afterwards?.(info) ?? info))),
    ...(answer.certificates.length === 0 ? [] : [tlv(0xa0, ...answer.certificates.map(({ der }) => der))]),
    set(...Array.from({ length: answer.signers ?? 1 }, () => entry)),
  );
  return sequence(
    sequence(integer(String(status))),
    sequence(oid('1.2.840.113549.1.7.2'), tlv(0xa0, signedData)),
  );
}

function issuerOf({ der }: Identity): Buffer {
  const [tbs] = partsOf(readDer(der), TAG.sequence, 'certificate');
  return partsOf(tbs ?? readDer(der), TAG.sequence, 'certificate')[3]?.whole ?? Buffer.alloc(0);
}

export interface TestTsa {
  readonly url: string;
  readonly name: string;
  readonly root: Identity;
  readonly signer: Identity;
  /** How many questions came. */
  asked(): number;
  /** Changes what is answered; null: honest again. */
  lie(change: ((answer: Answer) => Partial<Answer>) | null): void;
  /** Answers this way instead; null: by RFC 3161 again. */
  answer(how: ((response: ServerResponse, honest: Buffer) => void) | null): void;
  close(): Promise<void>;
}

export async function startTsa({ rsa = false, now = (): Date => new Date() } = {}): Promise<TestTsa> {
  const root = issue({ name: 'Rivertown test stamps root', rsa });
  const signer = issue({ name: 'Rivertown test stamps', issuer: root, use: 'stamps', rsa });
  let change: ((answer: Answer) => Partial<Answer>) | null = null;
  let how: ((response: ServerResponse, honest: Buffer) => void) | null = null;
  let asked = 0;
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const question = await buffer(request);
      asked += 1;
      const [, imprint, ...rest] = partsOf(readDer(question), TAG.sequence, 'question');
      const digest =
        partsOf(imprint ?? readDer(question), TAG.sequence, 'imprint')[1]?.content ?? Buffer.alloc(0);
      const nonce = rest.find(({ tag }) => tag === TAG.integer);
      const honest: Answer = {
        status: 0,
        digest,
        imprintHash: 'sha256',
        nonce: nonce === undefined ? null : numberOf(nonce, 'nonce'),
        at: new Date(Math.floor(now().getTime() / 1000) * 1000),
        serial: String(asked),
        signer,
        certificates: [signer],
        named: [{ version: 2, certificate: signer }],
        hash: 'sha256',
      };
      const bytes = stampAnswer({ ...honest, ...change?.(honest) });
      if (how !== null) return how(response, bytes);
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(bytes);
    };
    serve().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/tsr`,
    name: `127.0.0.1:${port}`,
    root,
    signer,
    asked: () => asked,
    lie: (next) => {
      change = next;
    },
    answer: (next) => {
      how = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
