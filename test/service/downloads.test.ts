/** A download goes on for as long as whoever asked for it is at work, and no longer, however slowly it is read. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey, endSession, letGo, revokeKey, signedIn } from '#agency/agency.ts';
import { openDoors } from '#api/api.ts';
import { openArchive, simpleReport, type Archive } from '../support/archive.ts';
import { colleague, type Colleague } from '../support/people.ts';

/** More than all buffers on the way hold. */
const bytes = randomBytes(48 * 1024 ** 2);
let archive: Archive;
let address: string;
let recordId: string;

beforeAll(async () => {
  archive = await openArchive();
  ({ address } = await openDoors(archive.app, { host: '127.0.0.1', port: 0, contentPort: 0 }));
  const { body } = await archive.report(simpleReport({ capture: false }), [
    { name: 'film.bin', type: 'application/octet-stream', bytes },
  ]);
  ({ recordId } = body);
}, 60_000);
afterAll(async () => await archive?.close());

interface Download {
  /** How many bytes came in all, and whether the line broke. */
  rest(): Promise<{ readonly length: number; readonly broke: boolean }>;
}

/** Begun, and then not read. */
async function begin(
  headers: Record<string, string>,
  where = `${address}/v1/records/${recordId}/artifacts/2`,
): Promise<Download> {
  const answer = await fetch(where, { headers });
  if (answer.status !== 200 || answer.body === null) throw new Error(`It answered ${answer.status}.`);
  const reader = answer.body.getReader();
  let length = (await reader.read()).value?.length ?? 0;
  return {
    rest: async () => {
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return { length, broke: false };
          length += value.length;
        }
      } catch {
        return { length, broke: true };
      }
    },
  };
}
const as = ({ cookie }: Colleague): Record<string, string> => ({ cookie });

test('is broken off within seconds of the end of a session, of a key, and of somebody’s time here; others go on', async () => {
  const { db, now } = archive.system;
  const people = await Promise.all(
    Array.from({ length: 4 }, async () => await colleague(archive, ['custodian'])),
  );
  const [out, gone, idle, stays] = people as [Colleague, Colleague, Colleague, Colleague];
  const key = await createKey(db, { agencyId: 'rivertown', role: 'custodian', label: 'of a program' });
  const bearer = { authorization: `Bearer ${key.key}` };
  // A key gets its file from the API, or by a ticket from the content server as a browser does.
  const looked = await fetch(`${address}/v1/records/${recordId}/artifacts/2/looks`, {
    method: 'POST',
    headers: bearer,
  });
  const ticket = ((await looked.json()) as { readonly address: string }).address;
  const downloads = {
    out: await begin(as(out)),
    gone: await begin(as(gone)),
    idle: await begin(as(idle)),
    stays: await begin(as(stays)),
    key: await begin(bearer),
    ticket: await begin({}, ticket),
  };
  const who = await signedIn(db, out.token);
  await db.inAgency('rivertown', async (at) => {
    await endSession(at, who?.caller.sessionId ?? '', 'signed-out', now());
    await letGo(at, gone.personId, 'test', now());
  });
  await archive.sql.query(`update session set seen_at = now() - interval '31 minutes' where person_id = $1`, [
    idle.personId,
  ]);
  await revokeKey(db, 'rivertown', key.keyId, now());
  await new Promise((resolve) => setTimeout(resolve, 8000));
  const ends = Object.fromEntries(
    await Promise.all(
      Object.entries(downloads).map(async ([name, one]) => {
        const { length, broke } = await one.rest();
        return [
          name,
          broke && length < bytes.length ? 'broken off' : length === bytes.length ? 'whole' : 'odd',
        ];
      }),
    ),
  );
  expect(ends).toEqual({
    out: 'broken off',
    gone: 'broken off',
    key: 'broken off',
    ticket: 'broken off',
    // Nothing is pressed while a large file comes.
    idle: 'whole',
    stays: 'whole',
  });
}, 60_000);
