/** What looks wrong and is a report all the same: it is taken and sealed whole, and makes nothing safe that it does not show. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { System } from '#system.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { FORM_TYPE, formOf, send, wire, type Got, type Part } from '../support/hostile.ts';
import { png } from '../support/picture.ts';
import { noBrowser } from '../support/stand-in-browser.ts';

let archive: Archive;
beforeAll(async () => {
  // Looking for a browser that is not there takes most of a second for each record.
  const adapt = (system: System): System => ({ ...system, browser: noBrowser(system.browser) });
  archive = await openArchive({ adapt });
});
afterAll(async () => await archive.close());

const post = (body: object) => async (): Promise<Got> => await send(archive, { body: JSON.stringify(body) });
const report = (more: Record<string, unknown>) => async (): Promise<Got> => await post(simpleReport(more))();
const form = (parts: readonly Part[]) => async (): Promise<Got> =>
  await send(archive, { body: formOf(parts), type: FORM_TYPE });

describe('what looks wrong and is a report all the same', () => {
  interface Accepted {
    readonly sending: () => Promise<Got>;
    /** Files that are sealed beside the raw bytes. */
    readonly files: number;
    readonly safe: boolean;
    readonly missing?: string;
  }
  const formEvent = (more: Record<string, unknown> = {}): Part => ({
    name: 'event',
    type: 'application/json',
    body: JSON.stringify(simpleReport(more)),
  });
  const picture = (bytes: Uint8Array, type = 'image/png'): Part => ({
    filename: 'shot.png',
    type,
    body: bytes,
  });
  const withFile = (part: () => Promise<Part>) => async (): Promise<Got> =>
    await form([formEvent(), await part()])();

  const ROWS: Readonly<Record<string, Accepted>> = {
    'a picture of zero bytes': {
      sending: withFile(async () => picture(new Uint8Array())),
      files: 1,
      safe: false,
      missing: 'picture-not-decodable',
    },
    'a picture that cannot be decoded': {
      sending: withFile(async () => picture((await png()).subarray(0, 60))),
      files: 1,
      safe: false,
      missing: 'picture-not-decodable',
    },
    'noise that says it is a picture': {
      sending: withFile(async () => picture(Buffer.from('not a picture at all'), 'image/jpeg')),
      files: 1,
      safe: false,
      missing: 'picture-not-decodable',
    },
    'a picture of one pixel': {
      sending: withFile(async () => picture(await png(1, 1))),
      files: 1,
      safe: true,
    },
    'a picture that says it is text': {
      sending: withFile(async () => picture(await png(), 'text/plain')),
      files: 1,
      safe: true,
    },
    'a picture whose type is no type at all': {
      sending: withFile(async () => picture(await png(), 'no type; at all')),
      files: 1,
      safe: true,
    },
    'noise of a type that nobody knows': {
      sending: withFile(async () => picture(Buffer.from([0xff, 0, 1, 2]), '🙂 "quoted"')),
      files: 1,
      safe: false,
      missing: 'evidence-missing',
    },
    'a page of script under the name of a picture': {
      sending: withFile(async () => picture(Buffer.from('<!doctype html><script>alert(1)</script>'))),
      files: 1,
      safe: false,
      missing: 'picture-not-decodable',
    },
    'the event after the files': {
      sending: async () => await form([picture(await png()), formEvent()])(),
      files: 1,
      safe: true,
    },
    'a form without a file': {
      sending: form([formEvent()]),
      files: 0,
      safe: false,
      missing: 'evidence-missing',
    },
    'a form with an input that nobody chose a file for': {
      sending: form([formEvent(), { name: 'file', filename: '', body: '' }]),
      files: 0,
      safe: false,
      missing: 'evidence-missing',
    },
    'a file name that is a path': {
      sending: async () =>
        await form([formEvent(), { ...picture(await png()), filename: '../../etc/passwd' }])(),
      files: 1,
      safe: true,
    },
    'the same picture twice': {
      sending: async () => {
        const same = picture(await png());
        return await form([formEvent(), same, same])();
      },
      files: 2,
      safe: true,
    },
    'an account that is in no register': {
      sending: report({ account: 'nobody-knows-this-page' }),
      files: 0,
      safe: false,
      missing: 'evidence-missing',
    },
    'no ground, no key, no kind, no text': {
      sending: post({ platform: 'somewhere-new', account: '🙂'.repeat(100), action: { verb: 'delete' } }),
      files: 0,
      safe: false,
      missing: 'evidence-missing',
    },
    'text that is longer than the index takes': {
      sending: report({ text: Array.from({ length: 40_000 }, (_, i) => `w${i.toString(36)}`).join(' ') }),
      files: 0,
      safe: false,
      missing: 'evidence-missing',
    },
    'markup and SQL as text': {
      sending: report({
        text: `'; drop table record; -- <script>alert(1)</script> {{7*7}} %s %n \u202e`,
      }),
      files: 0,
      safe: false,
      missing: 'evidence-missing',
    },
  };

  test('is taken, sealed whole, and makes nothing safe that it does not show', async () => {
    await archive.work();
    const sent = await Promise.all(
      Object.entries(ROWS).map(async ([name, row]) => {
        const got = await row.sending();
        expect(`${name}: ${got.status}`, got.body).toBe(`${name}: 202`);
        return { name, row, recordId: (JSON.parse(got.body) as { recordId: string }).recordId };
      }),
    );
    for (const { name, row, recordId } of sent) {
      const receipt = await archive.until(
        recordId,
        (one) => one.status === 'complete' && !one.missing.some((miss) => miss.code.endsWith('-pending')),
      );
      expect(`${name}: ${receipt.safeToRemove}`).toBe(`${name}: ${row.safe}`);
      if (row.missing !== undefined)
        expect(`${name}: ${receipt.missing.map((one) => one.code).join()}`).toBe(`${name}: ${row.missing}`);
      const { rows } = await archive.sql.query<{ origin: string; sealed: boolean }>(
        'select origin, seal_no is not null as sealed from artifact where record_id = $1',
        [recordId],
      );
      expect(rows.every((one) => one.sealed)).toBe(true);
      expect(rows.filter((one) => one.origin === 'handed-in')).toHaveLength(row.files);
    }
    expect(sent).toHaveLength(Object.keys(ROWS).length);
  });

  test('two reports on one connection, the second before the first is answered', async () => {
    await archive.app.listen({ host: '127.0.0.1', port: 0 });
    const key = await archive.key();
    const one = (): string => {
      const body = JSON.stringify(simpleReport());
      const lines = ['POST /v1/deletion-events HTTP/1.1', 'Host: a', `Authorization: Bearer ${key}`];
      const type = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
      return [...lines, ...type, '', body].join('\r\n');
    };
    const { port } = archive.app.server.address() as AddressInfo;
    const answers = await wire(port, { bytes: [`${one()}${one()}`] });
    expect(answers.map((answer) => answer.status)).toEqual([202, 202]);
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(2);
  });
});
