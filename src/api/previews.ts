/**
 * A preview of one file, on its way out: made from what was held against the digest, or not at all; for as long as whoever asked is at
 * work. It has its place among the previews until its reader has taken it, or has taken too long.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ticketStands, type Ticket } from '#agency/agency.ts';
import type { PreviewOutcome } from '#intake/intake.ts';
import { appendEvent, type readArtifact } from '#record/record.ts';
import type { System } from '../system.ts';
import { openChecked, sessionEnded, whileItStands, withHead } from './handing-over.ts';

type File = NonNullable<Awaited<ReturnType<typeof readArtifact>>>;

interface Sending {
  /** What the ticket was asked for with. */
  readonly token: string;
  readonly file: File;
  readonly response: ServerResponse;
  /** Without its length. */
  readonly headers: Readonly<Record<string, string>>;
}

const PIECE_BYTES = 64 * 1024;

/** Rejects as `openChecked` does, with `session-ended`, and with what its stream ends in. */
export async function sendPreview(
  system: System,
  ticket: Ticket,
  { token, file, response, headers }: Sending,
): Promise<PreviewOutcome> {
  const stands = async (): Promise<boolean> => await ticketStands(system.db, ticket);
  const still = async (): Promise<void> => {
    if (!(await stands())) throw sessionEnded();
  };
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // It may have closed while the database was asked.
  if (response.destroyed) return 'gone';
  let opened: Readable | null = null;
  let over = false;
  try {
    const outcome = await system.previewer.preview({
      agencyId: ticket.agencyId,
      ticket: token,
      gone: gone.signal,
      open: async () => {
        // Waiting for its turn took a while.
        await still();
        const { head, whole } = await withHead(await openChecked(system, ticket, file));
        opened = whole;
        if (over) whole.destroy();
        return { sizeBytes: file.size_bytes, head, bytes: whole };
      },
      give: async (jpeg, late) => {
        await still();
        response.writeHead(200, { ...headers, 'content-length': jpeg.length });
        await pipeline(whileItStands(Readable.from(piecesOf(jpeg)), stands), response, { signal: late });
      },
    });
    if (outcome === 'no-preview') await enterNotMade(system, ticket);
    return outcome;
  } finally {
    over = true;
    (opened as Readable | null)?.destroy();
  }
}

function* piecesOf(jpeg: Buffer): Generator<Buffer> {
  for (let at = 0; at < jpeg.length; at += PIECE_BYTES) yield jpeg.subarray(at, at + PIECE_BYTES);
}

/** The look is in the history since it was asked for. Who reads that must not think that something was seen. */
async function enterNotMade(system: System, { agencyId, recordId, n, actor }: Ticket): Promise<void> {
  system.log.warn({ recordId, n }, 'preview.not-made');
  const event = { type: 'view.not-shown', actor, body: { what: 'artifact', n } } as const;
  await system.db.inAgency(agencyId, async (at) => await appendEvent(at, recordId, event));
}
