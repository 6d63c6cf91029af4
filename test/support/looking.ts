/** Looking at a record as the API shows it: what it says about itself, and when nothing more will happen to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyRole } from '#agency/agency.ts';
import type { Receipt, RecordView } from '#record/record.ts';
import { multipart, type Archive, type TestFile } from './archive.ts';

export type ShownRecord = RecordView & {
  readonly history: readonly { readonly type: string; readonly body: Record<string, unknown> }[];
};

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** One call with a key of that role; `post` sends JSON, `{}` when nothing is given. */
export async function call(
  archive: Archive,
  url: string,
  options: {
    readonly role?: KeyRole;
    readonly agency?: string;
    readonly method?: 'GET' | 'POST';
    readonly payload?: unknown;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Reply> {
  const response = await archive.app.inject({
    method: options.method ?? 'GET',
    url,
    headers: {
      authorization: `Bearer ${await archive.key(options.role ?? 'custodian', options.agency)}`,
      ...(options.payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.payload === undefined ? {} : { payload: JSON.stringify(options.payload) }),
  });
  const json = String(response.headers['content-type']).includes('json');
  return {
    status: response.statusCode,
    body: json ? response.json<Record<string, unknown>>() : {},
    text: response.body,
    headers: response.headers,
  };
}

export async function recordOf(archive: Archive, recordId: string): Promise<ShownRecord> {
  const reply = await call(archive, `/v1/records/${recordId}`);
  if (reply.status !== 200) throw new Error(`No record: ${reply.text}`);
  return reply.body as unknown as ShownRecord;
}

/** Reads the record until the condition holds; fails with the last one. */
export async function recordWhen(
  archive: Archive,
  recordId: string,
  holds: (record: ShownRecord) => boolean,
  timeoutMs = 60_000,
): Promise<ShownRecord> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const record = await recordOf(archive, recordId);
    if (holds(record)) return record;
    if (Date.now() > end)
      throw new Error(
        `It did not come to pass in ${timeoutMs} ms: ${JSON.stringify({ ...record, history: record.history.filter((entry) => entry.type !== 'view.opened') }, null, 1)}`,
      );
    await sleep(150);
  }
}

/** When nothing is owed to it any more, or what is owed waits for a person: the end of the matter. */
export async function settled(
  archive: Archive,
  recordId: string,
): Promise<{ readonly record: ShownRecord; readonly receipt: Receipt }> {
  const record = await recordWhen(
    archive,
    recordId,
    ({ owed, state }) =>
      owed.every((step) => step.parked) && (state === 'complete' || owed.some((step) => step.parked)),
  );
  return { record, receipt: await archive.until(recordId, () => true) };
}

export function codesOf(receipt: Receipt): string[] {
  return receipt.missing.map((one) => one.code).toSorted();
}

/** Adds a fact and files to a record that is there. */
export async function addTo(
  archive: Archive,
  recordId: string,
  event: Record<string, unknown>,
  files: readonly TestFile[] = [],
): Promise<Reply> {
  const { contentType, payload } = multipart(event, files);
  const response = await archive.app.inject({
    method: 'POST',
    url: `/v1/records/${recordId}/facts`,
    headers: { authorization: `Bearer ${await archive.key()}`, 'content-type': contentType },
    payload,
  });
  return {
    status: response.statusCode,
    body: response.json<Record<string, unknown>>(),
    text: response.body,
    headers: response.headers,
  };
}
