/** The audit against the owner of the database and of the store, a thousand times each; and as often against nobody. */
import { expect } from 'vitest';
import { auditAgency } from '#audit/audit.ts';
import { lookAtWork, tryTamperings, turnBits } from '../support/audit-trials.ts';
import { AGENCY, openAuditedArchive } from '../support/audited-archive.ts';
import { openChance, seedOfRun } from '../support/chance.ts';
import { MATRIX } from './matrix.ts';
import { playRows } from './row.ts';

playRows(['audit-attempts', 'audit-bits', 'audit-untouched'], async (tell) => {
  const chance = openChance(seedOfRun());
  const audited = await openAuditedArchive();
  try {
    await audited.archive.stopWork();
    const attempts = await tryTamperings(audited, MATRIX['audit-attempts'].count, chance);
    tell('audit-attempts', { kinds: attempts.kinds.length, tried: attempts.tried, found: attempts.found });
    console.log(attempts.table());
    const bits = await turnBits(audited, MATRIX['audit-bits'].count, chance);
    tell('audit-bits', { objects: bits.objects, tried: bits.tallies.tried, found: bits.tallies.found });
    console.log(bits.tallies.table());
    // Every attempt was undone: what is alarmed now is a false alarm.
    const { db } = audited.archive.system;
    const after = await auditAgency(db, await audited.context('full', []), AGENCY);
    const { count } = MATRIX['audit-untouched'];
    const { alarms, newer, unsealed } = await lookAtWork(audited, count, chance);
    tell('audit-untouched', { looks: count, 'false alarms': alarms.length, newer, unsealed });

    expect(attempts.missed).toEqual([]);
    expect(attempts.found).toBe(MATRIX['audit-attempts'].count);
    expect(bits.unnamed).toEqual([]);
    expect(bits.tallies.found).toBe(MATRIX['audit-bits'].count);
    expect(after.findings).toEqual([]);
    expect(alarms).toEqual([]);
    // It was looked at while there was something to be mistaken.
    expect(newer).toBeGreaterThan(100);
    expect(unsealed).toBeGreaterThan(10);
  } finally {
    await audited.archive.close();
  }
});
