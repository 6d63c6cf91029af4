/** How an audit grows with its log: in time as the log does, in memory not at all. `HOLDFAST_AUDIT_ENTRIES` asks for a longer one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { addAgency } from '#agency/agency.ts';
import { auditFigure, insertEvents } from '../bench/proof-audit.ts';
import { openArchive } from '../support/archive.ts';

const LARGE = Number(process.env['HOLDFAST_AUDIT_ENTRIES'] ?? 10_000);
/** The machine does other things meanwhile, which only ever adds: of each size the quickest audit counts. */
const TIMES = 3;

test(`a log of ${LARGE} entries is audited whole, in stretches`, { timeout: 600_000 }, async () => {
  const archive = await openArchive();
  try {
    const logs = [
      ['lakeside', LARGE / 10],
      ['rivertown', LARGE],
    ] as const;
    await addAgency(archive.system.db, { id: 'lakeside', name: 'City of Lakeside', zone: 'America/Chicago' });
    await archive.work('log');
    const published = async (agency: string, least: number): Promise<void> => {
      for (let tries = 0; tries < 6000; tries += 1) {
        const { rows } = await archive.sql.query<{ done: boolean }>(
          `select published >= $1 and published = size as done from log_head where agency_id = $2`,
          [least, agency],
        );
        if (rows[0]?.done === true) return;
        await sleep(50);
      }
      throw new Error('The log was not published.');
    };
    for (const [agency, entries] of logs) {
      await insertEvents(archive.system, agency, entries);
      await published(agency, entries);
    }
    await archive.stopWork();
    // In turn, so that whatever comes over the machine comes over both.
    const quickest = [Infinity, Infinity];
    for (let n = 0; n < TIMES; n += 1)
      for (const [i, [agency, least]] of logs.entries()) {
        const { entries, ms } = await auditFigure(archive.system, agency);
        expect(entries).toBeGreaterThanOrEqual(least);
        quickest[i] = Math.min(quickest[i] ?? Infinity, ms);
      }
    const [small = 0, large = Infinity] = quickest;
    console.log(`${LARGE / 10} entries: ${small} ms\n${LARGE} entries: ${large} ms`);
    // Ten times as many entries; a pass that looked at each again for each other one would take a hundred times as long.
    expect(large / Math.max(1, small)).toBeLessThan(30);
  } finally {
    await archive.close();
  }
});
