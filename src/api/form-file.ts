/** The only file of a form of our own pages, and what was typed beside it. Other than a report's files it never touches the disk. */
import type { FastifyRequest } from 'fastify';
import { ArchiveError } from '#errors.ts';

export async function formWithFile(
  { body, headers }: FastifyRequest,
  {
    name,
    mostBytes,
    tooLarge,
  }: { readonly name: string; readonly mostBytes: number; readonly tooLarge: string },
): Promise<{
  /** Null: none was chosen. */ readonly file: Buffer | null;
  readonly one: (name: string) => string;
}> {
  const type = headers['content-type'] ?? '';
  if (
    !type.toLowerCase().startsWith('multipart/form-data') ||
    typeof body !== 'object' ||
    body === null ||
    !(Symbol.asyncIterator in body)
  )
    throw new ArchiveError('form-invalid', 'Send this from the page itself; it is a form.', {
      retry: 'never',
    });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new ArchiveError('body-too-large', tooLarge, { retry: 'never' });
    chunks.push(chunk);
  }
  const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new ArchiveError('form-invalid', 'This form cannot be read: expected multipart/form-data.', {
        retry: 'never',
      });
    });
  const file = form.get(name);
  return {
    file: file instanceof Blob && file.size > 0 ? Buffer.from(await file.arrayBuffer()) : null,
    one: (field) => {
      const value = form.get(field);
      return typeof value === 'string' ? value : '';
    },
  };
}
