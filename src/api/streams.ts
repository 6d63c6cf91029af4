/**
 * One stream of live status (server-sent events): the receipt at once and whenever it says something new. A comment now and
 * then keeps proxies from closing the line. It ends with its key, with the process, and when nobody takes what it sends.
 */
import type { FastifyReply } from 'fastify';
import type { Look, Watch } from './watchers.ts';

/** How often it is asked whether the key still counts; each third time something is sent, for the proxies. */
const BEAT_MS = 5000;
/** A caller who reads nothing must not have it all kept for him. */
const UNREAD_BYTES = 1_000_000;

export async function streamReceipts(
  reply: FastifyReply,
  watch: Watch,
  first: Look,
  { isKnown, closing }: { readonly isKnown: () => Promise<boolean>; readonly closing: AbortSignal },
): Promise<void> {
  const { raw } = reply;
  reply.hijack();
  // Whoever asked is gone already, and nothing will tell so any more.
  if (raw.destroyed) return;
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const end = (): void => void raw.end();
  const write = (text: string): void => {
    if (raw.writableEnded) return;
    raw.write(text);
    if (raw.writableLength > UNREAD_BYTES) raw.destroy();
  };
  let sent = '';
  const send = ({ receipt, said }: Look): void => {
    if (said === sent) return;
    sent = said;
    write(`event: receipt\ndata: ${JSON.stringify(receipt)}\n\n`);
  };
  let newest: Look | null = null;
  let asking = false;
  /** Nothing is sent to a key that was revoked. What comes while that is asked takes the place of what waits. */
  const pass = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      while (await isKnown()) {
        if (newest === null) return;
        const look: Look = newest;
        newest = null;
        send(look);
      }
      end();
    } catch {
      end(); // the client reconnects and is told what is wrong
    } finally {
      asking = false;
    }
  };
  send(first);
  watch.follow((look) => {
    if (look === null) return end();
    newest = look;
    void pass();
  });
  let beats = 0;
  const beat = setInterval(() => {
    beats += 1;
    if (beats % 3 === 0) write(': \n\n');
    void pass();
  }, BEAT_MS);
  await new Promise<void>((resolve) => {
    raw.on('close', resolve);
    closing.addEventListener('abort', end);
    if (closing.aborted) end();
  });
  closing.removeEventListener('abort', end);
  clearInterval(beat);
}
