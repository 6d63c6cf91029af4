/** A preview of one file, on its way out: made from what was held against the digest, or not at all. */
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { readArtifact } from '#record/record.ts';
import type { System } from '../system.ts';
import { openChecked, withHead, type Look } from './handing-over.ts';

type File = NonNullable<Awaited<ReturnType<typeof readArtifact>>>;

/** Rejects as `openChecked` does, and with what its stream ends in. */
export async function previewOf(
  system: System,
  look: Look,
  file: File,
  response: ServerResponse,
): Promise<Awaited<ReturnType<System['previewer']['preview']>>> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let opened: Readable | null = null;
  const open = async () => {
    const { head, whole } = await withHead(await openChecked(system, look, file));
    opened = whole;
    return { sizeBytes: file.size_bytes, head, bytes: whole };
  };
  try {
    const preview = await system.previewer.preview(open, gone.signal);
    if (preview === 'no-preview') system.log.warn({ recordId: look.recordId, n: look.n }, 'preview.not-made');
    return preview;
  } finally {
    (opened as Readable | null)?.destroy();
  }
}
