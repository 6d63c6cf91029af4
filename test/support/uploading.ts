/** Uploads by hand: each verb of tus as one call, as whoever the headers say. */
import { request } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';

export interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

export interface Uploading {
  readonly headers: Readonly<Record<string, string>>;
  call(method: string, url: string, headers?: Record<string, string>, bytes?: Buffer): Promise<Said>;
  begin(sizeBytes: number, metadata?: string): Promise<{ readonly id: string }>;
  look(id: string): Promise<Said>;
  piece(id: string, offset: number, bytes: Buffer): Promise<Said>;
  /** The report that names them. */
  report(event: object, ids: readonly string[], idempotencyKey?: string): Promise<Said>;
}

const PIECE = 'application/offset+octet-stream';

export function uploading(app: FastifyInstance, as: Readonly<Record<string, string>>): Uploading {
  const call: Uploading['call'] = async (method, url, headers = {}, bytes) => {
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: { 'tus-resumable': '1.0.0', ...as, ...headers },
      ...(bytes === undefined ? {} : { payload: bytes }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.body === '' ? {} : response.json(),
    };
  };
  return {
    headers: as,
    call,
    begin: async (sizeBytes, metadata) => {
      const said = await call('POST', '/v1/uploads', {
        'upload-length': String(sizeBytes),
        ...(metadata === undefined ? {} : { 'upload-metadata': metadata }),
      });
      if (said.status !== 201) throw new Error(`No upload was begun: ${JSON.stringify(said.body)}`);
      return { id: String(said.headers['location']).split('/').at(-1) ?? '' };
    },
    look: async (id) => await call('HEAD', `/v1/uploads/${id}`),
    piece: async (id, offset, bytes) =>
      await call(
        'PATCH',
        `/v1/uploads/${id}`,
        { 'upload-offset': String(offset), 'content-type': PIECE },
        bytes,
      ),
    report: async (event, ids, idempotencyKey) => {
      const boundary = `test-${randomUUID()}`;
      const part = (name: string, type: string, text: string): string =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${type}\r\n\r\n${text}\r\n`;
      const payload = [
        part('event', '\r\nContent-Type: application/json', JSON.stringify(event)),
        ...ids.map((id) => part('upload', '', id)),
        `--${boundary}--\r\n`,
      ].join('');
      return await call(
        'POST',
        '/v1/deletion-events',
        {
          'content-type': `multipart/form-data; boundary=${boundary}`,
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        Buffer.from(payload),
      );
    },
  };
}

/** A piece over a line of one's own, sent as the test says; `answered` resolves when that ended, however it did. */
export function openPiece(
  origin: string,
  as: Readonly<Record<string, string>>,
  id: string,
  offset: number,
  sizeBytes: number,
): { write(bytes: Buffer): void; readonly answered: Promise<number | 'cut'> } {
  const { promise: answered, resolve } = Promise.withResolvers<number | 'cut'>();
  const sending = request(`${origin}/v1/uploads/${id}`, {
    method: 'PATCH',
    headers: {
      ...as,
      'tus-resumable': '1.0.0',
      'upload-offset': String(offset),
      'content-type': PIECE,
      'content-length': String(sizeBytes),
    },
  });
  sending.on('response', (response) => {
    response.resume();
    response.on('close', () => resolve(response.statusCode ?? 0));
  });
  sending.on('error', () => resolve('cut'));
  return { write: (bytes) => void sending.write(bytes), answered };
}

/** The whole of it at once. */
export async function sendPiece(
  origin: string,
  as: Readonly<Record<string, string>>,
  id: string,
  offset: number,
  bytes: Buffer,
): Promise<number | 'cut'> {
  const piece = openPiece(origin, as, id, offset, bytes.length);
  piece.write(bytes);
  return await piece.answered;
}
