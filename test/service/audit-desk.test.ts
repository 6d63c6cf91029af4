/** The audit against the owner of the database, who changes what was asked, decided, written or handed out; and a desk at work, looked at all the time. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
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
  audited = await openAuditedArchive(7);
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
