/**
 * A mail that asks for records, read for a person to look at before it becomes a request. Nothing of it is believed: who sent it and when are what it says.
 * Nothing is fetched because of it, and its HTML is shown as text and never as HTML. Pure, but for the parser.
 */
import PostalMime, { type Address, type Email } from 'postal-mime';
import { ArchiveError } from '#errors.ts';
import { textOfHtml } from './mail-html.ts';

export const MAIL_LIMIT_BYTES = 20 * 1024 ** 2;
const MOST_PARTS = 200;

export interface MailPart {
  readonly name: string | null;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

export interface MailSaid {
  readonly from: { readonly name: string | null; readonly address: string } | null;
  readonly subject: string | null;
  readonly text: string;
  /** It had no plain text: this is what its HTML says. */
  readonly wasHtml: boolean;
  /** By the last server that took it, which is the body's own; or as the sender's machine wrote it. Null: neither can be read. */
  readonly received: { readonly at: Date; readonly by: 'received' | 'date' } | null;
  /** Its own lines of who, when and what about, for the correspondence. */
  readonly head: string;
  readonly parts: readonly MailPart[];
}

const invalid = (sentence: string): ArchiveError =>
  new ArchiveError('mail-invalid', sentence, { retry: 'never' });

async function parsed(bytes: Uint8Array): Promise<Email> {
  if (bytes.length > MAIL_LIMIT_BYTES)
    throw invalid('A mail has at most 20 MB here. Enter it as a letter, and ask for what is attached.');
  let mail: Email;
  try {
    mail = await PostalMime.parse(bytes, {
      maxNestingDepth: 50,
      maxHeadersSize: 256 * 1024,
      // A mail within a mail is an attachment: whose words are whose stays apart.
      forceRfc822Attachments: true,
    });
  } catch {
    throw invalid('This mail is nested too deeply, or its head is too long. Enter it as a letter, by hand.');
  }
  // Whatever bytes are parsed make some mail; one that says neither who, when nor what about is none.
  if (mail.from === undefined && mail.date === undefined && mail.subject === undefined)
    throw invalid(
      'This is no mail: expected a file as mail programs save it (.eml), with lines such as From, Date and Subject at its head.',
    );
  if (mail.attachments.length > MOST_PARTS)
    throw invalid('More than 200 files are attached to this mail. Enter it as a letter, by hand.');
  return mail;
}

export async function readMail(bytes: Uint8Array): Promise<MailSaid> {
  const mail = await parsed(bytes);
  const plain = mail.text?.replaceAll('\r\n', '\n').trim() ?? '';
  const wasHtml = plain === '' && mail.html !== undefined;
  const valueOf = (key: string): string | null =>
    mail.headers.find((one) => one.key === key)?.value.trim() ?? null;
  const from = mailboxOf(mail.from);
  return {
    from: from === null ? null : { name: from.name === '' ? null : from.name, address: from.address },
    subject: mail.subject ?? null,
    text: wasHtml ? textOfHtml(mail.html ?? '') : plain,
    wasHtml,
    received: receivedOf(valueOf('received'), valueOf('date')),
    head: [
      ['From', from === null ? null : `${from.name} <${from.address}>`.trim()],
      ['Date', valueOf('date')],
      ['Subject', mail.subject ?? null],
    ]
      .flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
      .join('\n'),
    parts: mail.attachments.map((one) => ({
      name: one.filename,
      mediaType: one.mimeType,
      sizeBytes: bytesOf(one.content).length,
    })),
  };
}

/** What is attached at a place, as it was packed in; null: nothing is. */
export async function readMailPart(
  bytes: Uint8Array,
  part: number,
): Promise<{ readonly name: string | null; readonly bytes: Buffer } | null> {
  const found = (await parsed(bytes)).attachments[part - 1];
  return found === undefined ? null : { name: found.filename, bytes: bytesOf(found.content) };
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Buffer {
  return typeof content === 'string'
    ? Buffer.from(content, 'utf8')
    : content instanceof Uint8Array
      ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
      : Buffer.from(content);
}

const mailboxOf = (from: Address | undefined) =>
  from === undefined || from.address === undefined || from.address === ''
    ? null
    : { name: from.name, address: from.address };

/** The first line `Received` was written by the last server; its time stands behind the last semicolon. */
function receivedOf(received: string | null, date: string | null): MailSaid['received'] {
  const last =
    received?.includes(';') === true ? momentOf(received.slice(received.lastIndexOf(';') + 1)) : null;
  if (last !== null) return { at: last, by: 'received' };
  const sent = date === null ? null : momentOf(date);
  return sent === null ? null : { at: sent, by: 'date' };
}

/** As RFC 5322 writes it, with its zone: without one, nobody knows when it was. */
function momentOf(text: string): Date | null {
  const bare = text
    .replaceAll(/\([^()]*\)/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (
    !/^(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}(?::\d{2})? (?:[+-]\d{4}|GMT|UTC?)$/.test(bare)
  )
    return null;
  const at = new Date(bare);
  return Number.isNaN(at.getTime()) ? null : at;
}
