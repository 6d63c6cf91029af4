/** `holdfast report`: hands content in from the command line, and waits for "safe to remove" when asked to. */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVER_OPTION, serverAddress, unreachable, wasNotHeard } from './server-address.ts';
import { EXIT, type Verb } from './verb.ts';

export const report: Verb = {
  name: 'report',
  summary: 'Hand content in that is about to be removed',
  configure: (command) =>
    void command
      .requiredOption('--key <key>', 'a key of the agency (or HOLDFAST_KEY)', process.env['HOLDFAST_KEY'])
      .option(...SERVER_OPTION)
      .requiredOption('--platform <name>', 'facebook, x, youtube, …')
      .requiredOption('--account <account>', 'handle, id or address of the agency’s page')
      .option('--verb <verb>', 'hide, delete, edit, reject, none, …', 'hide')
      .option('--ground <policy#clause>', 'one of the agency’s own clauses')
      .option('--kind <kind>', 'comment, reply, post, …')
      .option('--url <address>', 'where the content can be seen')
      .option('--text <text>', 'its text')
      .option('--author <name>', 'the name that stands beside it')
      .option('--file <path...>', 'pictures or other files')
      .option('--wait <seconds>', 'wait this long for "safe to remove"', '0'),
  run: async (invocation) => {
    const { options, say, answer, stop } = invocation;
    const text = (name: string): string | undefined =>
      typeof options[name] === 'string' ? options[name] : undefined;
    const waitMs = Number(text('wait')) * 1000;
    if (!(waitMs >= 0)) {
      say(`--wait takes seconds, such as 30; it is "${text('wait') ?? ''}".`);
      return EXIT.usage;
    }
    const event = {
      platform: text('platform'),
      account: text('account'),
      ...(text('kind') === undefined ? {} : { kind: text('kind') }),
      ...(text('url') === undefined ? {} : { url: text('url') }),
      ...(text('text') === undefined ? {} : { text: text('text') }),
      ...(text('author') === undefined ? {} : { author: { displayName: text('author') } }),
      action: { verb: text('verb'), ...(text('ground') === undefined ? {} : { ground: text('ground') }) },
    };
    const form = new FormData();
    form.append('event', new Blob([JSON.stringify(event)], { type: 'application/json' }));
    for (const path of Array.isArray(options['file']) ? options['file'].map(String) : []) {
      const file = await openFile(path);
      if (file === null) {
        say(`The file "${path}" cannot be read; nothing was handed in.`);
        return EXIT.usage;
      }
      form.append('file', file, basename(path));
    }
    const server = serverAddress(invocation);
    const headers = { authorization: `Bearer ${text('key') ?? ''}` };
    const sent = await fetch(`${server}/v1/deletion-events`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': crypto.randomUUID() },
      body: form,
      signal: stop,
    }).catch((error: unknown) => {
      if (stop.aborted) return null;
      throw unreachable(
        server,
        wasNotHeard(error)
          ? 'Nothing was handed in.'
          : 'Whether the report was taken is not known; hand it in again.',
        error,
      );
    });
    if (sent === null) {
      say('Interrupted. Whether it was taken is not known; hand it in again.');
      return EXIT.interrupted;
    }
    const body = await objectOf<{ recordId: string; receiptUrl: string; detail: string }>(sent);
    const { recordId } = body;
    if (sent.status !== 202 || recordId === undefined) {
      say(`Refused (${sent.status}): ${body.detail ?? 'no reason was given'}`);
      return EXIT.refused;
    }
    const end = Date.now() + waitMs;
    for (;;) {
      const asked = await fetch(`${server}/v1/records/${recordId}/receipt`, { headers }).catch(() => null);
      const receipt = asked?.status === 200 ? await objectOf<Verdict>(asked) : {};
      const { safeToRemove = false, missing = [UNKNOWN], code = '' } = receipt;
      if (safeToRemove || Date.now() >= end || stop.aborted) {
        answer(
          { ...body, safeToRemove, missing },
          safeToRemove
            ? `SAFE TO REMOVE. Record ${recordId}, receipt ${code}`
            : `DO NOT REMOVE YET. Record ${recordId}. ${missing.map((one) => one.sentence).join(' ')}`,
        );
        if (safeToRemove) return EXIT.done;
        if (stop.aborted) return EXIT.interrupted;
        // Without --wait the question was only whether it was taken.
        return waitMs === 0 ? EXIT.done : EXIT.failed;
      }
      await sleep(200, undefined, { signal: stop }).catch(() => undefined);
    }
  },
};

/** Null: it cannot be read. (What Node says of that, it throws at once and does not reject with.) */
async function openFile(path: string): Promise<Blob | null> {
  try {
    return await openAsBlob(path);
  } catch {
    return null;
  }
}

interface Verdict {
  readonly safeToRemove: boolean;
  readonly missing: readonly { readonly code: string; readonly sentence: string }[];
  readonly code: string;
}

const UNKNOWN = {
  code: 'receipt-unknown',
  sentence: 'It was taken, but its receipt cannot be read just now.',
};

/** An answer of something else than the archive, such as a proxy's page, has none of the members. */
async function objectOf<T extends object>(response: Response): Promise<Partial<T>> {
  const value: unknown = await response.json().catch(() => null);
  return typeof value === 'object' && value !== null ? value : {};
}
