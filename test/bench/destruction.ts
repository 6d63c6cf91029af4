/**
 * Destruction of the objects of whole records, as a list that two people approved has it done: marked, listed, deleted version by version,
 * listed again, rows, certificate. Baseline: the bare calls that delete as many objects of like sizes from the same store, one after the other,
 * with the same key. The clean-up of the database's pages is no part of it.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { addAgency, addPerson, createKey } from '#agency/agency.ts';
import { buildApp, openMetrics } from '#api/api.ts';
import { sha256Hex } from '#commitment.ts';
import { readConfig } from '#config.ts';
import { migrateDatabase } from '#database.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import {
  approveDisposal,
  draftDisposal,
  proposeDisposal,
  readDisposal,
  runDisposals,
} from '#disposal/disposal.ts';
import { openDisposalContext } from '#disposal-work.ts';
import { type ObjectStore } from '#store/store.ts';
import { openSystem, type System } from '#system.ts';
import { startRelayWork, startWork } from '#work.ts';
import { startVersitygw } from '../support/versitygw.ts';

const OBJECTS = 10_000;
/** Records of one list. */
const LIST = 500;
const AT_ONCE = 8;
const EDITION = 'one-day-2026';
const LEASE_MS = 10_000;

export interface Destroyed {
  readonly kind: 'folder' | 's3';
  readonly objects: number;
  readonly records: number;
  /** Objects in a second. */
  readonly ours: number;
  readonly bare: number;
}

export async function destruction(kind: Destroyed['kind']): Promise<Destroyed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir, port: null, onProgress: () => undefined });
  const server = kind === 's3' ? await startVersitygw({ folder: join(dataDir, 's3') }) : null;
  const env: Record<string, string> = {
    HOLDFAST_DATA: dataDir,
    DATABASE_URL: postgres.url,
    HOLDFAST_LOG_LEVEL: 'warn',
    HOLDFAST_PUBLIC_URL: 'http://archive.example',
    HOLDFAST_LEASE: `${LEASE_MS / 1000}s`,
    HOLDFAST_COOLING_OFF: '0s',
    HOLDFAST_LOOK_AGAIN: 'no',
    CHROMIUM_PATH: '/nonexistent',
  };
  if (server !== null) {
    const { bucket, region, writer, purger, reader } = await server.newBucket();
    Object.assign(env, {
      S3_ENDPOINT: server.endpoint,
      S3_REGION: region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: writer.accessKeyId,
      S3_SECRET_ACCESS_KEY: writer.secretAccessKey,
      S3_PURGE_ACCESS_KEY_ID: purger?.accessKeyId,
      S3_PURGE_SECRET_ACCESS_KEY: purger?.secretAccessKey,
      S3_READ_ACCESS_KEY_ID: reader?.accessKeyId,
      S3_READ_SECRET_ACCESS_KEY: reader?.secretAccessKey,
    });
  }
  await migrateDatabase({ url: postgres.url, ownerUrl: postgres.url }, () => undefined);
  const config = readConfig(env);
  const system = await openSystem(config, { name: 'bench', databaseUrl: postgres.url });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    await addAgency(system.db, { id: 'rivertown', name: 'City of Rivertown', zone: 'America/Chicago' });
    const people = await schedule(system, client);
    const { context, close } = await openDisposalContext(system);
    try {
      await sealed(system, client);
      const bare = await bareCalls(context.store, context.places.first.purger);
      await madeDue(client);
      // Each step of an execution waits for the entries of the one before.
      const metrics = openMetrics(system.db);
      const stopLog = await startWork('log', system, { metrics, onHalt: () => undefined });
      let [objects, records, ms] = [0, 0, 0];
      while (objects < OBJECTS) {
        const list = await approved(system, people, client);
        const started = performance.now();
        for (;;) {
          await runDisposals({
            ...context,
            clean: async () => ({ kind: 'external', did: [], left: ['no part of this'] }),
          });
          const now = await system.db.inAgency('rivertown', async (at) => await readDisposal(at, list.id));
          if (now?.state === 'completed') break;
          await sleep(20);
        }
        ms += performance.now() - started;
        objects += list.objects;
        records += list.records;
      }
      await stopLog();
      return { kind, objects, records, ours: (objects / ms) * 1000, bare };
    } finally {
      await close();
    }
  } finally {
    await client.end();
    await system.close(10_000);
    await server?.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface People {
  readonly officer: string;
  readonly approver: string;
}

async function schedule(system: System, client: Client): Promise<People> {
  const [officer, approver] = await Promise.all(
    ['retention-officer', 'approver'].map(
      async (role) =>
        await system.db.inAgency('rivertown', async (at) => {
          const person = { name: 'Somebody', email: `${role}@rivertown.example`, roles: [role] };
          const added = await addPerson(at, person, 'cli');
          if ('refused' in added) throw new Error(added.refused);
          return added.personId;
        }),
    ),
  );
  await client.query(
    `insert into edition (agency_id, edition, title, source, added_by) values ('rivertown', $1, 'x', 'x', 'bench')`,
    [EDITION],
  );
  await client.query(
    `insert into series (agency_id, edition, code, title, citation, disposition, period, trigger, cutoff)
     values ('rivertown', $1, 'day 1', 'x', 'x', 'destroy', 'P1D', 'posted', 'none')`,
    [EDITION],
  );
  for (const person of [officer, approver])
    await client.query(
      `insert into edition_confirmation (agency_id, edition, person_id, digest) values ('rivertown', $1, $2, edition_digest('rivertown', $1))`,
      [EDITION, person],
    );
  return { officer: officer ?? '', approver: approver ?? '' };
}

/** Reports with a file, by the API and the workers, until there are enough objects. */
async function sealed(system: System, client: Client): Promise<void> {
  const metrics = openMetrics(system.db);
  const app = await buildApp(system, { metrics });
  const { key } = await createKey(system.db, { agencyId: 'rivertown', role: 'moderator', label: 'bench' });
  await system.staging.writeProbe();
  const relay = startRelayWork(system);
  const stops = [relay.stop, async () => await app.close()];
  const onHalt = (error: unknown): void => {
    throw error;
  };
  for (const name of ['seal', 'capture', 'log'] as const)
    stops.push(await startWork(name, system, { metrics, onHalt }));
  const count = async (text: string): Promise<number> =>
    Number((await client.query<{ n: string }>(`select count(*) as n from ${text}`)).rows[0]?.n);
  for (let n = 0; (await count('object')) < OBJECTS + 1000; n += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, i) => {
        const answer = await app.inject({
          method: 'POST',
          url: '/v1/deletion-events',
          headers: { authorization: `Bearer ${key}` },
          payload: {
            platform: 'facebook',
            account: 'rivertown',
            kind: 'comment',
            action: { verb: 'hide' },
            text: `${n + i} ${randomBytes(200).toString('hex')}`,
          },
        });
        if (answer.statusCode !== 202) throw new Error(answer.body);
      }),
    );
    while ((await count('step')) > 200) await sleep(50);
  }
  while ((await count("record where state <> 'complete'")) + (await count('log_outbox')) > 0) await sleep(50);
  await Promise.all(stops.map(async (stop) => await stop()));
}

async function madeDue(client: Client): Promise<void> {
  await client.query('delete from record_series');
  await client.query(
    `insert into record_series (agency_id, record_id, edition, series, reason, by)
     select 'rivertown', id, $1, 'day 1', 'bench', 'bench' from record where agency_id = 'rivertown'`,
    [EDITION],
  );
  await client.query(
    `insert into record_day (agency_id, id, record_id, event, day, by)
     select 'rivertown', gen_random_uuid(), id, 'posted', '2020-02-01', 'bench' from record where agency_id = 'rivertown'`,
  );
  await client.query('update retention set ruled_at = now()');
  while (
    (await client.query('select from object where locked_until is null or locked_until >= now() limit 1'))
      .rowCount !== 0
  )
    await sleep(200);
  await client.query('vacuum analyze');
}

async function approved(system: System, { officer, approver }: People, client: Client) {
  const { rows } = await client.query<{ id: string }>(
    `select id from record where agency_id = 'rivertown' and state = 'complete' order by id limit ${LIST}`,
  );
  const list = await system.db.inAgency('rivertown', async (at) => {
    const asked = {
      edition: EDITION,
      series: null,
      cutoff: null,
      title: null,
      records: rows.map(({ id }) => id),
    };
    const draft = await draftDisposal(at, asked, { coolingOffMs: 0, actor: `person:${officer}` });
    if (draft === null) throw new Error('Nothing is due.');
    const { digest } = await proposeDisposal(at, draft.id, { personId: officer, authority: null });
    await approveDisposal(at, draft.id, { personId: approver, digest: digest ?? '' });
    return draft;
  });
  // The approval stands in the log before anything begins.
  while ((await client.query('select from log_outbox limit 1')).rowCount !== 0) await sleep(20);
  return list;
}

/** As many objects as ours, sealed for this, and deleted by nothing but the calls. */
async function bareCalls(
  store: Pick<ObjectStore, 'seal'>,
  purger: { purge(key: string, versionId: string): Promise<void> } | null,
): Promise<number> {
  if (purger === null) throw new Error('There is no key that may delete.');
  const made: { key: string; versionId: string }[] = [];
  const retainUntil = new Date(Math.ceil((Date.now() + LEASE_MS) / 1000) * 1000);
  for (let n = 0; n < OBJECTS; n += AT_ONCE)
    made.push(
      ...(await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, i) => {
          const bytes = randomBytes(400);
          const key = `bench/${n + i}`;
          const until = retainUntil > new Date(Date.now() + 2000) ? retainUntil : new Date(Date.now() + 5000);
          const sealedNow = await store.seal({
            key,
            body: { bytes },
            sha256: sha256Hex(bytes),
            sizeBytes: bytes.length,
            mediaType: 'application/octet-stream',
            retainUntil: new Date(Math.ceil(until.getTime() / 1000) * 1000),
          });
          if (sealedNow.outcome !== 'created') throw new Error(`${key} was there.`);
          return { key, versionId: sealedNow.versionId };
        }),
      )),
    );
  await sleep(LEASE_MS + 2000);
  const started = performance.now();
  for (const { key, versionId } of made) await purger.purge(key, versionId);
  return (made.length / (performance.now() - started)) * 1000;
}
