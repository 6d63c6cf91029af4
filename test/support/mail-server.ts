/** A mail server on this machine that keeps what it took, and refuses what a test tells it to. */
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly raw: string;
}

export interface MailServer {
  readonly url: string;
  readonly port: number;
  readonly mails: Mail[];
  /** The answer to whoever names a recipient; null: takes it. */
  refuse(code: number | null): void;
  /** Takes the letter and breaks the line before it says so. */
  breakAfterTaking(times: number): void;
  close(): Promise<void>;
}

export async function startMailServer({ port = 0, password = '' } = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  let refusal: number | null = null;
  let breaks = 0;
  const server = new SMTPServer({
    authOptional: password === '',
    allowInsecureAuth: true,
    disabledCommands: password === '' ? ['AUTH'] : [],
    hideSTARTTLS: true,
    disableReverseLookup: true,
    logger: false,
    onAuth: (auth, _session, done) =>
      auth.password === password ? done(null, { user: 'x' }) : done(new Error('Wrong password')),
    onRcptTo: (_address, _session, done) => {
      if (refusal === null) return done();
      return done(Object.assign(new Error('No such mailbox here'), { responseCode: refusal }));
    },
    onData: (stream, session, done) => {
      const take = async (): Promise<void> => {
        const raw = await buffer(stream);
        const mail = await PostalMime.parse(raw);
        mails.push({
          from: mail.from?.address ?? '',
          to: session.envelope.rcptTo.map(({ address }) => address).join(', '),
          subject: mail.subject ?? '',
          text: mail.text ?? '',
          messageId: mail.messageId ?? '',
          headers: new Map(mail.headers.map(({ key, value }) => [key, value])),
          raw: raw.toString('utf8'),
        });
        if (breaks === 0) return;
        breaks -= 1;
        for (const connection of server.connections) connection._socket.destroy();
        await new Promise<never>(() => undefined);
      };
      callbackify(take)(done);
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const used = (server.server.address() as AddressInfo).port;
  return {
    url: `smtp://${password === '' ? '' : `holdfast:${password}@`}127.0.0.1:${used}`,
    port: used,
    mails,
    refuse: (code) => {
      refusal = code;
    },
    breakAfterTaking: (times) => {
      breaks = times;
    },
    close: async () => await new Promise((resolve) => server.close(() => resolve())),
  };
}
