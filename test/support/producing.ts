/** Productions in tests: a request, its set, and what somebody decided about each record of it. */
import { sql } from 'kysely';
import { openProductionContext } from '#production-work.ts';
import {
  askForProduction,
  readProduction,
  renewProductions,
  runProductions,
  sweepProductions,
  type Asked,
  type Production,
  type ProductionContext,
} from '#production/production.ts';
import { receiveRequest } from '#sunshine/sunshine.ts';
import type { Archive } from './archive.ts';
import { simpleReport, type TestFile } from './archive-forms.ts';

export const DAY = '2026-11-30';
export const NOTHING_ASKED: Asked = { wacz: false, seen: { pictures: [], items: [] } };

export async function newRequest(archive: Archive, agency = 'rivertown'): Promise<string> {
  const at = archive.system.now();
  const { requestId } = await archive.system.db.inAgency(
    agency,
    async (tx) =>
      await receiveRequest(
        tx,
        {
          channel: 'letter',
          words: 'All hidden comments.',
          requester: null,
          contact: null,
          format: null,
          language: null,
          firstReceivedAt: at,
          receivedByCustodianAt: at,
        },
        'cli',
      ),
  );
  return requestId;
}

/** A production that the gate stopped: for calls that only name one. */
export async function sampleProduction(archive: Archive, agency: string, requestId: string): Promise<string> {
  const { rows } = await archive.sql.query<{ id: string }>(
    `insert into production (agency_id, id, request_id, n, asked, made_by, bates_prefix, bates_first)
     select $1, gen_random_uuid(), $2::uuid, coalesce(max(n), 0) + 1, '{"wacz": false, "seen": {"pictures": [], "items": []}}', 'cli',
            'S' || upper(left(md5(random()::text), 10)), 1 from production where request_id = $2::uuid returning id`,
    [agency, requestId],
  );
  const id = rows[0]?.id ?? '';
  await archive.sql.query(
    `update production set state = 'blocked', failure = '{"code": "x", "sentence": "X."}' where id = $1`,
    [id],
  );
  return id;
}

/** Handed in, sealed and complete, and nothing more to come. */
export async function sealedRecord(
  archive: Archive,
  event: Record<string, unknown>,
  files: readonly TestFile[] = [],
): Promise<string> {
  const { body } = await archive.report(simpleReport(event), files);
  await archive.until(body.recordId, (receipt) => receipt.status === 'complete', 60_000);
  const owed = async (): Promise<number> =>
    (await archive.sql.query('select from step where record_id = $1', [body.recordId])).rowCount ?? 0;
  const end = Date.now() + 60_000;
  while ((await owed()) > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  return body.recordId;
}

export interface Decision {
  readonly answer: 'release' | 'withhold' | 'part' | 'not-responsive';
  readonly exemption?: object;
  readonly description?: string;
  readonly fields?: readonly object[];
  readonly files?: readonly object[];
}

/** Into the set, and decided. */
export async function decide(
  archive: Archive,
  requestId: string,
  recordId: string,
  { answer, exemption, description, fields, files }: Decision,
  agency = 'rivertown',
): Promise<void> {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  await archive.system.db.inAgency(agency, async ({ tx }) => {
    await sql`
      insert into request_record (agency_id, request_id, record_id, by) values (${agency}, ${requestId}, ${recordId}, 'cli')
      on conflict do nothing`.execute(tx);
    await sql`
      insert into review (agency_id, request_id, record_id, n, answer, exemption, description, fields, files, facts_seen, files_seen, by, acknowledged)
      select ${agency}, ${requestId}, ${recordId}, coalesce(max(n), 0) + 1, ${answer}, ${json(exemption)}::jsonb, ${description ?? null},
             ${json(fields)}::jsonb, ${json(files)}::jsonb, null, null, 'cli', ${acknowledgedOf(answer)}::jsonb
        from review where request_id = ${requestId} and record_id = ${recordId}`.execute(tx);
  });
}

/** All that the database asks for: a test that leaks something lets it go out knowingly. */
const acknowledgedOf = (answer: Decision['answer']): string | null =>
  answer === 'release' || answer === 'part'
    ? JSON.stringify([
        ...['/data/notes', '/data/author/nativeId/value'].map((pointer) => `field:1${pointer}`),
        ...Array.from({ length: 40 }, (_, i) => `file:${i + 1}`),
      ])
    : null;

export interface Committed {
  readonly fields: readonly { readonly fact: number; readonly pointer: string }[];
  readonly files: readonly {
    readonly n: number;
    readonly role: string;
    readonly mediaType: string;
    readonly sha256: string;
  }[];
}

/** What there is to decide about, out of the seals. */
export async function committed(archive: Archive, recordId: string): Promise<Committed> {
  const { rows } = await archive.sql.query<{ key: string; version_id: string }>(
    "select key, version_id from object where record_id = $1 and role = 'manifest' order by seal_no",
    [recordId],
  );
  const fields: { fact: number; pointer: string }[] = [];
  const files: { n: number; role: string; mediaType: string; sha256: string }[] = [];
  for (const { key, version_id: version } of rows) {
    const chunks: Buffer[] = [];
    for await (const chunk of await archive.system.store.read(key, version)) chunks.push(chunk as Buffer);
    const manifest = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      facts: { n: number; fields: { pointer: string }[] }[];
      files: { n: number; role: string; mediaType: string; sha256: string }[];
    };
    for (const fact of manifest.facts)
      for (const { pointer } of fact.fields) fields.push({ fact: fact.n, pointer });
    files.push(...manifest.files);
  }
  return { fields, files };
}

export const cited = (key = '610.021-14', more: object = { otherLaw: 'A law for tests' }): object => ({
  key,
  day: DAY,
  ...more,
});

export interface Made {
  readonly id: string;
  readonly production: Production;
}

/** As the worker does it: what is due, what lies about, and what has to be locked longer. */
export async function pass(archive: Archive, more: Partial<ProductionContext> = {}): Promise<void> {
  const context = { ...openProductionContext(archive.system), ...more };
  await runProductions(context);
  await sweepProductions(context);
  await renewProductions(context);
}

/** Asked for and gone through one pass. */
export async function produced(
  archive: Archive,
  requestId: string,
  {
    asked = NOTHING_ASKED,
    prefix = 'RVT',
    context = {},
  }: { asked?: Asked; prefix?: string; context?: Partial<ProductionContext> } = {},
): Promise<Made> {
  const { db } = archive.system;
  const made = await db.inAgency(
    'rivertown',
    async (at) => await askForProduction(at, { requestId, prefix, asked }, 'cli'),
  );
  if (made === null) throw new Error(`There is no request ${requestId}.`);
  await pass(archive, context);
  const production = await db.inAgency('rivertown', async (at) => await readProduction(at, made.id));
  if (production === null) throw new Error('It is gone.');
  return { id: made.id, production };
}
