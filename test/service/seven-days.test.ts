/** What was sealed in production is never destroyed sooner than seven days after its approval, whatever a list says; a trial may be quicker. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { settled } from '../support/looking.ts';
import { colleague } from '../support/people.ts';

let archive: Archive;
let app: Client;
let recordId: string;
let officer: string;

beforeAll(async () => {
  archive = await openArchive({
    env: { HOLDFAST_MODE: 'production', HOLDFAST_ACCEPT_FOLDER_STORE: 'yes' },
  });
  await archive.work();
  const { body } = await archive.report(simpleReport({ text: 'Sealed in earnest' }));
  await settled(archive, body.recordId);
  recordId = body.recordId;
  officer = (await colleague(archive, ['retention-officer'])).personId;
  app = new Client({ connectionString: archive.databaseUrl, options: '-c role=holdfast_app' });
  await app.connect();
  await app.query("select set_config('app.agency', 'rivertown', false)");
});
afterAll(async () => {
  await app?.end();
  await archive?.close();
});

const outcome = async (statement: string, values: unknown[] = []): Promise<string> =>
  await app.query(statement, values).then(
    () => 'done',
    (error: unknown) => String((error as { code?: string }).code),
  );

async function propose(coolingOff: string): Promise<string> {
  const id = randomUUID();
  await app.query(
    `insert into disposal (agency_id, id, title, edition, cutoff, cooling_off, created_by)
     select 'rivertown', $1, 'A list', min(edition), '2026-01-01', $2::interval, 'cli' from edition where agency_id = 'rivertown'`,
    [id, coolingOff],
  );
  await app.query(
    `insert into disposal_item (agency_id, disposal_id, record_id, edition, series, due_on, from_day, objects, bytes)
     select 'rivertown', $1, $2, min(edition), 'x', '2026-01-01', '2025-01-01', 1, 1 from edition where agency_id = 'rivertown'`,
    [id, recordId],
  );
  return await outcome(
    `update disposal set state = 'proposed', digest = disposal_digest('rivertown', id), proposed_at = now(), proposed_by = $2 where id = $1`,
    [id, officer],
  );
}

test('a list with fewer days is not proposed while it has a record that was sealed in production', async () => {
  expect(await propose('0')).toBe('HF058');
  expect(await propose('6 days 23:59:59')).toBe('HF058');
  expect(await propose('7 days')).toBe('done');
});

test('and no closed seal becomes one of a trial', async () => {
  const change = "update seal set mode = 'trial' where record_id = $1";
  expect(await outcome(change, [recordId])).toBe('HF059');
  expect(await outcome('update seal set sealed_at = null where record_id = $1', [recordId])).toBe('HF059');
});
