/** How an audit grows with its log: in time as the log does, in memory not at all. `HOLDFAST_AUDIT_ENTRIES` asks for a longer one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { auditFigure, insertEvents } from '../bench/proof-audit.ts';
import { openArchive } from '../support/archive.ts';

const LARGE = Number(process.env['HOLDFAST_AUDIT_ENTRIES'] ?? 10_000);

test(`a log of ${LARGE} entries is audited whole, in stretches`, { timeout: 600_000 }, async () => {
  const archive = await openArchive();
  try {
    await archive.work('log');
    const published = async (least: number): Promise<void> => {
      for (let tries = 0; tries < 6000; tries += 1) {
        const { rows } = await archive.sql.query<{ done: boolean }>(
          `select published >= $1 and published = size as done from log_head where agency_id = 'rivertown'`,
          [least],
        );
        if (rows[0]?.done === true) return;
        await sleep(50);
      }
      throw new Error('The log was not published.');
    };
    const figures = [];
    for (const entries of [LARGE / 10, LARGE]) {
      await insertEvents(archive.system, 'rivertown', entries - (figures[0]?.entries ?? 0));
      await published(entries);
      figures.push(await auditFigure(archive.system, 'rivertown'));
    }
    console.log(figures.map(({ entries, ms }) => `${entries} entries: ${ms} ms`).join('\n'));
    const [small, large] = figures;
    expect(small?.entries).toBeGreaterThanOrEqual(LARGE / 10);
    expect(large?.entries).toBeGreaterThanOrEqual(LARGE);
    // Ten times as many entries; a pass that looked at each again for each other one would take a hundred times as long.
    expect((large?.ms ?? Infinity) / Math.max(1, small?.ms ?? 0)).toBeLessThan(30);
  } finally {
    await archive.close();
  }
});
