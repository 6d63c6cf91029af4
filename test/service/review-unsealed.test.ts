/** A record of which something is not sealed: nothing is decided about it, and the page says whether that is a matter of seconds or of a person. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { colleague, type Colleague } from '../support/people.ts';
import { newRequest } from '../support/producing.ts';

let archive: Archive;
let custodian: Colleague;
beforeAll(async () => {
  archive = await openArchive();
  custodian = await colleague(archive, ['custodian']);
});
afterAll(async () => await archive?.close());

test('it is told apart whether it is being sealed, or somebody has to be asked', async () => {
  // Nobody works here, so nothing is sealed.
  const { body } = await archive.report(simpleReport());
  const request = await newRequest(archive);
  await archive.sql.query(
    "insert into request_record (agency_id, request_id, record_id, by) values ('rivertown', $1, $2, 'cli')",
    [request, body.recordId],
  );
  const page = async (language = 'en'): Promise<string> =>
    (
      await archive.app.inject({
        url: `/requests/${request}/review/${body.recordId}`,
        headers: { cookie: custodian.cookie, 'accept-language': language },
      })
    ).body;
  expect(await page()).toContain('That takes seconds');
  await archive.sql.query(
    "update step set parked_at = '2026-11-30T15:00:00Z', error_code = 'store-full' where record_id = $1 and name = 'seal'",
    [body.recordId],
  );
  const parked = (await page()).replaceAll(/\s+/g, ' ');
  expect(parked).toContain('Nobody tries any more');
  expect(parked).toContain('ask whoever runs this archive');
  expect(parked).not.toContain('That takes seconds');
  expect(parked).not.toContain('id="answer-release"');
  expect((await page('es')).replaceAll(/\s+/g, ' ')).toContain('pida a quien opera este archivo');
});
