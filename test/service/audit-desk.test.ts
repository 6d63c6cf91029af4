/** The audit against the owner of the database, who changes what was asked, decided, written or handed out; and a desk at work, looked at all the time. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditAgency } from '#audit/audit.ts';
import { tryTamperings } from '../support/audit-trials.ts';
import { AGENCY, openAuditedArchive, type AuditedArchive } from '../support/audited-archive.ts';
import { deskSteps } from '../support/audited-desk.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { FORGED_AT_THE_DESK } from '../support/tampering.ts';

const MINUTES = 60_000;
let audited: AuditedArchive;
const chance = openChance(seedOfRun());

beforeAll(async () => {
  console.log(`HOLDFAST_SEED=${chance.seed}`);
  audited = await openAuditedArchive(4);
  await audited.archive.stopWork();
}, 3 * MINUTES);
afterAll(async () => await audited?.archive.close());

const findings = async () =>
  (await auditAgency(audited.archive.system.db, await audited.context('full', []), AGENCY)).findings;

test('a desk that nobody touched has nothing that an audit finds, and every production of it is read', async () => {
  const report = await auditAgency(audited.archive.system.db, await audited.context('full', []), AGENCY);
  expect(report.findings).toEqual([]);
  expect(report.desk).toMatchObject({ productions: 3, notProved: [] });
  expect(report.desk?.bytes).toBeGreaterThan(10_000);
});

test(
  'whoever changes, invents or deletes a row of it is found out each time, by what it was',
  { timeout: 10 * MINUTES },
  async () => {
    const kinds = Object.keys(FORGED_AT_THE_DESK);
    expect(kinds.length).toBeGreaterThan(90);
    const tallies = await tryTamperings(audited, kinds.length, chance, kinds);
    console.log(tallies.table());
    expect(tallies.missed).toEqual([]);
    expect(await findings()).toEqual([]);
  },
);

test('bytes of a production that are not those that were sealed are found in the store, read or asked for', async () => {
  const { rows } = await audited.archive.sql.query<{ key: string }>(
    "select object_key as key from production where state = 'released'",
  );
  const key = rows[0]?.key ?? '';
  const path = join(audited.archive.dataDir, 'store', 'objects', key);
  const bytes = await readFile(path);
  const other = Buffer.from(bytes);
  other[100] = (other[100] ?? 0) ^ 1;
  await chmod(path, 0o600);
  await writeFile(path, other);
  const found = await findings();
  await writeFile(path, bytes);
  await chmod(path, 0o444);
  expect(found).toMatchObject([{ what: 'object-changed', where: { file: key } }]);
  expect(await findings()).toEqual([]);
});

test('what an entry of an earlier version did not say is counted, and is no alarm', async () => {
  const report = await audited.afterwards(
    async (tx) => {
      await sql`update event set body = body - 'rates' where type = 'fee-rates.changed'`.execute(tx);
      await sql`update event set body = body - 'row' where type = 'production.sealed'`.execute(tx);
      await sql`update event set body = body - 'n' - 'at' where type = 'production.downloaded'`.execute(tx);
    },
    await audited.context('none'),
  );
  // The entries were changed, and that is all that is found.
  expect(new Set(report.findings.map(({ what }) => what))).toEqual(new Set(['event-other-body']));
  expect(report.desk?.notProved).toEqual([
    { what: 'the rates of fees', entries: 1 },
    { what: 'what the gate said of a production, its pages, and where it lies', entries: 3 },
    { what: 'when a production was fetched', entries: 2 },
  ]);
});

test(
  'a desk at work is looked at after each step, and there is never a false alarm',
  { timeout: 5 * MINUTES },
  async () => {
    const steps = await deskSteps(audited.archive, audited.recordIds.slice(-3), 1);
    const context = await audited.context('none', []);
    for (const [n, step] of steps.entries()) {
      await step();
      const report = await auditAgency(audited.archive.system.db, context, AGENCY);
      expect(report.findings, `step ${n}`).toEqual([]);
    }
    expect(steps.length).toBeGreaterThan(25);
  },
);
