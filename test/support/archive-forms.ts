/** What a client sends. Apart from the harness, so that benches may use it without a test runner. */
import { randomUUID } from 'node:crypto';

export interface TestFile {
  readonly name: string;
  readonly type?: string;
  readonly bytes: Uint8Array;
}

export function multipart(
  event: Record<string, unknown> | string,
  files: readonly TestFile[],
): { readonly contentType: string; readonly payload: Buffer } {
  const boundary = `test-${randomUUID()}`;
  const parts: Uint8Array[] = [];
  const head = (lines: string): void => void parts.push(Buffer.from(`--${boundary}\r\n${lines}\r\n\r\n`));
  head('Content-Disposition: form-data; name="event"\r\nContent-Type: application/json');
  parts.push(Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)), Buffer.from('\r\n'));
  for (const file of files) {
    head(
      `Content-Disposition: form-data; name="file"; filename="${file.name}"\r\nContent-Type: ${file.type ?? 'application/octet-stream'}`,
    );
    parts.push(file.bytes, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, payload: Buffer.concat(parts) };
}

/** The least a report needs; what a test is about goes beside it. */
export function simpleReport(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    platform: 'facebook',
    account: 'rivertown',
    kind: 'comment',
    text: `A comment ${randomUUID()}`,
    action: { verb: 'hide' },
    ...more,
  };
}
