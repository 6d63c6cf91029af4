/**
 * A record's receipt, as it changes. Read as a stream; where the stream does not come through (a proxy that holds it
 * back, a line that breaks), the receipt is asked for each two seconds, and the stream is tried again now and then.
 */
import { read, Refused, request } from './api.js';

const POLL_MS = 2000;
const POLLS_BEFORE_STREAM = 10;
/** The archive sends a receipt at once, and a sign of life each 15 seconds. */
const FIRST_MS = 5000;
const SILENCE_MS = 40_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Goes on until the archive refuses: then it throws. Ends when `signal` says so, and tells nothing after that.
 * @param {{ recordId: string, key: string, signal: AbortSignal, onReceipt: (receipt: any) => void, onLine: (connected: boolean) => void }} options
 */
export async function follow({ recordId, key, signal, onReceipt, onLine }) {
  const at = `/v1/records/${recordId}`;
  const tell = (receipt) => {
    if (signal.aborted) return;
    onLine(true);
    onReceipt(receipt);
  };
  while (!signal.aborted) {
    try {
      await stream(`${at}/events`, key, signal, tell);
    } catch (error) {
      stopIfRefused(error, signal);
    }
    for (let i = 0; i < POLLS_BEFORE_STREAM && !signal.aborted; i += 1) {
      try {
        tell(await read(`${at}/receipt`, { key, signal }));
      } catch (error) {
        stopIfRefused(error, signal);
        if (!signal.aborted) onLine(false);
      }
      if (!signal.aborted) await sleep(POLL_MS);
    }
  }
}

/** What passes (too busy, down for a moment) is waited for; what does not is said. */
function stopIfRefused(error, signal) {
  if (!signal.aborted && error instanceof Refused && error.status < 500 && error.status !== 429 && error.status !== 408) throw error;
}

async function stream(path, key, signal, onReceipt) {
  const stop = new AbortController();
  const pass = () => stop.abort();
  signal.addEventListener('abort', pass);
  let timer = setTimeout(() => stop.abort(), FIRST_MS);
  try {
    const answer = await request(path, { key, accept: 'text/event-stream', signal: stop.signal });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), SILENCE_MS);
      const parts = (rest + value).split(/\r?\n\r?\n/);
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const data = receiptIn(part);
        if (data !== null) onReceipt(data);
      }
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', pass);
    stop.abort();
  }
}

function receiptIn(block) {
  const lines = block.split(/\r?\n/);
  if (!lines.includes('event: receipt')) return null;
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''));
  return JSON.parse(data.join('\n'));
}
