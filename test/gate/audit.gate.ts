/** The audit against the owner of the database and of the store, a thousand times each; and as often against nobody. */
import { afterAll, beforeAll, expect } from 'vitest';
import { auditAgency } from '#audit/audit.ts';
import { lookAtWork, tryTamperings, turnBits } from '../support/audit-trials.ts';
import { AGENCY, openAuditedArchive, type AuditedArchive } from '../support/audited-archive.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { MATRIX } from './matrix.ts';
import { playRows } from './row.ts';

const chance = openChance(seedOfRun());
let audited: AuditedArchive;

beforeAll(async () => {
  audited = await openAuditedArchive();
  await audited.archive.stopWork();
});
afterAll(async () => await audited?.archive.close());

playRows(['audit-attempts'], async (tell) => {
  const { count } = MATRIX['audit-attempts'];
  const tallies = await tryTamperings(audited, count, chance);
  console.log(tallies.table());
  tell('audit-attempts', { kinds: tallies.kinds.length, tried: tallies.tried, found: tallies.found });
  expect(tallies.missed).toEqual([]);
  expect(tallies.found).toBe(count);
});

playRows(['audit-bits'], async (tell) => {
  const { count } = MATRIX['audit-bits'];
  const { tallies, objects, unnamed } = await turnBits(audited, count, chance);
  console.log(tallies.table());
  tell('audit-bits', { objects, tried: tallies.tried, found: tallies.found });
  expect(unnamed).toEqual([]);
  expect(tallies.found).toBe(count);
});

playRows(['audit-untouched'], async (tell) => {
  // Every attempt was undone: what is alarmed now is a false alarm.
  const { findings } = await auditAgency(
    audited.archive.system.db,
    await audited.context('full', []),
    AGENCY,
  );
  expect(findings).toEqual([]);
  const { count } = MATRIX['audit-untouched'];
  const { alarms, newer, unsealed } = await lookAtWork(audited, count, chance);
  tell('audit-untouched', { looks: count, 'false alarms': alarms.length, newer, unsealed });
  expect(alarms).toEqual([]);
  // It was looked at while there was something to be mistaken.
  expect(newer).toBeGreaterThan(100);
  expect(unsealed).toBeGreaterThan(10);
});
