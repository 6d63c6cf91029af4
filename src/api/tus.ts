/** The headers of tus 1.0, read strictly. */
import type { IncomingHttpHeaders } from 'node:http';
import { ArchiveError } from '#errors.ts';
import { UPLOAD_LIMIT_BYTES } from '#intake/intake.ts';

export const VERSION = '1.0.0';
export const PIECE_TYPE = 'application/offset+octet-stream';
const MAX_NAME_LENGTH = 1000;
const MAX_TYPE_LENGTH = 200;

export interface Beginning {
  readonly sizeBytes: number;
  readonly originalName: string | null;
  readonly claimedType: string | null;
  readonly metadata: string | null;
}

export function beginningOf(headers: IncomingHttpHeaders): Beginning {
  const sizeBytes = wholeNumber(headers, 'upload-length');
  if (sizeBytes > UPLOAD_LIMIT_BYTES)
    throw new ArchiveError(
      'body-too-large',
      `A file may have at most ${UPLOAD_LIMIT_BYTES} bytes. Hand in a larger one in parts.`,
      { retry: 'never', details: { limitBytes: UPLOAD_LIMIT_BYTES } },
    );
  const said = metadataOf(headers['upload-metadata']);
  return {
    sizeBytes,
    originalName: shortText(said, 'filename', MAX_NAME_LENGTH),
    claimedType: shortText(said, 'filetype', MAX_TYPE_LENGTH)?.toLowerCase() ?? null,
    metadata: said.size === 0 ? null : String(headers['upload-metadata']),
  };
}

export function offsetOf(headers: IncomingHttpHeaders): number {
  return wholeNumber(headers, 'upload-offset');
}

function wholeNumber(headers: IncomingHttpHeaders, name: 'upload-length' | 'upload-offset'): number {
  const text = headers[name];
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw malformed(`Expected the header ${name} with a number of bytes.`);
}

/** `filename d29ybGQucG5n,filetype aW1hZ2UvcG5n`: other names are of no use here and are left alone. */
function metadataOf(header: string | string[] | undefined): ReadonlyMap<string, string> {
  const said = new Map<string, string>();
  if (header === undefined || header === '') return said;
  for (const pair of String(header).split(',')) {
    const [key, value = '', ...more] = pair.trim().split(' ');
    const bytes = Buffer.from(value, 'base64');
    if (
      key === undefined ||
      key === '' ||
      more.length > 0 ||
      said.has(key) ||
      bytes.toString('base64') !== value
    )
      throw malformed('Expected Upload-Metadata as pairs of a name and a Base64 value, each name once.');
    try {
      said.set(key, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      throw malformed('Expected values in Upload-Metadata that are UTF-8.');
    }
  }
  return said;
}

function shortText(said: ReadonlyMap<string, string>, name: string, most: number): string | null {
  const text = said.get(name) ?? '';
  if (text === '') return null;
  if (text.length <= most && !text.includes('\0')) return text;
  throw malformed(`Expected a ${name} of at most ${most} characters, without a NUL character.`);
}

function malformed(sentence: string): ArchiveError {
  return new ArchiveError('upload-malformed', sentence, { retry: 'never' });
}
