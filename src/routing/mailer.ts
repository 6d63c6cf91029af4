/**
 * One letter to one mail server (RFC 5321), by nodemailer. A password is sent over TLS only; without one TLS is used where
 * the server offers it, and a certificate that does not hold is refused in both cases. A server of this machine is spoken to without.
 */
import { once } from 'node:events';
import { createTransport } from 'nodemailer';

export interface Letter {
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  /** Without angle brackets; the same for each attempt, so that two that arrive are seen to be one. */
  readonly messageId: string;
  /** Where an answer is read; null or absent: at the address that it comes from. */
  readonly replyTo?: { readonly name: string; readonly address: string } | null;
  /** Of what a person wrote and sent; what writes itself has none. */
  readonly attachments?: readonly { readonly name: string; readonly type: string; readonly bytes: Buffer }[];
}

export interface Mailer {
  /** Resolves when the server took it. Rejects with `MailRefused`. */
  send(letter: Letter): Promise<void>;
  close(): void;
}

/** `code`: what the server or the net answered, in a word: `smtp-550`, `etimedout`. Its sentence may name people and is not kept. */
export class MailRefused extends Error {
  readonly code: string;
  constructor(code: string, cause: unknown) {
    super(`The mail server did not take the letter (${code}).`, { cause });
    this.code = code;
  }
}

/** For logs: what a server answers names whom the letter was for, and its code says enough. */
export const unsaid = (error: unknown): { readonly err?: unknown } =>
  error instanceof MailRefused ? {} : { err: error };

const CONNECT_MS = 15_000;
const ANSWER_MS = 60_000;
/** All of it: a server that drips keeps nobody else waiting. */
const LETTER_MS = 240_000;
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** `url`: smtp:// or smtps://, as `readConfig` let it through. `from`: an address, or a name with an address. */
export function openMailer({ url, from }: { readonly url: string; readonly from: string }): Mailer {
  const server = new URL(url);
  const secure = server.protocol === 'smtps:';
  const user = decodeURIComponent(server.username);
  const isHere = LOOPBACK.includes(server.hostname);
  const transport = createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? (secure ? 465 : 587) : Number(server.port),
    secure,
    // On this machine nobody listens in between, and its certificate is rarely one that holds.
    ignoreTLS: !secure && isHere,
    requireTLS: !secure && !isHere && user !== '',
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(server.password) } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: ANSWER_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text, messageId, replyTo, attachments }) => {
      try {
        const late = AbortSignal.timeout(LETTER_MS);
        await Promise.race([
          transport.sendMail({
            from,
            to,
            subject,
            text,
            messageId: `<${messageId}>`,
            ...(replyTo == null ? {} : { replyTo }),
            ...(attachments === undefined
              ? // Nobody's holiday answers this (RFC 3834, section 5).
                { headers: { 'Auto-Submitted': 'auto-generated' } }
              : {
                  attachments: attachments.map(({ name, type, bytes }) => ({
                    filename: name,
                    contentType: type,
                    content: bytes,
                  })),
                }),
          }),
          once(late, 'abort').then(() => {
            throw Object.assign(new Error('The mail server took too long.'), { code: 'ETIMEDOUT' });
          }),
        ]);
      } catch (error) {
        throw new MailRefused(codeOfAnswer(error), error);
      }
    },
    close: () => transport.close(),
  };
}

function codeOfAnswer(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('responseCode' in error && typeof error.responseCode === 'number') return `smtp-${error.responseCode}`;
  return 'code' in error && typeof error.code === 'string' ? error.code.toLowerCase() : 'unknown';
}
