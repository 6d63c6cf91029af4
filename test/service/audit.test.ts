/** The audit against the owner of the database, who changes what was signed in every way that we thought of; and against nobody. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readiness } from '#api/api.ts';
import { auditAgency, lastAudit, startNightlyAudit, type Held } from '#audit/audit.ts';
import { keyPair, receiptKeyIn, restoresIn } from '#log/log.ts';
import { lookAtWork, Tallies, tryTamperings, turnBits } from '../support/audit-trials.ts';
import { AGENCY, openAuditedArchive, type AuditedArchive } from '../support/audited-archive.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { rows as chosen, times } from '../support/extent.ts';
import { holdfastHere, holdfastWith, jsonOf } from '../support/holdfast.ts';
import { chained, rechain } from '../support/rechain.ts';
import { FORGED_AT_THE_DESK, REWRITINGS, TAMPERINGS, type Database } from '../support/tampering.ts';

const MINUTES = 60_000;
/** Of each table what was changed, invented and deleted, and each way of making the rest fit. */
const FEW: readonly string[] = [
  'entry: a byte, with its hash',
  'event: a figure of its details',
  'event: back-dated',
  'events: two exchanged',
  'event and entry deleted, the others moved up',
  'a record with everything of it deleted',
  'entries cut off, events kept',
  'an old head',
  'checkpoint: root and signature',
  'anchor: deleted',
  'checkpoint: the newest deleted',
  'key: another one, announced as if it had always been it',
  'event invented with entry, head and checkpoint',
  'outbox: a waiting event forgotten',
  'record: removal',
  'record: grounds',
  'record deleted',
  'fact: its text, as if it had been compared',
  'fact invented',
  'file: digest',
  'files: two exchanged',
  'seal: immutable',
  'seal deleted',
  'object: version, with a putting back invented',
  'object: locked for longer',
  'object: salt',
  'second look: answer',
];
/** The rest is made to fit in the same way, whatever was changed; and it is found by either. */
const FEW_REWRITINGS: Readonly<Record<string, string>> = {
  'put in another order, and all chained anew': 'a checkpoint',
  'the end cut off, and all chained anew': 'a checkpoint',
  'nothing but the key, and all signed anew': 'a key',
};
/** Each kind once in a whole run; the gate tries a thousand of each (`npm run gate -- -t audit`). */
const KINDS = chosen(
  // Those at the desk are tried in audit-desk.test.ts.
  Object.keys(TAMPERINGS).filter((kind) => !(kind in FORGED_AT_THE_DESK)),
  (kind) => FEW.includes(kind),
);
const FLIPS = times(90, 12);
const LOOKS = times(60, 15);

let audited: AuditedArchive;
const chance = openChance(seedOfRun());

beforeAll(async () => {
  console.log(`HOLDFAST_SEED=${chance.seed}`);
  audited = await openAuditedArchive();
  await audited.archive.stopWork();
}, 3 * MINUTES);
afterAll(async () => await audited.archive.close());

test('an archive that nobody touched has nothing that an audit finds, however closely it looks', async () => {
  const context = await audited.context('full', []);
  const report = await auditAgency(audited.archive.system.db, context, AGENCY);
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    more: 0,
    keysFrom: 'folder',
    log: { held: [{ by: 'store' }], newer: 0 },
    records: { records: audited.recordIds.length, unsealed: 0 },
  });
  expect(report.log.entries).toBe(report.log.events);
  expect(report.log.entries).toBeGreaterThan(256);
  expect(report.log.checkpoints).toBeGreaterThan(5);
  expect(report.log.tiles).toBeGreaterThan(2);
  expect(report.log.anchors).toBeGreaterThan(0);
  expect(report.records.objects).toBeGreaterThan(100);
  expect(report.records.bytes).toBeGreaterThan(10_000);
});

describe('the owner of the database', () => {
  test(
    `who tries ${KINDS.length} times to change, delete, reorder, cut off, chain anew, back-date, exchange or invent something is found out each time`,
    { timeout: 15 * MINUTES },
    async () => {
      expect(Object.keys(TAMPERINGS).length).toBeGreaterThan(80);
      expect(FEW.filter((kind) => !(kind in TAMPERINGS))).toEqual([]);
      const tallies = await tryTamperings(audited, KINDS.length, chance, KINDS);
      console.log(tallies.table());
      expect(tallies.missed).toEqual([]);
      expect(tallies.found).toBe(KINDS.length);
      // Every one was undone.
      const after = await auditAgency(audited.archive.system.db, await audited.context('full', []), AGENCY);
      expect(after.findings).toEqual([]);
    },
  );

  test(
    'who rewrites the files of the log as well is found out by a checkpoint in other hands, and by the key that others know',
    { timeout: 5 * MINUTES },
    async () => {
      const held: Held[] = [{ by: 'a witness', note: await audited.checkpoint() }];
      const tallies = new Tallies();
      const ways = Object.entries(REWRITINGS).flatMap(([kind, change]) =>
        (['a checkpoint', 'a key'] as const).map((by) => ({ kind, change, by })),
      );
      const known = (await audited.context('none')).keys;
      for (const { kind, change, by } of chosen(ways, (way) => way.by === FEW_REWRITINGS[way.kind]))
        for (let n = 0; n < times(2, 1); n += 1) {
          const asked = await audited.context('none', by === 'a checkpoint' ? held : []);
          // The files that the audit reads are those of the other history.
          let files = asked.files;
          const context = {
            ...asked,
            keys: by === 'a key' ? known : [],
            get files() {
              return files;
            },
            get held() {
              return forged === null
                ? (asked.held ?? [])
                : [{ by: 'store', note: forged }, ...(asked.held ?? [])];
            },
          };
          let forged: Buffer | null = null;
          const report = await audited.afterwards(async (tx) => {
            const database = tx as unknown as Database;
            const events = change(await chained(database, AGENCY), chance);
            files = await rechain(database, AGENCY, events);
            forged = await files.read(`log/${AGENCY}/checkpoint`);
          }, context);
          tallies.count(`${kind}; ${by}`, report);
        }
      console.log(tallies.table());
      expect(tallies.missed).toEqual([]);
    },
  );
});

describe('the store', () => {
  test(
    'one bit turned over in any object of any record is found by a full reading, in the object',
    { timeout: 15 * MINUTES },
    async () => {
      const { tallies, objects, unnamed } = await turnBits(audited, FLIPS, chance);
      console.log(tallies.table());
      expect(objects).toBeGreaterThan(100);
      expect(unnamed).toEqual([]);
      expect(tallies.kinds).toEqual(['fact', 'file', 'manifest', 'salt']);
      expect(tallies.found).toBe(FLIPS);
    },
  );

  test('a file of the log that was changed, taken away or put back to an earlier one is found', async () => {
    const context = await audited.context('none', []);
    const { files } = context;
    const checkpoint = await audited.checkpoint();
    const { rows } = await audited.archive.sql.query<{ note: Buffer }>(
      'select note from log_checkpoint where agency_id = $1 order by size limit 1',
      [AGENCY],
    );
    const lies: readonly (readonly [string, (path: string) => Promise<Buffer | null>])[] = [
      [
        'held',
        async (path) => (path.endsWith('/checkpoint') ? (rows[0]?.note ?? null) : await files.read(path)),
      ],
      ['held', async (path) => (path.endsWith('/checkpoint') ? null : await files.read(path))],
      ['tiles', async (path) => (path.includes('/tile/0/') ? null : await files.read(path))],
      [
        'tiles',
        async (path) => {
          const bytes = await files.read(path);
          if (bytes !== null && path.includes('/tile/entries/')) bytes[100] = (bytes[100] ?? 0) ^ 1;
          return bytes;
        },
      ],
    ];
    for (const [step, read] of lies) {
      const report = await audited.afterwards(async () => undefined, {
        ...context,
        held: [{ by: 'store', note: checkpoint }],
        files: { ...files, read },
      });
      expect(report.findings.map((one) => one.step)).toContain(step);
    }
  });

  test('a copy of an anchor that was changed, exchanged or taken away is found, and one whose row was deleted', async () => {
    const context = await audited.context('none');
    const { files } = context;
    const { rows } = await audited.archive.sql.query<{ blob: Buffer; size: string }>(
      'select blob, size from log_anchor where agency_id = $1 order by size',
      [AGENCY],
    );
    const isCopy = (path: string): boolean => path.includes('/anchor/') && path.includes('/stamp/');
    const found = async (
      read: (path: string) => Promise<Buffer | null>,
      tamper: Parameters<AuditedArchive['afterwards']>[0] = async () => undefined,
    ) =>
      (await audited.afterwards(tamper, { ...context, clockMs: 0, files: { ...files, read } })).findings
        .filter(({ step }) => step === 'anchors')
        .map(({ what }) => what);
    expect(await found(async (path) => await files.read(path))).toEqual([]);
    expect(
      await found(async (path) => {
        const bytes = await files.read(path);
        if (bytes !== null && isCopy(path)) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        return bytes;
      }),
    ).toEqual(rows.map(() => 'anchor-copy-other'));
    expect(await found(async (path) => (isCopy(path) ? null : await files.read(path)))).toEqual(
      rows.map(() => 'anchor-copy-missing'),
    );
    // Beside a checkpoint that is not the one it is over.
    const stranger = Buffer.from('rivertown.example/log/rivertown\n1\nAAAA\n');
    expect(
      await found(async (path) =>
        path.includes('/anchor/') && path.endsWith('/checkpoint') ? stranger : await files.read(path),
      ),
    ).toEqual(rows.map(() => 'anchor-copy-other'));
    // Without its row, and without what the history says of it.
    expect(
      await found(
        async (path) => await files.read(path),
        async (tx) => {
          await sql`delete from log_anchor`.execute(tx);
          await sql`delete from event where type = 'anchor.obtained'`.execute(tx);
        },
      ),
    ).toEqual(rows.map(() => 'anchor-gone'));
  });

  test('something that lies in a closed seal and was never named is found', async () => {
    const { store } = audited.archive.system;
    const key = `a/${AGENCY}/rec/${audited.recordIds[0]}/1/${'0'.repeat(64)}`;
    const context = await audited.context('full');
    const report = await audited.afterwards(async () => undefined, {
      ...context,
      store: {
        ...store,
        versions: async function* (prefix) {
          yield* store.versions(prefix);
          if (key.startsWith(prefix)) yield { key, versionId: '1', isDeleteMarker: false, sizeBytes: 1 };
        },
      },
    });
    expect(report.findings).toEqual([expect.objectContaining({ step: 'objects', what: 'object-unknown' })]);
  });
});

test(
  'holdfast audit finds nothing, and then what was changed, says so in a sentence, and ends with another code',
  async () => {
    const { archive } = audited;
    const env = { DATABASE_URL: archive.databaseUrl, HOLDFAST_DATA: archive.dataDir };
    const clean = await holdfastWith(env, 'audit --full');
    expect(clean, clean.out).toMatchObject({ code: 0 });
    expect(clean.out).toContain(`${AGENCY}: nothing was found`);
    expect(clean.out).toContain('judged by the folder of keys');

    const { rows } = await archive.sql.query<{ seq: string; at: Date }>(
      `select seq, at from event where agency_id = $1 and type = 'record.sealed' order by seq limit 1`,
      [AGENCY],
    );
    const move = async (interval: string): Promise<void> => {
      await archive.sql.query(`update event set at = at ${interval} where seq = $1`, [rows[0]?.seq]);
    };
    await move(`- interval '30 days'`);
    const found = await holdfastHere(env, `audit --json --agency ${AGENCY}`);
    const said = await holdfastWith(env, `audit --agency ${AGENCY}`);
    await move(`+ interval '30 days'`);
    expect(found.code).toBe(1);
    expect(jsonOf(found)).toMatchObject({
      ok: false,
      logs: [{ agency: AGENCY, findings: [{ step: 'events', what: 'event-other' }] }],
    });
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/BAD {2}events: event-other at index \d+/);
    expect(said.out).toContain('the row was changed');

    // A key for receipts that is not the one in the folder is named, whoever let it into the log.
    const own = await receiptKeyIn(join(archive.config.keysDir, 'receipts'), AGENCY);
    expect(own).toContain(`/receipts/${AGENCY}+`);
    expect(clean.out).not.toContain('signs receipts');
    const { receiptKeys } = await auditAgency(
      archive.system.db,
      { ...(await audited.context('none')), receiptKey: own },
      AGENCY,
    );
    expect(receiptKeys).toEqual([{ index: expect.any(Number) as number, vkey: own, here: true }]);
    const aside = join(archive.config.keysDir, 'aside.key');
    const place = join(archive.config.keysDir, 'receipts', `${AGENCY}.key`);
    await rename(place, aside);
    await writeFile(place, keyPair(String(own).split('+')[0] ?? '', Buffer.alloc(32, 7)).skey);
    const strange = await holdfastHere(env, `audit --agency ${AGENCY}`);
    await rename(aside, place);
    expect(strange.out).toMatch(/\/receipts\/rivertown\+[0-9a-f]{8}, says entry \d+, signs receipts/);

    const [stranger] = (await audited.context('none')).keys;
    const wrong = await holdfastHere(env, ['audit', '--agency', AGENCY, '--key', `${stranger ?? ''}x`]);
    expect(wrong.code).not.toBe(0);
    const nobody = await holdfastHere(env, 'audit --agency nowhere');
    expect(nobody).toMatchObject({
      code: 5,
      err: expect.stringContaining('There is no agency “nowhere”') as string,
    });
  },
  3 * MINUTES,
);

test('the nightly audit writes down what it found of each log, and does not do it twice', async () => {
  const { archive } = audited;
  const { db, logFiles, store, log } = archive.system;
  const keys = async (): Promise<readonly string[]> => (await audited.context('none')).keys;
  const { anchors } = archive.config;
  const restores = async () => await restoresIn(audited.keyFolder);
  const nightly = startNightlyAudit({
    db,
    files: logFiles,
    store,
    keys,
    restores,
    anchors,
    log,
    firstMs: 10,
  });
  try {
    await expect
      .poll(async () => (await lastAudit(db)).map(({ agency }) => agency), { timeout: 30_000 })
      .toContain(AGENCY);
  } finally {
    await nightly.stop();
  }
  const [first] = (await lastAudit(db)).filter(({ agency }) => agency === AGENCY);
  expect(first?.report).toMatchObject({ ok: true, found: 0, steps: [], records: audited.recordIds.length });

  // Whoever runs the machine is told of the newest, and of there being none.
  interface Part {
    readonly name: string;
    readonly ok: boolean;
    readonly found: string;
  }
  const part = async (): Promise<Part | undefined> =>
    (await readiness(archive.system)).parts.find(({ name }) => name === 'audit');
  expect(await part()).toMatchObject({
    ok: true,
    checked: true,
    found: expect.stringContaining('nothing was found') as string,
  });
  await archive.sql.query("update chore set at = now() - interval '4 days' where name = 'audit'");
  expect(await part()).toMatchObject({
    ok: false,
    needed: false,
    code: 'audit-late',
    found: expect.stringContaining('not audited for 4 d') as string,
  });
  await archive.sql.query(
    `update chore set at = now(), report = report || '{"ok": false, "found": 2, "steps": ["events"]}' where name = 'audit' and about = $1`,
    [AGENCY],
  );
  expect(await part()).toMatchObject({
    ok: false,
    code: 'audit-found',
    found: expect.stringMatching(/found 2 things .* of rivertown \(events\); run holdfast audit$/) as string,
  });
  await archive.sql.query("delete from chore where name = 'audit'");
  expect(await part()).toMatchObject({ ok: true, checked: false });
});

test(
  `an archive at work is looked at ${LOOKS} times, after each thing that happens, and there is never a false alarm`,
  { timeout: 5 * MINUTES },
  async () => {
    const { alarms, newer, unsealed } = await lookAtWork(audited, LOOKS, chance);
    expect(alarms).toEqual([]);
    // It was looked at while there was something to be mistaken.
    expect(newer).toBeGreaterThan(LOOKS / 6);
    expect(unsealed).toBeGreaterThan(LOOKS / 20);
  },
);
