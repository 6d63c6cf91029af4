/** Not removed after all: a fact of its own, before a confirmation or after one, and the record stays. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { recordOf } from '../support/looking.ts';
import { colleague } from '../support/people.ts';
import { png } from '../support/picture.ts';

let archive: Archive;

beforeAll(async () => {
  archive = await openArchive();
  await archive.work();
});
afterAll(async () => await archive?.close());

async function reported(more: Record<string, unknown> = {}): Promise<string> {
  const sent = await archive.report(simpleReport(more), [
    { name: 'shot.png', type: 'image/png', bytes: await png() },
  ]);
  expect(sent.status).toBe(202);
  return sent.body.recordId;
}
async function say(id: string, what: 'kept' | 'removal', body = ''): Promise<number> {
  const response = await archive.app.inject({
    method: 'POST',
    url: `/v1/records/${id}/${what}`,
    headers: {
      authorization: `Bearer ${await archive.key()}`,
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === '' ? {} : { payload: body }),
  });
  return response.statusCode;
}
const events = async (id: string): Promise<string[]> =>
  (
    await archive.sql.query<{ type: string }>(
      "select type from event where record_id = $1 and type like 'removal.%' order by seq",
      [id],
    )
  ).rows.map(({ type }) => type);

test('before any confirmation it ends the waiting, once, with its sentence in the record', async () => {
  const id = await reported();
  await archive.until(id, ({ safeToRemove }) => safeToRemove);
  expect(await say(id, 'kept')).toBe(202);
  // The answer was lost; it is said again.
  expect(await say(id, 'kept')).toBe(202);
  const record = await recordOf(archive, id);
  expect(record).toMatchObject({ removal: 'none', verb: 'hide', removedAt: null });
  expect(record.facts).toHaveLength(2);
  expect(record.facts[1]).toMatchObject({
    type: 'removal.action-reversed.v1',
    deliveries: 2,
    body: {
      data: {
        action: { verb: 'none', performedAt: { value: null } },
        notes: 'Before any removal was confirmed, somebody said: “I did not remove it after all.”',
      },
    },
  });
  expect(await events(id)).toEqual(['removal.withdrawn']);
  const receipt = await archive.until(id, ({ safeToRemove, removal }) => safeToRemove && removal === 'none');
  expect(receipt.missing).toEqual([]);
  // Nobody is reminded of it, and nothing says that it was hidden.
  const { cookie } = await colleague(archive, ['custodian']);
  const page = async (url: string): Promise<string> =>
    (await archive.app.inject({ url, headers: { cookie, accept: 'text/html' } })).body;
  expect(await page('/records?removal=awaited')).not.toContain(id);
  expect(await page('/records')).toContain('Kept after all (reported as: Hidden)');
  const shown = await page(`/records/${id}`);
  for (const part of [
    'It was not removed after all.',
    'Kept after all: not removed',
    '“I did not remove it after all.”',
  ])
    expect(shown).toContain(part);
  // What waits for nothing cannot be confirmed; it is reported once more.
  expect(await say(id, 'removal')).toBe(409);
});

test('after a confirmation it takes that back, and the same can be removed later all the same', async () => {
  const url = 'https://www.facebook.com/rivertown/posts/710?comment_id=811811811';
  const id = await reported({ url });
  expect(await say(id, 'removal')).toBe(202);
  expect(await say(id, 'kept', '{"note":"Pressed by mistake"}')).toBe(202);
  expect(await recordOf(archive, id)).toMatchObject({ removal: 'none', removedAt: null });
  expect(await events(id)).toEqual(['removal.confirmed', 'removal.withdrawn']);
  expect(await reported({ url })).toBe(id);
  expect(await recordOf(archive, id)).toMatchObject({ removal: 'awaited' });
  // And given up once more: another fact, for something happened in between.
  expect(await say(id, 'kept', '{"note":"Pressed by mistake"}')).toBe(202);
  const record = await recordOf(archive, id);
  expect(record.removal).toBe('none');
  expect(record.facts.filter(({ type }) => type === 'removal.action-reversed.v1')).toHaveLength(2);
});

test('of what was never to be removed nothing can be taken back, and odd bodies are refused', async () => {
  const kept = await reported({ action: { verb: 'none' } });
  expect(await say(kept, 'kept')).toBe(409);
  const id = await reported();
  expect(await say(id, 'kept', '{"note":""}')).toBe(422);
  expect(await say(id, 'kept', '{"performedAt":"2026-11-21T14:03:00Z"}')).toBe(422);
  expect(await recordOf(archive, id)).toMatchObject({ removal: 'awaited' });
});
