/**
 * Whoever hands in reports, and keeps a history of everything that was sent and answered. What gets no answer, or one that
 * says "later", is sent again with the same Idempotency-Key, as the API asks of its clients.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { multipart, type TestFile } from './archive-forms.ts';

export interface Answered {
  /** Null: no answer came. */
  readonly status: number | null;
  readonly recordId: string | null;
  /** The problem's code, or why no answer came. */
  readonly code: string | null;
}

export interface Handed {
  readonly idempotencyKey: string;
  readonly eventSha256: string;
  readonly fileSha256s: readonly string[];
  readonly answers: readonly Answered[];
}

export interface Report {
  /** An object is sent as JSON; a text as it stands, which may be no JSON at all. */
  readonly event: Record<string, unknown> | string;
  readonly files?: readonly TestFile[];
  readonly idempotencyKey?: string;
  readonly path?: string;
  /** Instead of the submitter's own. */
  readonly apiKey?: string;
}

export interface Submitter {
  readonly history: readonly Handed[];
  /** Sends until there is an answer; resolves with the last one. */
  hand(report: Report): Promise<Answered>;
}

export interface SubmitterOptions {
  readonly apiKey: string;
  /** Where the API is just now; another one may answer the second try. */
  readonly address: () => string;
  /** A machine that is busy with other tests takes its time to start an API again. */
  readonly patienceMs?: number;
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export function openSubmitter(options: SubmitterOptions): Submitter {
  const history: Handed[] = [];
  const { patienceMs = 180_000 } = options;

  const once = async (report: Report, idempotencyKey: string, event: string): Promise<Answered> => {
    const form = report.files === undefined ? null : multipart(event, report.files);
    try {
      const response = await fetch(`${options.address()}${report.path ?? '/v1/deletion-events'}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${report.apiKey ?? options.apiKey}`,
          'content-type': form?.contentType ?? 'application/json',
          'idempotency-key': idempotencyKey,
        },
        body: form === null ? event : new Uint8Array(form.payload),
        signal: AbortSignal.timeout(20_000),
      });
      const body = (await response.json()) as { readonly recordId?: string; readonly code?: string };
      return { status: response.status, recordId: body.recordId ?? null, code: body.code ?? null };
    } catch (error) {
      const { cause } = error as Error;
      return { status: null, recordId: null, code: String(cause ?? error) };
    }
  };

  return {
    history,
    hand: async (report) => {
      const idempotencyKey = report.idempotencyKey ?? randomUUID();
      const event = typeof report.event === 'string' ? report.event : JSON.stringify(report.event);
      const answers: Answered[] = [];
      const files = (report.files ?? []).map((file) => sha256(file.bytes));
      history.push({ idempotencyKey, eventSha256: sha256(event), fileSha256s: files, answers });
      const end = Date.now() + patienceMs;
      for (let pauseMs = 250; ; pauseMs = Math.min(4000, pauseMs * 2)) {
        const answer = await once(report, idempotencyKey, event);
        answers.push(answer);
        if (answer.status !== null && answer.status < 500) return answer;
        if (Date.now() > end)
          throw new Error(`No answer in ${patienceMs} ms, and at last ${JSON.stringify(answer)}.`);
        await sleep(pauseMs);
      }
    },
  };
}
